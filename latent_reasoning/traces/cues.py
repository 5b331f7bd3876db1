r"""Cues: phrases by which a way of reasoning shows in prose, and finding them fast.

A behaviour has a list of cues. A cue is a regular expression on the text in lower case, and words
one of which a line must hold before the expression is tried on it. Its span runs from the phrase
to the end of the sentence or line, whichever comes first. No cue looks beyond its line, so a text
cut between two lines has the spans of its pieces.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from latent_reasoning.traces.passage import Passage
from latent_reasoning.traces.spans import Span, disjoint

_SENTENCE_END = re.compile(r"[.!?]+(?=[\s)*\"'\]]|$)|(?=\n)|\Z")

_MARKS = re.compile(r"[ \t>*_#.,)(-]+(?=\w)|\d+[.)][ \t*_]+(?=\w)")

_START = "<start>"
# What it stands for inside a group; elsewhere `Passage.beginnings` is quicker.
_BEGINS = r"(?:(?m:^)[ \t>*_#\d.)-]{0,8}|(?<=[.!?:;,)*>\u2026] )|(?<=[>*(\u2014]))"
_TOKEN = re.compile(r"\\.|.", re.DOTALL)

# Shorthands written in cues between angle brackets.
_SHORTHANDS = {
    "<let>": r"(?:let's|let me|let us|lets)",
    "<do>": r"(?:let's|let me|let us|lets|i'll|i will|i should|i can|i could|i need to|i want to|i"
    r" have to|we'll|we will|we can|we should|we could|we must|we need to|we may|we might)",
    "<am>": r"(?:i'm|i am|we're|we are)",
    "<have>": r"(?:i've|i have|we've|we have)",
    "<that>": r"(?:that|this|it|which)",
    "<is>": r"(?:'s| is| was)",
    "<now>": r"(?:also |now |quickly |just |first |then |try to |go ahead and ){0,2}",
}


@dataclass(frozen=True, eq=False)
class Cue:
    """One phrase, or a family of phrases."""

    keys: dict[str, list[str]]
    """Phrases one of which its line must hold, by their first words."""
    at_start: re.Pattern[str] | None
    """What it says at the beginning of a sentence, a clause or a line, in lower case."""
    anywhere: re.Pattern[str] | None
    """What it says at any place."""


def cue(words: str, pattern: str) -> Cue:
    """A cue from the words one of which is in it and its expression with shorthands.

    Words are divided by spaces; in a phrase an underscore stands for the space. Alternatives of the
    expression that begin with `<start>` are looked for where a sentence, a clause or a line begins.
    """
    keys: dict[str, list[str]] = {}
    for word in words.split():
        keys.setdefault(word.split("_")[0].strip(","), []).append(word.replace("_", " "))
    for short, long in _SHORTHANDS.items():
        pattern = pattern.replace(short, long)
    alternatives = _alternatives(pattern)
    at_start = [one.removeprefix(_START) for one in alternatives if one.startswith(_START)]
    anywhere = [one for one in alternatives if not one.startswith(_START)]
    return Cue(keys, _any_of(at_start), _any_of(anywhere))


def _any_of(alternatives: list[str]) -> re.Pattern[str] | None:
    pattern = "|".join(alternatives).replace(_START, _BEGINS)
    return re.compile(pattern) if alternatives else None


def _alternatives(pattern: str) -> list[str]:
    # Split at the bars outside every bracket.
    found, depth, in_class = [""], 0, False
    for token in _TOKEN.findall(pattern):
        if token == "|" and not depth and not in_class:
            found.append("")
            continue
        if in_class:
            in_class = token != "]"
        elif token == "[":
            in_class = True
        else:
            depth += (token == "(") - (token == ")")
        found[-1] += token
    return found


def detector(cues: Iterable[Cue]) -> Callable[[Passage], list[Span]]:
    """A function that finds the sentences with any of the cues."""
    by_word: dict[str, dict[str, list[Cue]]] = {}
    for one in cues:
        for word, phrases in one.keys.items():
            for phrase in phrases:
                by_word.setdefault(word, {}).setdefault(phrase, []).append(one)
    needed = frozenset(by_word)
    Passage.looked_for.update(needed)

    def spans(passage: Passage) -> list[Span]:
        starts: set[int] = set()
        for one, lines in _likely(passage, needed.intersection(passage.words), by_word).items():
            for line in set(lines):
                starts.update(_matches(passage, one, line))
        return disjoint([_sentence(passage.lower, start) for start in starts])

    return spans


def _likely(
    passage: Passage, words: Iterable[str], by_word: dict[str, dict[str, list[Cue]]]
) -> dict[Cue, list[int]]:
    # Only the lines that hold a phrase are worth a regular expression.
    likely: dict[Cue, list[int]] = {}
    for word in words:
        for phrase, held_by in by_word[word].items():
            if lines := passage.lines_with(word, phrase):
                for one in held_by:
                    likely.setdefault(one, []).extend(lines)
    return likely


def _matches(passage: Passage, one: Cue, line: int) -> list[int]:
    text = passage.lower
    first, last = passage.line_starts[line], passage.line_starts[line + 1] - 1
    found = []
    if one.anywhere:
        found += [match.start() for match in one.anywhere.finditer(text, first, last)]
    if one.at_start:
        beginnings = passage.beginnings
        there = beginnings[bisect_left(beginnings, first) : bisect_left(beginnings, last)]
        found += [begin for begin in there if one.at_start.match(text, begin, last)]
    return found


def _sentence(text: str, start: int) -> Span:
    # The match may begin with the marks of a list, the span does not.
    marks = _MARKS.match(text, start)
    start = marks.end() if marks else start
    end = _SENTENCE_END.search(text, start)
    return Span(start, end.end() if end else len(text))
