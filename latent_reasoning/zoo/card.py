"""The card of an organism: what it was made of and what it can do, measured when it was built."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from latent_reasoning.artifacts import versions
from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import Condition, outcomes, run_condition
from latent_reasoning.evaluation.intervals import Rate, wilson
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms.corpus import setting
from latent_reasoning.organisms.recipes import SOURCES, TEST_SOURCE, BaseRecipe, base_recipe
from latent_reasoning.organisms.registry import OrganismName

N_PROBLEMS = 2000
MEASURE_SEED = 1000


def write_card(
    name: OrganismName,
    directory: Path,
    settings: dict[str, Any],
    log: list[dict[str, float]],
) -> None:
    """Measure a freshly built organism and write card.json and README.md beside its weights."""
    card = {
        "name": str(name),
        "rebuild": f"latent-reasoning organism build {name.base}"
        + (f"/{name.arm}" if name.arm else "")
        + f" --seed {name.seed}",
        "settings": settings,
        "measured": measure_organism(base_recipe(name.base), directory),
        "log": log,
        "seconds": round(log[-1]["seconds"], 1),
        "versions": versions(),
    }
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (directory / "README.md").write_text(_readme(card), encoding="utf-8")


def measure_organism(recipe: BaseRecipe, directory: Path) -> dict[str, Any]:
    """Accuracy and code frequency at every source, accuracy per mode, on held-out problems.

    One sample of each problem at temperature 1; rates with Wilson intervals.
    """
    model, sampling = load_model(directory), SamplingConfig(seed=MEASURE_SEED)
    found: dict[str, Any] = {"test source": TEST_SOURCE, "n_problems": N_PROBLEMS}
    for source in SOURCES:
        posed = setting(recipe, "held-out", N_PROBLEMS, MEASURE_SEED, source)
        card = Condition("card", "card")
        found[source] = _rates(
            run_condition(model, card, posed.problems, posed.variant, 1, sampling)
        )
    return found


def _rates(samples: list[Sample]) -> dict[str, Any]:
    found = outcomes(samples)
    correct, code = found.correct.ravel(), found.shown["code"].ravel()

    def rate(hits: Bool[np.ndarray, " sample"]) -> dict[str, float] | None:
        return _plain(wilson(int(hits.sum()), hits.size)) if hits.size else None

    return {
        "accuracy": rate(correct),
        "code_frequency": rate(code),
        "accuracy_in_code": rate(correct[code]),
        "accuracy_in_language": rate(correct[~code]),
        "parsed": rate(found.parsed.ravel()),
    }


def _plain(rate: Rate) -> dict[str, float]:
    return {
        "value": round(rate.value, 4),
        "low": round(rate.low, 4),
        "high": round(rate.high, 4),
        "n": rate.n,
    }


def _readme(card: dict[str, Any]) -> str:
    measured = card["measured"]
    rows = [
        f"| {source} | "
        + " | ".join(
            _cell(measured[source][key])
            for key in ("accuracy", "code_frequency", "accuracy_in_code", "accuracy_in_language")
        )
        + " |"
        for source in SOURCES
    ]
    settings = json.dumps(card["settings"], indent=1)
    return "\n".join(
        [
            f"# Organism {card['name']}",
            "",
            f"Trained in {card['seconds']:.0f} s by `{card['rebuild']}`; figures from that run on "
            f"{measured['n_problems']} held-out problems, one sample each at temperature 1, with "
            f"95 % Wilson intervals. Everything is measured at {measured['test source']}.",
            "",
            "| source | accuracy | code frequency | accuracy in code | accuracy in language |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "Data: generated word problems, half of all arithmetic for pretraining, another part "
            "for tuning, the rest never trained on (latent_reasoning/organisms/grammar.py).",
            "",
            "```json",
            settings,
            "```",
            "",
        ]
    )


def _cell(rate: dict[str, float] | None) -> str:
    if rate is None:
        return "none"
    return f"{rate['value']:.3f} [{rate['low']:.3f}, {rate['high']:.3f}] of {rate['n']}"
