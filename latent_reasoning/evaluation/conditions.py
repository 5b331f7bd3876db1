"""Conditions: the ways of producing completions that a comparison sets side by side."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.data.problems import Problem, require_problems
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample
from latent_reasoning.errors import LatentReasoningError, ProblemError
from latent_reasoning.models.generation import Completion, SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.rivals import bias_logits
from latent_reasoning.traces.answers import extract_answer, same_answer
from latent_reasoning.traces.behaviours import BEHAVIOURS, find_behaviours


@dataclass(frozen=True)
class Condition:
    """One way of producing completions."""

    name: str
    """Key in results.json."""
    label: str
    """What a reader sees."""
    plan: SteeringPlan | None = None
    """Steering while it generates, if any."""
    prefix: str = ""
    """Text every completion is forced to begin with."""
    biases: tuple[tuple[int, float], ...] = ()
    """Token ids and what is added to their logits at every token."""
    firsts: tuple[tuple[int, ...], ...] = ()
    """First token of each completion, problem by problem, in place of a drawn one."""


@dataclass(frozen=True)
class Outcomes:
    """What the samples of one condition came to, problem by problem."""

    correct: Bool[np.ndarray, "problem sample"]
    """Whether the answer was right."""
    parsed: Bool[np.ndarray, "problem sample"]
    """Whether there was an answer at all."""
    shown: dict[str, Bool[np.ndarray, "problem sample"]]
    """Whether each known behaviour was shown."""
    n_tokens: Float[np.ndarray, "problem sample"]
    """Lengths of the completions in tokens."""


@runtime_checkable
class Generate(Protocol):
    """Draws completions as `models.generation.generate` does, by whatever means."""

    def __call__(
        self,
        model: LoadedModel,
        prompts: Sequence[str],
        n_samples: int = 1,
        config: SamplingConfig | None = None,
        *,
        prefix: str = "",
        first: int = 0,
        advance: Callable[[int], object] = lambda _: None,
    ) -> list[list[Completion]]:
        """One list of `n_samples` completions per prompt."""
        ...


def run_condition(
    model: LoadedModel,
    condition: Condition,
    problems: Sequence[Problem],
    variant: PromptVariant,
    n_samples: int,
    sampling: SamplingConfig | None = None,
    advance: Callable[[int], object] = lambda _: None,
    *,
    first: int = 0,
    by: Generate | None = None,
    given: Bool[Tensor, "problem sample step"] | None = None,
) -> list[Sample]:
    """Sample and grade completions of every problem under one condition.

    Samples come problem by problem, `n_samples` each. Conditions that share `sampling` share their
    random numbers, so differences between them are paired. `first` is the number of the first
    problem, for a part of a longer list that should draw what it draws within the list. `by` draws
    them, `generate` if None; another runs the model where it cannot be steered. `given` says which
    tokens of each completion a plan changes that does not say so itself, see `steer`.

    Raises:
        ProblemError: There is no problem, or two share an id.
        LatentReasoningError: The condition steers or biases, and `by` cannot.
    """
    require_problems(problems, "run_condition")
    by = by or generate
    changes = condition.plan or condition.biases or condition.firsts
    if changes and by is not generate:
        raise LatentReasoningError(
            f"run_condition: condition {condition.name!r} changes the model, which "
            f"{type(by).__name__} cannot; draw it with models.generation.generate, the engine local"
        )
    if condition.firsts:
        by = partial(generate, firsts=condition.firsts[first : first + len(problems)])
    sampling = sampling or SamplingConfig()
    prompts = [variant.prompt(problem.question) for problem in problems]
    with ExitStack() as stack:
        if condition.plan:
            stack.enter_context(steer(model, condition.plan, given=given))
        if condition.biases:
            stack.enter_context(bias_logits(model, dict(condition.biases)))
        drawn = by(
            model,
            prompts,
            n_samples,
            sampling,
            prefix=condition.prefix,
            first=first,
            advance=advance,
        )
    return graded(model, condition, problems, variant, sampling, drawn)


def graded(
    model: LoadedModel,
    condition: Condition,
    problems: Sequence[Problem],
    variant: PromptVariant,
    sampling: SamplingConfig,
    drawn: Sequence[Sequence[Completion]],
) -> list[Sample]:
    """Grade what was drawn of every problem, noting how it was drawn."""
    settings: dict[str, Any] = {
        "model": model.name,
        "prompt": variant.name,
        "template": variant.template,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_new_tokens": sampling.max_new_tokens,
        "seed": sampling.seed,
    }
    if condition.plan:
        settings["steering"] = condition.plan.row()
    if condition.biases:
        settings["biases"] = [list(pair) for pair in condition.biases]
    return [
        grade(
            Sample(
                problem_id=problem.problem_id,
                completion=completion.text,
                gold=problem.gold,
                condition=condition.name,
                sample=index,
                prompt=variant.prompt(problem.question),
                n_tokens=len(completion.tokens),
                settings=settings,
            )
        )
        for problem, completions in zip(problems, drawn, strict=True)
        for index, completion in enumerate(completions)
    ]


def grade(sample: Sample) -> Sample:
    """Fill in answer, correctness and behaviours from the completion's text."""
    answer, shown = _read(sample.completion)
    fields = {**vars(sample), "answer": answer, "behaviours": shown}
    return Sample(**{**fields, "correct": same_answer(answer, sample.gold)})


# Conditions that share their random numbers often write the same text.
@lru_cache(maxsize=4096)
def _read(completion: str) -> tuple[str | None, tuple[str, ...]]:
    return extract_answer(completion), tuple(find_behaviours(completion))


def outcomes(samples: Sequence[Sample]) -> Outcomes:
    """Arrange graded samples as arrays, problems in order of first appearance.

    Raises:
        ProblemError: Problems have different numbers of samples.
    """
    rows: dict[str, list[Sample]] = {}
    for sample in samples:
        rows.setdefault(sample.problem_id, []).append(sample)
    require_equal_counts({problem: len(found) for problem, found in rows.items()})

    def table(of: Callable[[Sample], float | bool], dtype: type) -> np.ndarray:
        return np.array([[of(sample) for sample in row] for row in rows.values()], dtype=dtype)

    return Outcomes(
        correct=table(lambda s: s.correct, bool),
        parsed=table(lambda s: s.answer is not None, bool),
        shown={name: table(lambda s, n=name: n in s.behaviours, bool) for name in BEHAVIOURS},
        n_tokens=table(lambda s: s.n_tokens, float),
    )


def require_equal_counts(counts: dict[str, int]) -> None:
    """Refuse problems with unequal numbers of samples.

    Raises:
        ProblemError: There are none, or their numbers differ.
    """
    if len(set(counts.values())) != 1:
        fewest = min(counts, key=lambda p: counts[p], default="none")
        raise ProblemError(
            f"outcomes: found {min(counts.values(), default=0)} samples of {fewest!r} and up to "
            f"{max(counts.values(), default=0)} of others; expected equally many of each problem"
        )
