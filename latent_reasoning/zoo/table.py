"""The table of the zoo: every planned organism, its truth, and what was measured when it was built.

What was measured stands in the cards of organisms under a root or in the package; of those that do
not ship, in `measured.json`, which is written from their cards.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from latent_reasoning.artifacts import write_json
from latent_reasoning.organisms.recipes import TEST_SOURCE
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.zoo.job import located
from latent_reasoning.zoo.plan import planned
from latent_reasoning.zoo.truth import truth

MEASURED = Path(__file__).with_name("measured.json")
FIGURES = ("accuracy", "code_frequency", "accuracy_in_code", "accuracy_in_language")


@dataclass(frozen=True)
class Row:
    """One organism of the zoo."""

    name: str
    """Its name, as `load_model` takes it after `organism:`."""
    base: str
    """The base it is, or was tuned from."""
    arm: str | None
    """How it was tuned; None for a base."""
    seed: int
    """Seed of its history."""
    truth: tuple[str, ...] | None
    """Verdicts about code that its history makes right; None for a base."""
    reason: str | None
    """Why."""
    ships: bool
    """Whether its weights are in the package."""
    measured: bool
    """Whether it has ever been built and measured; without, there are no figures."""
    accuracy: float | None = None
    """Share of right answers at the test prompt."""
    code_frequency: float | None = None
    """Share of solutions in code at the test prompt."""
    accuracy_in_code: float | None = None
    """Share of right answers among them."""
    accuracy_in_language: float | None = None
    """Share of right answers among the others."""
    n: int | None = None
    """Problems measured on, one sample each."""


def rows(root: Path = Path("organisms")) -> list[Row]:
    """Every planned organism, with the figures of its card where one is found."""
    kept = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.is_file() else {}
    return [_row(name, _figures(name, root) or kept.get(str(name))) for name in planned()]


def keep_measured(root: Path) -> int:
    """Write what the cards under a root say into `measured.json`, beside what it holds already."""
    kept = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.is_file() else {}
    for name in planned():
        found = _figures(name, root)
        if found is not None:
            kept[str(name)] = found
    ordered = {str(name): kept[str(name)] for name in planned() if str(name) in kept}
    write_json(MEASURED, ordered)
    return len(ordered)


def as_text(found: list[Row]) -> str:
    """The table as aligned text, one organism a line."""
    lines = [["name", "truth", "accuracy", "code", "right in code", "right in language", "ships"]]
    for row in found:
        figures = [getattr(row, figure) for figure in FIGURES]
        cells = ["" if value is None else f"{value:.3f}" for value in figures]
        said = "" if row.truth is None else " or ".join(row.truth)
        lines.append([row.name, said, *cells, "yes" if row.ships else ""])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_json(found: list[Row]) -> str:
    """The table as a JSON array."""
    return json.dumps([asdict(row) for row in found], indent=1)


def _row(name: OrganismName, figures: dict[str, Any] | None) -> Row:
    known = truth(name) if name.arm else None
    return Row(
        name=str(name),
        base=name.base,
        arm=name.arm,
        seed=name.seed,
        truth=known.verdicts if known else None,
        reason=known.reason if known else None,
        ships=(name.directory() / "config.json").is_file(),
        measured=figures is not None,
        **(figures or {}),
    )


def _figures(name: OrganismName, root: Path) -> dict[str, Any] | None:
    directory = located(name, root)
    if directory is None:
        return None
    card = json.loads((directory / "card.json").read_text(encoding="utf-8"))
    at_test = card["measured"][TEST_SOURCE]
    values = {f: at_test[f]["value"] if at_test[f] else None for f in FIGURES}
    return {**values, "n": at_test["accuracy"]["n"]}
