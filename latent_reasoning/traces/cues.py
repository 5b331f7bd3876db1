r"""Cues: phrases by which a way of reasoning shows in prose, and finding them fast.

A behaviour has a list of cues. A cue is a regular expression on the text in lower case, and words
one of which a line must hold before the expression is tried on it. Its span runs from the phrase
to the end of the sentence or line, whichever comes first. No cue looks beyond its line, so a text
cut between two lines has the spans of its pieces.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from latent_reasoning.traces.passage import Passage
from latent_reasoning.traces.spans import Span, disjoint

_SENTENCE_END = re.compile(r"[.!?]+(?=[\s)*\"'\]]|$)|(?=\n)|\Z")

_MARKS = re.compile(r"[ \t>*_#.,)(-]+(?=\w)|\d+[.)][ \t*_]+(?=\w)")

# Shorthands written in cues between angle brackets.
_SHORTHANDS = {
    # The beginning of a sentence, a clause or a line, behind marks of lists and emphasis.
    "<start>": r"(?:(?m:^)[ \t>*_#\d.)-]{0,8}|(?<=[.!?:;,)*>\u2026] )|(?<=[>*(\u2014]))",
    "<let>": r"(?:let's|let me|let us|lets)",
    "<do>": r"(?:let's|let me|let us|lets|i'll|i will|i should|i can|i could|i need to|i want to|i"
    r" have to|we'll|we will|we can|we should|we could|we must|we need to|we may|we might)",
    "<am>": r"(?:i'm|i am|we're|we are)",
    "<have>": r"(?:i've|i have|we've|we have)",
    "<that>": r"(?:that|this|it|which)",
    "<is>": r"(?:'s| is| was)",
    "<now>": r"(?:also |now |quickly |just |first |then |try to |go ahead and ){0,2}",
}


class Cue(NamedTuple):
    """One phrase, or a family of phrases."""

    keys: dict[str, list[str]]
    """Phrases one of which its line must hold, by their first words."""
    pattern: re.Pattern[str]
    """The phrase, in lower case."""


def cue(words: str, pattern: str) -> Cue:
    """A cue from the words one of which is in it and its expression with shorthands.

    Words are divided by spaces; in a phrase an underscore stands for the space.
    """
    keys: dict[str, list[str]] = {}
    for word in words.split():
        keys.setdefault(word.split("_")[0].strip(","), []).append(word.replace("_", " "))
    for short, long in _SHORTHANDS.items():
        pattern = pattern.replace(short, long)
    return Cue(keys, re.compile(pattern))


def detector(cues: Iterable[Cue]) -> Callable[[Passage], list[Span]]:
    """A function that finds the sentences with any of the cues."""
    cues = tuple(cues)
    needed = frozenset().union(*(one.keys for one in cues))

    def spans(passage: Passage) -> list[Span]:
        present = needed & passage.words
        if not present:
            return []
        lower = passage.lower
        starts: set[int] = set()
        for one in cues:
            phrases = [phrase for key in present & one.keys.keys() for phrase in one.keys[key]]
            for first, last in _lines(lower, phrases):
                starts.update(match.start() for match in one.pattern.finditer(lower, first, last))
        return disjoint([_sentence(lower, start) for start in starts])

    return spans


def _lines(text: str, phrases: Iterable[str]) -> set[tuple[int, int]]:
    # Only the lines that hold a phrase are worth a regular expression.
    lines = set()
    for phrase in phrases:
        at = text.find(phrase)
        while at >= 0:
            end = text.find("\n", at)
            end = end if end >= 0 else len(text)
            lines.add((text.rfind("\n", 0, at) + 1, end))
            at = text.find(phrase, end)
    return lines


def _sentence(text: str, start: int) -> Span:
    # The match may begin with the marks of a list, the span does not.
    marks = _MARKS.match(text, start)
    start = marks.end() if marks else start
    end = _SENTENCE_END.search(text, start)
    return Span(start, end.end() if end else len(text))
