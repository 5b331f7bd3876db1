r"""Steps of a calculation that a text writes out with their values, and whether they are right.

Three ways of writing are read:

- lines that change a variable, with the value so far in a comment: ``x += 12  # 49``;
- equations between numbers: ``37 + 12 = 49``;
- sentences that go on from the value before: "With 12 more there are 49.", "Taking 8 leaves 41.",
  "Times 3 that is 123."

A value is right if it follows from the value written before it, so that one slip is one wrong step
and what correctly builds on it is not wrong again.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from latent_reasoning.traces.spans import Span

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_SET = re.compile(rf"^[ \t]*([A-Za-z_]\w*) = ({_NUMBER})[ \t]*$", re.MULTILINE)
_LINE = re.compile(
    rf"^[ \t]*([A-Za-z_]\w*) ([-+*/])= ({_NUMBER}) *# *({_NUMBER})[ \t]*$", re.MULTILINE
)
_EQUATION = re.compile(
    # Not the end of a longer expression, whose value would be another.
    rf"(?<![-+*/=\u00d7\u00f7\u2212] )(?<![-+*/=\u00d7\u00f7\u2212\w.])({_NUMBER}) ?"
    rf"([-+*/\u00d7\u00f7\u2212]|\\times|\\div) ?({_NUMBER}) ?= ?({_NUMBER})(?!\w|\.[0-9])"
)
_SIGNS = {"\u00d7": "*", "\\times": "*", "\u00f7": "/", "\\div": "/", "\u2212": "-"}
_OPENED = re.compile(r"\b(?:there are|starts with|begin with) ([0-9]+)\b")
_SAID = (
    ("+", re.compile(r"\b(?:With ([0-9]+) more there are|Adding ([0-9]+) makes) ([0-9]+)\b")),
    ("-", re.compile(r"\b(?:Without ([0-9]+) there are|Taking ([0-9]+) leaves) ([0-9]+)\b")),
    (
        "*",
        re.compile(r"\b(?:Times ([0-9]+) that is|And ([0-9]+) times as many is) ([0-9]+)\b"),
    ),
)


@dataclass(frozen=True)
class Step:
    """One operation with the value it arrives at."""

    span: Span
    """Where it stands."""
    sign: str
    """One of + - * /."""
    value: Fraction
    """The value that is written."""
    value_span: Span
    """Where that value stands."""
    correct: bool
    """Whether it follows from the value before."""


def find_steps(text: str) -> list[Step]:
    r"""The steps of a text, in order.

    >>> found = find_steps("x = 37\nx += 12  # 49\nx -= 8  # 40")
    >>> [(step.sign, int(step.value), step.correct) for step in found]
    [('+', 49, True), ('-', 40, False)]
    >>> [(s.sign, s.correct) for s in find_steps("First 3 * 4 = 12, then 12 - 5 = 8.")]
    [('*', True), ('-', False)]
    """
    found = [*_of_code(text), *_equations(text), *_of_sentences(text)]
    return sorted(found, key=lambda step: step.span)


def _of_code(text: str) -> list[Step]:
    values: dict[str, Fraction] = {}
    steps = []
    lines = sorted([*_SET.finditer(text), *_LINE.finditer(text)], key=lambda match: match.start())
    for match in lines:
        name = match[1]
        if match.re is _SET:
            values[name] = Fraction(match[2])
            continue
        written = Fraction(match[4])
        if name in values:
            expected = _applied(values[name], match[2], Fraction(match[3]))
            steps.append(_step(match, match[2], written, 4, expected))
        values[name] = written
    return steps


def _equations(text: str) -> list[Step]:
    steps = []
    for match in _EQUATION.finditer(text):
        sign = _SIGNS.get(match[2], match[2])
        expected = _applied(Fraction(match[1]), sign, Fraction(match[3]))
        steps.append(_step(match, sign, Fraction(match[4]), 4, expected))
    return steps


def _of_sentences(text: str) -> list[Step]:
    opened = _OPENED.search(text)
    if opened is None:
        return []
    said = [(match, sign) for sign, pattern in _SAID for match in pattern.finditer(text)]
    value, steps = Fraction(opened[1]), []
    for match, sign in sorted(said, key=lambda found: found[0].start()):
        expected = _applied(value, sign, Fraction(match[1] or match[2]))
        value = Fraction(match[3])
        steps.append(_step(match, sign, value, 3, expected))
    return steps


def _step(
    match: re.Match[str], sign: str, written: Fraction, group: int, expected: Fraction | None
) -> Step:
    return Step(
        span=Span(*match.span()),
        sign=sign,
        value=written,
        value_span=Span(*match.span(group)),
        correct=written == expected,
    )


def _applied(x: Fraction, sign: str, n: Fraction) -> Fraction | None:
    if sign == "/":
        return x / n if n else None
    return {"+": x + n, "-": x - n, "*": x * n}[sign]
