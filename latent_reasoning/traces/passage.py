"""Passage: one text with what several detectors need of it, computed once."""

import re
from collections.abc import Sequence
from functools import cached_property

from latent_reasoning.traces.code_blocks import code_spans
from latent_reasoning.traces.spans import Span

_PUNCTUATION = {ord(c): " " for c in '.,;:!?()[]{}<>"*_#`~$\\/|=+-\n\t'}
_MARKS = re.compile(r"[ \t>*_#\d.)-]{1,8}")
_BEGINNING = re.compile(r"\n|(?<=\n)[ \t>*_#\d.)-]{1,8}|[.!?:;,)*>\u2026] |[>*(\u2014]")
_APOSTROPHES = {0x2019: "'", 0x2018: "'"}


class Passage:
    r"""A text whose line ends are \n, and what detectors read of it."""

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
    def words(self) -> frozenset[str]:
        """The words of the text, in lower case, without punctuation around them."""
        return frozenset(self.lower.translate(_PUNCTUATION).split())

    @cached_property
    def beginnings(self) -> list[int]:
        """Where a sentence, a clause or a line may begin, also behind marks of lists, in order."""
        marks = _MARKS.match(self.lower)
        found = {0, marks.end() if marks else 0}
        found.update([match.end() for match in _BEGINNING.finditer(self.lower)])
        return sorted(found)

    @cached_property
    def code(self) -> Sequence[Span]:
        """Where it holds code."""
        return code_spans(self.text)
