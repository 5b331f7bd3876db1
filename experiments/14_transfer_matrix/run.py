"""Which model is steered by the direction of which model, and from how far before the solution?

Directions are differences of means at a token some places before the last prompt token, of base,
of tuned, and of the change from base to tuned on the same prompts. Each is added at the last prompt
token of base, of tuned and of a base of another family, at the strength that is most accurate there
on calibration problems.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from experiments.zoo import Zoo, cell, finish, options, table
from experiments.zoo_pairs import SEED, Pair, pair_inputs
from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.cli import progress_bar
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.presets import organism_pair
from latent_reasoning.data.problems import Problem
from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import Condition, outcomes, run_condition
from latent_reasoning.evaluation.intervals import clustered_rate, paired_difference
from latent_reasoning.evaluation.together import run_together
from latent_reasoning.features.directions import Direction, diff_mean
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.steering.plan import SteeringPlan

HERE = Path(__file__).parent
OFFSETS = (0, 1, 2, 4)
COEFFICIENTS = (1.0, 2.0, 4.0, 8.0)
SOURCES = ("base", "tuned", "tuned - base")
BEHAVIOUR = "code"


@dataclass(frozen=True)
class Read:
    """Both models on what both wrote under every prompt."""

    samples: list[Sample]
    """Base's completions, then tuned's."""
    n_base: int
    """How many are base's."""
    store: ActivationStore
    """Their activations."""

    def rows(self, of_tuned: bool, offset: int) -> Int[Tensor, " text"]:
        """The row some places before the last prompt token of each text of one of the models."""
        found = self.store.rows
        own = (found.sequence >= self.n_base) == of_tuned
        return (found.is_last_prompt & own).nonzero().squeeze(1) - offset


def read(inputs: Inputs, folder: Path) -> Read:
    """Let both models write under every prompt, and both read all of it."""
    written = []
    for model in (inputs.pair.base, inputs.pair.tuned):
        for stage, variant in enumerate(inputs.ladder.variants):
            written.append(
                run_condition(
                    model,
                    Condition("read", "read"),
                    inputs.splits.select,
                    variant,
                    2,
                    inputs.sampling(stage),
                )
            )
    half = len(inputs.ladder.variants)
    n_base = sum(map(len, written[:half]))
    samples = [sample for part in written for sample in part]
    store = record_pair(inputs.pair, samples, [inputs.hook_point], folder)
    return Read(samples, n_base, store)


def directions(inputs: Inputs, found: Read, offset: int) -> Iterator[tuple[str, Direction]]:
    """The direction of each source at one offset."""
    for source, of_tuned in (("base", False), ("tuned", True)):
        rows = found.rows(of_tuned, offset)
        texts = found.store.rows.sequence[rows].tolist()
        labels = torch.tensor([BEHAVIOUR in found.samples[i].behaviours for i in texts])
        acts = found.store.activations(inputs.hook_point, source)[rows]
        if labels.any() and not labels.all():
            yield source, diff_mean(acts, labels, hook_point=inputs.hook_point)
    rows = found.rows(False, offset)
    at_test = [
        found.samples[i].settings["prompt"] == inputs.ladder.test
        for i in found.store.rows.sequence[rows].tolist()
    ]
    rows = rows[torch.tensor(at_test)]
    both = [found.store.activations(inputs.hook_point, m)[rows] for m in ("tuned", "base")]
    labels = torch.arange(2 * len(rows)) < len(rows)
    yield "tuned - base", diff_mean(torch.cat(both), labels, hook_point=inputs.hook_point)


