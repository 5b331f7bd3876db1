"""Write the two tables of README.md from what runs have left: cards and verdicts on the zoo."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.zoo import between
from latent_reasoning.organisms.registry import shipped_organisms

ROOT = Path(__file__).parents[1]
CALIBRATION = ROOT / "experiments" / "12_verdict_calibration" / "results.json"


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
    """What the pipeline said about every pair of the zoo it was run on, and what is true."""
    found = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    rows = ["| tuned | behaviour | verdict | truth | base | steered base | tuned |"]
    rows.append("|---|---|---|---|---|---|---|")
    for row in found["pairs"]:
        accuracy = [cell(row["accuracy"].get(k)) for k in ("base", "steered", "tuned")]
        rows.append(
            f"| {row['base']}/{row['arm']}@{row['seed']} | {row['behaviour']} | {row['verdict']} "
            f"({row['confidence']:.2f}) | {' or '.join(row['truth'])} | {' | '.join(accuracy)} |"
        )
    rows.append("")
    for part in ("held-out", "all"):
        scored = found["scores"][part]["rules"]["the ladder"]
        right, false = scored["right_of_decided"], scored["false_activated"]
        rows.append(
            f"{part.capitalize()} pairs: {cell(right)} of {right['n']} decided are right, "
            f"{cell(scored['decided'])} of {scored['decided']['n']} are decided, "
            f"{cell(false)} of {false['n']} that are not activated are called so."
        )
    rows.append("Accuracies with 95 % intervals; the number after a verdict is its confidence.")
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
