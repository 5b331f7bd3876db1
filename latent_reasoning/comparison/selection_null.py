"""The null of the whole selection: random directions, chosen as the feature was chosen.

The best of many features at the best of several strengths beats a random direction even where
nothing is there. So random directions go the same way: a pool of them is screened on the selection
split at the same coefficients and on the same problems as the features; a draw takes as many of the
pool as there were features and sets, keeps those with the largest effects, chooses direction and
coefficient on the calibration split by the same rule, and is measured on the test split. Many draws
share one pool, which makes them dependent and the p-value an estimate.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from latent_reasoning.comparison.causal import (
    COEFFICIENTS,
    CONTROL_SAMPLES,
    EFFECT_COEFFICIENTS,
    N_CALIBRATED,
    N_EFFECT_PROBLEMS,
    STAGES,
    Dose,
    best_dose,
)
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.trials import Bench, Trial
from latent_reasoning.evaluation.conditions import Condition
from latent_reasoning.progress import Progress
from latent_reasoning.steering.plan import SteeringPlan, random_plans

N_DRAWS = 200


@dataclass(frozen=True, eq=False)
class SelectionNull:
    """What the same selection makes of random directions."""

    chosen: list[Dose]
    """Directions and coefficients that draws ended at, on the calibration split."""
    trials: list[Trial]
    """The same on the test split."""
    draws: list[int]
    """How many draws ended at each."""
    n_candidates: int
    """Directions a draw chose among."""
    pool: int
    """Directions in the pool."""

    @property
    def n(self) -> int:
        """Number of draws."""
        return sum(self.draws)


def selection_null(
    inputs: Inputs, plan: SteeringPlan, n_candidates: int, bench: Bench
) -> SelectionNull:
    """Put random directions of the plan's norm through the selection, see above."""
    progress, seed = bench.progress, inputs.config.seed
    pool = random_plans(plan, inputs.config.null_pool, seed + 3)
    effects = _effects(inputs, pool, progress)
    rng = np.random.default_rng(seed)
    size = min(n_candidates, len(pool) - 1)
    subsets = [rng.choice(len(pool), size, replace=False).tolist() for _ in range(N_DRAWS)]
    # Equal effects are ordered by number, so that few directions have to be calibrated.
    finalists = [
        sorted(subset, key=lambda i: (-effects[i], i))[:N_CALIBRATED] for subset in subsets
    ]
    doses = _calibrated(inputs, pool, sorted({i for few in finalists for i in few}), progress)
    winners = Counter(id(best_dose([dose for i in few for dose in doses[i]])) for few in finalists)
    chosen = [dose for of_one in doses.values() for dose in of_one if id(dose) in winners]
    conditions = [_condition(dose.plan) for dose in chosen]
    label = "test: random, selected"
    trials = bench.run(label, inputs.pair.base, conditions, samples=CONTROL_SAMPLES)
    return SelectionNull(chosen, trials, [winners[id(d)] for d in chosen], size, len(pool))


def _effects(inputs: Inputs, pool: Sequence[SteeringPlan], progress: Progress) -> list[float]:
    """The better share of right completions with the behaviour, on the selection split."""
    problems = inputs.splits.select[:N_EFFECT_PROBLEMS]
    bench = Bench(inputs, problems, STAGES["effect"], 1, progress)
    plans = [plan.at(c) for plan in pool for c in EFFECT_COEFFICIENTS]
    trials = bench.run("select: random directions", inputs.pair.base, list(map(_condition, plans)))
    found = np.array([trial.reach.mean() for trial in trials])
    return found.reshape(len(pool), -1).max(axis=1).tolist()


def _calibrated(
    inputs: Inputs, pool: Sequence[SteeringPlan], few: Sequence[int], progress: Progress
) -> dict[int, list[Dose]]:
    """The finalists at every coefficient on the calibration split, by their number in the pool."""
    bench = Bench(inputs, inputs.splits.calibrate, STAGES["calibrate"], 1, progress)
    plans = [pool[i].at(c) for i in few for c in COEFFICIENTS]
    label = "calibrate: random, selected"
    trials = bench.run(label, inputs.pair.base, list(map(_condition, plans)))
    doses = [Dose(plan, trial) for plan, trial in zip(plans, trials, strict=True)]
    n = len(COEFFICIENTS)
    return {i: doses[place * n : (place + 1) * n] for place, i in enumerate(few)}


def _condition(plan: SteeringPlan) -> Condition:
    name = f"{plan.direction.name} at {plan.coefficient:g}"
    named = replace(plan, direction=replace(plan.direction, name=name))
    return Condition("random_selected", name, named)
