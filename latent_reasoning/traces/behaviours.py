"""Behaviours: which way of reasoning a completion shows, and where in the text."""

from collections.abc import Callable
from dataclasses import dataclass

from latent_reasoning.errors import LatentReasoningError, one_of
from latent_reasoning.traces.code_blocks import Span, code_spans


@dataclass(frozen=True)
class Behaviour:
    """A way of reasoning that can be recognised in text alone."""

    name: str
    """The name it is asked for by, e.g. "code"."""
    spans: Callable[[str], list[Span]]
    """Finds the stretches of a text that show it, in order and disjoint."""

    def shown(self, text: str) -> bool:
        """Whether the text shows the behaviour anywhere."""
        return bool(self.spans(text))


def language_spans(text: str) -> list[Span]:
    """The whole text where it is not blank and holds no code, else nothing."""
    return [Span(0, len(text))] if text.strip() and not code_spans(text) else []


BEHAVIOURS: dict[str, Behaviour] = {
    "code": Behaviour("code", code_spans),
    "language": Behaviour("language", language_spans),
}
"""Every behaviour the toolkit can look for, by name."""


def get_behaviour(name: str) -> Behaviour:
    r"""Look up a behaviour by name.

    Raises:
        LatentReasoningError: The name is not registered.

    >>> get_behaviour("code").shown("```python\nx = 37")
    True
    """
    if name not in BEHAVIOURS:
        raise LatentReasoningError(one_of("get_behaviour", "behaviour", name, BEHAVIOURS))
    return BEHAVIOURS[name]
