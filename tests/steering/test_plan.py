import math
from dataclasses import replace

import pytest
import torch

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.features.directions import random_directions
from latent_reasoning.steering.operators import ablate
from latent_reasoning.steering.plan import (
    SteeringPlan,
    mean_component,
    random_plans,
    require_equal_norm,
    wrong_sign,
)

POINT = "blocks.1.hook_resid_post"
DIRECTION = random_directions(48, 1, seed=9, hook_point=POINT)[0]
PLAN = SteeringPlan(DIRECTION, coefficient=-1.5, mean_norm=7.0, positions="generated")


def test_what_is_added_has_the_norm_that_was_asked_for() -> None:
    torch.testing.assert_close(PLAN.delta, -10.5 * DIRECTION.vector)
    assert float(PLAN.delta.norm()) == pytest.approx(10.5)
    assert PLAN.hook_point == POINT


def test_the_same_plan_at_another_coefficient_changes_nothing_else() -> None:
    other = PLAN.at(2.0)
    torch.testing.assert_close(other.delta, 14 * DIRECTION.vector)
    assert replace(other, coefficient=-1.5).__dict__ == PLAN.__dict__


def test_random_plans_are_as_strong_at_the_same_place() -> None:
    controls = random_plans(PLAN, 40, seed=3)
    assert len({control.direction.name for control in controls}) == 40
    for control in controls:
        assert float(control.delta.norm()) == pytest.approx(float(PLAN.delta.norm()), rel=1e-5)
        assert (control.hook_point, control.positions) == (POINT, "generated")
    vectors = torch.stack([control.direction.vector for control in controls])
    cosines = (vectors @ vectors.T).fill_diagonal_(0).abs()
    # Cosines of random directions in 48 dimensions spread by 1 / sqrt(48) = 0.14.
    assert cosines.max() < 0.75
    assert (vectors @ DIRECTION.vector).abs().max() < 0.75


def test_random_plans_follow_from_their_seed() -> None:
    one, two, other = (random_plans(PLAN, 3, seed) for seed in (0, 0, 1))
    for a, b, c in zip(one, two, other, strict=True):
        assert torch.equal(a.delta, b.delta)
        assert not torch.equal(a.delta, c.delta)


def test_random_plans_of_an_ablation_change_every_position_as_much() -> None:
    plan = replace(PLAN, operator="ablate", level=0.7)
    x, where = torch.randn(3, 5, 48), torch.ones(3, 5, dtype=torch.bool)
    change = (ablate(x, where, DIRECTION.vector, 0.7) - x).norm(dim=-1)
    for control in random_plans(plan, 5, seed=0):
        arguments = (control.direction.vector, control.level, control.written)
        found = (ablate(x, where, *arguments) - x).norm(dim=-1)
        torch.testing.assert_close(found, change, atol=1e-4, rtol=1e-4)
        assert control.written is not None
        assert not torch.equal(control.written, DIRECTION.vector)


def test_a_control_of_another_strength_or_place_is_refused() -> None:
    stronger = PLAN.at(-1.6)
    elsewhere = replace(PLAN, positions="prompt")
    otherwise = replace(PLAN, operator="ablate")
    for control in (stronger, elsewhere, otherwise, replace(PLAN, mean_norm=7.1)):
        with pytest.raises(LatentReasoningError, match="require_equal_norm: .*expected") as caught:
            require_equal_norm(PLAN, control)
        assert "\n" not in str(caught.value)


def test_ablating_another_direction_is_no_control() -> None:
    plan = replace(PLAN, operator="ablate", level=0.7)
    other = random_directions(48, 1, seed=1, hook_point=POINT)[0]
    for control in (replace(plan, direction=other), replace(plan, level=0.0)):
        with pytest.raises(LatentReasoningError, match="treats another direction or to another"):
            require_equal_norm(plan, control)


def test_the_wrong_sign_is_the_opposite_and_equally_strong() -> None:
    reverse = wrong_sign(PLAN)
    assert torch.equal(reverse.delta, -PLAN.delta)
    require_equal_norm(PLAN, reverse)
    assert torch.equal(wrong_sign(reverse).delta, PLAN.delta)


@pytest.mark.parametrize(
    ("coefficient", "mean_norm"),
    [(math.nan, 1.0), (math.inf, 1.0), (1.0, 0.0), (1.0, -2.0), (1.0, math.nan), (1.0, math.inf)],
)
def test_strengths_that_are_no_strengths_are_refused(coefficient: float, mean_norm: float) -> None:
    with pytest.raises(LatentReasoningError, match="expected a finite coefficient and a positive"):
        SteeringPlan(DIRECTION, coefficient, mean_norm)


def test_the_mean_component_is_the_mean_of_the_projections() -> None:
    acts = torch.randn(30, 48)
    by_hand = sum(
        sum(float(a) * float(d) for a, d in zip(row, DIRECTION.vector, strict=True)) for row in acts
    )
    assert mean_component(acts, DIRECTION.vector) == pytest.approx(by_hand / 30, abs=1e-5)
