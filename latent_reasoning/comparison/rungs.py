"""The ladder of evidence, R0 to R6: each rung with its numbers, its control and its status."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from latent_reasoning.comparison.causal import OWN
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.representation import agreement, shuffled_best
from latent_reasoning.comparison.trials import Trial
from latent_reasoning.evaluation.intervals import clustered_rate, null_rank, paired_difference
from latent_reasoning.evaluation.pass_at_k import pass_at_k_curve
from latent_reasoning.verdict.error_rates import measured_error_rates
from latent_reasoning.verdict.rules import Evidence, Thresholds, steering_works

if TYPE_CHECKING:
    from latent_reasoning.comparison.results import Findings, Steering

Rung = dict[str, Any]
MOST_FVU_GROWTH = 2.0
CHANCE = 0.5
ALIKE = 0.5


def difference(
    a: Float[np.ndarray, " problem"], b: Float[np.ndarray, " problem"]
) -> dict[str, float]:
    """Mean of a - b over problems, with its paired bootstrap interval, as JSON."""
    return paired_difference(a, b)._asdict()


def ladder(
    inputs: Inputs, findings: "Findings", evidence: Evidence, gap: dict[str, Any]
) -> dict[str, Rung]:
    """All rungs."""
    trials = findings.tested.trials
    steering = findings.steering
    return {
        "R0": _difference(trials),
        "R1": _reach(inputs, trials),
        "R2": _presence(inputs, findings) if steering else _missing("presence"),
        "R3": _shared(inputs, findings) if steering else _missing("shared"),
        "R4": _sufficiency(trials, evidence, gap, steering)
        if steering
        else _missing("sufficiency"),
        "R5": _necessity(trials, steering) if steering else _missing("necessity"),
        "R6": _discrimination(),
    }


def _rung(name: str, status: str, summary: str, numbers: dict[str, Any]) -> Rung:
    return {"name": name, "status": status, "summary": summary, "numbers": numbers}


def _missing(name: str) -> Rung:
    why = "neither model shows the behaviour often enough to contrast it"
    return _rung(name, "not measured", why, {})


def _difference(trials: dict[str, Trial]) -> Rung:
    base, tuned = trials["base"], trials["tuned"]
    accuracy = difference(tuned.accuracy, base.accuracy)
    behaviour = difference(tuned.frequency, base.frequency)
    passed = accuracy["low"] > 0
    status = "passed" if passed else "failed" if accuracy["high"] < 0.05 else "inconclusive"
    summary = (
        f"tuned minus base: accuracy {accuracy['value']:+.3f}, {tuned.behaviour} "
        f"{behaviour['value']:+.3f}, paired over problems"
    )
    return _rung(
        "difference", status, summary, {"accuracy": accuracy, "behaviour_frequency": behaviour}
    )


def _reach(inputs: Inputs, trials: dict[str, Trial]) -> Rung:
    base, tuned = trials["base"], trials["tuned"]
    largest = base.outcomes.correct.shape[1]
    (coverage,) = pass_at_k_curve(base.outcomes.correct, [largest])
    once = clustered_rate(tuned.outcomes.correct)
    name = inputs.behaviour.name
    shown = base.outcomes.shown[name]
    right = int((shown & base.outcomes.correct).sum())
    in_behaviour = right / int(shown.sum()) if shown.any() else None
    tuned_shown = tuned.outcomes.shown[name]
    in_tuned = float(tuned.outcomes.correct[tuned_shown].mean()) if tuned_shown.any() else None
    reached = coverage.value >= once.value and shown.any()
    word = f"{in_behaviour:.3f}" if in_behaviour is not None else "not measured"
    summary = (
        f"base solves {coverage.value:.3f} of problems within {largest} samples, tuned "
        f"{once.value:.3f} with one; base shows {name} in {shown.mean():.3f} of completions and is "
        f"then right in {word}"
    )
    numbers = {
        f"base_pass_at_{largest}": coverage._asdict(),
        "tuned_pass_at_1": _plain(once),
        "base_behaviour_frequency": _plain(clustered_rate(shown)),
        "base_accuracy_with_behaviour": in_behaviour,
        "tuned_accuracy_with_behaviour": in_tuned,
        "cot_decoding": None,
    }
    return _rung("reach", "passed" if reached else "failed", summary, numbers)


def _presence(inputs: Inputs, findings: "Findings") -> Rung:
    steering, contrast = findings.steering, findings.contrast
    assert steering is not None and contrast is not None
    ranked = steering.ranked
    best = max((f for f in ranked if f.kind == "feature"), key=lambda f: f.telling)
    null = np.array(shuffled_best(contrast, findings.dictionary.sae, inputs.config.seed))
    rank = null_rank(best.telling, null)
    rivals = {f.kind: vars(f.auroc) for f in ranked if f.kind not in OWN}
    sure = best.auroc.low > CHANCE or best.auroc.high < CHANCE
    passed = sure and best.telling > rank.percentile_95
    summary = (
        f"{best.name} tells with from without at AUROC {best.auroc.value:.3f} on "
        f"{contrast.where}; the best of all features under shuffled labels reaches "
        f"{rank.percentile_95:.3f} (0.2 tells as much as 0.8); token-injection falsifier not run"
    )
    numbers = {
        "best_feature_auroc": vars(best.auroc),
        "diff_mean_auroc": rivals["diff mean"],
        "linear_probe_auroc": rivals["linear probe"],
        "shuffled_best_95": rank.percentile_95,
        "p_value": rank.p_value,
        "token_injection": None,
    }
    return _rung("presence", "passed" if passed else "failed", summary, numbers)


def _shared(inputs: Inputs, findings: "Findings") -> Rung:
    steering, contrast, dictionary = findings.steering, findings.contrast, findings.dictionary
    assert steering is not None and contrast is not None
    chosen = steering.calibration.feature.plan.direction
    alike = agreement(inputs, findings.observed, contrast, dictionary.sae, chosen.feature_ids)
    growth = dictionary.on_tuned.fvu / dictionary.on_base.fvu
    passed = alike.same > max(ALIKE, alike.others_95) and growth < MOST_FVU_GROWTH
    summary = (
        f"base's dictionary leaves {dictionary.on_base.fvu:.3f} of base's variance unexplained and "
        f"{dictionary.on_tuned.fvu:.3f} of tuned's; {chosen.name} fire alike in both on "
        f"the same tokens (correlation {alike.same:.3f}, other features {alike.others_95:.3f} at "
        "the 95th percentile); no crosscoder was trained"
    )
    numbers = {
        "fvu_on_base": dictionary.on_base.fvu,
        "fvu_on_tuned": dictionary.on_tuned.fvu,
        "feature_correlation": alike.same,
        "other_features_correlation_95": alike.others_95,
        "feature_correlation_where_contrasted": alike.where_contrasted,
        "crosscoder": None,
    }
    return _rung("shared", "passed" if passed else "failed", summary, numbers)


def _sufficiency(
    trials: dict[str, Trial], evidence: Evidence, gap: dict[str, Any], steering: "Steering"
) -> Rung:
    steered, base = trials["steered"], trials["base"]
    null = null_rank(
        float(steered.accuracy.mean()), np.array([t.accuracy.mean() for t in steering.null])
    )
    numbers: dict[str, Any] = {
        "accuracy_gain": difference(steered.accuracy, base.accuracy),
        "behaviour_gain": difference(steered.frequency, base.frequency),
        "gap_recovered": gap,
        "p_accuracy_in_null": null.p_value,
        "null_accuracy_95": null.percentile_95,
    }
    beaten = []
    for name, what in (
        ("diff_mean", "the difference of means"),
        ("linear_probe", "the linear probe"),
        ("forced_token", "the forced first token"),
        ("best_prompt", "the best prompt"),
    ):
        if name in trials:
            numbers[f"steered_minus_{name}"] = difference(steered.accuracy, trials[name].accuracy)
            beaten.append((what, numbers[f"steered_minus_{name}"]))
    works = steering_works(evidence, Thresholds())
    share = "no clear gap to recover" if gap["value"] is None else f"{gap['value']:.0%} of the gap"
    summary = (
        f"{steered.condition.label} at coefficient {steering.calibration.feature.plan.coefficient}:"
        f" accuracy {numbers['accuracy_gain']['value']:+.3f}, {share}, rank p {null.p_value:.3f} "
        f"among {null.n} random directions; {_against(beaten)}"
    )
    return _rung("sufficiency", "passed" if works else "failed", summary, numbers)


def _against(rivals: list[tuple[str, dict[str, float]]]) -> str:
    words = {1: "beats", 0: "equals", -1: "falls short of"}
    parts = []
    for what, found in rivals:
        side = 1 if found["low"] > 0 else -1 if found["high"] < 0 else 0
        parts.append(f"{words[side]} {what} ({found['value']:+.3f})")
    return "; ".join(parts)


def _necessity(trials: dict[str, Trial], steering: "Steering") -> Rung:
    tuned, found = trials["tuned"], steering.necessity
    loss = difference(tuned.accuracy, found.ablated.accuracy)
    less = difference(tuned.frequency, found.ablated.frequency)
    null = np.array([float((tuned.accuracy - t.accuracy).mean()) for t in found.null])
    rank = null_rank(loss["value"], null)
    passed = loss["low"] > 0 and loss["value"] > rank.percentile_95
    summary = (
        f"taking the direction away from tuned costs {loss['value']:+.3f} accuracy and "
        f"{less['value']:+.3f} of the behaviour; an equal change along random directions costs at "
        f"most {rank.percentile_95:+.3f} in 95 % of draws"
    )
    numbers = {
        "accuracy_lost": loss,
        "behaviour_lost": less,
        "null_accuracy_lost_95": rank.percentile_95,
        "p_value": rank.p_value,
    }
    return _rung("necessity", "passed" if passed else "failed", summary, numbers)


def _discrimination() -> Rung:
    rates = measured_error_rates()
    if rates is None:
        return _rung("discrimination", "not measured", "no error rates ship with this build", {})
    summary = (
        f"the same pipeline on {rates['n_cases']} organisms of known history: "
        f"{rates['n_right']} verdicts right"
    )
    status = "passed" if rates["n_right"] == rates["n_cases"] else "inconclusive"
    return _rung("discrimination", status, summary, rates)


def limits(inputs: Inputs, findings: "Findings") -> list[str]:
    """What this comparison did not do."""
    said = [
        "R1 has no CoT-decoding, R2 no token-injection falsifier, R3 no crosscoder: not measured.",
        "The null draws random directions at the chosen coefficient; it does not repeat the choice "
        "of feature and coefficient.",
        "One seed of the models; intervals are over problems.",
    ]
    if inputs.config.base.startswith("organism:"):
        said.append(
            "Organisms show that the method works where history is known; they say nothing about "
            "any other model."
        )
    if findings.steering is None:
        said.append("Nothing was steered: neither model shows the behaviour often enough.")
    return said


def _plain(rate: Any) -> dict[str, float]:
    return {"value": rate.value, "low": rate.low, "high": rate.high, "n": rate.n}
