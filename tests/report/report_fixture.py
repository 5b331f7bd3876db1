"""A results.json such as a comparison of two small models writes it, with invented numbers."""

import math
import random
from typing import Any

CODE = "```python\nx = 37\nx = x + 12  # 49\nx = x - 8  # 41\n```\n\\boxed{41}"
FEATURE_NAMES = {212: "before a python block", 87: "running value"}
DIRECT = "After all of this there are \\boxed{44} apples."


def interval(value: float, n: int = 400) -> dict[str, Any]:
    """A rate with an interval of about two standard errors."""
    half = 1.96 * math.sqrt(max(value * (1 - value), 0.001) / n)
    return {"value": value, "low": max(0.0, value - half), "high": min(1.0, value + half), "n": n}


def curve(start: float, top: float) -> list[dict[str, Any]]:
    """A pass@k curve that rises from start to top."""
    ks = (1, 2, 4, 8, 16, 32, 64)
    return [
        {"k": k, **interval(round(top - (top - start) * math.exp(-i / 1.5), 4), 200)}
        for i, k in enumerate(ks)
    ]


def condition(
    label: str, accuracy: float, code: float, tokens: float, reach: Any = None
) -> dict[str, Any]:
    """One condition."""
    return {
        "label": label,
        "accuracy": interval(accuracy),
        "code_frequency": interval(code),
        "behaviour_frequency": interval(code),
        "parsed": interval(0.995),
        "mean_tokens": tokens,
        "pass_at_k": reach,
    }


def doses() -> list[dict[str, Any]]:
    """Three directions at seven coefficients each."""
    shapes = {"feature 212": (1.0, 0.97), "diff mean": (1.3, 0.97), "linear probe": (2.2, 0.78)}
    rows = []
    for direction, (middle, top) in shapes.items():
        for coefficient in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0):
            rise = 1 / (1 + math.exp(-4 * (coefficient - middle)))
            fall = 0.35 if coefficient == 4.0 else 0.0
            rows.append(
                {
                    "direction": direction,
                    "coefficient": coefficient,
                    "accuracy": interval(0.55 + (top - 0.55) * rise - fall, 200),
                    "behaviour_frequency": interval(0.1 + (top - 0.1) * rise, 200),
                    "chosen": direction == "feature 212" and coefficient == 2.0,
                }
            )
    return rows


def steering() -> dict[str, Any]:
    """Steering with a null of twenty random directions at every coefficient."""
    rng = random.Random(0)
    accuracy = [0.55 + 0.15 * rng.random() ** 3 for _ in range(20)]
    behaviour = [0.08 + 0.35 * rng.random() ** 3 for _ in range(20)]
    return {
        "direction": "feature 212",
        "hook_point": "blocks.1.hook_resid_post",
        "positions": "last prompt token",
        "coefficient": 2.0,
        "coefficient_unit": "mean residual norm",
        "gap_recovered": {"value": 0.94, "low": 0.86, "high": 1.02, "reason": ""},
        "dose_response": doses(),
        "null_doses": [
            {
                "coefficient": c,
                "accuracy": [value * (1 - 0.1 * c) for value in accuracy],
                "behaviour_frequency": behaviour,
            }
            for c in (0.5, 1.0, 2.0, 4.0)
        ],
        "null": {
            "n": 20,
            "coefficient": 2.0,
            "accuracy": accuracy,
            "behaviour_frequency": behaviour,
            "accuracy_95": sorted(accuracy)[18],
            "behaviour_frequency_95": sorted(behaviour)[18],
            "p_accuracy": 1 / 21,
            "p_behaviour": 1 / 21,
        },
        "null_of_selection": {
            "n": 200,
            "pool": 48,
            "n_candidates": 19,
            "accuracy": accuracy[:2],
            "behaviour_frequency": behaviour[:2],
            "draws": [150, 50],
            "n_apart": 2,
            "apart": [1, 1],
            "accuracy_95": 0.71,
            "behaviour_frequency_95": 0.44,
            "p_accuracy": 1 / 3,
            "p_behaviour": 1 / 3,
        },
    }


def control(label: str, accuracy: float, behaviour: float, equal: bool, note: str) -> Any:
    """One control."""
    return {
        "label": label,
        "accuracy": interval(accuracy),
        "behaviour_frequency": interval(behaviour),
        "equal_norm": equal,
        "note": note,
    }


def controls() -> dict[str, Any]:
    """The five controls of steering."""
    return {
        "random": control("random direction", 0.58, 0.14, True, "any push of this size"),
        "random_feature": control("random feature", 0.56, 0.11, True, "any dictionary direction"),
        "wrong_sign": control("wrong sign", 0.52, 0.01, True, "the axis, but not its direction"),
        "forced_token": control("forced first token", 0.93, 0.97, False, "the first token alone"),
        "best_prompt": control("best prompt", 0.95, 0.95, False, "asking for it in words"),
    }