def steered(
    inputs: Inputs, model: LoadedModel, direction: Direction, norm: float, samples: int
) -> dict[str, Any]:
    """The direction added to a model: its change of accuracy and behaviour on test problems."""
    plans = [SteeringPlan(direction, c, norm) for c in COEFFICIENTS]
    accuracies = [_measured(inputs, model, [p], inputs.splits.calibrate, 1)[0][0] for p in plans]
    best = max(range(len(plans)), key=lambda i: accuracies[i].mean())
    (after,) = _measured(inputs, model, [plans[best]], inputs.splits.test, samples)
    before = _measured(inputs, model, [plans[best].at(0.0)], inputs.splits.test, samples)[0]
    return {
        "coefficient": plans[best].coefficient,
        "gate": plans[best].gate.kind,
        "accuracy": clustered_rate(after[0][:, None])._asdict(),
        "accuracy_change": paired_difference(after[0], before[0])._asdict(),
        "behaviour_change": paired_difference(after[1], before[1])._asdict(),
    }


def _measured(
    inputs: Inputs,
    model: LoadedModel,
    plans: list[SteeringPlan],
    problems: Sequence[Problem],
    samples: int,
) -> list[tuple[Any, Any]]:
    variant = inputs.ladder.variant(inputs.ladder.test)
    conditions = [Condition("steered", "steered", plan) for plan in plans]
    drawn = run_together(model, conditions, problems, variant, samples, inputs.sampling(400))
    found = [outcomes(part) for part in drawn]
    return [(f.correct.mean(axis=1), f.shown[BEHAVIOUR].mean(axis=1)) for f in found]


def measure(zoo: Zoo, name: OrganismName, other: OrganismName) -> dict[str, Any]:
    """All cells of one pair."""
    pair = Pair(name, BEHAVIOUR)
    config = organism_pair(str(pair.base), str(name), BEHAVIOUR, SEED)
    inputs = pair_inputs(zoo, pair, replace(config, n_problems=zoo.problems))
    models = {"base": inputs.pair.base, "tuned": inputs.pair.tuned, "other": zoo.load(other)}
    rows = []
    with tempfile.TemporaryDirectory() as folder, progress_bar(str(name), 0) as bar:
        found = read(inputs, Path(folder) / "store")
        norms = {m: found.store.mean_norm(inputs.hook_point, m) for m in ("base", "tuned")}
        for offset in OFFSETS:
            for source, direction in directions(inputs, found, offset):
                for target, model in models.items():
                    norm = norms.get(target, norms["base"])
                    made = steered(inputs, model, direction, norm, zoo.samples)
                    rows.append({"offset": offset, "from": source, "to": target, **made})
                    bar.update(1)
    return {"name": str(name), "other": str(other), "cells": rows}


def lines(pairs: list[dict[str, Any]]) -> str:
    """One line a direction, one column a model that is steered."""
    heads = ("pair", "offset", "direction from", "base", "tuned", "another family")
    found = []
    for pair in pairs:
        for offset in OFFSETS:
            for source in SOURCES:
                cells = {
                    row["to"]: row
                    for row in pair["cells"]
                    if (row["offset"], row["from"]) == (offset, source)
                }
                found.append(
                    (pair["name"], f"-{offset}", source, *(_cell(cells.get(m)) for m in TARGETS))
                )
    return table(heads, found)


TARGETS = ("base", "tuned", "other")


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "no direction"
    accuracy = cell(row["accuracy_change"], signed=True)
    return f"{accuracy}; code {row['behaviour_change']['value']:+.2f}; c {row['coefficient']:g}"


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    parser = options(__doc__, problems=200, samples=2)
    parser.add_argument("--pairs", nargs="+", default=["latent", "latent-llama"])
    chosen = parser.parse_args()
    zoo = Zoo(chosen.root, chosen.runs, chosen.problems, chosen.samples)
    found = []
    for base in chosen.pairs:
        other = OrganismName("latent-llama" if base != "latent-llama" else "latent", None, 0)
        for seed in chosen.seeds:
            name = OrganismName(base, "rl-truth", seed)
            parent = name.parent
            if parent is not None and zoo.has(parent, name, other):
                found.append(measure(zoo, name, other))
    finish(HERE, chosen, zoo, {"pairs": found}, lines(found))


if __name__ == "__main__":
    main()
