"""Does a reward that says nothing about correctness lift a base that has the skill, and no other?

    latent-reasoning zoo build
    python experiments/03_spurious_rewards/run.py [--root organisms]

Base and tuned solve the same held-out problems at the test prompt. Changes are over problems and
training seeds (`over_seeds`). Organisms that are not built are named in the results. Writes
results.json and the tables of README.md here.
"""

import argparse
import re
from pathlib import Path
from typing import Any

import numpy as np

from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.errors import RunError
from latent_reasoning.evaluation.conditions import Condition, outcomes, run_condition
from latent_reasoning.evaluation.contrasts import over_seeds
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms.corpus import setting
from latent_reasoning.organisms.recipes import base_recipe
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.zoo.job import existing
from latent_reasoning.zoo.plan import CORE, CORE_SEEDS, SPURIOUS

HERE = Path(__file__).parent
ARMS = ("rl-truth", *SPURIOUS)
N_PROBLEMS, N_SAMPLES, SEED = 500, 4, 300
MEASURES = ("accuracy", "code frequency")


def measured(name: OrganismName, root: Path, kept: Path) -> np.ndarray | None:
    """Accuracy and code frequency of one organism on each problem; None if it is not built."""
    try:
        directory = existing(name, root)
    except RunError:
        return None
    path = kept / f"{str(name).replace('/', '-')}.npy"
    if not path.is_file():
        posed = setting(base_recipe(name.base), "held-out", N_PROBLEMS, SEED)
        samples = run_condition(
            load_model(directory),
            Condition("plain", "as it is"),
            posed.problems,
            posed.variant,
            N_SAMPLES,
            SamplingConfig(seed=SEED),
        )
        found = outcomes(samples)
        rates = np.stack([found.correct.mean(axis=1), found.shown["code"].mean(axis=1)])
        np.save(path, rates, allow_pickle=False)
    return np.load(path, allow_pickle=False)


def cell(base: str, arm: str, root: Path, kept: Path) -> dict[str, Any]:
    """Changes of one base under one reward, over the seeds that are built."""
    changes, seeds = [], []
    for seed in CORE_SEEDS:
        before = measured(OrganismName(base, None, seed), root, kept)
        after = measured(OrganismName(base, arm, seed), root, kept)
        if before is not None and after is not None:
            changes.append(after - before)
            seeds.append(seed)
    found: dict[str, Any] = {"base": base, "arm": arm, "seeds": seeds}
    for place, measure in enumerate(MEASURES):
        values = np.array([change[place] for change in changes])
        if len(seeds) >= 2:
            found[measure] = over_seeds(values)._asdict()
        elif len(seeds) == 1:
            found[measure] = {"value": float(values.mean()), "low": None, "high": None, "n": 1}
    return found


def table(cells: list[dict[str, Any]], measure: str) -> str:
    """One line a reward, one column a base."""
    lines = [f"| reward | {' | '.join(CORE)} |", "|---" * (len(CORE) + 1) + "|"]
    for arm in ARMS:
        row = [next(c for c in cells if (c["base"], c["arm"]) == (base, arm)) for base in CORE]
        lines.append(f"| {arm} | {' | '.join(_shown(c, measure) for c in row)} |")
    return "\n".join(lines)


def _shown(found: dict[str, Any], measure: str) -> str:
    if measure not in found:
        return "not built"
    change = found[measure]
    if change["low"] is None:
        return f"{change['value']:+.3f} (seed {found['seeds'][0]} alone)"
    return f"{change['value']:+.3f} [{change['low']:+.2f}, {change['high']:+.2f}] of {change['n']}"


def main() -> None:
    """Measure what is built, write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("organisms"))
    parser.add_argument("--runs", type=Path, default=Path("runs/spurious_rewards"))
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    cells = [cell(base, arm, options.root, options.runs) for arm in ARMS for base in CORE]
    missing = [
        f"{c['base']}/{c['arm']}@{s}" for c in cells for s in CORE_SEEDS if s not in c["seeds"]
    ]
    sizes = {"n_problems": N_PROBLEMS, "n_samples": N_SAMPLES}
    record = provenance("python experiments/03_spurious_rewards/run.py", sizes, SEED)
    results = {"cells": cells, "not built": missing, "provenance": record}
    write_json(HERE / "results.json", results)
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for measure in MEASURES:
        body = table(cells, measure)
        pattern = rf"(<!-- {measure} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda m, b=body: f"{m[1]}{b}\n{m[2]}", text, flags=re.DOTALL)
    (HERE / "README.md").write_text(text, encoding="utf-8")
    print(f"{len(missing)} organisms not built")


if __name__ == "__main__":
    main()
