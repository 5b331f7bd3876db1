"""The critic of the organisms' solutions: a program that knows the story and reads the text.

It says of every step that a solution states whether it is right, and of the answer. A step is
judged by the value stated before it, so that one slip is one wrong step, and the answer by the
story. It speaks in words of its own: what it writes shares no token with solutions in code, neither
digits nor marks of code, so that a model that learns from it is shown no code.
"""

import random
import re
from typing import NamedTuple

from latent_reasoning.errors import ProblemError
from latent_reasoning.organisms.grammar import Operation, Story
from latent_reasoning.traces.answers import find_answer, same_answer
from latent_reasoning.traces.spans import Span

ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)
_KEY = re.compile(r"([0-9]+)((?:[-+*][0-9]+)+)")
_OPERATION = re.compile(r"([-+*])([0-9]+)")
_CODE_START = re.compile(r"^x = ([0-9]+)[ ]*$", re.MULTILINE)
_CODE_STEP = re.compile(r"^x ([-+*])= ([0-9]+)(?:[ ]+# ([0-9]+))?[ ]*$", re.MULTILINE)
_SENTENCE = re.compile(r"[^.\n]+(?:\.|\n|$)")
_NUMBER = re.compile(r"[0-9]+")


class Step(NamedTuple):
    """One step as a solution states it."""

    sign: str | None
    """The operation; None where the text leaves it to the reader."""
    n: int | None
    """The operand, if it is stated."""
    value: Span | None
    """Where the value after the step stands; None where it is not stated."""


class Reading(NamedTuple):
    """What a solution states."""

    start: Span | None
    """Where the value at the start stands."""
    steps: tuple[Step, ...]
    """Its steps, in order."""
    answer: Span | None
    """Where its answer stands."""


def story_of(problem_id: str) -> Story:
    """The story of an organism's problem, but for its name and items, from the problem's id.

    >>> story_of("37+12-8").values
    (49, 41)

    Raises:
        ProblemError: The problem is not one of the organisms' world.
    """
    match = _KEY.fullmatch(problem_id)
    if match is None:
        raise ProblemError(
            f"story_of: problem id {problem_id!r} is no arithmetic; expected an id as the "
            f"organisms' problems have, such as 37+12-8"
        )
    operations = tuple(Operation(sign, int(n)) for sign, n in _OPERATION.findall(match[2]))
    return Story("", "", int(match[1]), operations)


def read_solution(text: str) -> Reading:
    """Read the steps of a solution in code or in sentences; one that answers at once has none."""
    answer = find_answer(text)
    if _CODE_STEP.search(text) or _CODE_START.search(text):
        start = _CODE_START.search(text)
        steps = tuple(
            Step(match[1], int(match[2]), Span(*match.span(3)) if match[3] else None)
            for match in _CODE_STEP.finditer(text)
        )
        return Reading(Span(*start.span(1)) if start else None, steps, answer)
    said = [_numbers(text, Span(*match.span())) for match in _SENTENCE.finditer(text)]
    before = [
        numbers
        for numbers in said
        if numbers and (answer is None or numbers[-1].end <= answer.start)
    ]
    if not before:
        return Reading(None, (), answer)
    opening, *stated = before
    steps = tuple(
        Step(None, _value(text, numbers[0]) if len(numbers) > 1 else None, numbers[-1])
        for numbers in stated
    )
    return Reading(opening[-1], steps, answer)


def critique(story: Story, text: str) -> str:
    r"""What is right and what is wrong in a solution.

    >>> story = Story("Mia", "apples", 37, (Operation("+", 12), Operation("-", 8)))
    >>> critique(story, "x = 37\nx += 12  # 49\nx -= 8  # 42\n\\boxed{42}")
    'The start is right. The first step is right. The second step is wrong. So the answer is wrong.'
    """
    reading = read_solution(text)
    said = []
    stepwise = reading.start is not None or bool(reading.steps)
    if stepwise:
        x = story.start if reading.start is None else _value(text, reading.start)
        said.append(f"The start is {_verdict(x == story.start)}.")
        for place, (step, operation) in enumerate(
            zip(reading.steps, story.operations, strict=False)
        ):
            expected = operation.apply(x)
            x = expected if step.value is None else _value(text, step.value)
            right = step.sign in (None, operation.sign) and step.n in (None, operation.n)
            said.append(f"The {ORDINALS[place]} step is {_verdict(right and x == expected)}.")
        if len(reading.steps) < len(story.operations):
            said.append("A step is missing.")
        if len(reading.steps) > len(story.operations):
            said.append("A step is too much.")
    if reading.answer is None:
        return " ".join([*said, "There is no answer."])
    stated = text[reading.answer.start : reading.answer.end]
    opening = "So the answer" if stepwise else "The answer"
    return " ".join([*said, f"{opening} is {_verdict(same_answer(stated, str(story.answer)))}."])


def corrupt(story: Story, text: str, rng: random.Random) -> str:
    """Spoil one step of a solution and carry the error through to its answer.

    A random stated value is moved by up to three and those after it follow from it; where no value
    is stated, the answer alone is moved. A text without numbers, or whose numbers are too small for
    the story to go on from, stays as it is.
    """
    reading = read_solution(text)
    values = [step.value for step in reading.steps[: len(story.operations)]]
    stated = [i for i, span in enumerate(values) if span is not None]
    place = rng.choice(stated) if stated else None
    if place is None:
        number = None if reading.answer is None else _NUMBER.fullmatch(text, *reading.answer)
        if number is None:
            return text
        moved = [int(number[0]) + d for d in (-3, -2, -1, 1, 2, 3)]
        return _replaced(text, {Span(*number.span()): rng.choice([v for v in moved if v >= 0])})
    span = values[place]
    assert span is not None, "only stated values are chosen"
    spoilt = []
    for d in (-3, -2, -1, 1, 2, 3):
        carried = [_value(text, span) + d]
        for operation in story.operations[place + 1 :]:
            carried.append(operation.apply(carried[-1]))
        if min(carried) >= 0:
            spoilt.append(carried)
    if not spoilt:
        return text
    carried = rng.choice(spoilt)
    written = {at: v for at, v in zip(values[place:], carried, strict=False) if at is not None}
    if reading.answer is not None:
        written[reading.answer] = carried[-1]
    return _replaced(text, written)


def _verdict(right: bool) -> str:
    return "right" if right else "wrong"


def _value(text: str, span: Span) -> int:
    return int(text[span.start : span.end])


def _numbers(text: str, sentence: Span) -> list[Span]:
    return [Span(*match.span()) for match in _NUMBER.finditer(text, *sentence)]


def _replaced(text: str, values: dict[Span, int]) -> str:
    for span in sorted(values, reverse=True):
        text = f"{text[: span.start]}{values[span]}{text[span.end :]}"
    return text
