r"""Phrases: literal pieces of text, one of which stands in every match of an expression.

`\b(?:i|we)(?:'ve| have)? made (?:a|an) \w+` cannot match without one of "i made a", "i've made a",
"we made a" and so on. They are read off the tree that Python's own parser makes of the expression:
alternatives are written out, and a piece ends where anything may follow (`\w+`, `.{0,60}`). Of the
places in the expression where pieces may begin, the one whose pieces are rarest is taken.

The tree is private to Python (`re._parser`, `re._constants`); no other module looks at it.
"""

import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from itertools import groupby
from math import fsum
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

# A longer piece is hardly rarer, more pieces cost more than they spare.
_LONGEST, _MOST, _LARGEST_CLASS = 14, 400, 4
_RARE = 0.05
"""Frequency up to which a second piece of a match is worth looking for."""
_Items = Any
"""A list of items, each an operation and its value, or what the parser takes for one."""
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
_ZERO_WIDTH = (code.AT, code.ASSERT, code.ASSERT_NOT)
_LETTERS = frozenset([code.LITERAL, *_ZERO_WIDTH])
"""What a piece goes on through letter by letter."""
_WORD = re.compile(r"[a-z]+|[^a-z ]|  ")
_COMMON = frozenset(
    [
        *("i", "we", "the", "a", "to", "that", "this", "it", "is", "are", "was", "of", "in"),
        *("and", "so", "but", "can", "will", "have", "do", "be", "for", "or", "if", "you"),
        *("not", "what", "my", "our", "one", "now", "as", "at", "by", "from", "on", "has", "with"),
        *(
            "these",
            "there",
            "then",
            "how",
            "many",
            "more",
            "than",
            "first",
            "since",
            "only",
            "each",
        ),
        *("all", "both", "two", "three", "other", "given"),
        *("number", "numbers", "total", "answer", "result", "sum", "value", "values", "equal"),
        *("step", "case", "times", "cost", "equation", "length", "area", "points", "problem"),
    ]
)


class Before(Enum):
    """What stands before a phrase wherever it begins a match."""

    ANYTHING = "anything"
    NO_WORD = "no character of a word"
    START = "the beginning of a sentence, a clause or a line"


class Phrase(NamedTuple):
    """A literal piece of a match."""

    before: Before
    """What stands before it in the text."""
    text: str
    """The piece."""
    leads: bool
    """The match begins with it, rather than before it."""


class Need(NamedTuple):
    """What a match holds: one of some phrases, and one of some others besides."""

    first: frozenset[Phrase]
    """The rarest of the phrases that it may hold."""
    besides: frozenset[Phrase]
    """The rarest ones at another place of the expression; empty where there are no rare ones."""


def needs(pattern: str, at_start: bool) -> list[Need]:
    r"""What every match of an expression without flags holds: all that one of these says.

    Args:
        pattern: The expression; what it looks ahead or back at is left aside.
        at_start: It is only tried where a sentence, a clause or a line begins.

    Raises:
        ValueError: Some match need not hold any fixed text.

    >>> need, = needs(r"\bi \w+ (?:him|her) \w+ books?", at_start=False)
    >>> sorted(phrase.text for phrase in need.first), sorted(phrase.text for phrase in need.besides)
    ([' book', ' books'], [' her ', ' him '])
    """
    found = []
    for items in _alternatives(list(parser.parse(pattern))):
        choices = [
            frozenset(pieces)
            for place in range(len(items))
            if (pieces := _pieces_from(items, place, at_start))
        ]
        if not choices:
            raise ValueError(f"nothing fixed stands in every match of {pattern!r}")
        first = min(choices, key=_cost)
        others = [one for one in choices if _rare(one) and not _implied(first, one)]
        found.append(Need(first, min(others, key=_cost, default=frozenset())))
    return found


def phrases(pattern: str, at_start: bool) -> set[Phrase]:
    r"""Pieces one of which stands in every match of an expression without flags; see `needs`.

    >>> sorted(phrase.text for phrase in phrases(r"\bso (?:we|i) will \w+", at_start=False))
    ['so i will ', 'so we will ']
    """
    return {phrase for need in needs(pattern, at_start) for phrase in need.first}


def _rare(pieces: Iterable[Phrase]) -> bool:
    # Few lines hold a question, though a mark alone counts as frequent.
    return all(one.text == "?" or _frequency(one.text) < _RARE for one in pieces)


