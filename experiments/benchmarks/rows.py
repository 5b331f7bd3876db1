"""Rows of a benchmark, and how they are shown."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure of ours beside one of theirs; medians of interleaved runs."""

    case: str
    """What is measured, for example `organism` or `1.5b`."""
    peer: str
    """What ours is compared with."""
    metric: str
    """What the figures are."""
    ours: float
    """Our figure."""
    theirs: float | None
    """Theirs; none where there is nothing to compare with."""
    unit: str
    """Unit of both."""
    ratio: float | None
    """How much better ours is: above 1 is better, whatever the unit."""
    spread: tuple[float, float]
    """Smallest and largest ratio over the rounds."""


def compare(
    case: str,
    peer: str,
    metric: str,
    unit: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    more_is_better: bool = True,
) -> Row:
    """A row from the figures of interleaved rounds; round i of both ran side by side."""
    pairs = zip(ours, theirs, strict=True)
    ratios = [a / b if more_is_better else b / a for a, b in pairs]
    return Row(
        case=case,
        peer=peer,
        metric=metric,
        ours=statistics.median(ours),
        theirs=statistics.median(theirs),
        unit=unit,
        ratio=statistics.median(ratios),
        spread=(min(ratios), max(ratios)),
    )


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    lines = [
        "| case | peer | metric | ours | theirs | unit | ratio | spread |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        spread = "" if row.ratio is None else f"{row.spread[0]:.2f} to {row.spread[1]:.2f}"
        theirs = "" if row.theirs is None else f"{row.theirs:.4g}"
        lines.append(
            f"| {row.case} | {row.peer} | {row.metric} | {row.ours:.4g} | {theirs} | {row.unit} "
            f"| {ratio} | {spread} |"
        )
    return "\n".join(lines)
