r"""Predicted output: what a completion says its code prints, though the code was never run.

1. A block tagged output (or result, stdout, console) behind code, and an untagged or text block
   behind the word "Output:".
2. The line of an interactive session behind a prompt (`>>> 37 + 12`, then `49`).
3. A comment behind code that is nothing but a value: `x = x + 12  # 49`, `print(x)  # Output: 49`.
4. Where there is code: a sentence or label that says what it prints, such as "The output is 49".
"""

import re
from collections.abc import Iterator, Sequence

from latent_reasoning.traces.cues import cue, detector
from latent_reasoning.traces.passage import Passage
from latent_reasoning.traces.spans import Span, disjoint

_MARK = r"^[ \t>]*(?:`{3}|~{3})"
_OUTPUT_BLOCK = re.compile(
    rf"{_MARK}[ \t]*(?:output|result|results|stdout|console|plaintext|execution_?result"
    rf"|text output)"
    rf"[ \t]*\n(?:.*\n)*?(?:{_MARK}[ \t]*$|.*\Z)",
    re.MULTILINE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[ \t>*_#-]*(?:(?:the|expected|code|program|execution|python|console|printed|sample|my) )?"
    r"(?:output|execution result)s?(?: of (?:the|this) \w+)?[*_ ]*:[*_ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
_BLOCK_BELOW = re.compile(
    rf"\s*?\n{_MARK}(?:text|plaintext|output)?[ \t]*\n(?:.*\n)*?{_MARK}", re.M
)
_VALUE_BELOW = re.compile(r"[ \t]*\n{1,2}[ \t]*[^\n`]{1,200}")
_VALUE_BEHIND = re.compile(r"[^\n]*\S")
_SESSION = re.compile(
    r"^[ \t]*(?:>>>|In \[\d*\]:|\.\.\.) ?[^\n]*\n(?=[ \t]*(?!>>>|\.\.\.|In \[)\S)", re.M
)
_SESSION_OUTPUT = re.compile(r"[ \t]*(?:Out\[\d*\]: ?)?[^\n]{1,200}")
_VALUE = (
    r"(?:[-+]?\$?[0-9][0-9,_]*(?:\.[0-9]+)?(?:/[0-9]+)?%?|[-+]?\.[0-9]+|\[[^\]\n]{0,80}\]"
    r"|\([-0-9., ]+\)"
    r"|\{[^}\n]{0,80}\}|True|False|None|\"[^\"\n]{0,60}\"|'[^'\n]{0,60}')"
)
_COMMENT = re.compile(
    r"[^\s#][ \t]*(#[ \t]*(?:(?:=|=>|->|\u2192|==>|outputs?|prints?|returns?|gives|results?"
    r"|expected"
    rf" output|should (?:print|be|output|return)|will (?:print|be|output|return)|this (?:prints"
    rf"|gives))"
    rf"[ \t]*:?[ \t]*)?(?:[a-z_]\w* ?=+ ?)?{_VALUE}[ \t]*\.?[ \t]*)$",
    re.MULTILINE | re.IGNORECASE,
)
_NOUN = r"(?:code|program|script|snippet|function|loop|block|python code|cell)"
_SAID = detector(
    (
        cue(
            "output outputs print prints printed returns return gives produces yields displays"
            " results run running execute executing evaluating",
            rf"\b(?:(?:the|this|that|above|our|my)(?: \w+){{0,2}} {_NOUN}(?: above| below)?"
            r"(?:,? when (?:run|executed),?)?(?: will| would| should)? (?:outputs?|prints?|returns?"
            r"|gives?(?: us)?|produces?|yields?|displays?|results? in|prints out)\b"
            r"|(?:run(?:ning)?|execut(?:e|ing)|(?:when|if) (?:we|you|i) (?:run|execute)"
            rf"|(?:upon|after) (?:running|executing))(?: \w+){{0,3}} {_NOUN}\b"
            r"|(?:running|executing|evaluating) (?:this|it)\b"
            r"|(?:the|its|expected|resulting|printed) output (?:of [^.\n]{1,60} )?(?:is|was|will be"
            r"|would be|should be|shows|gives|from)\b"
            r"|(?:it|this|which|`?print\([^\n]{0,40}\)`?) (?:(?:will|would|should) (?:print|output"
            r"|return)|prints|outputs|returns)\b)"
            r"(?=[^\n]*(?:[0-9]|\\boxed|true|false|\[|:[ \t]*$))",
        ),
    )
)


def predicted_output_spans(passage: Passage) -> list[Span]:
    """Where a text gives the output of its own code."""
    code = passage.code
    if not code:
        return []
    text, first = passage.text, code[0].start
    spans: list[Span] = []
    if "```" in text or "~~~" in text:
        spans += [Span(*match.span()) for match in _OUTPUT_BLOCK.finditer(text, first)]
        spans += _below_code(text, code)
    if "output" in passage.lower or "result" in passage.lower:
        spans += _labelled(text, first)
    if ">>>" in text or "In [" in text:
        spans += _session(text, first)
    spans += _comments(text, code)
    spans += [span for span in _SAID(passage) if span.start > first and not _inside(span, code)]
    return disjoint([span for span in spans if span.start < span.end])


def _below_code(text: str, code: Sequence[Span]) -> Iterator[Span]:
    for _, end in code:
        below = _BLOCK_BELOW.match(text, end) if text.endswith(("```", "~~~"), 0, end) else None
        if below:
            yield _trimmed(text, *below.span())


def _labelled(text: str, first: int) -> Iterator[Span]:
    for match in _LABEL.finditer(text, first):
        below = _BLOCK_BELOW.match(text, match.end()) or _VALUE_BEHIND.match(text, match.end())
        below = below or _VALUE_BELOW.match(text, match.end())
        if below:
            yield _trimmed(text, match.start(), below.end())


def _session(text: str, first: int) -> Iterator[Span]:
    for match in _SESSION.finditer(text, first):
        output = _SESSION_OUTPUT.match(text, match.end())
        if output:
            yield _trimmed(text, *output.span())


def _comments(text: str, code: Sequence[Span]) -> Iterator[Span]:
    for start, end in code:
        if text.find("#", start, end) < 0:
            continue
        yield from (Span(*match.span(1)) for match in _COMMENT.finditer(text, start, end))


def _inside(span: Span, code: Sequence[Span]) -> bool:
    return any(start <= span.start < end for start, end in code)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
