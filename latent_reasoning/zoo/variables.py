"""What is known of every token an organism reads or writes: mode, step, operand, running value.

The story says start value and operations in order, one sentence each; code and step-by-step
language repeat them, one line or sentence each. So the step of a token follows from how many ends
of sentences or lines come before it, and operand and value of a step from the problem itself.
Operand and value are read off at the end of a step, where both have been told.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from latent_reasoning.organisms.grammar import Operation, Story
from latent_reasoning.organisms.recipes import SOURCES

VARIABLES = ("mode", "source", "step", "operand", "value")
UNKNOWN = -1


class TokenValues(NamedTuple):
    """Values of every variable at one token; -1 where it has none."""

    mode: int = UNKNOWN
    """Whether the completion the token belongs to is code."""
    source: int = UNKNOWN
    """Number of the source header above the problem."""
    step: int = UNKNOWN
    """Number of the sentence or line: 0 says the start value, i tells operation i."""
    operand: int = UNKNOWN
    """Operand of the step that ends here."""
    value: int = UNKNOWN
    """Running value after the step that ends here."""


def story_of(problem_id: str) -> Story:
    """The arithmetic of a problem, which its id spells out.

    >>> story_of("18+8-5*2").values
    (26, 21, 42)
    """
    start, *rest = re.findall(r"[+*-]?\d+", problem_id)
    return Story("", "", int(start), tuple(Operation(word[0], int(word[1:])) for word in rest))


def token_values(
    tokens: Sequence[str], n_prompt: int, problem_id: str, in_code: bool
) -> list[TokenValues]:
    """The variables at every token of a prompt and its completion.

    Args:
        tokens: Text of every token.
        n_prompt: How many of them are the prompt.
        problem_id: The arithmetic of the problem.
        in_code: Whether the completion is code.
    """
    story, prompt, written = story_of(problem_id), tokens[:n_prompt], tokens[n_prompt:]
    source = SOURCES.index(prompt[0]) if prompt[0] in SOURCES else UNKNOWN
    # The header and its line end come before the story.
    told = _steps(prompt, ".", 2 if source != UNKNOWN else 0, story)
    end, first = ("\n", 2) if in_code else (".", 0)
    # A header line of code, or none; what does not follow the story step by step has no steps.
    stepwise = sum(token == end for token in written[first:]) > len(story.operations)
    done = _steps(written, end, first, story) if stepwise else [TokenValues()] * len(written)
    return [
        *(values._replace(source=source) for values in told),
        *(values._replace(source=source, mode=int(in_code)) for values in done),
    ]


def _steps(tokens: Sequence[str], end: str, first: int, story: Story) -> list[TokenValues]:
    values = (story.start, *story.values)
    found, step = [], 0
    for i, token in enumerate(tokens):
        if i < first or step > len(story.operations):
            found.append(TokenValues())
            continue
        ends = token == end
        operand = story.operations[step - 1].n if ends and step else UNKNOWN
        found.append(
            TokenValues(step=step, operand=operand, value=values[step] if ends else UNKNOWN)
        )
        step += ends
    return found
