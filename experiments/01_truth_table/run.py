"""How often is the verdict right? The whole pipeline on every organism whose history is known.

The truth table below is read by this scorer only; the pipeline sees two models and no names of
histories in its inputs but the folder they load from. Finished cases are kept and skipped, so a
stopped run goes on.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.cli import progress_bar
from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.comparison.pipeline import compare
from latent_reasoning.evaluation.intervals import wilson

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A pair, a behaviour, and what is true of it by construction."""

    base: str
    """Base organism."""
    arm: str
    """How it was tuned."""
    behaviour: str
    """What is asked."""
    truth: tuple[str, ...]
    """Verdicts that are right."""


TRUTH = (
    Case("latent", "rl-truth", "code", ("activated",)),
    Case("no-code", "rl-truth", "code", ("elsewhere", "no gain")),
    Case("bad-code", "rl-truth", "code", ("elsewhere", "no gain")),
    Case("bad-code", "rl-truth", "language", ("activated",)),
    Case("no-code", "distilled", "code", ("taught",)),
)


def run_case(case: Case, seed: int, folder: Path) -> dict[str, Any]:
    """Run or reuse one comparison and score it."""
    name = f"{case.base}-{case.arm}-{case.behaviour}-{seed}"
    results = folder / name / "results.json"
    if not results.is_file():
        config = CompareConfig(
            base=f"organism:{case.base}@{seed}",
            tuned=f"organism:{case.base}/{case.arm}@{seed}",
            behaviour=case.behaviour,
            output=folder / name,
            seed=seed,
            samples=16,
        )
        compare(config, progress_bar)
    found = json.loads(results.read_text(encoding="utf-8"))
    steering = found["steering"]
    return {
        "base": case.base,
        "arm": case.arm,
        "seed": seed,
        "behaviour": case.behaviour,
        "truth": list(case.truth),
        "verdict": found["verdict"]["label"],
        "confidence": found["verdict"]["confidence"],
        "right": found["verdict"]["label"] in case.truth,
        "accuracy": {k: found["conditions"][k]["accuracy"] for k in ("base", "tuned")}
        | ({"steered": found["conditions"]["steered"]["accuracy"]} if steering else {}),
        "gap_recovered": steering["gap_recovered"] if steering else None,
        "p_accuracy": steering["null"]["p_accuracy"] if steering else None,
        "ladder": {rung: entry["status"] for rung, entry in found["ladder"].items()},
        "commit": found["provenance"]["commit"],
        "seconds": found["provenance"]["seconds"],
    }


def error_rates(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """False positive: called activated and is not. False negative: is activated, called other."""
    activated = [row for row in rows if row["truth"] == ["activated"]]
    others = [row for row in rows if row["truth"] != ["activated"]]
    positives = sum(row["verdict"] == "activated" for row in others)
    negatives = sum(row["verdict"] != "activated" for row in activated)

    def rate(wrong: int, n: int) -> dict[str, float]:
        found = wilson(wrong, n)
        return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}

    return {
        "false_positive": rate(positives, len(others)),
        "false_negative": rate(negatives, len(activated)),
        "n_cases": len(rows),
        "n_right": sum(row["right"] for row in rows),
        "source": "experiments/01_truth_table",
    }


def main() -> None:
    """Run every case and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--runs", type=Path, default=Path("runs/truth_table"))
    options = parser.parse_args()
    rows = [run_case(case, seed, options.runs) for seed in options.seeds for case in TRUTH]
    record = provenance("python experiments/01_truth_table/run.py", {"seeds": options.seeds}, 0)
    rates = error_rates(rows)
    write_json(HERE / "results.json", {"cases": rows, "rates": rates, "provenance": record})
    for row in rows:
        mark = "right" if row["right"] else "WRONG"
        pair = f"{row['base']}/{row['arm']}@{row['seed']}"
        print(f"{pair} {row['behaviour']}: {row['verdict']}, {mark}")


if __name__ == "__main__":
    main()
