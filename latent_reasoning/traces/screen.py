r"""Screen: which of many expressions may match which lines of a text, in one pass over it.

Every expression is stood for by its phrases (`phrases`); a line without any of them cannot match.
All phrases of all expressions are one automaton of RE2, so that the time does not grow with their
number. The package google-re2 is used here only.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property

from latent_reasoning.traces.phrases import Before, Phrase, phrases

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
_MEMORY = 64 * 2**20
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

    def likely(self, lower: str) -> Iterator[tuple[int, Set[int]]]:
        r"""Numbers of the expressions that may match a line, for each line that any may match.

        Args:
            lower: A text in lower case, its lines ended by \n.

        Yields:
            The number of a line and those of the expressions.
        """
        match, stand_for = self._automaton
        plain = lower if lower.isascii() else _NOT_ASCII.sub(_OTHER, lower)
        for number, line in enumerate(plain.encode("latin-1").split(b"\n")):
            if line and (found := match(b"\n" + line)):
                yield number, set().union(*[stand_for[phrase] for phrase in found])

    @cached_property
    def _automaton(self) -> tuple[Callable[[bytes], list[int] | None], list[list[int]]]:
        import re2

        held_by: dict[Phrase, list[int]] = defaultdict(list)
        for number, (pattern, at_start) in enumerate(self._expressions):
            for phrase in phrases(pattern, at_start):
                held_by[phrase].append(number)
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        options.max_mem = _MEMORY
        automaton, stand_for = re2.Set.SearchSet(options), []
        for (before, text), numbers in held_by.items():
            literal = re.escape(_NOT_ASCII.sub(_OTHER, text)).replace(_OTHER, r"\x80")
            for lead in _BEFORE[before]:
                automaton.Add(lead + literal)
                stand_for.append(numbers)
        automaton.Compile()
        return automaton.Match, stand_for
