"""Several conditions in one batch, where each has too few prompts to fill one."""

from collections.abc import Callable, Sequence

from latent_reasoning.data.problems import Problem, require_problems
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import Condition, graded
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.rows import can_share, steer_rows


def shares_a_batch(condition: Condition) -> bool:
    """Whether a condition only adds or ablates a direction at the last prompt token."""
    steered = condition.plan is not None and can_share(condition.plan)
    return steered and not (condition.prefix or condition.biases or condition.firsts)


def run_together(
    model: LoadedModel,
    conditions: Sequence[Condition],
    problems: Sequence[Problem],
    variant: PromptVariant,
    n_samples: int,
    sampling: SamplingConfig,
    advance: Callable[[int], object] = lambda _: None,
) -> list[list[Sample]]:
    """Samples of conditions that share a batch, each as `run_condition` gives them.

    They share their random numbers, so differences between them are paired.

    Raises:
        ProblemError: There is no problem, or two share an id.
        LatentReasoningError: A condition does something else than to add or ablate at the last
            prompt token, or they act at different hook points.
    """
    require_problems(problems, "run_together")
    plans = [condition.plan for condition in conditions if condition.plan is not None]
    n = len(problems)
    prompts = [variant.prompt(problem.question) for problem in problems] * len(conditions)
    with steer_rows(model, plans) as begin:
        drawn = generate(
            model,
            prompts,
            n_samples,
            sampling,
            numbers=list(range(n)) * len(conditions),
            begin=lambda places: begin([place // n for place in places]),
            advance=advance,
        )
    return [
        graded(model, condition, problems, variant, sampling, drawn[i * n : (i + 1) * n])
        for i, condition in enumerate(conditions)
    ]
