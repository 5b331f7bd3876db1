"""results.json: every number of a comparison, from what the stages found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool

from latent_reasoning.comparison import rungs
from latent_reasoning.comparison.causal import Calibration, Necessity
from latent_reasoning.comparison.dictionary import Dictionary
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.representation import Contrast, Observed
from latent_reasoning.comparison.trials import Trial
from latent_reasoning.evaluation.intervals import (
    Rate,
    clustered_rate,
    null_rank,
    ratio_of_differences,
)
from latent_reasoning.evaluation.modes import ModeCell, partition_modes, share_of_gain
from latent_reasoning.evaluation.pass_at_k import pass_at_k_curve
from latent_reasoning.features.contexts import top_contexts
from latent_reasoning.features.ranking import RankedFeature
from latent_reasoning.verdict.error_rates import measured_error_rates
from latent_reasoning.verdict.rules import Evidence, Verdict, judge

N_RANKED = 12
N_SHOWN = 6
EQUAL_NORM = {"random_feature", "wrong_sign"}


@dataclass(frozen=True, eq=False)
class Steering:
    """What steering base with its own directions came to."""

    ranked: list[RankedFeature]
    """Features and baselines, largest effect first."""
    calibration: Calibration
    """The choice of feature and coefficient."""
    controls: list[Trial]
    """Another feature and the wrong sign, on test problems."""
    null: list[Trial]
    """Random directions of the same norm, on test problems."""
    necessity: Necessity
    """The direction taken away from tuned."""


@dataclass(frozen=True)
class Tested:
    """The conditions on test problems."""

    trials: dict[str, Trial]
    """By name: base, tuned, steered, diff_mean, linear_probe, forced_token, best_prompt."""


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything the stages found."""

    observed: Observed
    """Completions and activations of the selection split."""
    dictionary: Dictionary
    """The dictionary and its quality."""
    contrast: Contrast | None
    """Rows with and without the behaviour; None where it never shows."""
    steering: Steering | None
    """None where there was nothing to steer with."""
    tested: Tested
    """The test problems."""
    prompt: str
    """The best prompt on the calibration split."""


def assemble(inputs: Inputs, findings: Findings, record: Mapping[str, Any]) -> dict[str, Any]:
    """All of results.json."""
    evidence = evidence_of(findings)
    verdict = judge(evidence, seed=inputs.config.seed)
    gap = _gap(evidence)
    return {
        "schema": 1,
        "question": _question(inputs),
        "verdict": _verdict(inputs, verdict),
        "ladder": rungs.ladder(inputs, findings, evidence, gap),
        "conditions": {name: _condition(t) for name, t in findings.tested.trials.items()},
        "steering": _steering(findings, gap),
        "controls": _controls(findings),
        "modes": _modes(inputs, findings.tested),
        "dictionary": _dictionary(findings.dictionary),
        "features": _features(inputs, findings),
        "samples": _samples(inputs, findings.tested),
        "limits": rungs.limits(inputs, findings),
        "provenance": dict(record),
    }


def evidence_of(findings: Findings) -> Evidence:
    """The test problems as the verdict's rule sees them."""
    trials, steering = findings.tested.trials, findings.steering
    base, tuned = trials["base"], trials["tuned"]
    steered, forced = trials.get("steered"), trials.get("forced_token")

    return Evidence(
        base=base.accuracy,
        tuned=tuned.accuracy,
        base_behaviour=base.frequency,
        tuned_behaviour=tuned.frequency,
        base_reach=base.reach,
        tuned_reach=tuned.reach,
        steered=None if steered is None else steered.accuracy,
        steered_behaviour=None if steered is None else steered.frequency,
        null=np.stack([t.accuracy for t in steering.null]) if steering else None,
        null_behaviour=np.stack([t.frequency for t in steering.null]) if steering else None,
        forced=None if forced is None else forced.accuracy,
    )


def rate(outcomes: Bool[np.ndarray, "problem sample"]) -> dict[str, float]:
    """A rate with its interval, clustered by problem."""
    return plain(clustered_rate(outcomes))


def plain(found: Rate) -> dict[str, float]:
    """A rate as JSON."""
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}


