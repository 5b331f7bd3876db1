"""The rules of the detectors applied plainly: every expression on every line, nothing left out.

What the package does besides, to look at few lines with few expressions, must not change a span.
"""

import re
from functools import lru_cache

from latent_reasoning.traces import (
    code_blocks,
    code_inline,
    code_languages,
    code_lines,
    cues,
    passage,
    predicted_output,
)
from latent_reasoning.traces.code_lines import Kind, Line
from latent_reasoning.traces.cue_lists import (
    backtracking,
    exploration,
    gap_analysis,
    monitoring,
    planning,
    reflection,
    self_doubt,
    verification,
)
from latent_reasoning.traces.spans import Span, disjoint

MODULES = (
    *(backtracking, exploration, gap_analysis, monitoring),
    *(planning, reflection, self_doubt, verification),
)
CUES = {module.__name__.rpartition(".")[2]: module.CUES for module in MODULES}
PUNCTUATION = {ord(c): " " for c in '.,;:!?()[]{}<>"*_#`~$\\/|=+-\t'}
BEGINNING = re.compile(
    r"[\n.!?:;,)*>\u2026(\u2014]"
    r"(?:(?<=\n)[ \t>*_#\d.)-]{0,8}|(?<=[.!?:;,)*>\u2026]) |(?<=[>*(\u2014]))"
)
MARKS = re.compile(r"[ \t>*_#\d.)-]{1,8}")
SENTENCE_MARKS = re.compile(r"[ \t>*_#.,)(-]+(?=\w)|\d+[.)][ \t*_]+(?=\w)")
SENTENCE_END = re.compile(r"[.!?]+(?=[\s)*\"'\]]|$)|(?=\n)|\Z")
COMMENT = re.compile(rf"[^\s#][ \t]*({predicted_output._COMMENT.pattern[:-1]})$", re.M | re.I)
PIECES = [
    *code_inline._STATEMENTS,
    code_inline._OF_MODULE,
    *(piece for named in code_inline._CALLED.values() for piece in named),
]


def cue_spans(name: str, text: str) -> list[Span]:
    """Spans of a behaviour with a list of cues."""
    return matched(CUES[name], lowered(text))


@lru_cache(maxsize=8)
def lowered(text: str) -> str:
    """The text in lower case, as detectors read it."""
    return passage.Passage(text).lower


def matched(found_by: tuple[cues.Cue, ...], lower: str) -> list[Span]:
    """Sentences of a text in lower case in which any of some cues matches."""
    starts: set[int] = set()
    for line, first, words, begun in read_lines(lower):
        last = first + len(line)
        for cue in found_by:
            if cue.keys and not holds(line, words, cue.keys):
                continue
            for rule in cue.anywhere:
                starts.update(match.start() for match in rule.finditer(lower, first, last))
            for rule in cue.at_start:
                starts.update(at for at in begun if rule.match(lower, at, last))
    return disjoint([sentence(lower, start) for start in starts])


def holds(line: str, words: frozenset[str], keys: dict[str, str]) -> bool:
    """Whether a line has one of some phrases, and its first word as a word of its own."""
    # Most lines have none of the words, which is seen at once.
    return not words.isdisjoint(keys.values()) and any(
        word in words and phrase in line for phrase, word in keys.items()
    )


# Ten lists of cues are tried on the same text.
@lru_cache(maxsize=8)
def read_lines(lower: str) -> list[tuple[str, int, frozenset[str], list[int]]]:
    """Each line with its place, its words, and where in it something may begin."""
    found, every, first = [], beginnings(lower), 0
    for line in lower.split("\n"):
        words = frozenset(line.translate(PUNCTUATION).split())
        begun = [at for at in every if first <= at < first + len(line)]
        found.append((line, first, words, begun))
        first += len(line) + 1
    return found


def beginnings(lower: str) -> list[int]:
    """Where a sentence, a clause or a line may begin."""
    marks = MARKS.match(lower)
    found = {0, marks.end() if marks else 0}
    found |= {match.end() for match in BEGINNING.finditer(lower)}
    found |= {match.end() for match in re.finditer("\n", lower)}
    return sorted(found)


def sentence(lower: str, start: int) -> Span:
    """From a place, behind marks of lists, to the end of its sentence."""
    marks = SENTENCE_MARKS.match(lower, start)
    start = marks.end() if marks else start
    end = SENTENCE_END.search(lower, start)
    assert end is not None
    return Span(start, end.end())


def split_lines(text: str) -> list[Line]:
    """Lines and kinds, those in fences too."""
    lines: list[Line] = []
    start, in_display = 0, False
    for line in text.split("\n"):
        marks = code_lines._DISPLAY.findall(line)
        in_display = in_display and bool(line.strip())
        kind = Kind.DISPLAY if in_display or marks else kind_of(line.strip())
        lines.append(Line(line, start, start + len(line), kind))
        for mark in marks:
            in_display = not in_display if mark == "$$" else mark in code_lines._OPENS
        start += len(line) + 1
    return lines


