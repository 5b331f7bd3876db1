r"""Prose line: one line of a text in lower case, where its clauses begin and which words it holds."""

import re
from collections.abc import Sequence

SEPARATORS = frozenset('.,;:!?()[]{}<>"*_#`~$\\/|=+-\t')
"""What no word holds, besides white space."""
_MARKS = re.compile(r"[ \t>*_#\d.)-]{1,8}")
# A line break with the marks of a list behind it, punctuation with a space, an opening mark.
_BEGINNING = re.compile(
    r"[\n.!?:;,)*>\u2026(\u2014]"
    r"(?:(?<=\n)[ \t>*_#\d.)-]{0,8}|(?<=[.!?:;,)*>\u2026]) |(?<=[>*(\u2014]))"
)


class ProseLine:
    """A line and where it stands in its text."""

    __slots__ = ("_beginnings", "end", "start", "text", "whole")

    def __init__(self, whole: str, text: str, start: int) -> None:
        """A line.

        Args:
            whole: The text it is from, in lower case.
            text: The line without its line break.
            start: Where it begins.
        """
        self.whole, self.text = whole, text
        self.start, self.end = start, start + len(text)
        self._beginnings: Sequence[int] | None = None

    @property
    def beginnings(self) -> Sequence[int]:
        """Where a sentence, a clause or the line itself may begin, also behind marks of lists."""
        if self._beginnings is None:
            # The line break before it is read along.
            matches = _BEGINNING.finditer(self.whole, max(self.start - 1, 0), self.end)
            found = {self.start, *[match.end() for match in matches]}
            if not self.start and (marks := _MARKS.match(self.text)):
                found.add(marks.end())
            found.discard(self.end)
            self._beginnings = sorted(found)
        return self._beginnings

    def holds(self, word: str) -> bool:
        """Whether a word stands in it, with nothing but separators and white space around it."""
        at = self.text.find(word)
        while at >= 0:
            before, behind = self.text[at - 1 : at], self.text[at + len(word) :][:1]
            if _separates(before) and _separates(behind):
                return True
            at = self.text.find(word, at + 1)
        return False


def _separates(character: str) -> bool:
    return not character or character in SEPARATORS or character.isspace()
