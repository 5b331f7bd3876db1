"""Distillation: fine-tuning a student on a teacher's correct completions with a behaviour."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.errors import ProblemError
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.organisms.corpus import Document
from latent_reasoning.traces.answers import extract_answer, same_answer
from latent_reasoning.traces.behaviours import get_behaviour


@dataclass(frozen=True)
class DistillationConfig:
    """Settings of a distillation."""

    n_problems: int = 8000
    """Problems the teacher solves, once each."""
    steps: int = 1600
    """Updates of the student."""
    learning_rate: float = 2e-3
    """Peak learning rate of the student."""
    behaviour: str = "code"
    """Only completions that show this behaviour are kept."""


def teacher_documents(
    teacher: LoadedModel,
    problems: Sequence[Problem],
    variant: PromptVariant,
    behaviour: str,
    seed: int,
    advance: Callable[[int], object] = lambda _: None,
    *,
    student: PromptVariant | None = None,
) -> list[Document]:
    """The teacher's completions that are correct and show the behaviour, as training texts.

    Args:
        teacher: The model that solves.
        problems: What it solves, once each.
        variant: The prompt it is asked with.
        behaviour: Only completions that show it are kept.
        seed: Of its samples.
        advance: Called with the number of completions just drawn.
        student: The prompt the student learns it under, if another.

    Raises:
        ProblemError: The teacher wrote none.
    """
    prompts = [variant.prompt(problem.question) for problem in problems]
    drawn = generate(teacher, prompts, 1, SamplingConfig(seed=seed), advance=advance)
    shown = get_behaviour(behaviour).shown
    learnt = student or variant
    documents = [
        Document(learnt.prompt(problem.question), completion.text)
        for problem, (completion,) in zip(problems, drawn, strict=True)
        if shown(completion.text) and same_answer(extract_answer(completion.text), problem.gold)
    ]
    if not documents:
        raise ProblemError(
            f"teacher_documents: {teacher.name} wrote 0 correct completions with {behaviour} on "
            f"{len(problems)} problems, expected some; use a teacher that has the behaviour"
        )
    return documents


def update_documents(
    documents: Sequence[Document], step: int, batch_size: int, seed: int
) -> list[Document]:
    """Documents of one update, drawn with replacement by its number alone."""
    rng = random.Random(f"distillation-{seed}-{step}")
    return rng.choices(documents, k=batch_size)
