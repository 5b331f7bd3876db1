r"""Programs outside fences in languages other than Python, and what an interpreter was asked.

Read line by line, where a line begins with a sign that no prose has: a statement of C's
family that ends in `;` or `{`, the prompt of an interpreter (`sage:`, `julia>`, `irb>`, `$ bc`), a
keyword that begins a line (`#include`, `local s =`, `SELECT ... FROM`), a call in brackets of
Wolfram's. Lines between two such lines belong to them. Mathematics has `:=`, `;` and `->` as well,
so an assignment needs a second one, or a type, beside it.
"""

import re
from collections.abc import Iterator, Sequence

from latent_reasoning.traces.code_lines import DISPLAY, MAY_BE_CODE, Line
from latent_reasoning.traces.screen import LineScreen
from latent_reasoning.traces.spans import Span

_LONGEST_LINE = 400
_TYPES = (
    r"(?:unsigned |long |const |static |public |private |final )*(?:int|long|double|float"
    r"|bool(?:ean)?|char|auto|void|String|size_t|u64|i64|u32|i32|usize)(?:\[\])?"
)
_STRONG = re.compile(
    "|".join(
        (
            # The family of C.
            r"#include ?[<\"]",
            r"using namespace \w+;",
            rf"{_TYPES} \w+(?: ?=[^=\\$]|[;,(\[])[^\\$]*[;{{)]",
            r"(?:public |private |static )*(?:class|struct) \w+ ?(?:\w+ \w+ ?)?\{",
            r"fn \w+\(.*\{",
            r"func \w+\(.*\{",
            r"function \w+\(.*\{",
            r"let mut \w+[ :=].*;",
            r"(?:let|const|var) \w+(?:: ?[\w<>\[\]]+)? = [^\\$;]*;[ \t]*"
            r"(?:(?://|let|const|var|if|for|while|return|console|print|\w+ ?[-+*/]?=|\w+[.(]).*)?$",
            r"let (?:rec )?\w+ (?:\w+ )*= .* in\b.*[(\[]",
            r"let rec \w+ ",
            r"main = (?:do|print|putStr)",
            r"(?:val|var|const|let) \w+(?:: ?[\w<>\[\]]+)? = .*(?:[{(]|=>)",
            r"(?:std::)?(?:cout|cerr) ?<<",
            r"(?:printf|println!|print!|console\.log|System\.out\.print(?:ln)?|writeln|fmt\.Println"
            r"|disp|fprintf|puts|MsgBox)[ (].*[;)]",
            r"(?:for|while|if) ?\([^\\]*\) ?(?:\{|[^\\]*;)",
            r"foreach ?\(.* as .*\)",
            # Prompts, and what a shell is told.
            r"(?:sage|gp|maxima|octave(?::\d+)?): ?\S",
            r"(?:gp|julia|ghci|octave|maxima) > ?\S",
            r"(?:julia|irb(?:\([^)]*\)(?::\d+)*)?|octave(?::\d+)?|ghci|Prelude|scala|node|R|gp"
            r"|mysql"
            r"|sqlite)> ?\S",
            r"\?- .*\.",
            r"\? \w+\(.*\)",
            r"In\[\d+\] ?:=",
            r"\$ (?:python3?|echo|bc|perl|awk|node|ruby|julia|gcc|g\+\+|\./)\b",
            r"(?:perl -[en]|python3? -c|ruby -e|node -e) ?['\"]",
            r"echo \"?[$'\"].*(?:;|\| ?bc)",
            r"echo \$\(\(|bc <<<",
            # Words that begin a line of one language each.
            r"<\?php",
            r"\$[a-z]\w* ?[-+*/.]?= ?[^$\\]*;",
            r"local \w+(?:, \w+)* = ",
            r"for \w+ ?= ?\S+, ?\S+(?:, ?\S+)? do\b",
            r"for \w+ := ",
            r"(?:Sub|Function) \w+\(.*\)",
            r"[Dd]im \w+ [Aa]s \w+",
            r"(?:FUNCTION|PROCEDURE|[Pp]rocedure|[Aa]lgorithm) \w+ ?\([\w, ]*\)",
            r"(?:END|End) ?(?:FOR|WHILE|IF|FUNCTION|For|While|If|Sub|Function)$",
            r"FOR \w+ ?:?= ?\w+ TO \w+",
            r"for \w+ ?(?:from|:?=) ?\w+ to \w+(?: do|:)$",
            r"let \w+ = \[.*\.\..*\]",
            r".*:=.*\bdo\b.*\bod\b[;:]",
            r"\w+ = (?:linspace|zeros|ones|nchoosek|trapz|cumsum|cumprod|primes)\(.*\);?$",
            r"program \w+;",
            r"\((?:define|let|display|lambda|defun|setq) ",
            r"SELECT [\w*(].*",
            r"select (?:\*|(?:count|sum|avg|min|max)\().* from \w+",
            r"\((?:reduce|apply|foldl|foldr|mapcar|map|filter) [^()]*\(",
            r"\([-+*/] (?:\d+ )+\d+\)",
            r"\(\d+ to \d+\)\.\w+",
            r"(?:WITH|CREATE TABLE|INSERT INTO) \w+.*[(;]",
            r"(?:g?awk|perl|ruby|python3?|node|Rscript|julia) (?:-\w+ )*['\"].*['\"]",
            r"\(\d+\.\.\.?\w+\)\.\w+",
            r"> ?(?:i?factor|f?solve|expand|simplify|evalf|isprime|seq|restart|subs|igcd|binomial"
            r"|choose|mean|print|sum|length|integrate|diff)\(.*\);?",
            r"> ?[a-z]\w* (?::=|<-) ?\S",
            r"(?:example|theorem|lemma)\b.*:=.*",
            r"#eval ",
            r"\d+ (?:LET|PRINT|INPUT|GOTO|NEXT|FOR) ?\w*",
            r"[a-z]\w* <- (?:c\(|\w+\(|\d+:\d+)",
            r"[A-Za-z]\w* ?= ?\[[^\]\\]*[\d.];[^\]\\]*\];",
            r"(?:N?Solve|Reduce|Simplify|FullSimplify|Sum|FindInstance|Table|Integrate|Factor"
            r"|Expand"
            r"|Total|Length|Select)\[.*[,^{(=+*/\[].*\]",
            r".*\[[^\[\]|]+ ?\| ?\w+ ?<- ?\[",
            r".*\.(?:select|map|count|filter|reduce|sum|inject|any|all|forEach|each) ?"
            r"(?:\{ ?(?:\|[\w, ]+\||\(?\w+\)? ?->|[^}]*\bit\b)|\(\(?\w+(?:, ?\w+)*\)? ?=>)",
        )
    ),
    re.ASCII,
)
_WEAK = re.compile(
    r"\w+ ?:= ?[^\\$]+;|[A-Za-z]\w*(?:\[[^\]]*\])? ?[-+*/]?= ?[^=\\$]+;(?: ?(?://|%|--).*)?"
    r"|\w+(?:\+\+|--);",
    re.ASCII,
)
# One pass over the text in an automaton: lines of prose never meet the expressions above.
_OTHERS = rf"{_STRONG.pattern}|(?:{_WEAK.pattern})[ \t]*$"
_ANYWHERE, _ANY_CODE = LineScreen(_OTHERS), LineScreen(rf"{_OTHERS}|{MAY_BE_CODE}")
_EXECUTED = re.compile(r"\+\+|--|[-+*/:]=|;.*(?://|%)")
_JOINS = re.compile(r"[{}()\]];?|(?:end|else|begin|do|od|fi)\b.*|.*[;{}]|return\b.*|//.*|var .*;")


