"""Which direction, layer, position and strength steer the base, and at what cost?

Reads what `latent-reasoning sweep` wrote and shows, at every hook point and position, the most
accurate difference of means and the most accurate feature beside their controls. The best of many
cells on the problems they are measured on is a map of where to look and no estimate of an effect.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.zoo import between, cell, table
from latent_reasoning.artifacts import write_json
from latent_reasoning.errors import RunError

HERE = Path(__file__).parent
Cell = dict[str, Any]
HEADS = (
    "hook point",
    "positions",
    "direction",
    "strength",
    "accuracy",
    "code",
    "parsed",
    "tokens",
    "loss",
    "KL",
    "random, equal norm",
    "random, equal KL",
)


def kind(one: Cell) -> str:
    """What the direction of a cell is: difference of means, feature, or a control."""
    name = one["direction"]
    if " KL of " in name:
        return "equal KL"
    if name == "diff mean":
        return "difference of means"
    return "random" if name.startswith("random") else "feature"


def best(cells: Sequence[Cell]) -> list[Cell]:
    """The most accurate cell of each kind of direction at each hook point and position."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for one in cells:
        if kind(one) in ("difference of means", "feature"):
            place = (one["hook_point"], one["positions"], kind(one))
            groups.setdefault(place, []).append(one)
    return [max(group, key=lambda one: one["accuracy"]["value"]) for group in groups.values()]


def controls(one: Cell, cells: Sequence[Cell]) -> dict[str, Cell | None]:
    """The random direction of equal norm, and of equal KL where the cell has one, at its place."""
    there = [c for c in cells if all(c[key] == one[key] for key in ("hook_point", "positions"))]
    strength = one["in_mean_norms"]
    named = f"KL of {one['direction']} at {strength:g} "
    return {
        "norm": next(
            (c for c in there if kind(c) == "random" and c["in_mean_norms"] == strength), None
        ),
        "kl": next((c for c in there if named in f"{c['direction']} "), None),
    }


def lines(unsteered: Cell, cells: Sequence[Cell]) -> str:
    """One line a best cell, after the unsteered model."""
    rates = [f"{unsteered[key]['value']:.2f}" for key in ("behaviour_frequency", "parsed")]
    tokens = f"{unsteered['mean_tokens']:.0f}"
    plain: tuple[str, ...] = (
        "",
        "",
        "unsteered",
        "",
        cell(unsteered["accuracy"]),
        *rates,
        tokens,
        *[""] * 4,
    )
    rows: list[tuple[str, ...]] = [plain]
    for one in best(cells):
        beside = controls(one, cells)
        of_max = one["in_max_activations"]
        rows.append(
            (
                one["hook_point"],
                one["positions"],
                one["direction"],
                f"{one['in_mean_norms']:g}" + ("" if of_max is None else f" ({of_max:.1f} of max)"),
                cell(one["accuracy"]),
                f"{one['behaviour_frequency']['value']:.2f}",
                f"{one['parsed']['value']:.2f}",
                f"{one['mean_tokens']:.0f}",
                f"{one['loss'] - one['loss_unsteered']:+.3f}",
                f"{one['kl']:.3f}",
                _control(beside["norm"]),
                _control(beside["kl"]),
            )
        )
    return table(HEADS, rows)


def _control(one: Cell | None) -> str:
    return "" if one is None else f"{one['accuracy']['value']:.3f} (KL {one['kl']:.3f})"


def main() -> None:
    """Write the summary of a finished sweep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sweep", type=Path, nargs="?", default=Path("runs/sweep"))
    path = parser.parse_args().sweep / "sweep.json"
    if not path.is_file():
        raise RunError(f"17_steering_sweep: {path} is not there; run latent-reasoning sweep first")
    found = json.loads(path.read_text(encoding="utf-8"))
    write_json(HERE / "results.json", found)
    record, cells = found["provenance"], found["cells"]
    said = (
        f"Run on {record['started'][:10]}, {len(cells)} cells of "
        f"{cells[0]['accuracy']['n']} test problems and {record['config']['samples']} completions "
        f"of each, by\n\n    {record['command']}"
    )
    readme = HERE / "README.md"
    shown = f"{said}\n\n{lines(found['unsteered'], cells)}"
    text = between(readme.read_text(encoding="utf-8"), "results", shown)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
