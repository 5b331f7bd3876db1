"""Behaviours as labels: from a text and its tokens to the stretches that show something.

Adding one takes a few lines:

    def digits(text, offsets):
        return [Span(m.start(), m.end()) for m in re.finditer("[0-9]+", text)]

    score_store(store, sae, [LabelledBehaviour("digits", "writes a number", digits)])
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from latent_reasoning.errors import one_of
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.steps import Step, find_steps
from latent_reasoning.traces.behaviours import BEHAVIOURS
from latent_reasoning.traces.behaviours import Behaviour as TextBehaviour
from latent_reasoning.traces.spans import Span, disjoint

Finder = Callable[[str, Sequence[Span]], list[Span]]
"""From a completion and the stretch of every token in it to the stretches that are meant."""


@dataclass(frozen=True)
class LabelledBehaviour:
    """Something that tokens of a completion show or do not show."""

    name: str
    """The name it is asked for by and reported under."""
    meaning: str
    """What a text does that shows it, in one line."""
    find: Finder
    """Finds the stretches that show it; a token that overlaps one is labelled."""
    among: Finder | None = None
    """Finds the stretches that count at all; tokens outside are no rows. The whole completion where
    it is None."""
    words: tuple[str, ...] = ()
    """The words of ReasonScore; where none are given, the tokens that tell labelled rows from the
    others best."""


def of_text(behaviour: TextBehaviour) -> LabelledBehaviour:
    """A behaviour that is found in text alone, as labels."""
    return LabelledBehaviour(
        behaviour.name, behaviour.meaning, lambda text, _: behaviour.spans(text)
    )


def _steps(name: str, meaning: str, chosen: Callable[[Step], bool]) -> LabelledBehaviour:
    def find(text: str, _: Sequence[Span]) -> list[Span]:
        return disjoint([step.span for step in find_steps(text) if chosen(step)])

    def among(text: str, _: Sequence[Span]) -> list[Span]:
        return disjoint([step.span for step in find_steps(text)])

    return LabelledBehaviour(name, meaning, find, among)


_STEPS = (
    _steps("addition", "a step that adds, among steps", lambda step: step.sign == "+"),
    _steps("subtraction", "a step that subtracts, among steps", lambda step: step.sign == "-"),
    _steps("multiplication", "a step that multiplies, among steps", lambda step: step.sign == "*"),
    _steps("division", "a step that divides, among steps", lambda step: step.sign == "/"),
    _steps("correct_step", "a step whose value is right, among steps", lambda step: step.correct),
    _steps("wrong_step", "a step whose value is wrong, among steps", lambda step: not step.correct),
)
LABELLED: dict[str, LabelledBehaviour] = {
    behaviour.name: behaviour for behaviour in (*map(of_text, BEHAVIOURS.values()), *_STEPS)
}
"""Every behaviour that features can be ranked for by name."""


def labelled_behaviours(names: Iterable[str]) -> tuple[LabelledBehaviour, ...]:
    """Look up behaviours by name.

    Raises:
        FeatureError: A name is not registered, or none is given.

    >>> [behaviour.name for behaviour in labelled_behaviours(["code", "wrong_step"])]
    ['code', 'wrong_step']
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        raise FeatureError(
            f"labelled_behaviours: no behaviour given; expected some of {', '.join(LABELLED)}"
        )
    for name in wanted:
        if name not in LABELLED:
            raise FeatureError(one_of("labelled_behaviours", "behaviour", name, LABELLED))
    return tuple(LABELLED[name] for name in wanted)
