"""The variables that are known of an organism's texts, each on tokens that are all the same.

Where all rows hold the same token, the token cannot tell them apart: a feature that does depends
on the context, by construction.
"""

import re
from collections.abc import Callable, Sequence

from latent_reasoning.features.behaviours import LabelledBehaviour, labelled_behaviours
from latent_reasoning.features.steps import Step, find_steps
from latent_reasoning.traces.spans import Span

MIDDLE = 20
"""About the median of the running values."""
_ANSWER = re.compile(r"\\boxed(\{)(\d+)")


_LINE = re.compile(r"^(x) ([-+*])= ", re.MULTILINE)
_THERE_ARE = " there are "


def _code_steps(text: str) -> list[Step]:
    return [step for step in find_steps(text) if text[step.span.start] == "x"]


def _told_steps(text: str) -> list[Step]:
    """Sentences in which the same words come before the value."""
    return [s for s in find_steps(text) if text[: s.value_span.start].endswith(_THERE_ARE)]


def _before_value(step: Step) -> Span:
    return Span(step.value_span.start - len("are "), step.value_span.start - 1)


def _at_comment(text: str) -> Callable[[Step], Span]:
    return lambda step: Span(*[text.rindex("#", 0, step.value_span.start) + i for i in (0, 1)])


def _next(sign: str, word: str) -> LabelledBehaviour:
    def found(text: str, signs: str) -> list[Span]:
        return [Span(*m.span(1)) for m in _LINE.finditer(text) if m[2] in signs]

    meaning = f"the line that begins here {word}, among the x at the start of lines"
    return LabelledBehaviour(
        f"next step {word}",
        meaning,
        lambda text, _: found(text, sign),
        lambda text, _: found(text, "+-*"),
    )


def _told_value() -> LabelledBehaviour:
    def found(text: str, least: int) -> list[Span]:
        return [_before_value(step) for step in _told_steps(text) if step.value >= least]

    meaning = f"the value about to be said is {MIDDLE} or more, among the words there are"
    return LabelledBehaviour(
        "running value, told",
        meaning,
        lambda text, _: found(text, MIDDLE),
        lambda text, _: found(text, -(10**9)),
    )


def _large_value() -> LabelledBehaviour:
    def find(text: str, _: Sequence[Span]) -> list[Span]:
        at = _at_comment(text)
        return [at(step) for step in _code_steps(text) if step.value >= MIDDLE]

    def among(text: str, _: Sequence[Span]) -> list[Span]:
        return list(map(_at_comment(text), _code_steps(text)))

    meaning = f"the value about to be written is {MIDDLE} or more, among the # before values"
    return LabelledBehaviour("running value", meaning, find, among)


def _large_answer() -> LabelledBehaviour:
    def found(text: str, least: int) -> list[Span]:
        return [Span(*m.span(1)) for m in _ANSWER.finditer(text) if int(m[2]) >= least]

    meaning = f"the answer about to be written is {MIDDLE} or more, among the braces before answers"
    return LabelledBehaviour(
        "answer",
        meaning,
        lambda text, _: found(text, MIDDLE),
        lambda text, _: found(text, 0),
    )


VARIABLES: tuple[tuple[str, LabelledBehaviour], ...] = (
    ("last_prompt", labelled_behaviours(["code"])[0]),
    ("completion", _next("+", "adds")),
    ("completion", _next("-", "subtracts")),
    ("completion", _next("*", "multiplies")),
    ("completion", _large_value()),
    ("completion", _told_value()),
    ("completion", _large_answer()),
)
"""Positions and variable; `code` at the last token of the prompt is the mode."""

OPENS_WITH_SO = LabelledBehaviour(
    "opens with So",
    "a completion that begins with the word So",
    lambda text, _: [Span(0, len(text))] if text.startswith("So") else [],
)
"""A label that every organism has, for trying detectors of tokens where there is no code."""
