r"""Texts that say the same in other words: for the organisms' world, whose grammar is known.

Each way of re-rendering takes a prompt and its completion and returns another pair, or None where
it does not apply. The completion is changed by substitution, so that what a model wrote stays what
it wrote, right or wrong.

- other words: another name and other items, and every sentence of the story told otherwise;
- other variable: code in which ``x`` has another name;
- as comments: every line of code behind a ``#``, with the same numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from latent_reasoning.organisms.grammar import DIRECT, ITEMS, NAMES, TOLD

Rerender = Callable[[str, str], tuple[str, str] | None]
VARIABLE = "Tom"
"""A name that stands for x; one token at the start of a line, as x is."""
_STORY = re.compile(rf"\b({'|'.join(NAMES)}) has ([0-9]+) ({'|'.join(ITEMS)})\.")
_BLOCK = re.compile(r"(?<=```python\n)(.*?)(?=```|\Z)", re.DOTALL)


def _pattern(wording: str) -> re.Pattern[str]:
    """What recognises a wording, a format string of the grammar, with its words as groups."""
    pattern = re.escape(wording.replace("{{{answer}}}", "{{answer}}"))
    pattern = pattern.replace(re.escape("{{answer}}"), r"\{(?P<answer>[^}]*)\}")
    for word, kind in (("name", "[A-Za-z]+"), ("n", "[0-9]+"), ("items", "[a-z]+")):
        pattern = pattern.replace(re.escape(f"{{{word}}}"), f"(?P<{word}>{kind})")
    return re.compile(pattern)


@dataclass(frozen=True)
class _Family:
    """Wordings of the same meaning."""

    wordings: tuple[str, ...]
    """As format strings."""
    patterns: tuple[re.Pattern[str], ...]
    """What recognises each."""

    def retold(self, text: str, **known: str) -> str:
        """Every sentence of the family in its next wording, all found in the text as it was."""
        found = sorted(
            (match.span(), (i + 1) % len(self.wordings), match.groupdict())
            for i, pattern in enumerate(self.patterns)
            for match in pattern.finditer(text)
        )
        pieces, end = [], 0
        for (start, stop), other, words in found:
            if start >= end:
                pieces += [text[end:start], self.wordings[other].format(**(known | words))]
                end = stop
        return "".join([*pieces, text[end:]])


def _family(wordings: tuple[str, ...]) -> _Family:
    return _Family(wordings, tuple(map(_pattern, wordings)))


_TOLD = tuple(map(_family, TOLD.values()))
_ANSWERED = _family(DIRECT)


def other_words(prompt: str, completion: str) -> tuple[str, str] | None:
    """Another name, other items, other sentences; also those that give the answer at once."""
    story = _STORY.search(prompt)
    if story is None:
        return None
    known = {"name": story[1], "items": story[3]}
    for family in _TOLD:
        prompt = family.retold(prompt, **known)
    completion = _ANSWERED.retold(completion, **known)
    name = NAMES[(NAMES.index(story[1]) + 1) % len(NAMES)]
    items = ITEMS[(ITEMS.index(story[3]) + 1) % len(ITEMS)]

    def renamed(text: str) -> str:
        text = re.sub(rf"\b{story[1]}\b", name, text)
        return re.sub(rf"\b{story[3]}\b", items, text)

    return renamed(prompt), renamed(completion)


def other_variable(prompt: str, completion: str) -> tuple[str, str] | None:
    """The same code with another name for x."""
    found = _BLOCK.search(completion)
    if found is None:
        return None
    block = re.sub(r"^x(?= )", VARIABLE, found[0], flags=re.MULTILINE)
    return prompt, completion[: found.start()] + block + completion[found.end() :]


def as_comments(prompt: str, completion: str) -> tuple[str, str] | None:
    """The same lines as comments."""
    found = _BLOCK.search(completion)
    if found is None:
        return None
    block = re.sub(r"^(?=x )", "  #", found[0], flags=re.MULTILINE)
    return prompt, completion[: found.start()] + block + completion[found.end() :]


ORGANISM_WAYS: dict[str, Rerender] = {
    "other words": other_words,
    "other variable": other_variable,
    "as comments": as_comments,
}
"""Every way, by name."""
