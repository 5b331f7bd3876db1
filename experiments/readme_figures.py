"""Write the two tables of README.md from what runs have left: cards and the truth table."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.zoo import between
from latent_reasoning.organisms.registry import shipped_organisms

ROOT = Path(__file__).parents[1]
TRUTH_TABLE = ROOT / "experiments" / "01_truth_table" / "results.json"


def organisms_table() -> str:
    """Accuracy, code frequency and accuracy per mode of every shipped organism of seed 0."""
    rows = ["| organism | accuracy | code frequency | right in code | right in language |"]
    rows.append("|---|---|---|---|---|")
    for name in shipped_organisms():
        if name.seed:
            continue
        card = json.loads((name.directory() / "card.json").read_text(encoding="utf-8"))
        at_test = card["measured"][card["measured"]["test source"]]
        keys = ("accuracy", "code_frequency", "accuracy_in_code", "accuracy_in_language")
        rows.append(f"| {name} | " + " | ".join(cell(at_test[k]) for k in keys) + " |")
    return "\n".join(rows)


def verdicts_table() -> str:
    """What the pipeline said about every pair, and what is true."""
    found = json.loads(TRUTH_TABLE.read_text(encoding="utf-8"))
    rows = ["| tuned | behaviour | verdict | truth | base | steered base | tuned |"]
    rows.append("|---|---|---|---|---|---|---|")
    for row in found["cases"]:
        accuracy = [cell(row["accuracy"].get(k)) for k in ("base", "steered", "tuned")]
        rows.append(
            f"| {row['base']}/{row['arm']}@{row['seed']} | {row['behaviour']} | {row['verdict']} "
            f"({row['confidence']:.2f}) | {' or '.join(row['truth'])} | {' | '.join(accuracy)} |"
        )
    rates = found["rates"]
    rows += [
        "",
        f"{rates['n_right']} of {rates['n_cases']} right. Called activated and is not: "
        f"{cell(rates['false_positive'])} of {rates['false_positive']['n']}; is activated and not "
        f"called so: {cell(rates['false_negative'])} of {rates['false_negative']['n']}. "
        "Accuracies with 95 % intervals; the number after a verdict is its confidence.",
    ]
    return "\n".join(rows)


def cell(rate: Mapping[str, Any] | None) -> str:
    """A rate with its interval."""
    if rate is None:
        return "none"
    return f"{rate['value']:.3f} [{rate['low']:.2f}, {rate['high']:.2f}]"


def main() -> None:
    """Replace what stands between the markers of README.md."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    for marker, table in (("organisms", organisms_table()), ("verdicts", verdicts_table())):
        text = between(text, marker, table)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
