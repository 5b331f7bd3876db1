"""The null of the selection treats random directions as it treats features, so its p-value holds.

Models are simulated: what a direction does depends on its component along one hidden direction, its
strength and the problem. The stages are those of a comparison, run as they are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from unchecked import unchecked

from latent_reasoning.comparison import causal
from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.comparison.inputs import Inputs, load_inputs
from latent_reasoning.comparison.selection_null import ENOUGH, SelectionNull, alike, selection_null
from latent_reasoning.comparison.trials import Bench, Trial
from latent_reasoning.evaluation.conditions import Condition, Outcomes
from latent_reasoning.features.auroc import Auroc
from latent_reasoning.features.directions import Direction, random_directions
from latent_reasoning.features.ranking import RankedFeature
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.progress import no_progress

WIDTH, N_FEATURES, N_SIMULATED = 6, 4, 120
POINT = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return load_inputs(CompareConfig(n_problems=100, device="cpu"))


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benches that run no model; problems and random numbers are shared, as on a real one."""

    def run(
        bench: Bench,
        label: str,
        model: LoadedModel,
        conditions: Sequence[Condition],
        variant: str | None = None,
        samples: int | None = None,
    ) -> list[Trial]:
        count, n = samples or bench.samples, len(bench.problems)
        rng = np.random.default_rng([bench.inputs.config.seed, bench.stage])
        hard, uniforms = rng.normal(1, 1, (n, 1)), rng.random((n, 64))[:, :count]
        found = []
        for condition in conditions:
            plan, push = condition.plan, 0.0
            if plan is not None:
                strength = plan.coefficient * np.exp(-plan.coefficient / 4)
                push = 2 * strength * float(plan.direction.vector[0])
            right = uniforms < 1 / (1 + np.exp(hard - push))
            shown = {bench.inputs.behaviour.name: right}
            outcomes = Outcomes(right, np.ones_like(right), shown, np.ones(right.shape))
            found.append(Trial(condition, outcomes, [], bench.inputs.behaviour.name))
        return found

    monkeypatch.setattr(Bench, "run", run)


def features(vectors: Sequence[torch.Tensor]) -> list[RankedFeature]:
    area = Auroc(0.9, 0.8, 1.0, 10)
    return [
        RankedFeature("feature", d, area, 1.0, 0.5, 1.0)
        for d in (
            Direction(vector, "feature", f"feature {i}", (i,), POINT)
            for i, vector in enumerate(vectors)
        )
    ]


def selected(
    inputs: Inputs, vectors: Sequence[torch.Tensor], n: int, seed: int
) -> tuple[Trial, SelectionNull]:
    """The test of the chosen feature, and the null that chooses among n directions."""
    inputs = replace(inputs, config=replace(inputs.config, seed=seed))
    ranked = causal.measure_effects(inputs, features(vectors), 1.0, no_progress)
    plan = causal.calibrate(inputs, ranked, 1.0, no_progress).feature.plan
    bench = Bench(inputs, inputs.splits.test, causal.STAGES["test"], 4, no_progress)
    (steered,) = bench.run("", inputs.pair.base, [Condition("steered", "", plan)])
    return steered, selection_null(inputs, plan, n, bench)


def p_values(inputs: Inputs, n: int) -> np.ndarray:
    found = []
    with unchecked():
        for seed in range(N_SIMULATED):
            drawn = random_directions(WIDTH, N_FEATURES, 1000 + seed, hook_point=POINT)
            steered, null = selected(inputs, [d.vector for d in drawn], n, seed)
            found.append(null.p_value(steered, "accuracy"))
    return np.array(found)


def too_often(p: np.ndarray, level: float) -> bool:
    """Whether p-values are at or below a level more often than chance allows, at 3 deviations."""
    return (p <= level).mean() > level + 3 * np.sqrt(level * (1 - level) / len(p))


def test_p_values_of_features_that_are_random_directions_are_not_small(inputs: Inputs) -> None:
    p = p_values(inputs, N_FEATURES)
    assert not any(too_often(p, level) for level in (0.05, 0.1, 0.2, 0.3, 0.5, 0.7))
    # And not so large that nothing would ever be found.
    assert (p <= 0.5).mean() > 0.3


def test_the_simulation_notices_a_null_that_chooses_among_fewer(inputs: Inputs) -> None:
    assert too_often(p_values(inputs, 1), 0.2)


def test_a_feature_that_carries_everything_has_the_smallest_p_value(inputs: Inputs) -> None:
    # Where there are many dimensions no random direction comes near it.
    drawn = [d.vector for d in random_directions(96, N_FEATURES - 1, 0, hook_point=POINT)]
    steered, null = selected(inputs, [*drawn, torch.eye(96)[0]], N_FEATURES, 3)
    assert null.p_value(steered, "accuracy") == pytest.approx(0.05)
    assert null.pool == ENOUGH * N_FEATURES
    assert null.draws == null.apart
    assert sum(null.apart) == ENOUGH


def test_the_feature_counts_with_as_many_completions_as_its_null(inputs: Inputs) -> None:
    drawn = [d.vector for d in random_directions(WIDTH, N_FEATURES, 0, hook_point=POINT)]
    steered, null = selected(inputs, drawn, N_FEATURES, 0)
    n = len(inputs.splits.test)
    shapes = {trial.outcomes.correct.shape for trial in (*null.trials, alike(steered))}
    assert shapes == {(n, causal.CONTROL_SAMPLES)}
    assert steered.outcomes.correct.shape == (n, 4)
    values = np.repeat([trial.accuracy.mean() for trial in null.trials], null.apart)
    above = np.sum(values >= alike(steered).accuracy.mean())
    assert null.p_value(steered, "accuracy") == pytest.approx((1 + above) / (ENOUGH + 1))


def test_a_small_pool_is_drawn_from_often_and_counted_once(inputs: Inputs) -> None:
    small = replace(inputs, config=replace(inputs.config, null_pool=24))
    drawn = [d.vector for d in random_directions(WIDTH, N_FEATURES, 0, hook_point=POINT)]
    steered, null = selected(small, drawn, N_FEATURES, 0)
    assert (sum(null.draws), sum(null.apart)) == (200, 6)
    assert null.p_value(steered, "accuracy") in [i / 7 for i in range(1, 8)]
