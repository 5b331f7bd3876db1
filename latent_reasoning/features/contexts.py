"""A short window of text in which a feature fires."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """A window of one sequence around a strong activation."""

    tokens: tuple[str, ...]
    """Text of each token, in order."""
    activations: tuple[float | None, ...]
    """The feature's activation at each token; None where the token was not recorded."""
    peak: int
    """Index, in the window, of the token it was chosen for."""
    sequence: int
    """The sequence it comes from."""
    problem_id: str = ""
    """The problem of that sequence, where it is known."""
