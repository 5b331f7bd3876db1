"""How far each way of eliciting goes on four bases, and what it costs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.costs import of_branching, of_steering, of_training, shown
from experiments.steered import choosing, n_prompts, steered
from experiments.zoo import (
    Zoo,
    cell,
    finish,
    keep_outcomes,
    kept_outcomes,
    options,
    rate,
    table,
    zoo_of,
)
from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import Outcomes, grade, outcomes
from latent_reasoning.evaluation.contrasts import over_seeds
from latent_reasoning.evaluation.intervals import ratio_of_differences
from latent_reasoning.models.branching import cot_decode
from latent_reasoning.organisms.registry import OrganismName

HERE = Path(__file__).parent
BASES = ("latent", "rare", "locked", "no-code")
TUNED = {
    "reinforcement learning": "rl-truth",
    "vectors by reinforcement": "vectors-truth",
    "critique fine-tuning": "critique",
    "critiques shuffled": "critique-shuffled",
    "distillation": "distilled",
    "on-policy distillation": "distilled-on-policy",
}
CHANGED = dict.fromkeys(TUNED.values(), "weights") | {"vectors-truth": "one vector a layer"}


def branched(zoo: Zoo, base: OrganismName) -> Outcomes:
    """CoT-decoding of a base: one completion a problem, chosen among branches."""
    posed = zoo.posed(base)
    prompts = [posed.variant.prompt(problem.question) for problem in posed.problems]
    found = cot_decode(zoo.load(base), prompts)
    return outcomes(
        [
            grade(
                Sample(
                    problem_id=problem.problem_id,
                    completion=one.path.text,
                    gold=problem.gold,
                    condition="branched",
                    n_tokens=one.path.n_tokens,
                )
            )
            for problem, one in zip(posed.problems, found, strict=True)
        ]
    )


def kept(zoo: Zoo, stem: str, make: Callable[[], Outcomes | None]) -> Outcomes | None:
    """Outcomes from an earlier run, or made and kept now; None where there are none to make."""
    path = zoo.runs / f"{stem}.npz"
    nothing = path.with_suffix(".nothing")
    if path.is_file():
        return kept_outcomes(path)
    if nothing.is_file():
        return None
    found = make()
    if found is None:
        nothing.parent.mkdir(parents=True, exist_ok=True)
        nothing.touch()
    else:
        keep_outcomes(path, found)
    return found


class Found(NamedTuple):
    """One way of eliciting on one base."""

    mechanism: str
    """What was done."""
    changes: str
    """What it changes in the model."""
    outcomes: Outcomes | None
    """What its completions came to; None where there is nothing to steer with."""
    cost: dict[str, Any] | None
    """What it cost; None for the base itself."""


def mechanisms(zoo: Zoo, base: str, seed: int) -> list[Found]:
    """Every mechanism on one base, the base itself first; those not built are left out."""
    origin, gained = OrganismName(base, None, seed), OrganismName(base, "rl-truth", seed)
    if not zoo.has(origin, gained):
        return []
    found = [Found("base", "nothing", zoo.outcomes(origin), None)]
    for label, arm in TUNED.items():
        name = OrganismName(base, arm, seed)
        if zoo.has(name):
            found.append(Found(label, CHANGED[arm], zoo.outcomes(name), of_training(zoo, name)))
    size, of = f"{zoo.problems}x{zoo.samples}", f"{zoo.digest(origin)}-{zoo.digest(gained)}"
    chosen = kept(
        zoo, f"branched-{origin}-{zoo.digest(origin)}-{size}", lambda: branched(zoo, origin)
    )
    found.append(Found("CoT-decoding", "nothing", chosen, of_branching(zoo.problems)))
    pushed = kept(zoo, f"steered-{origin}-{of}-{size}", lambda: steered(zoo, origin, gained))
    spent = of_steering(choosing(zoo, origin), n_prompts(origin), found=pushed is not None)
    found.append(Found("steering by own features", "nothing", pushed, spent))
    return found


def rows(base: str, seed: int, found: list[Found]) -> list[dict[str, Any]]:
    """What each mechanism reaches on one base of one seed."""
    by_name = {one.mechanism: one.outcomes for one in found}
    ends = {"base": by_name["base"], "tuned": by_name["reinforcement learning"]}
    accuracy = {side: of.correct.mean(axis=1) for side, of in ends.items() if of is not None}
    return [
        {
            "base": base,
            "seed": seed,
            "mechanism": label,
            "changes": changes,
            "accuracy": None if of is None else rate(of.correct),
            "code_frequency": None if of is None else rate(of.shown["code"]),
            "share_of_gap": None
            if of is None
            else ratio_of_differences(steered=of.correct.mean(axis=1), **accuracy)._asdict(),
            "cost": spent,
        }
        for label, changes, of, spent in found
    ]


def gains(base: str, found: dict[int, list[Found]]) -> list[dict[str, Any]]:
    """Accuracy gained by every mechanism, with an interval over seeds where there are two."""
    gained: dict[str, list[Any]] = {}
    for of_seed in found.values():
        before = of_seed[0].outcomes
        assert before is not None, "the base is always measured"
        for one in of_seed[1:]:
            if one.outcomes is not None:
                change = one.outcomes.correct.mean(axis=1) - before.correct.mean(axis=1)
                gained.setdefault(one.mechanism, []).append(change)
    return [
        {
            "base": base,
            "mechanism": mechanism,
            "seeds": len(values),
            "gain": over_seeds(np.stack(values))._asdict() if len(values) > 1 else None,
        }
        for mechanism, values in gained.items()
    ]


def lines(measured: list[dict[str, Any]], over: list[dict[str, Any]]) -> str:
    """One line a base and mechanism, with the values of all seeds."""
    together: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in measured:
        together.setdefault((row["base"], row["mechanism"]), []).append(row)
    gain = {(one["base"], one["mechanism"]): one["gain"] for one in over}
    heads = ["base", "mechanism", "changes", "accuracy", "gain over the base", "code"]
    heads += ["share of RL's gap", "updates", "texts", "training tokens"]
    heads += ["completions drawn beside training (tokens)"]
    return table(
        heads,
        (
            [
                *key,
                of_seeds[0]["changes"],
                _by_seed(of_seeds, "accuracy") or "nothing to steer with",
                cell(gain[key], signed=True) if gain.get(key) else "",
                _by_seed(of_seeds, "code_frequency"),
                "" if key[1] == "base" else _by_seed(of_seeds, "share_of_gap"),
                *shown(of_seeds[0]["cost"]),
            ]
            for key, of_seeds in together.items()
        ),
    )


def _by_seed(of_seeds: list[dict[str, Any]], key: str) -> str:
    values = [row[key] for row in of_seeds if row[key] is not None]
    return ", ".join("-" if v["value"] is None else f"{v['value']:.3f}" for v in values)


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    parser = options(__doc__, problems=150, samples=16)
    parser.add_argument("--bases", nargs="+", default=list(BASES), choices=BASES)
    chosen = parser.parse_args()
    zoo = zoo_of(chosen)
    measured, over = [], []
    for base in chosen.bases:
        of_seeds = {seed: mechanisms(zoo, base, seed) for seed in chosen.seeds}
        there = {seed: found for seed, found in of_seeds.items() if found}
        measured += [row for seed, found in there.items() for row in rows(base, seed, found)]
        over += gains(base, there)
    results = {"mechanisms": measured, "over_seeds": over}
    finish(HERE, chosen, zoo, results, lines(measured, over))


if __name__ == "__main__":
    main()