def kind_of(line: str) -> Kind:
    """The kind of a line without white space around it."""
    if not line or line.startswith("#"):
        return Kind.NEUTRAL
    line = line.removeprefix("> ").strip() or line
    if len(line) > code_lines._LONGEST_LINE or line[0] in code_lines._NOT_FIRST:
        return Kind.PROSE
    prompted = code_lines._DOCTEST.fullmatch(line) or code_lines._CONTINUED.fullmatch(line)
    if prompted:
        calculates = is_expression(prompted[1]) and code_lines._CALCULATES.search(prompted[1])
        code = calculates or kind_of(prompted[1]) in (Kind.STRONG, Kind.WEAK)
        return Kind.STRONG if code else Kind.PROSE
    if code_lines._TITLE.match(line):
        return Kind.PROSE
    if code_lines._STRONG.match(line):
        return Kind.STRONG
    bare = code_lines._COMMENT.sub("", code_lines._STRING.sub('""', line)).strip()
    for pattern in (code_lines._ASSIGNMENT, code_lines._HEADER, code_lines._STATEMENT):
        if match := pattern.fullmatch(bare):
            groups = match.groupdict()
            value = groups.get("value") or groups.get("inside")
            if value is not None and not is_expression(value):
                return Kind.PROSE
            return Kind.STRONG if code_lines._EVIDENT.search(line) else Kind.WEAK
    compound = code_lines._COMPOUND.fullmatch(bare)
    if compound and kind_of(compound["head"]) in (Kind.STRONG, Kind.WEAK):
        body = kind_of(compound["body"])
        return Kind.STRONG if body is Kind.WEAK and bare.startswith("elif") else body
    return Kind.PROSE


def is_expression(value: str) -> bool:
    """Whether a value reads as an expression of Python."""
    excluded = code_lines._NOT_EXPRESSION.search(value)
    return bool(code_lines._EXPRESSION.fullmatch(value)) and not excluded


def blocks(lines: list[Line]) -> list[tuple[code_blocks._Fence | None, list[Line], int | None]]:
    """Fences, the lines behind each up to its end, and where its closing mark ends, line by line.

    A block that the text ends in has -1 for that place.
    """
    found, current, content = [], None, []
    for line in lines:
        marked = "```" in line.text or "~~~" in line.text
        fence = code_blocks._fence(line.text, line.start) if marked else None
        closing = (
            code_blocks._closing(line.text, line.start, fence, current)
            if marked and current
            else None
        )
        if closing is not None:
            content.append(line._replace(text=line.text[: closing.start - line.start]))
            found.append((current, content, closing.end))
            current, content = None, []
        elif fence is None or fence.kind == "words" or (current and fence.kind == "untagged"):
            content.append(line)
        else:
            found.append((current, content, None))
            current, content = fence, []
    return [*found, (current, content, -1)]


@lru_cache(maxsize=8)
def code_spans(text: str) -> list[Span]:
    """Code, every line classed and every way of standing in a sentence looked for in each."""
    spans: list[Span] = []
    for fence, lines, end in blocks(split_lines(text)):
        written = [line.end for line in lines if line.text.strip()]
        if fence is None:
            runs = [Span(run[0].start, run[-1].end) for run in code_lines.code_runs(lines)]
            every = [piece._replace(anchor="") for piece in PIECES]
            found = sorted([*runs, *code_inline.inline_spans(lines, every, runs)])
            spans += found
            spans = sorted([*spans, *code_languages.other_spans(lines, spans)])
            continue
        strong = any(line.kind is Kind.STRONG for line in lines)
        if fence.kind == "program":
            code = end == -1 or bool(written)
        elif fence.kind == "untagged":
            code = code_lines.is_code(lines, fenced=True)
        else:
            code = fence.kind == "text" and strong
        if not code and fence.kind in ("untagged", "text"):
            code = any(code_languages.other_spans(lines, ()))
        if code:
            last = max([fence.end, *written]) if end in (None, -1) else end
            spans.append(Span(fence.start, last))
    return spans


def predicted_output_spans(text: str) -> list[Span]:
    """Predicted output, its expressions tried on the whole text."""
    code, rules = code_spans(text), predicted_output
    spans = matched(rules._TICKED_CUES, lowered(text))
    if not code:
        return spans
    first = code[0].start
    spans += [Span(*match.span()) for match in rules._OUTPUT_BLOCK.finditer(text)]
    spans += rules._below_code(text, code)
    # "..." on its own leaves something out; it goes on with a session only where there is one.
    spans += rules._session(text, first) if ">>>" in text or "In [" in text else []
    for match in rules._LABEL.finditer(text, first):
        at = match.end()
        below = rules._BLOCK_BELOW.match(text, at) or rules._VALUE_BEHIND.match(text, at)
        below = below or rules._VALUE_BELOW.match(text, at)
        if below:
            spans.append(rules._trimmed(text, match.start(), below.end()))
    for start, end in code:
        spans += [Span(*match.span(1)) for match in COMMENT.finditer(text, start, end)]
    spans += rules._other_comments(text, code)
    said = matched(rules._SAID_CUES, lowered(text))
    spans += [span for span in said if span.start > first and not rules._inside(span, code)]
    return disjoint([span for span in spans if span.start < span.end])