def _implied(first: Iterable[Phrase], other: Iterable[Phrase]) -> bool:
    # Whoever holds one of the first holds one of the others as well.
    return all(any(there.text in here.text for there in other) for here in first)


def _alternatives(items: _Items) -> Iterable[_Items]:
    # Bars around all of an expression, where each alternative may have its own best place.
    while items and items[-1][0] in _ZERO_WIDTH:
        items = items[:-1]
    if items and all(op in _ZERO_WIDTH or op is code.LITERAL for op, _ in items[:-1]):
        *first, (op, value) = items
        if op is code.BRANCH:
            return [one for branch in value[1] for one in _alternatives([*first, *branch])]
        if op is code.SUBPATTERN and not value[1]:
            return _alternatives([*first, *value[3]])
    return [items]


def _pieces_from(items: _Items, place: int, at_start: bool) -> set[Phrase]:
    behind, value = items[place - 1] if place else (None, 0)
    if items[place][0] in _ZERO_WIDTH or (behind is code.LITERAL and chr(value).isalnum()):
        return set()
    whole, cut = _written_out(items[place:], {""})
    if not all(whole | cut):
        return set()
    leads = all(kind in _ZERO_WIDTH for kind, _ in items[:place])
    if at_start and leads:
        return {Phrase(Before.START, text, leads) for text in whole | cut}
    bounded = behind is code.AT and value is code.AT_BOUNDARY
    return {
        Phrase(Before.NO_WORD if bounded and _in_word(text[0]) else Before.ANYTHING, text, leads)
        for text in whole | cut
    }


def _in_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _written_out(items: _Items, heads: set[str]) -> tuple[set[str], set[str]]:
    # Heads continued by what the items match: whole, and cut off where nothing fixed follows.
    whole, cut = heads, set()
    for run, rest in groupby(items, lambda item: item[0] in _LETTERS):
        if run:
            # All the letters at once: they are most of an expression.
            letters = "".join(chr(value) for op, value in rest if op is code.LITERAL)
            longer = {head + letters for head in whole}
            whole = {text for text in longer if len(text) < _LONGEST}
            cut |= {text[:_LONGEST] for text in longer - whole}
            continue
        for op, value in rest:
            if not whole:
                break
            longer, ended = _one_written_out(op, value, whole)
            if len(longer) + len(ended) + len(cut) > _MOST:
                longer, ended = set(), whole
            whole = {text for text in longer if len(text) < _LONGEST}
            cut |= ended | (longer - whole)
    return whole, cut


def _one_written_out(op: Any, value: Any, heads: set[str]) -> tuple[set[str], set[str]]:
    if op is code.IN and len(value) <= _LARGEST_CLASS:
        if all(kind is code.LITERAL for kind, _ in value):
            return {head + chr(one) for head in heads for _, one in value}, set()
    elif op is code.BRANCH:
        parts = [_written_out(branch, heads) for branch in value[1]]
        return set().union(*(whole for whole, _ in parts)), set().union(*(cut for _, cut in parts))
    elif op is code.SUBPATTERN and not value[1]:
        return _written_out(value[3], heads)
    elif op is code.ATOMIC_GROUP:
        return _written_out(value, heads)
    elif op in _REPEATS:
        least, most, body = value
        return _repeated(least, most, body, heads)
    return set(), heads


def _repeated(least: int, most: int, body: _Items, heads: set[str]) -> tuple[set[str], set[str]]:
    once, cut = _written_out(body, heads)
    if most > 1 and least < 2 and len(body) == 1 and body[0][0] in (code.LITERAL, code.IN):
        # A mark may stand there twice before the piece is cut off, a word once.
        cut = cut.union(*_written_out(body, once))
    elif most > 1:
        once, cut = set(), cut | once
    return (once | heads if least == 0 else once), cut


def _cost(pieces: Iterable[Phrase]) -> float:
    # To look everywhere in a line takes longer than to try the places where a piece stands, and few
    # words stand where a sentence or a clause begins.
    # The order of a set must not decide between two that cost the same.
    return fsum(
        _frequency(one.text) * (0.3 if one.before is Before.START else 1 if one.leads else 2)
        for one in pieces
    )


@cache
def _frequency(text: str) -> float:
    # A rough guess at how often a piece stands in English; only its order counts.
    words = _WORD.findall(text)
    guess = 1.0 if any(map(str.isalpha, words)) else 10.0
    for word in words:
        if word.isalpha():
            guess *= 0.1 if word in _COMMON else 0.3 * 0.5 ** len(word)
        else:
            guess *= 0.1
    return guess
