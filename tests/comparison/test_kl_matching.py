"""Random directions of equal KL: found where they can be, and said where they cannot."""

import numpy as np
import pytest

from latent_reasoning.comparison.controls import Control
from latent_reasoning.comparison.kl_matching import MatchedKl, kl_label, matched_in_kl
from latent_reasoning.comparison.off_task import OffTask, OffTaskTexts
from latent_reasoning.comparison.steering_sections import control_row
from latent_reasoning.comparison.trials import Trial
from latent_reasoning.evaluation.conditions import Condition, Outcomes
from latent_reasoning.features.directions import random_directions
from latent_reasoning.report.tables import controls_table
from latent_reasoning.steering.plan import SteeringPlan

PLAN = SteeringPlan(random_directions(8, 1, 0, hook_point="blocks.0.hook_resid_post")[0], 2.0, 9.0)


class Texts(OffTaskTexts):
    """Texts whose KL grows as the square of the coefficient, up to the most there is."""

    def __init__(self) -> None:
        """There is no model to read them."""

    def measure(self, plan: SteeringPlan) -> OffTask:
        return OffTask(0.0, 0.0, min(plan.coefficient**2, 100.0))


def matched(wanted: float) -> MatchedKl:
    return matched_in_kl(PLAN, wanted, Texts())


@pytest.mark.parametrize("wanted", [0.1, 1.0, 30.0])
def test_a_kl_within_reach_is_matched(wanted: float) -> None:
    found = matched(wanted)
    assert found.matched
    assert found.wanted == wanted
    assert found.plan.coefficient == pytest.approx(wanted**0.5, rel=0.05)
    assert found.reached == pytest.approx(found.plan.coefficient**2)


@pytest.mark.parametrize(("wanted", "reached"), [(400.0, 100.0), (1e-6, 0.0163)])
def test_a_kl_out_of_reach_is_said_to_be(wanted: float, reached: float) -> None:
    found = matched(wanted)
    assert not found.matched
    assert found.reached == pytest.approx(reached, rel=0.1)


def test_the_label_counts_the_draws_that_reach_it() -> None:
    near, far = matched(1.0), matched(400.0)
    assert kl_label([near, near]) == "random, equal KL"
    assert kl_label([near, far]) == "random, equal KL (reached by 1 of 2)"
    assert kl_label([far, far]) == "random, equal KL (not reached)"


def drawn(plan: SteeringPlan, right: bool) -> Trial:
    correct = np.full((3, 2), right)
    counted = Outcomes(correct, ~(correct & ~correct), {"code": correct}, correct * 5.0)
    return Trial(Condition("kl_matched", "", plan), counted, [], "code")


@pytest.mark.parametrize("wanted", [1.0, 400.0])
def test_row_and_report_say_whether_it_was_reached(wanted: float) -> None:
    found = matched(wanted)
    trials = [drawn(found.plan, right) for right in (False, True)]
    row = control_row(Control("kl_matched", "any change as large", trials, (found, found)))
    assert row["kl_wanted"] == wanted
    assert row["kl_reached"] == [found.reached] * 2
    assert row["equal_kl"] == found.matched
    assert row["draws"] == [0.0, 1.0]
    said = "equal KL (not reached)" in controls_table({"kl_matched": row})
    assert said == (not found.matched)
    assert "equal_kl" not in control_row(Control("random", "any push", trials))
