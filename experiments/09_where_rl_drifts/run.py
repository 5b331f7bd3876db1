"""Which changes of reasoning bring the gain or the loss of every arm of reinforcement learning."""

from pathlib import Path
from typing import Any

from experiments.drift import drift
from experiments.drift_averages import averages, averages_table
from experiments.earlier import finish_organisms
from experiments.zoo import Zoo, cell, options, rate, table, zoo_of
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.zoo.arms import REINFORCED
from latent_reasoning.zoo.plan import planned

HERE = Path(__file__).parent


def measure(zoo: Zoo, name: OrganismName, first: str, second: str) -> dict[str, Any] | None:
    """The drift of one organism from its parent; None where one of them is missing."""
    parent = name.parent
    if parent is None or not zoo.has(parent, name):
        return None
    base, tuned = zoo.outcomes(parent), zoo.outcomes(name)
    return {
        "name": str(name),
        "base": name.base,
        "arm": name.arm,
        "seed": name.seed,
        "accuracy": {"base": rate(base.correct), "tuned": rate(tuned.correct)},
        "frequency": {
            behaviour: {"base": rate(base.shown[behaviour]), "tuned": rate(tuned.shown[behaviour])}
            for behaviour in (first, second)
        },
        **drift(base, tuned, first, second),
    }


def lines(rows: list[dict[str, Any]], first: str, second: str) -> str:
    """Contributions to the gain in accuracy, one line an organism."""
    changes = [f"{old}->{new}" for old in (first, second) for new in (first, second)]
    changes += sorted({change for row in rows for change in row["cells"]} - set(changes))
    heads = ["organism", f"{first} before", f"{first} after", "gain", *changes]
    return table(
        heads,
        (
            [
                row["name"],
                *(f"{row['frequency'][first][side]['value']:.3f}" for side in ("base", "tuned")),
                cell(row["gain"], signed=True),
                *(contribution(row["cells"].get(change)) for change in changes),
            ]
            for row in rows
        ),
    )


def contribution(found: dict[str, Any] | None) -> str:
    """A contribution with its interval, and C_d in brackets where it is defined."""
    if found is None:
        return "no pairs"
    share = found["of_gain"]["value"]
    said = cell(found["contribution"], signed=True)
    return said if share is None else f"{said} ({share:+.0%})"


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    parser = options(__doc__, problems=200, samples=16)
    parser.add_argument("--behaviours", nargs=2, default=["code", "language"])
    chosen = parser.parse_args()
    zoo = zoo_of(chosen)
    first, second = chosen.behaviours
    names = [n for n in planned() if n.arm in REINFORCED and n.seed in chosen.seeds]
    size = {name: getattr(chosen, name) for name in ("problems", "samples", "behaviours")}
    rows = (row for name in names if (row := measure(zoo, name, first, second)) is not None)
    finish_organisms(
        HERE,
        chosen,
        zoo,
        size,
        rows,
        lambda found: f"{averages_table(averages(found))}\n\n{lines(found, first, second)}",
        lambda found: {"averages": averages(found)},
    )


if __name__ == "__main__":
    main()
