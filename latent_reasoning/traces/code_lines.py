r"""Code lines: tell Python from prose and mathematics, one line at a time.

1. A line is *strong* code (`def`, `import`, `print(...)`, a doctest or notebook prompt, a loop over
   `range`, a call of sympy), *weak* code (an assignment, a block header, a call), neutral (blank,
   comment) or prose. LaTeX displays, drawings in `[asy]` and chains of equations such as
   `x = 3 + 4 = 7` are prose.
2. Lines are code together when one is strong, or two are weak and something in them is executed
   rather than stated: a self-reference (`x = x + 1`), a trailing comment, an indented body, a value
   computed from an earlier one. A derivation (`x = 10 / 2`, then `x = 5`) has none of these.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import partial
from itertools import accumulate, pairwise
from typing import NamedTuple


class Kind(Enum):
    """How far a line alone is code."""

    STRONG = "code on its own"
    WEAK = "code in company"
    NEUTRAL = "blank or comment"
    PROSE = "not code"
    DISPLAY = "LaTeX display or drawing"


# A name of a module is found faster than a member of an enumeration.
STRONG, WEAK, NEUTRAL, PROSE, DISPLAY = Kind


class Line(NamedTuple):
    """One line of a text."""

    text: str
    """The line without its line end."""
    start: int
    """Offset of its first character in the text."""
    end: int
    """Offset after its last character, before the line end."""
    kind: Kind
    """How far it is code, read alone."""


# Two thirds of the time that `Line(...)` takes.
_new_line = partial(tuple.__new__, Line)
# Longer lines are never bare code; the limit also bounds the cost of every pattern below.
_LONGEST_LINE = 400
_KEYWORDS = r"(?:and|or|not|in|is|if|else|for|lambda|as|await|None|True|False)\b"
_NAME = r"[A-Za-z_]\w*+"
_NAMES = rf"{_NAME}(?:[ ]*,[ ]*{_NAME})*+"
_TARGET = rf"{_NAME}(?:\[[^\]]*+\]|\.{_NAME})*+"
_TYPE = r"(?:int|float|str|bool|[Ll]ist|[Dd]ict|[Tt]uple|[Ss]et|Fraction)\b[\w.\[\], |]*?"
_MODULE = rf"[\w.]+(?:[ ]+as[ ]+{_NAME})?"
_STRONG = re.compile(
    rf"(?:async[ ]+)?def[ ]+{_NAME}[ ]*\("
    rf"|import[ ]+{_MODULE}(?:[ ]*,[ ]*{_MODULE})*[ ]*(?:#.*)?$"
    rf"|from[ ]+[\w.]+[ ]+import[ ]+(?:\*|\(?[ ]*{_NAMES}(?:[ ]+as[ ]+{_NAME})?[ ]*,?[ ]*\)?)"
    r"[ ]*(?:#.*)?$"
    r"|print\((?:.*\)[ ]*(?:#.*)?|[^)]*)$"
    rf"|for[ ]+\(?{_NAMES}\)?[ ]+in[ ]+(?:range|enumerate|zip|sorted|reversed)\(.*:[ ]*(?:#.*)?$"
    r"|if[ ]+__name__[ ]*==|assert[ ]+[\w(].*(?:[=!<>]=|[<>]|[ ]in[ ])",
    re.ASCII,
)
_MODULES = r"(?:math|np|numpy|sp|sympy|sym|itertools|cmath|random|collections|functools|scipy)"
_SYMPY = (
    r"(?:(?:symbols|Symbol|factorint|isprime|nsimplify|divisors|totient|primerange|Rational"
    r"|Fraction|Eq)\(|(?:solve|solveset|linsolve|nsolve|simplify|expand|factor|integrate|diff"
    r"|limit|summation)\((?=.*(?:\*\*|,))(?!.*->))"
)
# In a line that reads as a statement, each of these settles that it is meant to be executed.
_EVIDENT = re.compile(
    rf"\b(?:(?:range|print)\(|{_SYMPY})|\b{_MODULES}\.[A-Za-z]\w*\(|\blambda\b[ \w,]*:"
    r"|[\[({].* for [\w, ]+ in .*[\])}]|\.(?:append|subs|evalf|items|format|split|join)\("
    r"|\b(?:int|float|str|input|len|sum|sorted|list|set|round)\((?:.*[\[(]|\"|input)",
    re.ASCII,
)
_DOCTEST = re.compile(r"(?:>>>|In[ ]?\[[0-9 ]*\]:)[ ]?(\S.*)")
_CONTINUED = re.compile(r"\.\.\.[ ]+(\S.*)")
_CALCULATES = re.compile(r"[0-9(\[=]")
_CLOSER = re.compile(r"[ \t]*+[)\]}]+[,:]?[ \t]*+")
_ASSIGNMENT = re.compile(
    rf"(?P<targets>{_TARGET}(?:[ ]*,[ ]*{_TARGET})*+)(?:[ ]*:[ ]*{_TYPE})?"
    r"[ ]*(?P<operator>\*\*|//|[-+*/%])?=(?!=)[ ]*(?P<value>.+)",
    re.ASCII,
)
_HEADER = re.compile(
    rf"(?:for[ ]+\(?{_NAMES}\)?[ ]+in|while|if|elif|with|except)[ ]+(?P<value>\S.*):"
    rf"|(?:else|try|finally|except)[ ]*:|class[ ]+{_NAME}(?:\(.*\))?:",
    re.ASCII,
)
_STATEMENT = re.compile(
    rf"(?:return|assert|yield|raise|del)[ ]+(?P<value>\S.*)|return|break|continue|pass"
    rf"|(?P<call>{_NAME}(?:\.{_NAME})*+)\((?P<inside>.*)\)",
    re.ASCII,
)
# "if n % 2 == 0: n = n // 2", "else: n = 3 * n + 1"
_COMPOUND = re.compile(r"(?P<head>(?:(?:if|elif|while|for) [^:]+|else):)[ ]+(?P<body>[a-z_].*)")
_WORDED = re.compile(r"(?:return|break|continue|pass|assert|yield|raise|del)\b")
_STRING = re.compile(r"""[rbfu]?(?:"[^"\\]*+"|'[^'\\]*+')""")
_COMMENT = re.compile(r"[ ]+#.*")
_OPERAND = r"(?:[A-Za-z_]\w*+|[0-9]++(?:\.[0-9]++)?+)"
# What the next two settle as well, only slower: "x", "3.5", "x + 2 * y == 7".
_ARITHMETIC = re.compile(rf"{_OPERAND}(?: ?(?:\*\*|//|[=!<>]=|[-+*/%<>]) ?{_OPERAND})*+", re.ASCII)
_EXPRESSION = re.compile(r"[A-Za-z0-9_(\[{\"~+-][\w \t+\-*/%().,\[\]{}<>=!:\"@&|~]*+", re.ASCII)
# Two words side by side, 2x or 3(y + 1), (a)(b), thousands commas, ratios, chains of equations.
_NOT_EXPRESSION = re.compile(
    rf"\b(?!{_KEYWORDS})[A-Za-z]\w*+[ ]++(?!{_KEYWORDS})[A-Za-z]"
    rf"|\b[0-9][0-9.]*+[ ]*+(?!{_KEYWORDS}|[eE][+-]?[0-9]|[jJ]\b|0?[xX][0-9a-fA-F])[A-Za-z(]"
    r"|\)[ ]*\(|^[^\[({]*\b[0-9]{1,3},[0-9]{3}\b|^[^\[{]*[0-9][ ]*:[ ]*[0-9]"
    r"|[ ]=[ ]|\b[0-9]++[ ]*=(?!=)|\)[ ]*=(?!=)|^[^(]*[^=!<>(]=(?!=)|[-+*/%.,:=<>]$",
    re.ASCII,
)
_EXECUTED = re.compile(
    r"[ ]#[ ]*\S|//|\b[a-z]{2,}_[a-z]{2,}|\b[a-z]\w*\.[a-z]\w+\("
    r"|\b(?:sum|len|int|float|str|round|range|list|set|dict|sorted|input|enumerate|zip|map)\(|\"\""
    r"|^[ ]*\w+[ ]*:[ ]*(?:int|float|str|bool|[Ll]ist|[Dd]ict)\b",
    re.ASCII,
)
_WORD = re.compile(r"(?<![\w.\"])[A-Za-z_]\w*+", re.ASCII)
# What these environments hold is not typeset as mathematics.
_DISPLAY = re.compile(
    r"\$\$|\\[\[\]]|\\(?:begin|end)\{(?![vV]erbatim|lstlisting|minted|py\w*\}|code\}|algorithm)"
    r"|\[/?asy\]"
)
_OPENS = ("\\[", "\\begin{", "[asy]")
# What no line of code begins with, or begins like: a capital word and another word.
_NOT_FIRST = frozenset("0123456789\\$*-|&=+,;:!?/<%^~")
_TITLE = re.compile(r"[A-Z][a-z]*+[,:]? [A-Za-z]")
_LONG_NAME = re.compile(r"[a-z]\w+", re.ASCII)
# How a line begins that may be code at all, for an automaton: white space of any kind, of which
# that outside ASCII is a question mark, and less than the expressions above ask for.
_SOME_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_SOME_TARGET = rf"{_SOME_NAME}(?:\[[^\n]*\]|\.{_SOME_NAME})*"
MAY_BE_CODE = (
    r"[ \t\v\f\x1c-\x1f?]*(?:> [ \t\v\f\x1c-\x1f?]*)?(?:>>>|In ?\[|\.\.\. "
    r"|(?:async|def|import|from|print|for|if|assert|while|elif|with|except|else|try|finally|class"
    r"|return|yield|raise|del|break|continue|pass)\b"
    rf"|{_SOME_NAME}(?:\.{_SOME_NAME})*\("
    rf"|{_SOME_TARGET}(?: *, *{_SOME_TARGET})*(?: *: *[A-Z a-z0-9_.\[\],|]+)?"
    r" *(?:\*\*|//|[-+*/%])?=)"
)
"""A line that is strong or weak begins with what this matches."""