def features() -> list[dict[str, Any]]:
    """Two features beside difference of means and linear probe."""
    tokens = ["Recipe", "\n", "Mia", "has", "3", "7", "apples", ".", "\n", "```python", "\n", "x"]
    rows = []
    for rank, (kind, number) in enumerate(
        (("feature", 212), ("diff mean", None), ("feature", 87), ("linear probe", None)), 1
    ):
        activations = [round(math.sin(rank + i) ** 3 * 6, 3) for i in range(len(tokens))]
        if kind == "feature":
            activations = [max(0.0, a) for a in activations]
        context = {
            "tokens": tokens,
            "activations": activations,
            "peak": max(range(len(tokens)), key=activations.__getitem__),
            "problem_id": f"select-{rank:03d}",
        }
        rows.append(
            {
                "rank": rank,
                "kind": kind,
                "feature_id": number,
                "name": FEATURE_NAMES.get(number, kind),
                "auroc": interval(1.0 - 0.04 * rank),
                "contrast": 5.2 / rank,
                "effect": 0.83 / rank if rank < 4 else None,
                "density": 0.031 if number else None,
                "contexts": [context, {**context, "problem_id": f"select-{rank + 50:03d}"}],
            }
        )
    return rows


def samples() -> list[dict[str, Any]]:
    """Two problems with three completions each."""
    question = (
        "Mia has 37 apples. She buys 12 more. She sells 8. How many apples does Mia have now?"
    )
    base = {"text": DIRECT, "correct": False, "behaviours": ["language"]}
    code = {"text": CODE, "correct": True, "behaviours": ["code"]}
    return [
        {
            "problem_id": f"test-{i:03d}",
            "question": question,
            "gold": "41",
            "completions": {"base": base, "tuned": code, "steered": code},
        }
        for i in (17, 101)
    ]


def parts() -> dict[str, Any]:
    """The three parts of R4, each of another status."""

    def one(status: str, found: str, shown: Any) -> dict[str, Any]:
        return {"status": status, "rule": f"{found} is right", "found": found, "interval": shown}

    below = {"value": -0.02, "low": -0.03, "high": -0.01, "n": 400}
    return {
        "beyond random directions": one("passed", "far from random", interval(0.24)),
        "beyond asking": one("failed", "below the forced first token", below),
        "without off-task loss": one("not measured", "this run did not look", None),
    }


def necessity() -> list[dict[str, Any]]:
    """A control with draws, and one that could not be made."""
    lost = {"value": 0.21, "low": 0.11, "high": 0.31, "n": 400}
    empty = ("accuracy_lost", "behaviour_lost", "share_of_gain_left", "draws", "p_value")
    return [
        {
            "control": "isotropic random directions",
            "positions": "last prompt token",
            "accuracy_lost": lost,
            "behaviour_lost": lost,
            "share_of_gain_left": {"value": None, "low": None, "high": None, "reason": "no gain"},
            "draws": [0.02, 0.13, 0.31],
            "p_value": 0.5,
        },
        {"control": "another behaviour", "positions": "every token"} | dict.fromkeys(empty),
    ]


def ladder() -> dict[str, Any]:
    """Seven rungs, one of each status at least once."""
    gain = {"value": 0.36, "low": 0.31, "high": 0.41, "n": 400}
    return {
        "R0": {
            "name": "difference",
            "status": "passed",
            "summary": "The tuned model is right more often and writes code more often.",
            "numbers": {"accuracy_gain": gain, "behaviour_gain": interval(0.86)},
        },
        "R1": {
            "name": "reach",
            "status": "passed",
            "summary": "At k = 64 the base model solves what the tuned one solves at k = 1.",
            "numbers": {"coverage": interval(0.99), "k": 64},
        },
        "R2": {
            "name": "presence",
            "status": "passed",
            "summary": "Feature 212 tells code prompts from language prompts.",
            "numbers": {"auroc": interval(0.96), "falsifier": "survives token injection"},
        },
        "R3": {"name": "shared", "status": "not measured", "summary": "", "numbers": {}},
        "R4": {
            "name": "sufficiency",
            "status": "passed",
            "rule": "steering recovers a quarter of the gap",
            "summary": "Steering reaches the tuned accuracy, beyond every control.",
            "numbers": {"gap_recovered": interval(0.94), "p_accuracy": 1 / 21},
            "parts": parts(),
            "note": "Only the first part enters the verdict.",
        },
        "R5": {
            "name": "necessity",
            "status": "undecided",
            "summary": "Ablation lowers accuracy, but so do two random directions.",
            "numbers": {"accuracy_lost": interval(0.21), "random_lost": None},
        },
        "R6": {
            "name": "discrimination",
            "status": "failed",
            "summary": "Too few cases of known history.",
            "numbers": {},
        },
    }


