"""Tables of an evaluation as HTML: rates by condition, differences, partition, files read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from latent_reasoning.report.tables import table
from latent_reasoning.report.wording import (
    MISSING,
    escaped,
    number,
    rate_html,
    share,
    share_html,
    spaced,
)

Record = Mapping[str, Any]


def rates_table(conditions: Mapping[str, Record]) -> str:
    """One row a condition: rows, problems, accuracy, answered, coverage."""
    rows = [
        (
            escaped(name),
            number(record["rows"]),
            number(record["problems"]),
            *(rate_html(record[column]) for column in ("accuracy", "answered", "coverage")),
        )
        for name, record in conditions.items()
    ]
    head = ("Condition", "Rows", "Problems", "Accuracy", "Answered", "Solved at least once")
    return table(head, rows, "numbers")


def behaviours_table(conditions: Mapping[str, Record], behaviours: Sequence[str]) -> str:
    """One row a condition and behaviour: frequency, accuracy with and without it."""
    rows = [
        (
            escaped(name),
            escaped(spaced(behaviour)),
            rate_html(record["behaviours"][behaviour]),
            *(
                rate_html(record["accuracy_by_behaviour"][behaviour][s])
                for s in ("with", "without")
            ),
        )
        for name, record in conditions.items()
        for behaviour in behaviours
    ]
    head = ("Condition", "Behaviour", "Shown by", "Accuracy with it", "Accuracy without")
    return table(head, rows, "numbers")


def curves(conditions: Mapping[str, Record]) -> dict[str, Record]:
    """The curves of pass@k as the figure takes them: one record a k."""
    return {
        name: {"pass_at_k": [{"k": int(k)} | point for k, point in record["pass_at_k"].items()]}
        for name, record in conditions.items()
    }


def curves_table(conditions: Mapping[str, Record], curve: str) -> str:
    """One row a k, one column a condition."""
    found = {escaped(name): record[curve] for name, record in conditions.items() if record[curve]}
    if not found:
        return ""
    ks = sorted({k for points in found.values() for k in points}, key=int)
    rows = [(k, *(rate_html(points.get(k)) for points in found.values())) for k in ks]
    return table((curve.replace("_at_", "@"), *found), rows, "numbers")


def differences_table(comparisons: Mapping[str, Record]) -> str:
    """One row a condition and measure: difference, p-value, both adjusted ones."""
    rows = [
        (
            escaped(name),
            escaped(spaced(measure)),
            rate_html(found, signed=True),
            _p(found["p"]),
            _p(found.get("p_max")),
            _p(found["p_adjusted"]),
        )
        for name, record in comparisons.items()
        for measure, found in _tests(record)
    ]
    head = ("Condition", "Measure", "Difference", "p", "p, maximum statistic", "p, adjusted")
    return table(head, rows, "numbers")


def partition_table(partition: Record) -> str:
    """Mode before down, mode after across."""
    modes = partition["modes"]
    cells = {(cell["before"], cell["after"]): cell for cell in partition["cells"]}
    rows = [
        (f"before: {escaped(before)}", *(_cell(cells.get((before, after))) for after in modes))
        for before in modes
    ]
    return table(("", *(f"after: {escaped(after)}" for after in modes)), rows, "cells")


def files_table(files: Iterable[Record]) -> str:
    """One row a file: which field each part of a row was read from."""
    parts = ("completion", "gold", "problem", "question", "condition")
    rows = []
    for file in files:
        read = dict(file["fields"])
        if file["gold_from"]:
            read["gold"] = f"{file['gold_from']}, by {file['gold_joined_by']}"
        read["condition"] = read["condition"] or f"the file: {file['condition']}"
        cells = (
            escaped(read[part]) if read[part] else '<span class="missing">none</span>'
            for part in parts
        )
        rows.append((escaped(file["path"]), *cells))
    return table(("File", *(part.capitalize() for part in parts)), rows)


def partial_prompts_table(shares: Iterable[Record]) -> str:
    """One row a share of the questions shown."""
    rows = [
        (
            f"{share['share']:.0%}",
            rate_html(share["exact"]),
            number(share["rouge_l"]),
            rate_html(share["accuracy"]),
        )
        for share in shares
    ]
    head = ("Shown", "Completed word for word", "ROUGE-L", "Solved from the part")
    return table(head, rows, "numbers")


def _tests(record: Record) -> list[tuple[str, Record]]:
    accuracy = record.get("accuracy")
    behaviours = list((record.get("behaviours") or {}).items())
    return [("accuracy", accuracy), *behaviours] if accuracy else behaviours


def _p(value: float | None) -> str:
    if value is None:
        return "&ndash;"
    return f"{value:.4f}" if value >= 0.0001 else f"{value:.1e}"


def _cell(cell: Record | None) -> str:
    if cell is None:
        return MISSING
    before, after = (share_html(cell[f"accuracy_{side}"]) for side in ("before", "after"))
    contribution = rate_html(cell["contribution"], signed=True)
    part = cell["share_of_gain"]["value"]
    of_gain = "" if part is None else f"<br>{share(part, signed=True)} of the gain"
    if not cell["share"]:
        return f'<span class="big">{share(cell["share"])}</span> of pairs'
    return (
        f'<span class="big">{share(cell["share"])}</span> of pairs<br>'
        f"accuracy {before} &rarr; {after}<br>contribution {contribution}{of_gain}"
    )
