"""Does a random reward drift towards the prior's majority mode, and does that need the clip?

Cells that are not asked for keep the results they have, each with the run it came from.
"""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.dose import CELLS, Cell, tuned, untuned
from experiments.earlier import SETTINGS, earlier_rows, stamp
from experiments.zoo import Zoo, cell, finish, options, table, zoo_of
from latent_reasoning.evaluation.contrasts import over_seeds

HERE = Path(__file__).parent
TRAINED = "rewards/python_reward/mean"
SIZE = ("seeds", "problems", "samples")


def measure(zoo: Zoo, how: Cell, seeds: list[int]) -> dict[str, Any]:
    """Changes of one cell over its training seeds."""
    changes, priors, logs = [], [], []
    for seed in seeds:
        before, (after, log) = untuned(zoo, how, seed), tuned(zoo, how, seed)
        priors.append(float(before.shown["code"].mean()))
        logs.append([entry for entry in log if "entropy" in entry])
        changes.append(
            [
                after.correct.mean(axis=1) - before.correct.mean(axis=1),
                after.shown["code"].mean(axis=1) - before.shown["code"].mean(axis=1),
            ]
        )
    moved = np.array(changes)
    prior, by_seed = float(np.mean(priors)), moved.mean(axis=2)
    towards = 1 if prior > 0.5 else -1
    return {
        "cell": how.name,
        "prior": prior,
        "accuracy": over_seeds(moved[:, 0])._asdict(),
        "code_frequency": over_seeds(moved[:, 1])._asdict(),
        "towards_majority": over_seeds(towards * moved[:, 1])._asdict(),
        "by_seed": {"accuracy": by_seed[:, 0].tolist(), "code_frequency": by_seed[:, 1].tolist()},
        "entropy": [float(np.mean([log[place]["entropy"] for log in logs])) for place in (0, -1)],
        "clipped": float(
            np.mean([entry["clip_ratio/region_mean"] for log in logs for entry in log])
        ),
        "code_while_training": np.mean(
            [[entry[TRAINED] for entry in log] for log in logs], axis=0
        ).tolist(),
    }


def lines(found: list[dict[str, Any]]) -> str:
    """One line a cell."""
    heads = ["cell", "prior code", "accuracy", "code", "towards the majority mode"]
    heads += ["sd of code over seeds", "entropy", "clipped"]
    return table(
        heads,
        (
            [
                row["cell"],
                f"{row['prior']:.2f}",
                cell(row["accuracy"], signed=True),
                cell(row["code_frequency"], signed=True),
                cell(row["towards_majority"], signed=True),
                f"{np.std(row['by_seed']['code_frequency'], ddof=1):.3f}",
                "{:.3f} to {:.3f}".format(*row["entropy"]),
                f"{row['clipped']:.4f}",
            ]
            for row in found
        ),
    )


def main() -> None:
    """Train and measure what is asked for; write results and the table of the README."""
    parser = options(__doc__, problems=250, samples=8)
    parser.set_defaults(runs=Path("runs/random_reward_dose"), seeds=[0, 1, 2, 3, 4])
    parser.add_argument("--cells", nargs="+", choices=[one.name for one in CELLS], metavar="CELL")
    parser.add_argument("--only-train", action="store_true", help="write no results yet")
    chosen = parser.parse_args()
    zoo = zoo_of(chosen)
    size = {name: getattr(chosen, name) for name in SIZE}
    rows, run = earlier_rows(HERE / "results.json", "cells", "cell", size), stamp()
    asked = [one for one in CELLS if not chosen.cells or one.name in chosen.cells]
    rows |= {one.name: measure(zoo, one, chosen.seeds) | {"run": run} for one in asked}
    if not chosen.only_train:
        found = [rows[one.name] for one in CELLS if one.name in rows]
        zoo.missing.extend(f"the cell '{one.name}'" for one in CELLS if one.name not in rows)
        finish(HERE, chosen, zoo, {SETTINGS: size, "cells": found}, lines(found))


if __name__ == "__main__":
    main()