def _question(inputs: Inputs) -> dict[str, Any]:
    splits = inputs.splits
    return {
        "base": inputs.config.base,
        "tuned": inputs.config.tuned,
        "behaviour": inputs.behaviour.name,
        "seed": inputs.config.seed,
        "prompt": inputs.ladder.test,
        "hook_point": inputs.hook_point,
        "n_problems": {
            "select": len(splits.select),
            "calibrate": len(splits.calibrate),
            "test": len(splits.test),
        },
    }


def _verdict(inputs: Inputs, verdict: Verdict) -> dict[str, Any]:
    name = inputs.behaviour.name
    said = {
        "activated": f"tuning activated {name} that lay dormant in base",
        "taught": f"tuning taught {name}: base did not have it",
        "elsewhere": f"tuned gained, and not through {name}",
        "no gain": "tuned is not better than base",
        "inconclusive": f"the evidence about {name} is mixed",
    }
    return {
        "label": verdict.label,
        "confidence": verdict.confidence,
        "summary": f"{verdict.label.capitalize()}: {said[verdict.label]}.",
        "reasons": list(verdict.reasons),
        "error_rates": measured_error_rates(),
    }


def _condition(trial: Trial) -> dict[str, Any]:
    found = trial.outcomes
    n = found.correct.shape[1]
    ks = [k for k in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) if k <= n]
    curve = pass_at_k_curve(found.correct, ks) if n >= 8 else ()
    return {
        "label": trial.condition.label,
        "accuracy": rate(found.correct),
        "code_frequency": rate(found.shown["code"]),
        "behaviour_frequency": rate(found.shown[trial.behaviour]),
        "parsed": rate(found.parsed),
        "mean_tokens": float(found.n_tokens.mean()),
        "pass_at_k": [point._asdict() for point in curve] or None,
    }


def _gap(evidence: Evidence) -> dict[str, Any]:
    if evidence.steered is None:
        return {"value": None, "low": None, "high": None, "reason": "nothing to steer with"}
    found = ratio_of_differences(base=evidence.base, steered=evidence.steered, tuned=evidence.tuned)
    return found._asdict()


def _steering(findings: Findings, gap: dict[str, Any]) -> dict[str, Any] | None:
    steering = findings.steering
    if steering is None:
        return None
    plan = steering.calibration.feature.plan
    chosen = [steering.calibration.feature, *steering.calibration.baselines.values()]
    return {
        "direction": plan.direction.name,
        "hook_point": plan.hook_point,
        "positions": plan.positions,
        "coefficient": plan.coefficient,
        "coefficient_unit": "mean residual norm",
        "gate": plan.gate.kind,
        "gap_recovered": gap,
        "dose_response": [
            {
                "direction": dose.plan.direction.name,
                "coefficient": dose.plan.coefficient,
                "gate": dose.plan.gate.kind,
                "accuracy": rate(dose.trial.outcomes.correct),
                "behaviour_frequency": rate(dose.trial.outcomes.shown[dose.trial.behaviour]),
                "chosen": dose in chosen,
            }
            for dose in steering.calibration.doses
        ],
        "null_doses": [
            {
                "coefficient": coefficient,
                "gate": plan.gate.kind,
                "accuracy": [float(trial.accuracy.mean()) for trial in trials],
                "behaviour_frequency": [float(trial.frequency.mean()) for trial in trials],
            }
            for coefficient, trials in steering.calibration.null.items()
        ],
        "null": {
            "gate": plan.gate.kind,
            **_null(findings.tested.trials["steered"], steering.null, plan.coefficient),
        },
    }


def _null(steered: Trial, null: list[Trial], coefficient: float) -> dict[str, Any]:
    accuracy = np.array([trial.accuracy.mean() for trial in null])
    frequency = np.array([trial.frequency.mean() for trial in null])
    of_accuracy = null_rank(float(steered.accuracy.mean()), accuracy)
    of_frequency = null_rank(float(steered.frequency.mean()), frequency)
    return {
        "n": len(null),
        "coefficient": coefficient,
        "accuracy": accuracy.tolist(),
        "behaviour_frequency": frequency.tolist(),
        "accuracy_95": of_accuracy.percentile_95,
        "behaviour_frequency_95": of_frequency.percentile_95,
        "p_accuracy": of_accuracy.p_value,
        "p_behaviour": of_frequency.p_value,
    }


