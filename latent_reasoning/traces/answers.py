r"""Answers: find the final answer in a completion and judge it by the gold answer.

Where the answer is taken from, first rule that applies:

1. the last closed, non-empty `\boxed{...}` or `\fbox{...}` (nested braces kept);
2. the last `#### x` (the GSM8K ending), up to the end of the line; headings are no answers;
3. the last `answer is x`, up to the end of the sentence;
4. the last line `Answer: x` or `Final answer: x` of at most 60 characters.

How it is compared, first rule that applies:

1. Both are numbers: as rational numbers, exactly. So 0.333 is not 1/3.
2. Their normal forms are equal: right.
3. Both are words, or choices such as (C): as text, without regard to case.
4. Otherwise as mathematics, see `symbolic.py`: up to algebra, decimals to six places.

A percent sign, a dollar sign, degrees and a unit behind a number say in what the number counts and
are dropped: `50\%` is 50, and so it is not `1/2`. Nothing is ever executed: a completion is data.
"""

import re
from enum import Enum

from latent_reasoning.traces.numerals import normal_form, number
from latent_reasoning.traces.spans import Span
from latent_reasoning.traces.symbolic import symbolic_equality

_BRACE = re.compile(r"(?P<boxed>\\{1,2}(?:boxed|fbox)\s*+\{)|\\.|[{}]", re.DOTALL)
_HASHES = re.compile(r"(?<!#)####(?!#)[ \t]*+([^#\r\n]++)")
_ANSWER_IS = re.compile(r"\banswer[ \t]++is\b[ \t]*+:?\s*+", re.IGNORECASE)
_ANSWER_LINE = re.compile(
    r"^[ \t*_#>-]*+(?:the[ \t]+)?(?:final[ \t]+)?answer[ \t*_]*+:[ \t*_]*+"
    r"(\S[^\r\n]{0,59})[ \t]*+\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[\r\n]|[.!](?=\s|$)")
_COUNTED = re.compile(r"(\\?\$?[+-]?[0-9][0-9,]*+(?:\.[0-9]++)?)[ \t]++([A-Za-z]{3,}+)")
_NOT_UNITS = re.compile(
    r"hundred|thousand|[mbtr]+illion|dozen|percent|point|over|plus|minus|times|squared|cubed"
    r"|factorial|halves|thirds|quarters|and",
    re.IGNORECASE,
)

_WORDS = re.compile(r"[^\W\d_]{2,}+(?:[ ,.'()-]++[^\W\d_]++)*+\.?")
_CHOICE = re.compile(r"\(?([A-Za-z])\)?")
_IN_BASE = re.compile(r"(\w+)_\{?(\d+)\}?", re.ASCII)
_APART = re.compile(r"[0-9] [0-9]")
_LONGEST_ALGEBRA = 400


class Judgement(Enum):
    """What an answer came to."""

    RIGHT = "right"
    WRONG = "wrong"
    NO_ANSWER = "no answer"
    UNPARSABLE_GOLD = "unparsable gold"
    """The gold answer is no mathematics and is not the answer word for word: says nothing."""
    GAVE_UP = "gave up"
    """The comparison ran out of time or memory."""


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
    span = find_answer(completion)
    return None if span is None else completion[span.start : span.end]


def find_answer(completion: str) -> Span | None:
    r"""Where the final answer of a completion stands, see `extract_answer`; None without one.

    >>> find_answer(r"x = 4, so \boxed{ 4 }, that is 4.")
    Span(start=18, end=19)
    """
    for find in (find_boxed, _last_hashed, _last_stated, _last_labelled):
        found = find(completion)
        if found is not None:
            return found
    return None


def judge_answer(answer: str | None, gold: str) -> Judgement:
    r"""Judge an answer by the gold answer, by the rules of this module.

    Args:
        answer: The answer found, or None.
        gold: The correct answer. The order counts: `x = 5` and `1 < x < 2` are read more freely in
            one place than in the other.

    Raises:
        LatentReasoningError: An answer needs algebra and math-verify cannot be imported.

    >>> judge_answer("142.0", "142").name, judge_answer("0.5", "1/3").name
    ('RIGHT', 'WRONG')
    """
    right = normal_form(gold)
    if not right:
        return Judgement.UNPARSABLE_GOLD
    if answer is None:
        return Judgement.NO_ANSWER
    left = normal_form(answer)
    if left == right:
        return Judgement.RIGHT
    left_number, right_number = number(left), number(right)
    if left_number is not None and right_number is not None:
        return Judgement.RIGHT if left_number == right_number else Judgement.WRONG
    settled = _settled(left, right, right_number is not None)
    if settled is not None:
        return Judgement.RIGHT if settled else Judgement.WRONG
    return _OF_REPLY[symbolic_equality(_bare(answer), _bare(gold))]


