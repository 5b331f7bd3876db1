"""Does a reward that says nothing about correctness lift a base with the skill, and no other?"""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.zoo import Zoo, cell, finish, options, table, zoo_of
from latent_reasoning.evaluation.contrasts import over_seeds
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.zoo.plan import CORE, SPURIOUS

HERE = Path(__file__).parent
ARMS = ("rl-truth", *SPURIOUS)
MEASURES = ("accuracy", "code frequency")


def rates(zoo: Zoo, name: OrganismName) -> Float[np.ndarray, "measure problem"]:
    """Accuracy and code frequency of one organism on each problem."""
    found = zoo.outcomes(name)
    return np.stack([found.correct.mean(axis=1), found.shown["code"].mean(axis=1)])


def changes(zoo: Zoo, base: str, arm: str, asked: list[int]) -> dict[str, Any]:
    """Changes of one base under one reward, over the seeds that are built."""
    names = {seed: [OrganismName(base, of, seed) for of in (None, arm)] for seed in asked}
    seeds = [seed for seed, pair in names.items() if zoo.has(*pair)]
    moved = [rates(zoo, names[seed][1]) - rates(zoo, names[seed][0]) for seed in seeds]
    found: dict[str, Any] = {"base": base, "arm": arm, "seeds": seeds}
    for place, measure in enumerate(MEASURES):
        values = np.array([change[place] for change in moved])
        if len(seeds) >= 2:
            found[measure] = over_seeds(values)._asdict()
        elif len(seeds) == 1:
            found[measure] = {"value": float(values.mean()), "low": None, "high": None, "n": 1}
    return found


def shown(found: dict[str, Any], measure: str) -> str:
    """One change with its interval and its seeds."""
    if measure not in found:
        return "not built"
    if found[measure]["low"] is None:
        return f"{found[measure]['value']:+.3f} (seed {found['seeds'][0]} alone)"
    return f"{cell(found[measure], signed=True)} of {len(found['seeds'])}"


def by_reward(cells: list[dict[str, Any]], measure: str) -> str:
    """One line a reward, one column a base."""
    of = {(found["base"], found["arm"]): found for found in cells}
    rows = ([arm, *(shown(of[base, arm], measure) for base in CORE)] for arm in ARMS)
    return f"Change of {measure}:\n\n{table(['reward', *CORE], rows)}"


def main() -> None:
    """Measure what exists; write results and the tables of the README."""
    chosen = options(__doc__, problems=500, samples=4).parse_args()
    zoo = zoo_of(chosen)
    cells = [changes(zoo, base, arm, chosen.seeds) for arm in ARMS for base in CORE]
    tables = "\n\n".join(by_reward(cells, measure) for measure in MEASURES)
    finish(HERE, chosen, zoo, {"cells": cells}, tables)


if __name__ == "__main__":
    main()
