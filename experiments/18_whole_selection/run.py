"""With the controls that a comparison has by default, does steering beat its own selection?

The pairs of 12 to 15 are compared with light controls, whose p-value over the whole selection
cannot go below 0.5. Here a few are compared as `latent-reasoning compare` does it by default: 19
selections that share no random direction, 100 random directions beside the chosen one, 20 draws of
the harder controls.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.earlier import finish_organisms
from experiments.zoo import Zoo, cell, options, table, zoo_of
from experiments.zoo_pairs import KEPT, Pair, pair_inputs
from latent_reasoning.cli import progress_bar
from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.comparison.pipeline import compare
from latent_reasoning.organisms.registry import OrganismName

HERE = Path(__file__).parent
SEED = 18
PAIRS = tuple(OrganismName("latent", "rl-truth", seed) for seed in (0, 1, 2))
HARDER = ("random", "covariance_matched", "random_feature", "shuffled_labels")
"""Controls that are drawn at random, each measured on the test problems."""


def compared(zoo: Zoo, tuned: OrganismName) -> dict[str, Any]:
    """results.json of a pair at the default settings; kept from an earlier run, or made now."""
    pair = Pair(tuned, "code")
    digest = f"{zoo.digest(pair.base)}-{zoo.digest(tuned)}-{zoo.problems}x{zoo.samples}"
    folder = zoo.runs / f"{tuned.base}-{tuned.arm}-{tuned.seed}-{SEED}-{digest}"
    if not (folder / "results.json").is_file():
        names = (f"organism:{name}" for name in (pair.base, tuned))
        config = CompareConfig(*names, seed=SEED, output=folder)
        config = replace(config, n_problems=zoo.problems, samples=zoo.samples)
        compare(config, progress_bar, inputs=pair_inputs(zoo, pair, config))
        # Activations and samples are not read again.
        for path in folder.iterdir():
            if path.name not in KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def measure(name: OrganismName, results: dict[str, Any]) -> dict[str, Any]:
    """What steering reaches beside its nulls."""
    steering, steered = results["steering"], results["conditions"]["steered"]
    null = steering["null_of_selection"]
    reached = steered["accuracy"]["value"]
    return {
        "name": str(name),
        "verdict": results["verdict"]["label"],
        "steered": steered["accuracy"],
        "gap_recovered": steering["gap_recovered"],
        "selections": {
            key: null[key]
            for key in ("accuracy_95", "p_accuracy", "p_behaviour", "pool", "n_candidates")
        },
        "harder": {
            control: {
                "draws": len(draws := results["controls"][control]["draws"]),
                "best": max(draws),
                "p": (1 + sum(draw >= reached for draw in draws)) / (1 + len(draws)),
            }
            for control in HARDER
            if control in results["controls"]
        },
    }


def lines(rows: list[dict[str, Any]]) -> str:
    """One line a pair: accuracy of the steered base, and what its nulls reach."""
    heads = ["tuned", "verdict", "steered", "share of the gap", "selections: 95 %", "p", "p, code"]
    return table(
        [*heads, *(f"{control.replace('_', ' ')}: best (p)" for control in HARDER)],
        (
            [
                row["name"],
                row["verdict"],
                cell(row["steered"]),
                cell(row["gap_recovered"], signed=True),
                f"{row['selections']['accuracy_95']:.3f}",
                f"{row['selections']['p_accuracy']:.2f}",
                f"{row['selections']['p_behaviour']:.2f}",
                *(
                    f"{found['best']:.3f} ({found['p']:.2f} of {found['draws']})"
                    if (found := row["harder"].get(control))
                    else "none"
                    for control in HARDER
                ),
            ]
            for row in rows
        ),
    )


def measured(zoo: Zoo) -> Iterator[dict[str, Any]]:
    """A row each pair whose organisms are there."""
    for name in PAIRS:
        if zoo.has(Pair(name, "code").base, name):
            yield measure(name, compared(zoo, name))


def main() -> None:
    """Compare what exists; write results and the table of the README."""
    parser = options(__doc__, problems=600, samples=64)
    parser.set_defaults(runs=Path("runs/whole_selection"))
    chosen = parser.parse_args()
    zoo = zoo_of(chosen)
    size = {"problems": chosen.problems, "samples": chosen.samples}
    finish_organisms(HERE, chosen, zoo, size, measured(zoo), lines)


if __name__ == "__main__":
    main()
