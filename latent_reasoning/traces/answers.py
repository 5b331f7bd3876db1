r"""Answers: find the final answer in a completion and compare it with the gold answer.

Where the answer is taken from, first rule that applies:

1. the last closed, non-empty `\boxed{...}` (nested braces kept);
2. the last `#### x` (the GSM8K ending), up to the end of the line;
3. the last `answer is x`, up to the end of the sentence.

Two answers are the same when they are the same rational number, else when their normalised text
is equal. Nothing is evaluated: a completion is data.
"""

import re
from fractions import Fraction

_BRACE = re.compile(r"(?P<boxed>\\{1,2}boxed\s*+\{)|\\.|[{}]", re.DOTALL)
_HASHES = re.compile(r"(?<!#)####(?!#)[ \t]*+([^#\r\n]++)")
_ANSWER_IS = re.compile(r"\banswer[ \t]++is\b[ \t]*+:?\s*+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[\r\n]|[.!](?=\s|$)")
_COUNTED = re.compile(r"(\\?\$?[+-]?[0-9][0-9,]*+(?:\.[0-9]++)?)[ \t]++([A-Za-z]{3,}+)")
_NOT_UNITS = re.compile(
    r"hundred|thousand|[mbtr]+illion|dozen|percent|point|over|plus|minus|times|squared|cubed"
    r"|factorial|halves|thirds|quarters|and",
    re.IGNORECASE,
)

_WRAPPED = re.compile(
    r"\$\$(.*)\$\$|\$(.*)\$|\\\((.*)\\\)|\\\[(.*)\\\]|\*\*(.*)\*\*|`(.*)`", re.DOTALL
)
_STYLED = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mbox)\s*+\{([^{}]*+)\}")
_SPACING = re.compile(r"\\[!,;: ]|\\(?:left|right|quad|qquad)(?![A-Za-z])|~")
_LOOSE_SPACE = re.compile(r"(?<!\w)\s++|\s++(?!\w)")

_DECIMAL = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<top>{_DECIMAL})(?:/(?P<bottom>{_DECIMAL}))?"
    rf"|\\frac(?:\{{(?P<over>-?(?:{_DECIMAL}))\}}|(?P<over1>[0-9]))"
    rf"(?:\{{(?P<under>{_DECIMAL})\}}|(?P<under1>[0-9])))"
)
# Python refuses to read longer integers (4300 digits); such an answer is compared as text.
_LONGEST_NUMBER = 1000


def extract_answer(completion: str) -> str | None:
    r"""Find the final answer of a completion.

    Args:
        completion: What the model wrote; any text.

    Returns:
        The answer as written, without surrounding white space, or None when there is none.

    >>> extract_answer(r"so \boxed{3} or rather \boxed{\frac{1}{2}}.")
    '\\frac{1}{2}'
    >>> extract_answer("9 + 9 = 18 dollars.\n#### 18")
    '18'
    >>> extract_answer("The answer is 3.5 apples. Done.")
    '3.5'
    """
    boxed = _last_boxed(completion)
    if boxed is not None:
        return boxed
    hashed = [match[1].strip() for match in _HASHES.finditer(completion)]
    return next((text for text in reversed(hashed) if text), None) or _last_stated(completion)


def same_answer(answer: str | None, gold: str) -> bool:
    r"""Whether an answer equals the gold answer, exactly, after normalisation.

    Integers, decimals and fractions (`1/2`, `\frac{1}{2}`, `1,000`, `$18.00`, `070`) are compared
    as rational numbers. A percent sign is dropped only when both sides carry one, so `50\%` is
    neither `1/2` nor `50`. Everything else is compared as text, without LaTeX spacing, styling
    commands and white space around symbols; case counts.

    Args:
        answer: The answer found, or None, which is never right.
        gold: The correct answer.

    >>> same_answer("142.0", "142"), same_answer(r"\frac{1}{2}", "0.5"), same_answer("50%", "1/2")
    (True, True, False)
    """
    if answer is None:
        return False
    left, right = _normalise(answer), _normalise(gold)
    if left.endswith("%") and right.endswith("%"):
        left, right = left[:-1], right[:-1]
    if not left or not right:
        return False
    left_number, right_number = _number(left), _number(right)
    if left_number is not None and right_number is not None:
        return left_number == right_number
    return left == right


def _last_boxed(text: str) -> str | None:
    # One pass with a stack, so that thousands of unclosed boxes still cost linear time. The last
    # box is the one that opens last: in a box within a box that is the inner one.
    open_braces: list[int | None] = []
    last_start, last_end = -1, -1
    for match in _BRACE.finditer(text):
        if match["boxed"]:
            open_braces.append(match.end())
        elif match[0] == "{":
            open_braces.append(None)
        elif match[0] == "}" and open_braces:
            start = open_braces.pop()
            if start is not None and start > last_start and text[start : match.start()].strip():
                last_start, last_end = start, match.start()
    return text[last_start:last_end].strip() if last_start >= 0 else None


def _last_stated(text: str) -> str | None:
    for start in reversed([match.end() for match in _ANSWER_IS.finditer(text)]):
        end = _SENTENCE_END.search(text, start)
        stated = text[start : end.start() if end else len(text)].strip()
        counted = _COUNTED.fullmatch(stated)
        if counted and not _NOT_UNITS.fullmatch(counted[2]):
            return counted[1]
        if stated:
            return stated
    return None


def _normalise(text: str) -> str:
    text = text.strip().rstrip(".").strip()
    while wrapped := _WRAPPED.fullmatch(text):
        text = next(part for part in wrapped.groups() if part is not None).strip()
    text = _STYLED.sub(r"\1", text)
    text = _SPACING.sub("", text).replace("{,}", ",").replace("\N{MINUS SIGN}", "-")
    text = text.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac").replace("\\%", "%")
    text = text.replace("\\$", "$").removeprefix("$").replace("-$", "-", 1)
    # White space between two words or numbers stays: "1 1/2" must not become 11/2.
    return " ".join(_LOOSE_SPACE.sub("", text).split())


def _number(text: str) -> Fraction | None:
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        return None
    top = match["top"] or match["over"] or match["over1"]
    bottom = match["bottom"] or match["under"] or match["under1"] or "1"
    below = Fraction(bottom.replace(",", ""))
    if below == 0:
        return None
    value = Fraction(top.replace(",", "")) / below
    return -value if match["sign"] == "-" else value
