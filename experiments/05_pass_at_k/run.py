"""Pass@k of bases and of models tuned from them, and where base catches up."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.zoo import Zoo, cell, finish, options, plain, table, zoo_of
from latent_reasoning.evaluation.pass_at_k import (
    curves_crossing,
    mean_curve,
    pass_at_k,
    pass_at_k_curve,
)
from latent_reasoning.organisms.registry import OrganismName

HERE = Path(__file__).parent
BASES = ("latent", "no-code", "bad-code")
ARMS = (None, "rl-truth-halfway", "rl-truth", "distilled")
SHOWN = (1, 8, 64, 256)
MARGIN = 0.01
"""Curves this close count as equal where it is asked from which k on base is about as good."""


REACHED = ("base reaches it", f"base within {MARGIN:g}")


def measure(zoo: Zoo, base: str, seed: int, ks: list[int]) -> list[dict[str, Any]]:
    """Curves of a base and its arms at one seed, with where base reaches each arm."""
    names = [OrganismName(base, arm, seed) for arm in ARMS]
    if not zoo.has(names[0]):
        return []
    rows = []
    for name in names:
        if not zoo.has(name):
            continue
        found = zoo.outcomes(name)
        row: dict[str, Any] = {
            "name": str(name),
            "base": base,
            "arm": name.arm or "base",
            "seed": seed,
            "pass_at_k": [plain(point) for point in pass_at_k_curve(found.correct, ks)],
            "crossing": None,
            "near": None,
        }
        if name.arm is not None:
            a, b = (_mean(zoo, [one], ks) for one in (names[0], name))
            row |= reached(a, b, ks)
        rows.append(row)
    return rows


def pooled(zoo: Zoo, base: str, seeds: list[int], ks: list[int]) -> list[dict[str, Any]]:
    """The same over the seeds that a base and an arm have in common, problem by problem."""
    rows = []
    for arm in ARMS[1:]:
        names = [(OrganismName(base, None, seed), OrganismName(base, arm, seed)) for seed in seeds]
        both = [pair for pair in names if zoo.has(*pair)]
        if both:
            before, after = (_mean(zoo, [pair[side] for pair in both], ks) for side in (0, 1))
            curves = {"base": before, "tuned": after}
            rows.append(
                {
                    "base": base,
                    "arm": arm,
                    "seeds": [pair[0].seed for pair in both],
                    **reached(before, after, ks),
                    "coverage": {
                        key: plain(mean_curve(curve, ks)[-1]) for key, curve in curves.items()
                    },
                }
            )
    return rows


def reached(
    base: Float[np.ndarray, "problem k"], tuned: Float[np.ndarray, "problem k"], ks: list[int]
) -> dict[str, Any]:
    """Where base reaches tuned, and where it comes within the margin."""
    found = {
        "crossing": curves_crossing(base, tuned, ks),
        "near": curves_crossing(base + MARGIN, tuned, ks),
    }
    return {key: plain(where) | {"words": where.describe()} for key, where in found.items()}


def _mean(zoo: Zoo, names: list[OrganismName], ks: list[int]) -> Float[np.ndarray, "problem k"]:
    correct = [zoo.outcomes(name).correct for name in names]
    return np.mean([pass_at_k(c.shape[1], c.sum(axis=1), ks) for c in correct], axis=0)


def shown_table(rows: list[dict[str, Any]], ks: list[int]) -> str:
    """One line an organism."""
    wanted = [k for k in SHOWN if k in ks]
    heads = ["organism", *(f"pass@{k}" for k in wanted), *REACHED]
    lines = []
    for row in rows:
        points = {point["k"]: point for point in row["pass_at_k"]}
        words = [row[key]["words"] if row[key] else "" for key in ("crossing", "near")]
        lines.append([row["name"], *(cell(points[k]) for k in wanted), *words])
    return table(heads, lines)


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    chosen = options(__doc__, problems=100, samples=512).parse_args()
    zoo = zoo_of(chosen)
    ks = [2**i for i in range(9) if 2**i <= chosen.samples]
    rows = [row for b in BASES for seed in chosen.seeds for row in measure(zoo, b, seed, ks)]
    over_seeds = [row for base in BASES for row in pooled(zoo, base, chosen.seeds, ks)]
    together = table(
        ["base", "arm", "seeds", *REACHED, f"base at {ks[-1]}", f"tuned at {ks[-1]}"],
        (
            [
                row["base"],
                row["arm"],
                ", ".join(map(str, row["seeds"])),
                row["crossing"]["words"],
                row["near"]["words"],
                cell(row["coverage"]["base"]),
                cell(row["coverage"]["tuned"]),
            ]
            for row in over_seeds
        ),
    )
    found = {"organisms": rows, "over_seeds": over_seeds}
    shown = f"{shown_table(rows, ks)}\n\nMean over seeds, problem by problem:\n\n{together}"
    finish(HERE, chosen, zoo, found, shown)


if __name__ == "__main__":
    main()
