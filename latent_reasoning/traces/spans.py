"""Spans: stretches of a text, and finding them alike whatever the line ends."""

from collections.abc import Callable
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of a text, in characters."""

    start: int
    """Offset of the first character."""
    end: int
    """Offset after the last character."""


def whatever_the_line_ends(find: Callable[[str], list[Span]], text: str) -> list[Span]:
    r"""Find spans in a text with \n for every \r\n and \r, and move them back to the text.

    So the same text has the same spans, but for their offsets, with either kind of line end.

    >>> whatever_the_line_ends(lambda text: [Span(2, 4)] if "\n" in text else [], "a\r\nbc")
    [Span(start=3, end=5)]
    """
    if "\r" not in text:
        return find(text)
    pieces = text.split("\r\n")
    spans = find("\n".join(pieces).replace("\r", "\n"))
    # Line breaks in the plain text, counted from its start, that were two characters long.
    breaks, at = [], 0
    for piece in pieces[:-1]:
        at += len(piece)
        breaks.append(at)
        at += 1
    moved, n = [], 0
    for start, end in spans:
        while n < len(breaks) and breaks[n] < start:
            n += 1
        m = n
        while m < len(breaks) and breaks[m] < end:
            m += 1
        moved.append(Span(start + n, end + m))
    return moved


def disjoint(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap joined.

    >>> disjoint([Span(5, 9), Span(0, 2), Span(1, 3)])
    [Span(start=0, end=3), Span(start=5, end=9)]
    """
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