def split_lines(text: str, read: bool = True) -> list[Line]:
    r"""Class every line of a text whose line ends are \n; one that touches a display is prose.

    Lines in a block that a line "```python" opens are code whatever they hold, and called neutral.

    Args:
        text: The text.
        read: Some line may be code on its own; else none is looked into.
    """
    classed = kind_of if read else _neutral_or_prose
    texts = text.split("\n")
    kinds: list[Kind] = []
    displays = "\\" in text or "$$" in text or "asy]" in text
    in_display, fenced, in_program = False, "```python" in text, False
    for line in texts:
        bare = line.strip()
        if fenced and ("```" in bare or "~~~" in bare):
            in_program = bare == "```python"
        # A blank line ends a LaTeX display whatever happens: TeX allows none inside.
        if not bare:
            in_display = False
            kinds.append(NEUTRAL)
        elif displays and ("\\" in bare or "$$" in bare or "asy]" in bare):
            marks = _DISPLAY.findall(bare)
            shown = in_display or marks
            kinds.append(DISPLAY if shown else NEUTRAL if in_program else classed(bare))
            for mark in marks:
                in_display = not in_display if mark == "$$" else mark in _OPENS
        elif in_display:
            kinds.append(DISPLAY)
        else:
            kinds.append(NEUTRAL if in_program else classed(bare))
    ends = [at + number for number, at in enumerate(accumulate(map(len, texts)))]
    fields = zip(texts, [0, *(end + 1 for end in ends)], ends, kinds, strict=False)
    return list(map(_new_line, fields))


