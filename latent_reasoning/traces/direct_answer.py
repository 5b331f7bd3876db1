r"""Direct answer: the answer at once, in a sentence or less, without any working.

A text is a direct answer when it is short (30 words at most), gives an answer, computes nothing
(no operation between numbers, no chain of equations), names at most one number besides the answer
and gives no reason ("because", "since", "so we", a step). One sentence of at most 14 words with one
number in it is an answer too. Where the text goes on to another question, what stands before that
is judged.
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
_NEXT_QUESTION = re.compile(
    r"\n\s*(?:\*\*|#+ )?(?:next )?(?:human|user|question|q|problem|exercise)(?: ?\d+)?(?:\*\*)?"
    r" ?[:.]",
    re.IGNORECASE,
)
_OPENER = r"(?:(?:sure|certainly|of course|okay|ok|yes|no|great question)[!.,] )?"
_GIVEN = (
    r"(?:[-+]?[$]?[0-9][0-9,./]*%?|\$[^$=\n]{1,40}\$|\\\([^=\n]{1,40}\\\)|\(?[A-E]\)?"
    r"|\\boxed\{[^{}]{1,30}\})"
)
_SHORT_ANSWER = re.compile(
    rf"{_OPENER}(?:(?:yes|no|true|false)[.!]?"
    r"|(?:option|choice|answer) \(?[A-E]\)?(?: is (?:correct|right|true|the (?:correct |right"
    r" )?(?:answer|one"
    r"|choice|option)))?[.!]?"
    r"|\(?[A-E]\)? is (?:correct|right|the (?:correct |right )(?:answer|one|choice|option))[.!]?"
    r"|the (?:correct |right )?(?:answer|option|choice) is:? (?:option )?\*{0,2}\(?[A-E]\)?[.:]? ?"
    r"(?:\$[^$\n]{1,40}\$|[-\d./]{1,12}(?: \w+)?)?\*{0,2}[.!]?"
    r"|the (?:\w+ )?(?:solution sets?|solutions|inverse(?: function)?|derivative|antiderivative"
    r"|limit|domain|range"
    r"|simplified form|factored form|factorization) (?:is|are) (?:\$[^$\n]{1,60}\$"
    r"|[fg]\^\S{1,8}\(x\) ?= ?[^=.\n]{1,30}"
    r"|[\[({][^.\n]{1,40}[\])}])[.!]?"
    r"|\{\s*\"(?:final_?|the )?(?:answer|result|solution)\"\s*:\s*[^{}:]+\}"
    rf"|(?:i (?:think|believe|guess) (?:that )?|probably |well, )?(?:(?:it|that|this)(?:'s| is|"
    rf" would be"
    r"| should be| equals)|(?:the|my) (?:\w+ ){0,2}(?:answer|result|option|choice|solution|value"
    r"|total|sum"
    r"|product)(?: is| would be| should be| equals| comes to)|i'd say|i get|i got)"
    rf" (?:about |exactly |simply |just )?{_GIVEN}(?: [a-z]{{1,12}}){{0,2}}"
    r"(?:,? (?:but|though) (?:i'm|i am|i|don't|not)\b[^.\n]{0,60})?[.!]?"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?[.!]?"
    r"|a(?:ns)?[:.] ?[-+]?[$]?[0-9][0-9,./]*%?(?: [a-z]{1,12}){0,2}\.?"
    r"|(?:[$]|\\\()?[a-z] ?= ?[-+]?[0-9][0-9./]*"
    r"(?:(?:, ?| or | and |, and |, or )(?:[a-z] ?= ?)?[-+]?[0-9][0-9./]*)+(?:[$]|\\\))?\.?)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"[$]?[0-9][0-9,]*(?:\.[0-9]+)?(?:/[0-9]+)?|\b(?:one|two|three|four|five|six|seven|eight|nine"
    r"|ten"
    r"|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh"
    r"|nine)ty(?:-\w+)?|hundred|thousand|zero|none)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(rf"{_OPENER}[A-Z*$0-9][^!?\n:]*[^!?\n:.]\**[.!]\**", re.IGNORECASE)
_NO_ANSWER = re.compile(
    r"\b(?:more than|less than|greater than|fewer than|at (?:most|least)|given|let|suppose|assume"
    r"|consider|recall|note|find|need|can't|cannot|don't|doesn't|not|i will"
    r"|we'll|i'll|going|should|must|equation|each|every|per|we|now|so far|using|with"
    r"|maybe|might|possibility|checks|feeling|thing|perhaps"
    r"|either|which|problem|case|method|formula|theorem)\b|\. [A-Z]",
    re.IGNORECASE,
)
# "2 hours and 15 minutes" and "3:40" are one amount, "the two of them" is none.
_ONE_AMOUNT = re.compile(
    r"\d+ (?:hours?|feet|dollars|years?|days?|pounds|minutes)(?:,? and|,)? \d+(?= [a-z])"
    r"|\d{1,2}:\d\d\b(?: ?[ap]\.?m\b)?"
    r"|\b(?:the|of the|these|those|all|both) (?:two|three|four|five|six)\b(?! and\b)",
    re.IGNORECASE,
)
_EACH_OF = re.compile(r"each of the (?=(?:\w+ ){1,3}(?:gets|pays|receives|owes|must pay)\b)", re.I)
_MOST_IN_SENTENCE = 14
_FRACTION = re.compile(r"\\d?frac")


def direct_answer_spans(passage: Passage) -> list[Span]:
    """The whole text, without white space around it, where it is a direct answer, else nothing."""
    text = passage.text.strip()
    following = _NEXT_QUESTION.search(text, 0, _MOST_CHARACTERS + 40)
    text = text[: following.start()].rstrip() if following else text
    if not text or len(text) > _MOST_CHARACTERS or len(text.split()) > _MOST_WORDS:
        return []
    tagged = _ANSWER_TAG.search(text)
    start = passage.text.index(text)
    if (_SHORT_ANSWER.fullmatch(text) or _one_sentence(text)) and not passage.code:
        return [Span(start, start + len(text))]
    answer = extract_answer(text) or (tagged[1] if tagged else None)
    if answer is None:
        answer = text if _BARE.fullmatch(text) else None
    if not answer or _works(text, answer) or passage.code:
        return []
    return [Span(start, start + len(text))]


def _one_sentence(text: str) -> bool:
    # Behind an opener such as "Sure!", which is a sentence itself.
    counted = _EACH_OF.sub("All ", text)
    counted = _ONE_AMOUNT.sub(lambda match: "1" if match[0][0].isdigit() else "them", counted)
    return (
        3 < len(text.split()) <= _MOST_IN_SENTENCE
        and _SENTENCE.fullmatch(counted) is not None
        and len(_AMOUNT.findall(counted)) == 1
        and not (_NO_ANSWER.search(counted) or _COMPUTES.search(text.replace("/", "")))
        and not _REASONS.search(text)
    )


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
    numbers = len(_NUMBER.findall(words))
    return numbers > 1 or (numbers == 1 and ", so " in words)
