r"""Code blocks: where a text holds a program, fenced, bare or inside a sentence.

Code is found line by line, in linear time, and never executed:

1. A fenced block tagged python (or another programming language) is code, closed or cut off;
   blocks with any other tag, such as output, bash or latex, are not.
2. The content of an untagged fence, and every run of code lines outside fences, is code when
   `code_lines.is_code` (Python) or `code_languages` says so.
3. In the other lines outside fences, what `code_inline` and `code_languages` find.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from latent_reasoning.traces.code_inline import inline_spans, pieces_of
from latent_reasoning.traces.code_languages import may_hold_others, other_spans
from latent_reasoning.traces.code_lines import Line, code_runs, is_code, split_lines
from latent_reasoning.traces.spans import Span


def code_spans(text: str) -> list[Span]:
    r"""Find code: fenced blocks with their fences, runs of bare code lines, code in sentences.

    >>> code_spans("First:\nx = 37\nx = x + 12\nSo 49.")
    [Span(start=7, end=24)]
    >>> code_spans("2x = 10\nx = 10 / 2\nx = 5")
    []
    """
    spans: list[Span] = []
    fenced = "```" in text or "~~~" in text
    lines = split_lines(text)
    pieces = pieces_of(text)
    others = may_hold_others(text)
    inline = bool(pieces) or ";" in text or "`" in text
    for block in _blocks(lines) if fenced else [_Block(None, lines, None, ended=False)]:
        if block.fence is None:
            runs = [Span(run[0].start, run[-1].end) for run in code_runs(block.lines)]
            found = inline_spans(block.lines, pieces, runs) if inline else ()
            spans += sorted([*runs, *found])
            if others:
                spans = sorted([*spans, *other_spans(block.lines, spans)])
        elif block.fence.kind == "program":
            if not block.ended or any(line.text.strip() for line in block.lines):
                spans.append(_around(block, block.fence))
        elif block.fence.kind == "untagged" and (
            is_code(block.lines, fenced=True) or (others and any(other_spans(block.lines, ())))
        ):
            spans.append(_around(block, block.fence))
    return spans


class _Fence(NamedTuple):
    kind: str
    """program, other (tag), untagged, or words: a mark with a sentence behind it."""
    mark: str
    """The three characters that a closing mark must repeat."""
    start: int
    """Offset of the mark in the text."""
    end: int
    """Offset after the mark and its tag."""


class _Block(NamedTuple):
    fence: _Fence | None
    """The opening fence; None for lines outside any fence."""
    lines: Sequence[Line]
    """The lines between the fences."""
    end: int | None
    """Offset after the closing mark, if one was written."""
    ended: bool
    """False when the text stops inside the block."""


# A fence starts its line, or ends it with a tag, so that prose about "```python" opens nothing.
_FENCE = re.compile(r"[ \t>*-]*+(?P<mark>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^`~]*+)")
_PROGRAM_TAG = re.compile(
    r"\{?\.?(?:(?:i?python|py|sage)[23]?(?:\.[0-9]+)?|pycon|python-repl|sagemath|tool_code|code"
    r"|c|c\+\+|cpp|c#|csharp|java|javascript|js|typescript|ts|julia|r|matlab|octave|go|rust|ruby"
    r"|haskell|scala|kotlin|swift|php|perl|lua|mathematica|wolfram|maple|pascal|fortran|sql|prolog|lean4?"
    r"|gp|pari|maxima|gap|clojure|lisp|scheme|racket|elixir|erlang|ocaml|fsharp|f#|ada|basic|vb|vba"
    r"|dart|zig|nim|groovy|awk|bc|tcl|apl|jl|rb|rs|hs|kt|wl|asm|jupyter)"
    r"(?:[}]|$|[ \t]*+[{#]|[ \t]++\w+=)",
    re.I,
)
_LATE_FENCE = re.compile(r"(?P<mark>```|~~~)(?P<info>i?python3?|py3?)[ \t]*+$", re.I)
_ONE_WORD = re.compile(r"[\w+#.{}=-]*+[ \t]*+")


def _fence(line: Line) -> _Fence | None:
    match = _FENCE.fullmatch(line.text)
    late = None if match else _LATE_FENCE.search(line.text)
    if late:
        return _Fence("program", late["mark"], line.start + late.start("mark"), line.end)
    if match is None:
        return None
    info = match["info"].strip()
    if _PROGRAM_TAG.match(info):
        kind = "program"
    elif info:
        kind = "other" if _ONE_WORD.fullmatch(info) else "words"
    else:
        kind = "untagged"
    start = line.start + match.start("mark")
    end = match.end("mark") if kind == "words" else len(line.text.rstrip())
    return _Fence(kind, match["mark"][:3], start, line.start + end)


def _blocks(lines: Sequence[Line]) -> Iterator[_Block]:
    current: _Fence | None = None
    content: list[Line] = []
    for line in lines:
        if "```" not in line.text and "~~~" not in line.text:
            content.append(line)
            continue
        fence = _fence(line)
        closing = _closing(line, fence, current) if current else None
        if closing is not None:
            content.append(line._replace(text=line.text[: closing.start - line.start]))
            yield _Block(current, content, closing.end, ended=True)
            current, content = None, []
        elif fence is None or fence.kind == "words" or (current and fence.kind == "untagged"):
            content.append(line)
        else:
            yield _Block(current, content, None, ended=True)
            current, content = fence, []
    yield _Block(current, content, None, ended=False)


def _closing(line: Line, fence: _Fence | None, current: _Fence) -> Span | None:
    if fence is not None:
        closes = fence.kind in ("untagged", "words") and fence.mark == current.mark
        return Span(fence.start, fence.end) if closes else None
    # "print(x)```" lost the line break before its closing mark; a pair of marks is inline code.
    if line.text.count(current.mark) != 1:
        return None
    start = line.start + line.text.index(current.mark)
    return Span(start, start + len(current.mark))


def _around(block: _Block, fence: _Fence) -> Span:
    written = [line.end for line in block.lines if line.text.strip()]
    return Span(fence.start, block.end if block.end is not None else max([fence.end, *written]))
