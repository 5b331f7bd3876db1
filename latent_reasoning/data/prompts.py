"""Prompts: the ways of putting one problem to a model.

A ladder of prompts serves twice: it gives the contexts in which a base model shows its modes, and
the best of them is the rival that steering has to beat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from latent_reasoning.errors import ProblemError, one_of


@dataclass(frozen=True)
class PromptVariant:
    """One way of asking."""

    name: str
    """Short name used in tables."""
    template: str
    """Text with one `{question}`."""

    def __post_init__(self) -> None:
        if self.template.count("{question}") != 1:
            raise ProblemError(
                f"PromptVariant {self.name!r}: the template holds "
                f"{self.template.count('{question}')} times {{question}}, expected once"
            )

    def prompt(self, question: str) -> str:
        r"""The text a model is given.

        >>> PromptVariant("quiz", "Quiz\n{question}\n").prompt("How many?")
        'Quiz\nHow many?\n'
        """
        before, after = self.template.split("{question}")
        return f"{before}{question}{after}"


@dataclass(frozen=True)
class PromptLadder:
    """The variants of one comparison."""

    variants: tuple[PromptVariant, ...]
    """All ways of asking."""
    test: str
    """Name of the variant every condition is measured at."""

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.names):
            raise ProblemError(
                f"PromptLadder: found variants {', '.join(self.names)}; expected every name once"
            )
        self.variant(self.test)

    @property
    def names(self) -> list[str]:
        """Names of the variants, in order."""
        return [variant.name for variant in self.variants]

    def variant(self, name: str) -> PromptVariant:
        """The variant of a name.

        Raises:
            ProblemError: There is none.
        """
        if name not in self.names:
            raise ProblemError(one_of("PromptLadder", "variant", name, self.names))
        return self.variants[self.names.index(name)]

    def prompts(self, questions: Sequence[str], name: str | None = None) -> list[str]:
        """Prompts of many questions under one variant (the test variant if none is named)."""
        variant = self.variant(name or self.test)
        return [variant.prompt(question) for question in questions]


def general_ladder() -> PromptLadder:
    """Prompts for models that were not made here: plain, step by step, boxed, code."""
    boxed = "Put the final answer in \\boxed{}."
    return PromptLadder(
        (
            PromptVariant("plain", "Question: {question}\nAnswer:"),
            PromptVariant("boxed", f"{{question}}\n{boxed}\n"),
            PromptVariant("steps", f"{{question}}\nThink step by step. {boxed}\n"),
            PromptVariant("code", f"{{question}}\nWrite Python code to solve it. {boxed}\n"),
            PromptVariant("python", f"{{question}}\n{boxed}\n```python\n"),
        ),
        test="boxed",
    )
