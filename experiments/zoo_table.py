"""Write what the cards of a built zoo say into the package, and the tables of docs/zoo.md from it.

    python -m experiments.zoo_table [--root organisms]

Organisms that are not under the root keep the figures they had; what was never built has none.
"""

import argparse
from pathlib import Path

from experiments.zoo import between
from latent_reasoning.organisms.recipes import BASES
from latent_reasoning.organisms.registry import ARMS
from latent_reasoning.zoo.table import FIGURES, Row, keep_measured, rows
from latent_reasoning.zoo.truth import SAID, SKILL

PAGE = Path(__file__).parents[1] / "docs" / "zoo.md"


def bases_table() -> list[str]:
    """Every base with what it stands for."""
    lines = ["| base | what it is | the skill |", "|---|---|---|"]
    lines += [f"| {b.name} | {b.summary} | {SAID[SKILL[b.name]]} |" for b in BASES.values()]
    return lines


def arms_table() -> list[str]:
    """Every arm with what it trains on."""
    return ["| arm | what it is |", "|---|---|", *(f"| {arm} | {ARMS[arm]} |" for arm in ARMS)]


def organisms_table(found: list[Row]) -> list[str]:
    """Every planned organism with its truth and its figures."""
    lines = [
        "| organism | truth about code | accuracy | code frequency | right in code "
        "| right in language | ships |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found:
        figures = [_cell(getattr(row, figure), row) for figure in FIGURES]
        said = " or ".join(row.truth) if row.truth else ""
        ships = "yes" if row.ships else ""
        lines.append(f"| {row.name} | {said} | {' | '.join(figures)} | {ships} |")
    tuned = [row for row in found if row.arm]
    built = sum(row.measured for row in tuned)
    bases = sum(row.measured for row in found if row.arm is None)
    return [
        f"Built and measured: {bases} bases and {built} of {len(tuned)} planned tuned organisms.",
        "",
        *lines,
    ]


def _cell(value: float | None, row: Row) -> str:
    if value is not None:
        return f"{value:.3f}"
    return "none" if row.measured else "not built"


def main() -> None:
    """Keep the figures, rewrite the page between its markers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("organisms"), help="the built zoo")
    root = parser.parse_args().root
    print(f"{keep_measured(root)} organisms measured")
    text = PAGE.read_text(encoding="utf-8")
    tables = {
        "bases": bases_table(),
        "arms": arms_table(),
        "organisms": organisms_table(rows(root)),
    }
    for marker, lines in tables.items():
        text = between(text, marker, "\n".join(lines))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
