"""Reinforcement learning on a single problem against the same on all of them."""

from pathlib import Path
from typing import Any

from experiments.zoo import Zoo, cell, finish, options, rate, table, zoo_of
from latent_reasoning.evaluation.intervals import paired_difference, ratio_of_differences
from latent_reasoning.organisms.registry import OrganismName

HERE = Path(__file__).parent
BASES = ("latent", "no-code", "bad-code")
ARMS = {"base": None, "one": "rl-one-example", "all": "rl-truth"}


def measure(zoo: Zoo, base: str, seed: int) -> dict[str, Any] | None:
    """A base, its tuning on one problem and on all; None where one of the three is missing."""
    names = {key: OrganismName(base, arm, seed) for key, arm in ARMS.items()}
    if not zoo.has(*names.values()):
        return None
    found = {key: zoo.outcomes(name) for key, name in names.items()}
    accuracy = {key: of.correct.mean(axis=1) for key, of in found.items()}
    share = ratio_of_differences(
        base=accuracy["base"], steered=accuracy["one"], tuned=accuracy["all"]
    )
    return {
        "base": base,
        "seed": seed,
        "accuracy": {key: rate(of.correct) for key, of in found.items()},
        "code_frequency": {key: rate(of.shown["code"]) for key, of in found.items()},
        "gain": {
            key: paired_difference(accuracy[key], accuracy["base"])._asdict()
            for key in ("one", "all")
        },
        "share": share._asdict(),
    }


def lines(rows: list[dict[str, Any]]) -> str:
    """One line a base and seed."""
    heads = ["base", "accuracy of base", "gain, one problem", "gain, all", "share of the gain"]
    heads += [f"code, {key}" for key in ARMS]
    return table(
        heads,
        (
            [
                f"{row['base']}@{row['seed']}",
                cell(row["accuracy"]["base"]),
                *(cell(row["gain"][key], signed=True) for key in ("one", "all")),
                cell(row["share"]) if row["share"]["value"] is not None else "no gain to share",
                *(f"{row['code_frequency'][key]['value']:.3f}" for key in ARMS),
            ]
            for row in rows
        ),
    )


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    chosen = options(__doc__, problems=300, samples=16).parse_args()
    zoo = zoo_of(chosen)
    found = [measure(zoo, base, seed) for base in BASES for seed in chosen.seeds]
    rows = [row for row in found if row is not None]
    finish(HERE, chosen, zoo, {"organisms": rows}, lines(rows))


if __name__ == "__main__":
    main()
