"""The verdict: one rule over the evidence of the test problems, and how stable it is.

1. no gain      tuned is not at least `least_gain` more accurate than base.
2. elsewhere    less than half of the gain runs through completions of tuned with the behaviour.
3. activated    it runs through the behaviour, base showed it less, and base's own direction,
                added to base, brings behaviour and accuracy: both above the 95th percentile of
                norm-matched random directions, recovering at least a quarter of the gap.
4. taught       it runs through the behaviour, but steering does not bring it, base writes nothing
                of the kind that is right, and forcing its first token recovers no quarter either.
5. inconclusive anything else: the evidence is mixed, or the behaviour was not dormant.

The rule is applied to point estimates; confidence is the share of resamples of the test problems
in which it gives the same label. A label below `least_confidence` becomes inconclusive.
The thresholds are conventions stated here, not fitted to any pair.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

Label = Literal["activated", "taught", "elsewhere", "no gain", "inconclusive"]


@dataclass(frozen=True)
class Thresholds:
    """Where the rule draws its lines."""

    least_gain: float = 0.05
    """Smallest gain in accuracy worth explaining."""
    through: float = 0.5
    """Share of the gain that must run through the behaviour."""
    recovered: float = 0.25
    """Share of the gap that counts as bringing the accuracy."""
    reach: float = 0.01
    """Frequency of right completions with the behaviour at which it is within base's reach."""
    least_confidence: float = 0.9
    """Share of resamples that must agree."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the rule looks at, one value per test problem."""

    base: Float[np.ndarray, " problem"]
    """Accuracy of base."""
    tuned: Float[np.ndarray, " problem"]
    """Accuracy of tuned."""
    base_behaviour: Float[np.ndarray, " problem"]
    """Frequency of the behaviour in base."""
    tuned_behaviour: Float[np.ndarray, " problem"]
    """Frequency of the behaviour in tuned."""
    base_reach: Float[np.ndarray, " problem"]
    """Share of base's completions that show the behaviour and are right."""
    tuned_reach: Float[np.ndarray, " problem"]
    """Share of tuned's completions that show the behaviour and are right."""
    steered: Float[np.ndarray, " problem"] | None
    """Accuracy of steered base; None where there was nothing to steer with."""
    steered_behaviour: Float[np.ndarray, " problem"] | None
    """Frequency of the behaviour in steered base."""
    null: Float[np.ndarray, "draw problem"] | None
    """Accuracy of base under random directions."""
    null_behaviour: Float[np.ndarray, "draw problem"] | None
    """Frequency of the behaviour under random directions."""
    forced: Float[np.ndarray, " problem"] | None
    """Accuracy of base with the behaviour's first token forced."""

    def at(self, problems: Int[np.ndarray, " resample"]) -> "Evidence":
        """The same evidence on a resample of the problems."""
        fields: dict[str, Any] = {
            name: None if x is None else x[..., problems] for name, x in vars(self).items()
        }
        return Evidence(**fields)


@dataclass(frozen=True)
class Verdict:
    """What the evidence says about one behaviour."""

    label: Label
    """The verdict."""
    confidence: float
    """Share of resamples of the problems in which the rule gives the label it gives to all."""
    reasons: tuple[str, ...]
    """The facts that decided, in the order of the rule."""


def decide(evidence: Evidence, thresholds: Thresholds = Thresholds()) -> tuple[Label, list[str]]:
    """Apply the rule once to point estimates."""
    gain = float((evidence.tuned - evidence.base).mean())
    reasons = [f"tuned is {gain:+.3f} more accurate than base"]
    if gain < thresholds.least_gain:
        return "no gain", [*reasons, f"less than {thresholds.least_gain} counts as no gain"]
    through = share_through(evidence)
    reasons.append(f"{through:.0%} of the gain runs through completions with the behaviour")
    if through < thresholds.through:
        return "elsewhere", reasons
    adopted = share_adopted(evidence)
    if adopted < thresholds.through:
        reasons.append(f"only {adopted:.0%} comes from completions where base did without it")
        return "inconclusive", [*reasons, "the behaviour was not dormant in base"]
    if steering_works(evidence, thresholds):
        reasons.append("base's own direction brings behaviour and accuracy, beyond random ones")
        return "activated", reasons
    reach = float(evidence.base_reach.mean())
    forced = recovered(evidence, evidence.forced)
    reasons.append("no direction of base brings behaviour and accuracy beyond random ones")
    reasons.append(f"base writes the behaviour and is right in {reach:.1%} of completions")
    if forced is not None:
        reasons.append(f"forcing its first token recovers {forced:.0%} of the gap")
    absent = reach < thresholds.reach and (forced is None or forced < thresholds.recovered)
    return ("taught" if absent else "inconclusive"), reasons


def share_through(evidence: Evidence) -> float:
    """Share of the gain in tuned's completions with the behaviour.

    (R_tuned(with) - accuracy_base P_tuned(with)) / gain, means over problems: the cells of the mode
    partition that end in the behaviour.
    """
    part = evidence.tuned_reach - evidence.base * evidence.tuned_behaviour
    return float(part.mean() / (evidence.tuned - evidence.base).mean())


def share_adopted(evidence: Evidence) -> float:
    """Share of the gain where base did without the behaviour and tuned shows it."""
    without = 1 - evidence.base_behaviour
    right_without = evidence.base - evidence.base_reach
    part = without * evidence.tuned_reach - right_without * evidence.tuned_behaviour
    return float(part.mean() / (evidence.tuned - evidence.base).mean())


def steering_works(evidence: Evidence, thresholds: Thresholds) -> bool:
    """Whether steering brings behaviour and accuracy beyond the null, and enough of the gap."""
    if (
        evidence.steered is None
        or evidence.steered_behaviour is None
        or evidence.null is None
        or evidence.null_behaviour is None
    ):
        return False
    share = recovered(evidence, evidence.steered)
    beyond = evidence.steered.mean() > np.percentile(evidence.null.mean(axis=1), 95)
    limit = np.percentile(evidence.null_behaviour.mean(axis=1), 95)
    more = evidence.steered_behaviour.mean() > max(limit, evidence.base_behaviour.mean())
    return bool(beyond and more and share is not None and share >= thresholds.recovered)


def recovered(evidence: Evidence, other: Float[np.ndarray, " problem"] | None) -> float | None:
    """Share of the gap between base and tuned that another condition closes; None without a gap."""
    gap = float((evidence.tuned - evidence.base).mean())
    if other is None or gap == 0:
        return None
    return float((other - evidence.base).mean()) / gap


def judge(
    evidence: Evidence,
    thresholds: Thresholds = Thresholds(),
    *,
    seed: int = 0,
    resamples: int = 1000,
) -> Verdict:
    """Decide, and ask how often resamples of the problems decide the same."""
    label, reasons = decide(evidence, thresholds)
    rng = np.random.default_rng(seed)
    n = len(evidence.base)
    same = 0
    for _ in range(resamples):
        problems = rng.integers(0, n, n)
        same += decide(evidence.at(problems), thresholds)[0] == label
    confidence = same / resamples
    if confidence < thresholds.least_confidence and label != "inconclusive":
        reasons.append(f"resampled problems say {label} only {confidence:.0%} of the time")
        label = "inconclusive"
    return Verdict(label, confidence, tuple(reasons))
