r"""Direct answer: the answer at once, in a sentence or less, without any working.

A text is a direct answer when it is short (30 words at most), gives an answer, computes nothing
(no operation between numbers, no chain of equations), names at most one number besides the answer
and gives no reason ("because", "since", "so we", a step).
"""

import re

from latent_reasoning.traces.answers import extract_answer
from latent_reasoning.traces.passage import Passage
from latent_reasoning.traces.spans import Span

_MOST_CHARACTERS = 240
_MOST_WORDS = 30
_COMPUTES = re.compile(
    r"[0-9)}a-z] ?(?:[+*/\u00d7\u00f7^]|-(?![a-z])|\\times|\\cdot|\\div|//) ?\\?[0-9({a-z$]"
    r"|=[^=\n]*=",
    re.IGNORECASE,
)
_REASONS = re.compile(
    r"\b(?:because|since|therefore we|hence we|so we|we get|we have|we find|then|first|next|step"
    r"|let's"
    r"|let me|let us|if|subtract\w*|add(?:ing|ed)?|multipl\w+|times|plus|minus|half|twice|thrice"
    r"|double|let|divid\w+"
    r"|substitut\w+|comput\w+"
    r"|calculat\w+|wait|hmm|i'm not|to (?:find|solve|determine))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9][0-9,.]*")
_BARE = re.compile(
    r"[\s$*`(\\\[]*(?:[a-z] ?= ?)?[-+]?[$]?(?:[0-9][0-9,./]*|\\frac\{[^{}]+\}\{[^{}]+\}|[A-E])"
    r"(?: ?%| ?\\%| [a-z]{1,12})?[\s$*`).\\\]]*",
    re.IGNORECASE,
)
_ANSWER_TAG = re.compile(r"<answer>\s*(.*?)\s*(?:</answer>|\Z)", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(r"</?(?:answer|think)>", re.IGNORECASE)
_FRACTION = re.compile(r"\\d?frac")


def direct_answer_spans(passage: Passage) -> list[Span]:
    """The whole text, without white space around it, where it is a direct answer, else nothing."""
    text = passage.text.strip()
    if not text or len(text) > _MOST_CHARACTERS or len(text.split()) > _MOST_WORDS:
        return []
    tagged = _ANSWER_TAG.search(text)
    answer = extract_answer(text) or (tagged[1] if tagged else None)
    if answer is None:
        answer = text if _BARE.fullmatch(text) else None
    if not answer or _works(text, answer) or passage.code:
        return []
    start = passage.text.index(text)
    return [Span(start, start + len(text))]


def _works(text: str, answer: str) -> bool:
    # A long answer may hold the working itself: "2 times 6, that is 12".
    around = (
        _TAGS.sub("", text)
        if len(answer.split()) > 3 and "\\boxed" not in text
        else _TAGS.sub("", text).replace(answer, " ")
    )
    words = around.replace("\\boxed{ }", " ")
    if _COMPUTES.search(_FRACTION.sub("", words)) or _REASONS.search(words):
        return True
    return len(_NUMBER.findall(words)) > 1