def code_runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Group consecutive lines that are code together, trimmed to their first and last code line."""
    run: list[Line] = []
    last, indent = 0, 0
    for line in [*lines, Line("", 0, 0, PROSE)]:
        kind = line.kind
        coded = kind is STRONG or kind is WEAK
        if not run:
            if not coded:
                continue
            indent = _indent(line)
        # The body of a statement, such as a docstring, or the bracket that ends it.
        body = line.text.strip() and (_indent(line) > indent or _CLOSER.fullmatch(line.text))
        if coded or body or kind is NEUTRAL:
            run.append(line)
            last = len(run) if coded or body else last
        else:
            if is_code(run[:last], fenced=False):
                yield run[:last]
            run, last = [], 0


def _indent(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def is_code(lines: Sequence[Line], fenced: bool) -> bool:
    """Whether lines are code when read together.

    Args:
        lines: Consecutive lines; prose among them is ignored.
        fenced: They stand in an untagged fence, so that two assignments are enough.
    """
    if any(line.kind is STRONG for line in lines):
        return True
    weak = [line for line in lines if line.kind is WEAK]
    if len(weak) < 2:
        return False
    if any(_EXECUTED.search(_STRING.sub('""', line.text)) for line in weak) or _has_body(lines):
        return True
    defined: set[str] = set()
    restated, flows, named = False, False, False
    for line in weak:
        bare = _bare(line.text)
        match = _ASSIGNMENT.fullmatch(bare)
        if match is None:
            if bare.startswith("return ") and defined & set(_WORD.findall(bare)):
                return True
            continue
        targets, used = set(_WORD.findall(match["targets"])), set(_WORD.findall(match["value"]))
        if match["operator"] or targets & used:
            return True
        restated |= bool(targets & defined)
        flows |= bool(used & defined)
        named |= any(map(_LONG_NAME.fullmatch, targets))
        defined |= targets
    # "x = 10 / 2", "x = 5" restates a value: a derivation, not a program. So are "a = 3",
    # "b = 4", "c = a * b": mathematics has one-letter names.
    flows &= named and all(line.text.strip() for line in lines)
    return not restated and (fenced or flows)


def _has_body(lines: Sequence[Line]) -> bool:
    return any(
        _HEADER.fullmatch(_bare(head.text)) and body.kind is WEAK and _indent(body) > _indent(head)
        for head, body in pairwise(lines)
    )


def kind_of(line: str) -> Kind:
    """How far a line, without white space around it, is code when read alone."""
    if not line or line.startswith("#"):
        return NEUTRAL
    if line.startswith("> "):
        # Quoted, as every line of its block.
        line = line[2:].strip() or line
    if len(line) > _LONGEST_LINE or line[0] in _NOT_FIRST:
        return PROSE
    prompted = line[0] in ">I." and (_DOCTEST.fullmatch(line) or _CONTINUED.fullmatch(line))
    if prompted:
        inner = kind_of(prompted[1])
        calculates = _is_expression(prompted[1]) and _CALCULATES.search(prompted[1])
        return STRONG if calculates or inner in (STRONG, WEAK) else PROSE
    if _TITLE.match(line):
        return PROSE
    if line[0] in "adfip" and _STRONG.match(line):
        return STRONG
    if not _is_weak(_bare(line)):
        return _kind_of_compound(line) if ": " in line and line[0] in "iewf" else PROSE
    # Every alternative of the expression holds one of these.
    possible = "(" in line or " for " in line or "lambda" in line
    return STRONG if possible and _EVIDENT.search(line) else WEAK


def _kind_of_compound(line: str) -> Kind:
    match = _COMPOUND.fullmatch(_bare(line))
    if match is None or not _is_weak(match["head"]):
        return PROSE
    body = kind_of(match["body"])
    # No sentence has the word.
    return STRONG if body is WEAK and match["head"].startswith("elif") else body


def _neutral_or_prose(line: str) -> Kind:
    return NEUTRAL if line.startswith("#") else PROSE


def _bare(line: str) -> str:
    line = line.removeprefix("> ")
    if '"' in line or "'" in line:
        line = _STRING.sub('""', line)
    return _COMMENT.sub("", line).strip() if " #" in line else line.strip()


def _is_weak(line: str) -> bool:
    # Without these signs the expressions cannot match, and most lines are prose without them.
    if "=" in line and (match := _ASSIGNMENT.fullmatch(line)):
        return _is_expression(match["value"])
    if line.endswith(":") and (match := _HEADER.fullmatch(line)):
        return match["value"] is None or _is_expression(match["value"])
    if (line.endswith(")") or _WORDED.match(line)) and (match := _STATEMENT.fullmatch(line)):
        value = match["value"] or match["inside"]
        return value is None or _is_expression(value)
    return False


def _is_expression(value: str) -> bool:
    if _ARITHMETIC.fullmatch(value):
        return True
    return bool(_EXPRESSION.fullmatch(value)) and not _NOT_EXPRESSION.search(value)