def may_hold_code(text: str) -> bool:
    """Whether any line of a text begins like code of any language."""
    return _ANY_CODE.passes(text)


def may_hold_others(text: str) -> bool:
    """Whether any line of a text begins like code of another language."""
    return _ANYWHERE.passes(text)


def other_spans(lines: Sequence[Line], taken: Sequence[Span]) -> Iterator[Span]:
    """Find lines of other languages outside fences.

    Args:
        lines: Lines outside fences, of a text that `may_hold_others`.
        taken: Spans already found to be code, in order.
    """
    run: list[Line] = []
    last = strong = weak = 0
    # A drawing in [asy] is a program as well, but none that solves anything.
    drawing = False
    for line in lines:
        bare = line.text.strip(" \t")
        drawing = "[/asy]" not in bare and (drawing or "[asy]" in bare)
        kind = 0 if drawing or line.kind is DISPLAY else _kind(bare)
        if kind or (run and bare and (_JOINS.fullmatch(bare) or line.text[0] in " \t")):
            run.append(line)
            strong, weak = strong + (kind == 2), weak + (kind == 1)
            last = len(run) if kind or _JOINS.fullmatch(bare) else last
        else:
            yield from _whole(run[:last], strong, weak, taken)
            run, last, strong, weak = [], 0, 0, 0
    yield from _whole(run[:last], strong, weak, taken)


def _kind(bare: str) -> int:
    """2 for a line that is code on its own, 1 for one in company, 0 for others."""
    if len(bare) > _LONGEST_LINE:
        return 0
    if _STRONG.match(bare):
        return 2
    return int(bool(_WEAK.fullmatch(bare)))


def _whole(run: Sequence[Line], strong: int, weak: int, taken: Sequence[Span]) -> Iterator[Span]:
    # "a = 3;" and "b = 4;" on lines of their own are mathematics as well.
    if strong or (weak > 1 and any(_EXECUTED.search(line.text) for line in run)):
        span = Span(run[0].start, run[-1].end)
        if not any(start < span.end and span.start < end for start, end in taken):
            yield span
