"""How far each way of eliciting goes on four bases, and what it costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.steered import steered
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


def cost(zoo: Zoo, name: OrganismName) -> dict[str, Any]:
    """Updates, texts trained on and tokens of a training, from its card; None where not logged."""
    card = json.loads((zoo.directory(name) / "card.json").read_text(encoding="utf-8"))
    settings = card["settings"]
    tokens = [entry["num_tokens"] for entry in card["log"] if "num_tokens" in entry]
    updates = max(int(entry["step"]) for entry in card["log"] if "step" in entry)
    kinds = ("grpo", "training", "on_policy", "critique")
    size = next((settings[kind]["batch_size"] for kind in kinds if settings.get(kind)), None)
    return {
        "updates": updates,
        "texts": updates * size if size else None,
        "tokens": int(tokens[-1]) if tokens else None,
        "seconds": card["seconds"],
    }


def measure(zoo: Zoo, base: str, seed: int) -> list[dict[str, Any]]:
    """Every mechanism on one base; those whose organism is missing are left out."""
    origin, gained = OrganismName(base, None, seed), OrganismName(base, "rl-truth", seed)
    if not zoo.has(origin, gained):
        return []
    before, reinforced = zoo.outcomes(origin), zoo.outcomes(gained)
    found: list[tuple[str, str, Outcomes | None, dict[str, Any] | None]] = [
        ("base", "nothing", before, None)
    ]
    size, of = f"{zoo.problems}x{zoo.samples}", f"{zoo.digest(origin)}-{zoo.digest(gained)}"
    for label, arm in TUNED.items():
        name = OrganismName(base, arm, seed)
        if zoo.has(name):
            found.append((label, CHANGED[arm], zoo.outcomes(name), cost(zoo, name)))
    chosen = kept(
        zoo, f"branched-{origin}-{zoo.digest(origin)}-{size}", lambda: branched(zoo, origin)
    )
    found.append(("CoT-decoding", "nothing", chosen, None))
    pushed = kept(zoo, f"steered-{origin}-{of}-{size}", lambda: steered(zoo, origin, gained))
    found.append(("steering by own features", "nothing", pushed, None))
    accuracy = {"base": before.correct.mean(axis=1), "tuned": reinforced.correct.mean(axis=1)}
    return [
        {
            "base": str(origin),
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


def lines(rows: list[dict[str, Any]]) -> str:
    """One line a base and mechanism."""
    heads = ["base", "mechanism", "changes", "accuracy", "code", "share of RL's gap"]
    heads += ["updates", "texts", "tokens"]
    return table(
        heads,
        (
            [
                row["base"],
                row["mechanism"],
                row["changes"],
                cell(row["accuracy"]) if row["accuracy"] else "nothing to steer with",
                f"{row['code_frequency']['value']:.3f}" if row["code_frequency"] else "",
                _share(row["share_of_gap"]),
                *(_count(row["cost"], key) for key in ("updates", "texts", "tokens")),
            ]
            for row in rows
        ),
    )


def _share(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    return "RL has no clear gap" if found["value"] is None else cell(found)


def _count(spent: dict[str, Any] | None, key: str) -> str:
    if spent is None:
        return "0"
    return "not logged" if spent[key] is None else f"{spent[key]:,}"


def main() -> None:
    """Measure what exists; write results and the table of the README."""
    parser = options(__doc__, problems=150, samples=16)
    parser.add_argument("--bases", nargs="+", default=list(BASES), choices=BASES)
    chosen = parser.parse_args()
    zoo = zoo_of(chosen)
    rows = [
        row for base in chosen.bases for seed in chosen.seeds for row in measure(zoo, base, seed)
    ]
    finish(HERE, chosen, zoo, {"mechanisms": rows}, lines(rows))


if __name__ == "__main__":
    main()
