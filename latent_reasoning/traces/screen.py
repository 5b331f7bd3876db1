r"""Screen: which of many expressions may match which lines of a text, in one pass over it.

Every expression is stood for by its phrases (`phrases`), often at two of its places; a line without
any of them, or with those of one place only, cannot match.
All phrases of all expressions are one automaton of RE2, so that the time does not grow with their
number. The package google-re2 is used here only.
"""

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from latent_reasoning.traces.phrases import Before, Need, needs
from latent_reasoning.traces.prose_line import ProseLine

# Every character outside ASCII is this byte for the automaton, in texts and in phrases.
_OTHER = "\x80"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Every beginning has no letter before it, or a space with no letter before. So has a line, which is
# read with the line break before it.
_BEFORE = {
    Before.ANYTHING: ("",),
    Before.NO_WORD: ("[^a-z]",),
    Before.START: ("[^a-z ]", "[^a-z] "),
}
_MEMORY = 32 * 2**20
"""Bytes the states of the automaton may take; beyond them it starts anew, only slower."""


_Match = Callable[[bytes], list[int]]
_Entry = tuple[int, set[int], str]
"""An expression, the numbers of the phrases one of which it needs besides if any, the phrase if it
leads."""


class Screen:
    """Expressions on text in lower case, and the lines each of them may match."""

    def __init__(self) -> None:
        self._expressions: list[tuple[str, bool]] = []

    def add(self, pattern: str, at_start: bool) -> int:
        """Add an expression, before the first text is read; its number.

        Args:
            pattern: The expression, without flags; it matches inside one line.
            at_start: It is only tried where a sentence, a clause or a line begins.
        """
        self._expressions.append((pattern, at_start))
        for made in ("_needs", "_phrases"):
            self.__dict__.pop(made, None)
        return len(self._expressions) - 1

    def likely(self, lower: str) -> dict[int, dict[ProseLine, set[str]]]:
        r"""By the number of each expression that may match any line, those lines in order.

        Each line with the phrases of which a match in it begins with one, or among them an empty
        one, so that it may begin anywhere.

        Args:
            lower: A text in lower case, its lines ended by \n.
        """
        match, entries = self._phrases
        plain = lower if lower.isascii() else _NOT_ASCII.sub(_OTHER, lower)
        found: dict[int, dict[ProseLine, set[str]]] = {}
        start = 0
        for line in plain.encode("latin-1").split(b"\n"):
            end = start + len(line)
            held = match(b"\n" + line) if line else ()
            there: ProseLine | None = None
            for phrase in held:
                for expression, besides, lead in entries[phrase]:
                    if besides and besides.isdisjoint(held):
                        continue
                    if there is None:
                        there = ProseLine(lower, start, end)
                    lines = found.get(expression)
                    if lines is None:
                        found[expression] = {there: {lead}}
                    elif there in lines:
                        lines[there].add(lead)
                    else:
                        lines[there] = {lead}
            start = end + 1
        return found

    @cached_property
    def _needs(self) -> list[tuple[int, Need]]:
        return [
            (number, need)
            for number, (pattern, at_start) in enumerate(self._expressions)
            for need in needs(pattern, at_start)
        ]

    @cached_property
    def _phrases(self) -> tuple[_Match, list[list[_Entry]]]:
        # By phrase, the expressions that it leads to; none where they only need it besides.
        sought = {
            (one.before, one.text)
            for _, need in self._needs
            for one in (*need.first, *need.besides)
        }
        match, numbers = _automaton(sorted(sought, key=lambda one: (one[0].value, one[1])))
        entries: list[list[_Entry]] = [[] for _ in range(sum(map(len, numbers.values())))]
        for expression, need in self._needs:
            besides = {n for before, text, _ in need.besides for n in numbers[before, text]}
            for before, text, leads in need.first:
                for n in numbers[before, text]:
                    entries[n].append((expression, besides, text if leads else ""))
        return match, entries


def _automaton(
    phrases: Iterable[tuple[Before, str]],
) -> tuple[_Match, dict[tuple[Before, str], list[int]]]:
    # What finds the numbers of the phrases in a line, and the numbers of each phrase.
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = True
    options.max_mem = _MEMORY
    # Its wrapper takes a third of the time.
    automaton, numbers = re2.Set.SearchSet(options)._set, {}
    for before, text in phrases:
        literal = re.escape(_NOT_ASCII.sub(_OTHER, text)).replace(_OTHER, r"\x80")
        leads = [(lead + literal).encode("latin-1") for lead in _BEFORE[before]]
        numbers[before, text] = [automaton.Add(lead) for lead in leads]
    automaton.Compile()
    return automaton.Match, numbers


class LineScreen:
    """Whether any line of a text begins, white space aside, with what an expression matches.

    Args:
        pattern: The expression, without looking ahead or behind and without references.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def _automaton(self) -> Any:
        import re2

        options = re2.Options()
        options.max_mem = _MEMORY
        options.encoding = re2.Options.Encoding.LATIN1
        return re2.compile(rf"(?m)^[ \t]*(?:{self._pattern})".encode(), options)

    def passes(self, text: str) -> bool:
        """Characters outside ASCII count as question marks."""
        return self._automaton.search(text.encode("ascii", "replace")) is not None
