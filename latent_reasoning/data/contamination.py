"""Contamination: problems a model may have seen, given in part or in other words.

1. A partial prompt shows the first share of a question; a model that completes the rest word for
   word has seen it (Wu et al. 2025, arXiv:2507.10532). Exact matches and ROUGE-L are counted.
2. A renumbered problem (`renumbering`) keeps the words and changes the numbers.
3. A reframed problem keeps question and numbers and changes what stands around them. It is the
   mechanical part of a new narration; problems told anew come as a file with the same ids.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from latent_reasoning.data.problems import Problem
from latent_reasoning.errors import ProblemError

SHARES = (0.4, 0.6, 0.8)
"""Shares of a question that are shown."""
_FRAMES = (
    "My neighbour keeps a notebook of puzzles. On page {page} it says: \u201c{question}\u201d What "
    "should I write below it?",
    "A letter arrived this morning, and all there was in it was this: \u201c{question}\u201d "
    "Please send the answer back.",
    "Overheard on a train, from seat {page}: \u201c{question}\u201d Nobody replied, so it is for "
    "you to answer.",
)


class PartialPrompt(NamedTuple):
    """A question cut in two."""

    problem_id: str
    """The problem it belongs to."""
    shown: str
    """Its first part, which a model is given."""
    rest: str
    """What is left, which it has not seen unless it knew it."""


class Recall(NamedTuple):
    """How far a continuation is the rest of a question."""

    exact: bool
    """Whether it begins with the rest, word for word."""
    rouge_l: float
    """F1 of the longest common subsequence of words, the continuation cut to the rest's length."""


def partial_prompt(problem: Problem, share: float) -> PartialPrompt:
    """Cut a question after a share of its words; at least one word is on either side.

    Raises:
        ProblemError: The share is not between 0 and 1, or the question has a single word.
    """
    words = problem.question.split()
    if not 0 < share < 1 or len(words) < 2:
        raise ProblemError(
            f"partial_prompt: found share {share} of {len(words)} words in "
            f"{problem.problem_id!r}, expected a share between 0 and 1 of at least 2 words"
        )
    cut = min(max(1, round(share * len(words))), len(words) - 1)
    return PartialPrompt(problem.problem_id, " ".join(words[:cut]), " ".join(words[cut:]))


def recall(rest: str, continuation: str) -> Recall:
    """Compare a continuation with the rest of the question; white space does not count.

    >>> recall("eggs per day?", "eggs  per day? She")
    Recall(exact=True, rouge_l=1.0)
    >>> recall("eggs per day?", "eggs a day?").exact
    False
    """
    expected = rest.split()
    found = continuation.split()[: len(expected)]
    common = _longest_common(expected, found)
    f1 = 2 * common / (len(expected) + len(found)) if common else 0.0
    return Recall(found == expected, f1)


def reframe(problem: Problem) -> Problem:
    """The same question inside other surroundings, which its id decides."""
    number = sum(problem.problem_id.encode())
    frame = _FRAMES[number % len(_FRAMES)]
    before, after = frame.format(page=2 * (number % 40) + 11, question="\0").split("\0")
    return replace(problem, question=f"{before}{problem.question}{after}", solution=None)


def _longest_common(a: Sequence[str], b: Sequence[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], before + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]
