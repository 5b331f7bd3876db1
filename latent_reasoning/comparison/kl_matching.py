"""Plans of a wanted KL from the unsteered model, and how near the search came to it."""

from collections.abc import Sequence
from typing import NamedTuple

from latent_reasoning.comparison.off_task import OffTaskTexts
from latent_reasoning.steering.plan import SteeringPlan

N_HALVED = 7
TOLERANCE = 0.1


class MatchedKl(NamedTuple):
    """A plan at the coefficient whose KL comes nearest to a wanted one."""

    plan: SteeringPlan
    """The plan at that coefficient."""
    wanted: float
    """KL from the unsteered model that it should have, in nats a token."""
    reached: float
    """KL that it has."""

    @property
    def matched(self) -> bool:
        """Whether the KL reached is within a tenth of the wanted one."""
        return abs(self.reached - self.wanted) <= TOLERANCE * self.wanted


def kl_label(found: Sequence[MatchedKl]) -> str:
    """What the control is called, with how many of its draws have the KL of the plan."""
    n = sum(one.matched for one in found)
    if n == len(found):
        return "random, equal KL"
    reached = f"reached by {n} of {len(found)}" if n else "not reached"
    return f"random, equal KL ({reached})"


def matched_in_kl(plan: SteeringPlan, wanted: float, texts: OffTaskTexts) -> MatchedKl:
    """The plan at the coefficient whose KL from the unsteered model comes nearest to a given one.

    KL grows with the coefficient, so the interval from 1/16 to 16 times that of the plan is halved
    on a log scale; where even its end does too little or too much, the end is taken, and the KL
    reached says so.
    """
    low, high = -4.0, 4.0
    for _ in range(N_HALVED):
        middle = (low + high) / 2
        low, high = (
            (middle, high)
            if texts.measure(plan.at(plan.coefficient * 2**middle)).kl < wanted
            else (low, middle)
        )
    matched = plan.at(plan.coefficient * 2 ** ((low + high) / 2))
    return MatchedKl(matched, wanted, texts.measure(matched).kl)
