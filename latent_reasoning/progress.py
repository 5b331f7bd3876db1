"""Progress bars as an argument: the library shows nothing unless it is given one."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Meter(Protocol):
    """What a progress bar must do."""

    def update(self, n: int, /) -> object:
        """Advance by n."""


Progress = Callable[[str, int], AbstractContextManager[Meter]]


class _Silent:
    def update(self, n: int, /) -> None:
        """Show nothing."""


def no_progress(_: str, __: int) -> AbstractContextManager[Meter]:
    """Progress that shows nothing."""
    return nullcontext(_Silent())
