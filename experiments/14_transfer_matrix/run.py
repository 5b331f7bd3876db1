"""Which model is steered by the direction of which model, and from how far before the solution?

What is measured, and how, is in `experiments.transfer`. A cell is marked where accuracy rises
by more than under the changes of equal norm beside it: above every random draw, and with intervals
that exclude zero also above shuffled labels and above the unsteered model.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.transfer import N_RANDOM, OFFSETS, SOURCES, TARGETS, measured, measured_before
from experiments.zoo import Zoo, cell, finish, options, table, zoo_of
from experiments.zoo_pairs import SEED, Pair, pair_inputs
from latent_reasoning.comparison.presets import organism_pair
from latent_reasoning.evaluation.contrasts import over_seeds
from latent_reasoning.evaluation.intervals import paired_difference
from latent_reasoning.organisms.registry import OrganismName

HERE = Path(__file__).parent
BEHAVIOURS = {"bad-code": "language"}
"""What is asked about a base, where it is not code."""
HEADS = ("direction from", "offset", "base", "tuned", "another family")
Record = dict[str, Any]
Values = Float[np.ndarray, "seed problem"]


def interval(values: Values) -> Record:
    """Mean with its interval: over problems for one seed, over both for several."""
    zero = np.zeros(values.shape[1])
    found = over_seeds(values) if len(values) > 1 else paired_difference(values[0], zero)
    return found._asdict()


def matrix(found: Sequence[dict[str, Record]]) -> list[Record]:
    """Every cell of one or several seeds: what the direction changes, and what its controls do.

    Args:
        found: By seed, what `transfer.measured` gives.
    """
    cells = []
    for target in TARGETS:
        seeds = [by_target[target] for by_target in found if target in by_target]
        if len(seeds) < len(found):
            continue
        for source in SOURCES:
            for offset in OFFSETS:
                of_seeds = [_cell_of(seed, source, offset) for seed in seeds]
                there = [cell for cell in of_seeds if cell is not None]
                # A direction that only some seeds have is none of the base.
                if len(there) == len(seeds):
                    place = {"to": target, "from": source, "offset": offset}
                    cells.append(place | _compared(seeds, there))
    return cells


def _cell_of(seed: Record, source: str, offset: int) -> Record | None:
    places = ((cell, (cell["from"], cell["offset"])) for cell in seed["cells"])
    return next((cell for cell, place in places if place == (source, offset)), None)


def _compared(seeds: Sequence[Record], cells: Sequence[Record]) -> Record:
    """The changes of one cell, seed by seed and problem by problem, with their intervals."""
    pairs = list(zip(seeds, cells, strict=True))

    def change(kind: str, what: str) -> Values:
        return np.array([np.subtract(c[kind][what], s["unsteered"][what]) for s, c in pairs])

    draws = np.array([_random(s, c, "accuracy") for s, c in pairs])
    steered, shuffled = change("steered", "accuracy"), change("shuffled", "accuracy")
    highest = draws.mean(axis=(0, 2))
    changed, over_shuffled = interval(steered), interval(steered - shuffled)
    clearly = min(changed["low"], over_shuffled["low"]) > 0
    return {
        "coefficients": [c["coefficient"] for c in cells],
        "gate": cells[0]["gate"],
        "accuracy_change": changed,
        "behaviour_change": interval(change("steered", "behaviour")),
        "random": {"values": highest.tolist(), "low": highest.min(), "high": highest.max()},
        "over_random": interval(steered - draws.mean(axis=1)),
        "shuffled": interval(shuffled),
        "over_shuffled": over_shuffled,
        "beyond_controls": bool(clearly and changed["value"] > highest.max()),
    }


def _random(seed: Record, cell: Record, what: str) -> Float[np.ndarray, "draw problem"]:
    drawn = seed["random"][str(cell["coefficient"])]
    return np.array([np.subtract(one[what], seed["unsteered_once"][what]) for one in drawn])


def gap(found: Sequence[dict[str, Record]]) -> Record | None:
    """What tuning changed, both unsteered; None where one of them is not measured."""
    if not all("base" in by and "tuned" in by for by in found):
        return None
    unsteered = [[by["tuned"]["unsteered"], by["base"]["unsteered"]] for by in found]
    both = np.array([[one["accuracy"] for one in pair] for pair in unsteered])
    return interval(both[:, 0] - both[:, 1])


def measure(zoo: Zoo, base: str, seeds: Sequence[int], limit: int) -> Record | None:
    """All cells of one base over the seeds that are there; None where there is none."""
    other = OrganismName("latent-llama", None, 0)
    found, there = [], []
    for seed in seeds:
        name = OrganismName(base, "rl-truth", seed)
        pair = Pair(name, BEHAVIOURS.get(base, "code"))
        if not zoo.has(pair.base, name, other):
            continue
        steered = measured_before(zoo, pair, other)
        if limit:
            config = organism_pair(str(pair.base), str(name), pair.behaviour, SEED)
            inputs = pair_inputs(zoo, pair, replace(config, n_problems=zoo.problems))
            steered = measured(zoo, pair, other, inputs)
        if steered:
            found.append(steered)
            there.append(seed)
    if not found:
        return None
    norms = [{target: one["norm"] for target, one in by.items()} for by in found]
    return {
        "base": base,
        "seeds": there,
        "behaviour": BEHAVIOURS.get(base, "code"),
        "other": str(other),
        "mean_norms": norms,
        "gap": gap(found),
        "cells": matrix(found),
        "by_seed": [
            {"seed": seed, "gap": gap([by]), "cells": matrix([by])}
            for seed, by in zip(there, found, strict=True)
        ],
    }


def lines(bases: Sequence[Record]) -> str:
    """A table a base: one line a direction, one column a model that is steered."""
    parts = []
    for row in bases:
        names = ", ".join(f"{row['base']}/rl-truth@{seed}" for seed in row["seeds"])
        rows = []
        for source in SOURCES:
            for offset in OFFSETS:
                cells = [_at(row["cells"], target, source, offset) for target in TARGETS]
                if any(cells):
                    shown = [_shown(one, row["behaviour"]) for one in cells]
                    rows.append((source, f"{offset:+d}" if offset else "0", *shown))
        said = f"**{names}**: tuning changed accuracy by {cell(row['gap'], signed=True)}."
        parts.append(f"{said}\n\n{table(HEADS, rows)}")
    legend = (
        "A cell: change in accuracy with its interval, change in the frequency of the behaviour; "
        f"lowest to highest of {N_RANDOM} random directions of equal norm, difference of means "
        "with shuffled labels. In bold: above all random draws, clearly above zero and shuffled. "
        "None: no direction, or not measured."
    )
    return "\n\n".join([legend, *parts])


def _at(cells: Sequence[Record], target: str, source: str, offset: int) -> Record | None:
    place = (target, source, offset)
    return next((c for c in cells if (c["to"], c["from"], c["offset"]) == place), None)


def _shown(found: Record | None, behaviour: str) -> str:
    if found is None:
        return "none"
    accuracy = cell(found["accuracy_change"], signed=True)
    accuracy = f"**{accuracy}**" if found["beyond_controls"] else accuracy
    low, high = found["random"]["low"], found["random"]["high"]
    return (
        f"{accuracy}, {behaviour} {found['behaviour_change']['value']:+.2f}; random {low:+.2f} to "
        f"{high:+.2f}, shuffled {found['shuffled']['value']:+.2f}"
    )


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    parser = options(__doc__, problems=160, samples=2)
    parser.add_argument("--pairs", nargs="+", default=["latent"], help="bases at every seed")
    further = ["no-code", "bad-code", "rare"]
    parser.add_argument("--further", nargs="*", default=further, help="bases at the first seed")
    parser.add_argument("--limit", type=int, default=1, help="0: only what was measured before")
    chosen = parser.parse_args()
    zoo = zoo_of(chosen)
    asked = [(base, chosen.seeds) for base in chosen.pairs]
    asked += [(base, chosen.seeds[:1]) for base in chosen.further]
    found = [measure(zoo, base, seeds, chosen.limit) for base, seeds in asked]
    there = [row for row in found if row is not None]
    finish(HERE, chosen, zoo, {"bases": there}, lines(there))


if __name__ == "__main__":
    main()
