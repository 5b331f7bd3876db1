r"""Screen: which of many expressions may match which lines of a text, in one pass over it.

Every expression is stood for by its phrases (`phrases`); a line without any of them cannot match.
All phrases of all expressions are one automaton of RE2, so that the time does not grow with their
number. The package google-re2 is used here only.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import Any

from latent_reasoning.traces.phrases import Before, phrases
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
        self.__dict__.pop("_automaton", None)
        return len(self._expressions) - 1

    def likely(self, lower: str) -> dict[int, dict[ProseLine, set[str]]]:
        r"""By the number of each expression that may match any line, those lines in order.

        Each line with the phrases of which a match in it begins with one, or among them an empty
        one, so that it may begin anywhere.

        Args:
            lower: A text in lower case, its lines ended by \n.
        """
        match, stand_for = self._automaton
        plain = lower if lower.isascii() else _NOT_ASCII.sub(_OTHER, lower)
        found: dict[int, dict[ProseLine, set[str]]] = {}
        start = 0
        for line in plain.encode("latin-1").split(b"\n"):
            end = start + len(line)
            if line and (held := match(b"\n" + line)):
                there = ProseLine(lower, start, end)
                for phrase in held:
                    for expression, lead in stand_for[phrase]:
                        found.setdefault(expression, {}).setdefault(there, set()).add(lead)
            start = end + 1
        return found

    @cached_property
    def _automaton(self) -> tuple[Callable[[bytes], list[int] | None], list[list[tuple[int, str]]]]:
        import re2

        held_by: dict[tuple[Before, str], list[tuple[int, str]]] = defaultdict(list)
        for number, (pattern, at_start) in enumerate(self._expressions):
            for before, text, leads in phrases(pattern, at_start):
                held_by[before, text].append((number, text if leads else ""))
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        options.max_mem = _MEMORY
        automaton, stand_for = re2.Set.SearchSet(options), []
        for (before, text), expressions in held_by.items():
            literal = re.escape(_NOT_ASCII.sub(_OTHER, text)).replace(_OTHER, r"\x80")
            for lead in _BEFORE[before]:
                automaton.Add(lead + literal)
                stand_for.append(expressions)
        automaton.Compile()
        return automaton.Match, stand_for


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
