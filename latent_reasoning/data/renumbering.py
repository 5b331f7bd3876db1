"""Renumbered problems: the same story with other numbers, and the answer that follows.

A model that knows a problem by heart answers the renumbered one as the old, one that can solve it
solves both. The new answer comes from the worked solution: GSM8K marks its steps, `<<16-3-4=9>>`,
and every operand there is a number of the question, an earlier result or a constant.

1. A number of the question may change if it is written in digits, once, as an integer of at least
   3 without `%`, `/` or `:` beside it, if it is an operand of a step (of a single one, if it might
   be a constant such as 7 or 60), and if no result of a step and no number word of the question
   equals it, so that operands cannot be mistaken for each other.
2. Every result but the last must be an operand of a later step: one that is not was weighed against
   another, and other numbers might tip the balance.
3. New numbers are drawn within half and twice the old until every result that was a positive
   integer is one again, and the answer is another.

What a story presumes beyond its steps (that a week has seven days, that overtime begins after forty
hours) is kept only as far as these rules go.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from random import Random
from typing import NamedTuple

from latent_reasoning.data.arithmetic import compute, numbers_of
from latent_reasoning.data.problems import Problem

_STEP = re.compile(r"<<([^<>=]+)=([^<>=]+)>>")
_NUMBER = re.compile(
    r"(?<![\w.,/:$%-])\$?(\d{1,3}(?:,\d{3})+|\d+)(?!\w|[.,]\d|[/:%]|\s*percent|-\w)"
)
_ANY_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_CONSTANTS = frozenset(
    map(Fraction, (*range(13), 24, 30, 31, 52, 60, 90, 100, 180, 360, 365, 1000))
)
"""Numbers that a solution may also bring along: months, minutes, wheels, percent."""
_TRIES = 200


class _Step(NamedTuple):
    expression: str
    """The left side."""
    result: Fraction
    """The right side, which it equals."""
    operands: tuple[Fraction, ...]
    """Numbers on the left side."""


def renumber(problem: Problem, seed: int = 0) -> Problem | None:
    """The problem with other numbers and their answer, or None where the rules allow no change.

    Args:
        problem: A problem with a worked solution whose steps are marked.
        seed: Decides the numbers, together with the problem's id.
    """
    steps = _steps(problem.solution or "")
    gold = _integer(problem.gold)
    if not steps or gold is None or steps[-1].result != gold:
        return None
    uses = Counter(operand for step in steps for operand in step.operands)
    clear = {n for n, count in uses.items() if count == 1 or n not in _CONSTANTS}
    free = _free_numbers(problem.question, steps) & clear
    random = Random(f"{seed}/{problem.problem_id}")
    for _ in range(_TRIES if free else 0):
        drawn = {n: _near(n, random) for n in sorted(free)}
        answer = _answer(steps, drawn)
        if answer is not None and answer != gold and all(a != b for a, b in drawn.items()):
            question = _NUMBER.sub(partial(_written, drawn=drawn), problem.question)
            return replace(problem, question=question, gold=str(answer), solution=None)
    return None


def _steps(solution: str) -> list[_Step]:
    steps = []
    for left, right in _STEP.findall(solution):
        result = compute(right)
        operands = numbers_of(left) or []
        if result is None or len(operands) < 2 or compute(left) != result:
            return []
        steps.append(_Step(left, result, tuple(operands)))
    used = all(
        any(step.result in later.operands for later in steps[i:])
        for i, step in enumerate(steps[:-1], start=1)
    )
    return steps if used else []


def _free_numbers(question: str, steps: list[_Step]) -> set[Fraction]:
    every = Counter(Fraction(n.replace(",", "")) for n in _ANY_NUMBER.findall(question))
    alone = {Fraction(n.replace(",", "")) for n in _NUMBER.findall(question)}
    words = {
        Fraction(i) for i, word in enumerate(_WORDS) if re.search(rf"\b{word}\b", question, re.I)
    }
    results = {step.result for step in steps}
    return {n for n in alone if n >= 3 and every[n] == 1} - words - results


def _near(number: Fraction, random: Random) -> Fraction:
    value = int(number)
    step = 10 if value >= 100 and value % 10 == 0 else 1
    return Fraction(random.randrange(max(2, value // 2 // step * step), 2 * value + 1, step))


def _answer(steps: list[_Step], drawn: Mapping[Fraction, Fraction]) -> int | None:
    known = dict(drawn)
    value = Fraction(0)
    for step in steps:
        found = compute(step.expression, lambda n: known.get(n, n))
        whole = step.result.denominator == 1
        if found is None or found <= 0 or (whole and found.denominator != 1):
            return None
        # Two steps with one result before and two after: a later operand could be either.
        if known.setdefault(step.result, found) != found:
            return None
        value = found
    return int(value)


def _written(match: re.Match[str], drawn: Mapping[Fraction, Fraction]) -> str:
    digits = match[1]
    new = drawn.get(Fraction(digits.replace(",", "")))
    if new is None:
        return match[0]
    written = f"{int(new):,}" if "," in digits else str(int(new))
    return match[0].replace(digits, written)


def _integer(text: str) -> int | None:
    plain = text.replace(",", "").removeprefix("$").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 19 else None
