"""Code without the checks of types and shapes that the tests switch on."""

from collections.abc import Iterator
from contextlib import contextmanager

from jaxtyping import config


@contextmanager
def unchecked() -> Iterator[None]:
    """No types and shapes are checked inside, which takes most of the time of small functions.

    For what is done hundreds of times over, or done once more, where the same code runs with the
    checks in another test.
    """
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        config.update("jaxtyping_disable", before)