def _controls(findings: Findings) -> dict[str, Any]:
    trials = {
        name: findings.tested.trials[name]
        for name in ("forced_token", "best_prompt")
        if name in findings.tested.trials
    }
    controls: dict[str, Any] = {}
    if findings.steering:
        null = findings.steering.null
        strongest = max(null, key=lambda trial: trial.accuracy.mean())
        controls["random"] = _control(
            strongest, f"the most accurate of {len(null)} random directions", equal_norm=True
        )
        trials = {t.condition.name: t for t in findings.steering.controls} | trials
    for name, trial in trials.items():
        controls[name] = _control(trial, trial.condition.label, equal_norm=name in EQUAL_NORM)
    return controls


def _control(trial: Trial, label: str, *, equal_norm: bool) -> dict[str, Any]:
    note = "equal norm at every position" if equal_norm else "no steering: a rival explanation"
    return {
        "label": label,
        "gate": trial.condition.plan.gate.kind if trial.condition.plan else None,
        "accuracy": rate(trial.outcomes.correct),
        "behaviour_frequency": rate(trial.outcomes.shown[trial.behaviour]),
        "equal_norm": equal_norm,
        "note": note,
    }


def _modes(inputs: Inputs, tested: Tested) -> dict[str, Any]:
    name = inputs.behaviour.name
    base, tuned = tested.trials["base"].outcomes, tested.trials["tuned"].outcomes
    arrays = (base.shown[name], base.correct, tuned.shown[name], tuned.correct)
    found = partition_modes(*arrays)
    other = "language" if name == "code" else "code" if name == "language" else f"no {name}"
    share = share_of_gain(*arrays)
    cells = {
        f"{name}->{name}": found.kept,
        f"{name}->{other}": found.dropped,
        f"{other}->{name}": found.adopted,
        f"{other}->{other}": found.absent,
    }
    return {
        "cells": {key: _cell(cell) for key, cell in cells.items()},
        "gain": rungs.difference(tested.trials["tuned"].accuracy, tested.trials["base"].accuracy),
        "share_of_gain": share._asdict() | {"n": found.n_problems},
    }


def _cell(cell: ModeCell) -> dict[str, Any]:
    return cell._asdict()


def _dictionary(found: Dictionary) -> dict[str, Any]:
    sae = found.sae
    return {
        "source": found.source,
        "architecture": sae.architecture,
        "d_sae": sae.d_sae,
        "k": sae.k,
        "hook_point": sae.hook_point,
        **vars(found.on_base),
        "fvu_on_tuned": found.on_tuned.fvu,
        "l0_on_tuned": found.on_tuned.l0,
    }


def _features(inputs: Inputs, findings: Findings) -> list[dict[str, Any]]:
    if findings.steering is None:
        return []
    store, sae = findings.observed.store, findings.dictionary.sae
    acts = sae.encode(store.activations(inputs.hook_point, "base"))
    words = [inputs.pair.base.decode([i]) for i in store.rows.token_id.tolist()]
    problems = [s.problem_id for s in (*findings.observed.base, *findings.observed.tuned)]
    found = []
    for place, feature in enumerate(findings.steering.ranked[:N_RANKED], start=1):
        contexts = []
        if feature.feature_id is not None:
            contexts = [
                {
                    "tokens": list(context.tokens),
                    "activations": list(context.activations),
                    "peak": context.peak,
                    "problem_id": problems[context.sequence],
                }
                for context in top_contexts(
                    acts[:, feature.feature_id], store.rows.sequence, store.rows.position, words
                )
            ]
        found.append(
            {
                "rank": place,
                "kind": feature.kind,
                "feature_id": feature.feature_id,
                "name": feature.name,
                "auroc": vars(feature.auroc),
                "contrast": feature.contrast,
                "effect": feature.effect,
                "density": feature.density,
                "contexts": contexts,
            }
        )
    return found


def _samples(inputs: Inputs, tested: Tested) -> list[dict[str, Any]]:
    shown = {n: tested.trials[n] for n in ("base", "steered", "tuned") if n in tested.trials}
    first = {
        name: {s.problem_id: s for s in trial.samples if s.sample == 0}
        for name, trial in shown.items()
    }
    return [
        {
            "problem_id": problem.problem_id,
            "question": problem.question,
            "gold": problem.gold,
            "completions": {
                name: {
                    "text": rows[problem.problem_id].completion,
                    "correct": rows[problem.problem_id].correct,
                    "behaviours": list(rows[problem.problem_id].behaviours),
                }
                for name, rows in first.items()
            },
        }
        for problem in inputs.splits.test[:N_SHOWN]
    ]
