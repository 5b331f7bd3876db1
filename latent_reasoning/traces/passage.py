"""Passage: one text with what several detectors need of it, computed once."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from latent_reasoning.traces.code_blocks import code_spans
from latent_reasoning.traces.spans import Span

_PUNCTUATION = {ord(c): " " for c in '.,;:!?()[]{}<>"*_#`~$\\/|=+-\t'}
_MARKS = re.compile(r"[ \t>*_#\d.)-]{1,8}")
# A line break with the marks of a list behind it, punctuation with a space, an opening mark.
_BEGINNING = re.compile(
    r"[\n.!?:;,)*>\u2026(\u2014]"
    r"(?:(?<=\n)[ \t>*_#\d.)-]{0,8}|(?<=[.!?:;,)*>\u2026]) |(?<=[>*(\u2014]))"
)
_APOSTROPHES = {0x2019: "'", 0x2018: "'"}


class Passage:
    r"""A text whose line ends are \n, and what detectors read of it."""

    looked_for: ClassVar[set[str]] = set()
    """Every word that some detector asks for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def lower(self) -> str:
        """The text in lower case, character by character, with straight apostrophes."""
        lowered = self.text.lower()
        if len(lowered) != len(self.text):
            # Some letters become two; offsets must stay.
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        return lowered if lowered.isascii() else lowered.translate(_APOSTROPHES)

    @cached_property
    def words(self) -> dict[str, list[int]]:
        """Numbers of the lines of every word that is looked for, without punctuation around it."""
        found: dict[str, list[int]] = {}
        for number, line in enumerate(self.lower.translate(_PUNCTUATION).split("\n")):
            for word in self.looked_for.intersection(line.split()):
                found.setdefault(word, []).append(number)
        return found

    @cached_property
    def beginnings(self) -> list[int]:
        """Where a sentence, a clause or a line may begin, also behind marks of lists, in order."""
        text = self.lower
        marks = _MARKS.match(text)
        found = {0, marks.end() if marks else 0}
        found.update([match.end() for match in _BEGINNING.finditer(text)])
        found.update(self.line_starts[:-1])
        return sorted(found)

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line begins, and one past the end of the text."""
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return [*starts, len(self.text) + 1]

    def lines_with(self, word: str, phrase: str) -> list[int]:
        """Numbers of the lines that hold a word, and of these the ones that hold a phrase."""
        lines = self.words[word]
        if word == phrase:
            return lines
        text, starts = self.lower, self.line_starts
        return [line for line in lines if text.find(phrase, starts[line], starts[line + 1]) >= 0]

    @cached_property
    def code(self) -> Sequence[Span]:
        """Where it holds code."""
        return code_spans(self.text)
