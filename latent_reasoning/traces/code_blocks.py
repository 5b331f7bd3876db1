r"""Code blocks: where a text holds a program, fenced, bare or inside a sentence.

Code is found line by line, in linear time, and never executed:

1. A fenced block tagged python (or another programming language) is code, closed or cut off;
   blocks with any other tag, such as output, are not.
2. The content of an untagged fence, and every run of code lines outside fences, is code when
   `code_lines.is_code` (Python) or `code_languages` says so; a block tagged latex, text or bash
   where one of its lines is code on its own.
3. In the other lines outside fences, what `code_inline` and `code_languages` find.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from latent_reasoning.traces.code_inline import inline_spans, may_hold_pieces, pieces_of
from latent_reasoning.traces.code_languages import may_hold_code, may_hold_others, other_spans
from latent_reasoning.traces.code_lines import STRONG, Line, code_runs, is_code, split_lines
from latent_reasoning.traces.spans import Span


def code_spans(text: str) -> list[Span]:
    r"""Find code: fenced blocks with their fences, runs of bare code lines, code in sentences.

    >>> code_spans("First:\nx = 37\nx = x + 12\nSo 49.")
    [Span(start=7, end=24)]
    >>> code_spans("2x = 10\nx = 10 / 2\nx = 5")
    []
    """
    blocks = [*_blocks(text)]
    # What is between the marks of a program is code whatever it says, and is not read.
    unread = [block.text for block in blocks if block.fence is None]
    outside = unread[0] if len(unread) == 1 else "\n".join(unread)
    fenced = [block.text for block in blocks if block.fence and block.fence.kind in _READ]
    read = "\n".join([outside, *fenced]) if fenced else outside
    bare = may_hold_code(read)
    others = bare and may_hold_others(read)
    pieces = pieces_of(outside) if may_hold_pieces(outside) else []
    inline = bool(pieces) or ";" in outside or "`" in outside
    lines = split_lines(text, bare) if bare or inline else ()
    spans: list[Span] = []
    for block in blocks:
        if block.fence is not None:
            if _is_program(block, block.fence, lines if bare else (), others):
                spans.append(_around(block, block.fence))
        elif lines:
            inside = _lines_of(block, lines)
            runs = [Span(run[0].start, run[-1].end) for run in code_runs(inside)] if bare else []
            found = inline_spans(inside, pieces, runs) if inline else ()
            spans += sorted([*runs, *found])
            if others:
                spans = sorted([*spans, *other_spans(inside, spans)])
    return spans


class _Fence(NamedTuple):
    kind: str
    """program, text (a tag under which programs stand as well), other (tag), untagged, or words: a
    mark with a sentence behind it."""
    mark: str
    """The three characters that a closing mark must repeat."""
    start: int
    """Offset of the mark in the text."""
    end: int
    """Offset after the mark and its tag."""


class _Block(NamedTuple):
    fence: _Fence | None
    """The opening fence; None for lines outside any fence."""
    text: str
    """What stands between the fences."""
    start: int
    """Offset of its first character in the text."""
    end: int | None
    """Offset after the closing mark, if one was written."""
    ended: bool
    """False when the text stops inside the block."""


# A fence starts its line, or ends it with a tag, so that prose about "```python" opens nothing.
_FENCE = re.compile(r"[ \t>*-]*+(?P<mark>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^`~]*+)")
_PROGRAM_TAG = re.compile(
    r"\{?\.?(?:(?:i?python|py|sage)[23]?(?:\.[0-9]+)?|pycon|python-repl|sagemath|tool_code|code"
    r"|c|c\+\+|cpp|c#|csharp|java|javascript|js|typescript|ts|julia|r|matlab|octave|go|rust|ruby"
    r"|haskell|scala|kotlin|swift|php|perl|lua|mathematica|wolfram|maple|pascal|fortran|sql"
    r"|prolog|lean4?"
    r"|gp|pari|maxima|gap|clojure|lisp|scheme|racket|elixir|erlang|ocaml|fsharp|f#|ada|basic|vb|vba"
    r"|dart|zig|nim|groovy|awk|bc|tcl|apl|jl|rb|rs|hs|kt|wl|asm|jupyter)"
    r"(?:[}]|$|[ \t]*+[{#]|[ \t]++\w+=)",
    re.I,
)
_TEXT_TAG = re.compile(r"(?:la)?tex|te?xt|plain|markdown|md|math|bash|sh|shell|zsh", re.I)
_READ = ("untagged", "text")
_LATE_FENCE = re.compile(r"(?P<mark>```|~~~)(?P<info>i?python3?|py3?)[ \t]*+$", re.I)
_MARK = re.compile(r"```|~~~")
_line_start = attrgetter("start")
_ONE_WORD = re.compile(r"[\w+#.{}=-]*+[ \t]*+")


def _fence(line: str, at: int) -> _Fence | None:
    match = _FENCE.fullmatch(line)
    late = None if match else _LATE_FENCE.search(line)
    if late:
        return _Fence("program", late["mark"], at + late.start("mark"), at + len(line))
    if match is None:
        return None
    info = match["info"].strip()
    if _PROGRAM_TAG.match(info):
        kind = "program"
    elif info:
        kind = "text" if _TEXT_TAG.fullmatch(info) else "other"
        kind = kind if _ONE_WORD.fullmatch(info) else "words"
    else:
        kind = "untagged"
    end = match.end("mark") if kind == "words" else len(line.rstrip())
    return _Fence(kind, match["mark"][:3], at + match.start("mark"), at + end)


def _blocks(text: str) -> Iterator[_Block]:
    current: _Fence | None = None
    start = end = 0
    # Most texts have none, which is found out faster so.
    fenced = ("`" in text and "```" in text) or ("~" in text and "~~~" in text)
    for mark in _MARK.finditer(text) if fenced else ():
        if mark.start() < end:
            continue
        first = text.rfind("\n", 0, mark.start()) + 1
        end = text.find("\n", first)
        end = len(text) if end < 0 else end
        line = text[first:end]
        fence = _fence(line, first)
        closing = _closing(line, first, fence, current) if current else None
        if closing is not None:
            yield _Block(current, text[start : closing.start], start, closing.end, ended=True)
            current, start = None, end + 1
        elif not (fence is None or fence.kind == "words" or (current and fence.kind == "untagged")):
            yield _Block(current, text[start:first], start, None, ended=True)
            current, start = fence, end + 1
    yield _Block(current, text[start:], start, None, ended=False)


def _closing(line: str, at: int, fence: _Fence | None, current: _Fence) -> Span | None:
    if fence is not None:
        closes = fence.kind in ("untagged", "words") and fence.mark == current.mark
        return Span(fence.start, fence.end) if closes else None
    # "print(x)```" lost the line break before its closing mark; a pair of marks is inline code.
    if line.count(current.mark) != 1:
        return None
    start = at + line.index(current.mark)
    return Span(start, start + len(current.mark))


def _is_program(block: _Block, fence: _Fence, lines: Sequence[Line], others: bool) -> bool:
    if fence.kind == "program":
        return not block.ended or bool(block.text.strip())
    if fence.kind not in _READ or not lines:
        return False
    inside = _lines_of(block, lines)
    if any(line.kind is STRONG for line in inside):
        return True
    whole = fence.kind == "untagged" and is_code(inside, fenced=True)
    return whole or (others and any(other_spans(inside, ())))


def _lines_of(block: _Block, lines: Sequence[Line]) -> Sequence[Line]:
    stop = block.start + len(block.text)
    first, last = (bisect_left(lines, at, key=_line_start) for at in (block.start, stop))
    inside = lines[first:last]
    if inside and inside[-1].end > stop:
        # Its closing mark stands in the same line.
        inside = [
            *inside[:-1],
            inside[-1]._replace(text=block.text[inside[-1].start - block.start :]),
        ]
    return inside


def _around(block: _Block, fence: _Fence) -> Span:
    if block.end is not None:
        return Span(fence.start, block.end)
    written = len(block.text.rstrip())
    if not written:
        return Span(fence.start, fence.end)
    end = block.text.find("\n", written)
    return Span(fence.start, block.start + (len(block.text) if end < 0 else end))
