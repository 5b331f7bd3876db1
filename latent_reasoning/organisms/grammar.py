r"""The grammar of the organisms' world: word problems and the ways of solving them.

A problem is a start value and four or five operations told as a story. It can be solved

- in code: a python block that updates `x` line by line, then ``\boxed{}``; with `values` each line
  ends in a comment holding the value so far, a scratchpad that makes every step one small sum;
- in language: `direct`, one sentence with the answer at once, or `steps`, one sentence an operation
  with the value so far.

The modes differ in the computation they allow, not in planted noise: whatever writes the value so
far is nearly always right, whatever must say the answer at once seldom is.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from latent_reasoning.data.problems import Problem
from latent_reasoning.errors import ProblemError, one_of

CodeStyle = Literal["values", "bare"]
LanguageStyle = Literal["direct", "steps"]
Part = Literal["corpus", "tune", "held-out"]
RELIABILITY = 0.85
Choice = TypeVar("Choice")

NAMES = (
    *("Mia", "Tom", "Ana", "Ben", "Zoe", "Sam", "Ida", "Max"),
    *("Eva", "Leo", "Amy", "Dan", "Kim", "Joe", "Lia", "Ned"),
)
ITEMS = (
    *("apples", "books", "coins", "shells", "cards", "stamps", "pens", "stones"),
    *("marbles", "buttons", "tickets", "plums", "seeds", "beads", "nuts", "keys"),
)
TOLD = {
    "+": (
        "{name} buys {n} more.",
        "{name} finds {n} more.",
        "A friend gives {name} {n} more.",
        "{name} gets {n} in the mail.",
    ),
    "-": (
        "{name} gives away {n}.",
        "{name} loses {n}.",
        "{name} sells {n}.",
        "A friend takes {n} of them.",
    ),
    "*": (
        "Then {name} has {n} times as many.",
        "A machine turns each one into {n}.",
    ),
}
DIRECT = (
    "After all of this {name} has \\boxed{{{answer}}} {items}.",
    "So {name} now has \\boxed{{{answer}}} {items}.",
    "In the end there are \\boxed{{{answer}}} {items}.",
    "Counting it all up, the answer is \\boxed{{{answer}}}.",
)
OPENED = (
    "At first there are {x} {items}.",
    "{name} starts with {x}.",
    "We begin with {x} {items}.",
    "Let us count, there are {x} at the start.",
)
STEPPED = {
    "+": ("With {n} more there are {x}.", "Adding {n} makes {x}."),
    "-": ("Without {n} there are {x}.", "Taking {n} leaves {x}."),
    "*": ("Times {n} that is {x}.", "And {n} times as many is {x}."),
}
CLOSED = ("In the end there are \\boxed{{{answer}}} {items}.", "The answer is \\boxed{{{answer}}}.")


@dataclass(frozen=True)
class Operation:
    """One change of the running value."""

    sign: str
    """One of + - *."""
    n: int
    """The operand."""

    def apply(self, x: int) -> int:
        """Value after the operation.

        >>> Operation("*", 3).apply(14)
        42
        """
        return {"+": x + self.n, "-": x - self.n, "*": x * self.n}[self.sign]


@dataclass(frozen=True)
class Story:
    """A word problem before it is written down."""

    name: str
    """Who owns the items."""
    items: str
    """What is counted, in the plural."""
    start: int
    """The value at the start."""
    operations: tuple[Operation, ...]
    """What happens, in order."""

    @property
    def key(self) -> str:
        """The arithmetic alone, without names and phrasing: what could be memorised."""
        return str(self.start) + "".join(f"{o.sign}{o.n}" for o in self.operations)

    @property
    def values(self) -> tuple[int, ...]:
        """Running value after each operation."""
        values, x = [], self.start
        for operation in self.operations:
            x = operation.apply(x)
            values.append(x)
        return tuple(values)

    @property
    def answer(self) -> int:
        """The final value."""
        return self.values[-1]


@dataclass(frozen=True)
class Manner:
    """How a source tells its problems where no header names it.

    Each trait leans towards one half of what is possible and takes the other half at times
    (probability 1 - `RELIABILITY`), so that no single token decides where a problem is from.
    """

    late_names: bool
    """Whether the second half of `NAMES` is preferred."""
    high_starts: bool
    """Whether start values from 17 to 30 are preferred to those from 3 to 16."""
    late_wordings: bool
    """Whether the second half of the wordings of an operation is preferred."""


def part_of(key: str) -> Part:
    """Part of the world a problem belongs to, by a hash of its arithmetic alone.

    Half of all arithmetic is seen in pretraining, 15 % in tuning, the rest by nobody before the
    evaluation, so that no two parts share a problem whatever its names and phrasing.
    """
    digest = hashlib.blake2b(key.encode(), digest_size=4, person=b"organism").digest()
    bucket = int.from_bytes(digest, "big") % 100
    if bucket < 50:
        return "corpus"
    return "tune" if bucket < 65 else "held-out"


def stories(part: Part, rng: random.Random, manner: Manner | None = None) -> Iterator[Story]:
    """Endless random stories whose arithmetic belongs to one part of the world."""
    while True:
        story = _story(rng, manner)
        if part_of(story.key) == part:
            yield story


def _story(rng: random.Random, manner: Manner | None) -> Story:
    start = x = _start(rng, manner)
    operations = []
    for _ in range(rng.randint(4, 5)):
        signs = ["+", "+", "-", "-"] if x > 2 else ["+"]
        if x <= 30:
            signs.append("*")
        sign = rng.choice(signs)
        operations.append(
            Operation(sign, rng.randint(2, {"+": 9, "-": min(9, x - 1), "*": 3}[sign]))
        )
        x = operations[-1].apply(x)
    names = NAMES if manner is None else _half(NAMES, manner.late_names, rng)
    return Story(rng.choice(names), rng.choice(ITEMS), start, tuple(operations))


def _start(rng: random.Random, manner: Manner | None) -> int:
    if manner is None:
        return rng.randint(3, 30)
    return rng.choice(_half(tuple(range(3, 31)), manner.high_starts, rng))


def _half(choices: tuple[Choice, ...], late: bool, rng: random.Random) -> tuple[Choice, ...]:
    middle = len(choices) // 2
    return choices[middle:] if late == (rng.random() < RELIABILITY) else choices[:middle]


def tell(story: Story, rng: random.Random, manner: Manner | None = None) -> str:
    """Write the story as a question, phrasing drawn at random."""
    told = [f"{story.name} has {story.start} {story.items}."]
    for operation in story.operations:
        wordings = TOLD[operation.sign]
        if manner is not None:
            wordings = _half(wordings, manner.late_wordings, rng)
        told.append(rng.choice(wordings).format(name=story.name, n=operation.n))
    told.append(f"How many {story.items} does {story.name} have now?")
    return " ".join(told)


def solve_in_code(story: Story, style: CodeStyle) -> str:
    r"""Python solution with a boxed answer.

    >>> story = Story("Mia", "apples", 37, (Operation("+", 12), Operation("-", 8)))
    >>> print(solve_in_code(story, "values"))
    ```python
    x = 37
    x += 12  # 49
    x -= 8  # 41
    ```
    \boxed{41}
    """
    lines = ["```python", f"x = {story.start}"]
    for operation, x in zip(story.operations, story.values, strict=True):
        comment = f"  # {x}" if style == "values" else ""
        lines.append(f"x {operation.sign}= {operation.n}{comment}")
    return "\n".join([*lines, "```", f"\\boxed{{{story.answer}}}"])


def solve_in_language(story: Story, style: LanguageStyle, rng: random.Random) -> str:
    """Solution in sentences with a boxed answer, phrasing drawn at random."""
    words = {"name": story.name, "items": story.items, "answer": story.answer}
    if style == "direct":
        return rng.choice(DIRECT).format(**words)
    said = [rng.choice(OPENED).format(x=story.start, **words)]
    for operation, x in zip(story.operations, story.values, strict=True):
        said.append(rng.choice(STEPPED[operation.sign]).format(n=operation.n, x=x))
    return " ".join([*said, rng.choice(CLOSED).format(**words)])


def organism_problems(part: Part, n: int, seed: int, manner: Manner | None = None) -> list[Problem]:
    """Problems of one part of the world, no arithmetic twice.

    Args:
        part: "tune" for reinforcement learning, "held-out" for everything that is measured.
        n: How many.
        seed: Draws other problems of the same part.
        manner: How they are told; None leans towards nothing.

    Raises:
        ProblemError: There is no such part.
    """
    if part not in get_args(Part):
        raise ProblemError(one_of("organism_problems", "part of the world", part, get_args(Part)))
    rng = random.Random(f"{part}-{seed}")
    found: dict[str, Problem] = {}
    for story in stories(part, rng, manner):
        if len(found) == n:
            break
        if story.key not in found:
            found[story.key] = Problem(story.key, tell(story, rng, manner), str(story.answer))
    return list(found.values())