def same_answer(answer: str | None, gold: str) -> bool:
    r"""Whether an answer is right, see `judge_answer`; what cannot be judged is not.

    >>> same_answer(r"\frac{1}{2}", "0.5"), same_answer("50%", "50"), same_answer("50%", "1/2")
    (True, True, False)
    """
    return judge_answer(answer, gold) is Judgement.RIGHT


def is_readable_gold(gold: str) -> bool:
    """Whether answers can be judged by a gold answer: a number, words, or LaTeX that parses.

    Problems without one are counted apart, for every sample of theirs alike.

    >>> is_readable_gold("18"), is_readable_gold("")
    (True, False)
    """
    form = normal_form(gold)
    if number(form) is not None or _WORDS.fullmatch(form) or _CHOICE.fullmatch(form):
        return True
    return bool(form) and symbolic_equality(None, _bare(gold)) == "same"


_OF_REPLY = {
    "same": Judgement.RIGHT,
    "different": Judgement.WRONG,
    "unparsable gold": Judgement.UNPARSABLE_GOLD,
    "gave up": Judgement.GAVE_UP,
}


def _settled(answer: str, gold: str, gold_is_number: bool) -> bool | None:
    # What math-verify would misread: words as products of letters, 5 6 as 56, a base as nothing.
    words = _WORDS.fullmatch(answer)
    if words and (gold_is_number or _WORDS.fullmatch(gold)):
        return answer.casefold().rstrip(".") == gold.casefold().rstrip(".")
    choice, right_choice = _CHOICE.fullmatch(answer), _CHOICE.fullmatch(gold)
    if choice and right_choice:
        return choice[1] == right_choice[1]
    based, right_based = _IN_BASE.fullmatch(answer), _IN_BASE.fullmatch(gold)
    if based and right_based:
        return based.groups() == right_based.groups()
    too_long = max(len(answer), len(gold)) > _LONGEST_ALGEBRA
    return False if not answer or too_long or _APART.search(answer) else None


def _bare(text: str) -> str:
    return text.strip().rstrip(".").strip().strip("$*`").strip()


def find_boxed(text: str) -> Span | None:
    r"""Content of the last closed box with something in it, braces inside kept.

    >>> find_boxed(r"\boxed{3} and \boxed{ }")
    Span(start=7, end=8)
    """
    # One pass with a stack, so that thousands of unclosed boxes still cost linear time. The last
    # box is the one that opens last: in a box within a box that is the inner one.
    open_braces: list[int | None] = []
    last = Span(-1, -1)
    for match in _BRACE.finditer(text):
        if match["boxed"]:
            open_braces.append(match.end())
        elif match[0] == "{":
            open_braces.append(None)
        elif match[0] == "}" and open_braces:
            start = open_braces.pop()
            if start is not None and start > last.start and text[start : match.start()].strip():
                last = Span(start, match.start())
    return _stripped(text, last) if last.start >= 0 else None


def _last_stated(text: str) -> Span | None:
    for start in reversed([match.end() for match in _ANSWER_IS.finditer(text)]):
        end = _SENTENCE_END.search(text, start)
        stated = _stripped(text, Span(start, end.start() if end else len(text)))
        counted = _COUNTED.fullmatch(text, stated.start, stated.end)
        if counted and not _NOT_UNITS.fullmatch(counted[2]):
            return Span(*counted.span(1))
        if stated.start < stated.end:
            return stated
    return None


def _last_hashed(text: str) -> Span | None:
    for match in reversed(list(_HASHES.finditer(text))):
        found = _stripped(text, Span(*match.span(1)))
        # "#### Step 2" is a heading: words, and more text below them.
        start = text[found.start : min(found.end, found.start + 2)]
        heading = start.isalpha() and text[match.end() :].strip()
        if found.start < found.end and not heading:
            return found
    return None


def _last_labelled(text: str) -> Span | None:
    found = list(_ANSWER_LINE.finditer(text))
    if not found:
        return None
    labelled = _stripped(text, Span(*found[-1].span(1)))
    written = text[labelled.start : labelled.end].rstrip("*_").rstrip()
    return Span(labelled.start, labelled.start + len(written)) if written else None


def _stripped(text: str, span: Span) -> Span:
    """The span without white space around it."""
    inner = text[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip())
    return Span(start, max(start, span.start + len(inner.rstrip())))
