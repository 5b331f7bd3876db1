"""Does tuned need the direction that was found in base? On the test problems.

Tuned's component along the direction is set, at the last prompt token, to its mean over base's rows
without the behaviour. Its controls write a change as large, at the same tokens, along something
else: isotropic random directions, the null of R5, and a few draws each of harder ones made of
tuned's own activations. A skill may also run through later tokens, so the direction is ablated at
every token too, to its mean over base's texts without the behaviour, beside as large a change there
along isotropic directions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.comparison.controls import drawn_controls, other_control
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.representation import Contrast, Observed, rows_without, thin
from latent_reasoning.comparison.trials import Bench, Trial
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.evaluation.conditions import Condition
from latent_reasoning.features.ranking import RankedFeature
from latent_reasoning.steering.plan import SteeringPlan, mean_component, random_plans
from latent_reasoning.verdict.necessity import EVERYWHERE, EVERYWHERE_RANDOM

N_ABLATED = 24


@dataclass(frozen=True, eq=False)
class Necessity:
    """Taking the direction away from tuned; one completion a problem."""

    ablated: Trial
    """Tuned without the direction."""
    null: list[Trial]
    """Tuned with an equally large change along random directions."""
    further: dict[str, list[Trial]]
    """Controls beside the null, and the ablation at every token, by the names of
    `verdict.necessity`; what could not be made here is absent."""


def n_ablated(config: CompareConfig) -> int:
    """Random directions in the null of ablation, each of which costs completions of tuned."""
    return min(config.controls, N_ABLATED)


def necessity(
    bench: Bench,
    plan: SteeringPlan,
    observed: Observed,
    contrast: Contrast,
    sae: SparseAutoencoder,
    ranked: Sequence[RankedFeature],
) -> Necessity:
    """Ablate the direction of a plan in tuned, beside every control."""
    inputs = bench.inputs
    level = mean_component(contrast.base[~contrast.labels], plan.direction.vector)
    ablation = replace(plan, operator="ablate", level=level)
    null = random_plans(ablation, n_ablated(inputs.config), inputs.config.seed + 2)
    conditions = [Condition("ablated", "tuned without the direction", ablation)]
    conditions += [Condition("ablated_random", "tuned, random direction", p) for p in null]
    harder = [
        *drawn_controls(inputs, ablation, contrast.tuned, contrast.labels, sae, ranked),
        *other_control(inputs, ablation, observed, "tuned"),
    ]
    planned = [(one.name, p) for one in harder for p in one.plans]
    planned += everywhere(inputs, ablation, observed)
    conditions += [Condition(name, f"tuned, {name.replace('_', ' ')}", p) for name, p in planned]
    label = "test: ablate in tuned"
    ablated, *rest = bench.run(label, inputs.pair.tuned, conditions, samples=1)
    random, others = rest[: len(null)], rest[len(null) :]
    named = groupby(others, key=lambda trial: trial.condition.name)
    return Necessity(ablated, random, {name: list(trials) for name, trials in named})


def everywhere(
    inputs: Inputs, ablation: SteeringPlan, observed: Observed
) -> Iterator[tuple[str, SteeringPlan]]:
    """The ablation at every token and its random controls; none where base always shows it."""
    rows = thin(rows_without(inputs, observed).nonzero().squeeze(1))
    if not len(rows):
        return
    acts = observed.store.activations(ablation.hook_point, "base")[rows]
    level = mean_component(acts, ablation.direction.vector)
    plan = replace(ablation, positions="all", level=level)
    yield EVERYWHERE, plan
    for control in random_plans(plan, inputs.config.control_draws, inputs.config.seed + 5):
        yield EVERYWHERE_RANDOM, control