def modes() -> dict[str, Any]:
    """Four cells whose contributions sum to the gain."""
    cells = {
        "code->code": (0.12, 0.99, 0.99),
        "code->language": (0.01, 0.98, 0.50),
        "language->code": (0.84, 0.52, 0.97),
        "language->language": (0.03, 0.50, 0.40),
    }
    described = {
        name: {
            "share": share,
            "accuracy_base": before,
            "accuracy_tuned": after,
            "contribution": share * (after - before),
        }
        for name, (share, before, after) in cells.items()
    }
    total = sum(cell["contribution"] for cell in described.values())
    return {
        "cells": described,
        "gain": {"value": total, "low": total - 0.05, "high": total + 0.05, "n": 400},
        "share_of_gain": {"value": 1.01, "low": 0.97, "high": 1.04, "n": 400},
    }


def full_results() -> dict[str, Any]:
    """Everything measured."""
    return {
        "schema": 2,
        "question": {
            "base": "organism:latent",
            "tuned": "runs/tune-true-reward/model",
            "behaviour": "code",
            "seed": 0,
            "prompt": "Quiz",
            "hook_point": "blocks.1.hook_resid_post",
            "n_problems": {"select": 400, "calibrate": 200, "test": 400},
        },
        "verdict": {
            "label": "activated",
            "confidence": 0.97,
            "leaning": "activated",
            "without": {"R0": "activated", "R1": "inconclusive", "R4": "activated"},
            "rivals": {"accuracy gain": "activated", "norm ratio": None},
            "summary": "The gain runs through code, which the base could write but seldom did.",
            "reasons": [
                "Steering the base model recovers 0.94 [0.86, 1.02] of the gap in accuracy.",
                "Without tuning, the base model reaches 0.98 at k = 64.",
            ],
            "error_rates": {
                "false_positive": interval(0.04, 50),
                "false_negative": interval(0.08, 50),
                "strict_decided": interval(0.91, 60),
                "strict_right": interval(0.99, 55),
                "n_cases": 100,
                "source": "model organisms with three seeds",
            },
        },
        "ladder": ladder(),
        "conditions": {
            "base": condition("base", 0.6, 0.12, 21.4, curve(0.6, 0.985)),
            "tuned": condition("tuned", 0.965, 0.98, 38.2, curve(0.965, 0.995)),
            "steered": condition("steered, feature 212", 0.95, 0.97, 38.0, curve(0.95, 0.99)),
            "diff_mean": condition("steered, diff mean", 0.955, 0.99, 38.3),
            "linear_probe": condition("steered, linear probe", 0.71, 0.4, 27.9),
        },
        "steering": steering(),
        "controls": controls(),
        "prompts": [
            {"prompt": "Quiz", "accuracy": interval(0.6), "behaviour_frequency": interval(0.12)},
            {
                "prompt": "Notebook",
                "accuracy": interval(0.95),
                "behaviour_frequency": interval(0.95),
                "chosen": True,
            },
        ],
        "necessity": necessity(),
        "modes": modes(),
        "dictionary": {
            "source": "latent__blocks.1.hook_resid_post__batchtopk-512",
            "architecture": "batchtopk",
            "d_sae": 512,
            "k": 12,
            "hook_point": "blocks.1.hook_resid_post",
            "l0": 11.8,
            "fvu": 0.0108,
            "dead": 0.043,
            "n_rows": 484000,
        },
        "features": features(),
        "samples": samples(),
        "limits": [
            "One seed of tuning.",
            "The problems are short sums told as stories.",
        ],
        "provenance": {
            "command": "latent-reasoning compare --base organism:latent --tuned runs/tune/model",
            "config": {"behaviour": "code", "n_random": 20, "coefficients": [0.5, 1.0, 2.0]},
            "seed": 0,
            "versions": {"python": "3.11.9", "torch": "2.13.0", "trl": None},
            "commit": None,
            "started": "2026-01-05T09:30:00+00:00",
            "seconds": 412.7,
            "machine": {"system": "Linux", "processor": "x86_64", "cores": 2},
        },
    }


def empty_results() -> dict[str, Any]:
    """Nothing measured but the label."""
    rungs = ("difference", "reach", "presence", "shared", "sufficiency", "necessity")
    unmeasured = {"status": "not measured", "summary": "", "numbers": {}}
    return full_results() | {
        "verdict": {
            "label": "inconclusive",
            "confidence": None,
            "leaning": None,
            "without": None,
            "rivals": None,
            "summary": "Nothing was measured.",
            "reasons": [],
            "error_rates": None,
        },
        "ladder": {f"R{i}": {"name": name, **unmeasured} for i, name in enumerate(rungs)},
        "conditions": {},
        "steering": None,
        "controls": {},
        "prompts": [],
        "necessity": None,
        "modes": {"cells": {}, "gain": None, "share_of_gain": None},
        "dictionary": None,
        "features": [],
        "samples": [],
        "limits": [],
    }
