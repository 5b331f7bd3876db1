"""Tables of the report as HTML: ladder, conditions, controls, modes and the numbers of figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from latent_reasoning.errors import RunError, one_of
from latent_reasoning.report.wording import (
    MISSING,
    NOT_MEASURED,
    escaped,
    number,
    rate_html,
    share_html,
    spaced,
    value_html,
)

Record = Mapping[str, Any]

STATUS_MARKS = {
    "passed": ("&#10003;", "passed"),
    "failed": ("&#10007;", "failed"),
    "undecided": ("?", "undecided"),
    NOT_MEASURED: ("&ndash;", "unmeasured"),
    "not posed": ("&ndash;", "unmeasured"),
}
"""Mark and CSS class of each status of a rung or of a part of one."""

RUNGS = {
    "R0": "Is the tuned model better, and does it show the behaviour more often?",
    "R1": "Does the base model reach the same problems when it may try more often?",
    "R2": "Do directions found in the base model alone carry the behaviour?",
    "R3": "Does the tuned model use features that the base model has too?",
    "R4": "Does adding the direction to the base model bring the behaviour and the accuracy, more "
    "than random directions, than asking for it, and without harm?",
    "R5": "Does removing the direction from the tuned model take the gain away?",
    "R6": "Does the same pipeline say &ldquo;taught&rdquo; where the skill was truly absent?",
}
"""The question each rung of the ladder answers, as HTML."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], css: str = "") -> str:
    """HTML table from cells that are HTML already; the first cell of a row is its header."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        f'<div class="scroll"><table class="{css}"><thead><tr>{top}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def status_html(status: str) -> str:
    """Status of a rung as a mark and a word.

    Raises:
        RunError: The status is not one of the ladder's.
    """
    if status not in STATUS_MARKS:
        raise RunError(one_of("render_page", "status of a rung", status, STATUS_MARKS))
    mark, css = STATUS_MARKS[status]
    word = escaped(status)
    return f'<span class="status {css}"><span aria-hidden="true">{mark}</span> {word}</span>'


def facts(pairs: Mapping[str, str]) -> str:
    """Short list of named values; names are plain text, values HTML."""
    items = "".join(f"<div><dt>{escaped(n)}</dt><dd>{v}</dd></div>" for n, v in pairs.items())
    return f'<dl class="facts">{items}</dl>'


def ladder_table(ladder: Mapping[str, Record]) -> str:
    """One row a rung: question, status, summary and numbers; absent rungs are not measured."""
    rows = []
    for rung in [*RUNGS, *(r for r in ladder if r not in RUNGS)]:
        record = ladder.get(rung) or {}
        named = {spaced(n): value_html(v) for n, v in (record.get("numbers") or {}).items()}
        name = escaped(record.get("name") or "")
        summary, rule = record.get("summary"), record.get("rule")
        found = f"<p>{escaped(summary)}</p>" if summary else ""
        found += f"<p><small>Passes if {escaped(rule)}.</small></p>" if rule else ""
        found += _parts(record)
        rows.append(
            (
                f"{escaped(rung)} <small>{name}</small>",
                status_html(record.get("status") or NOT_MEASURED),
                f'<p class="asks">{RUNGS.get(rung, "")}</p>{found}{facts(named) if named else ""}',
            )
        )
    return table(("Rung", "Status", "Question and finding"), rows, "ladder")


def _parts(record: Record) -> str:
    """Parts of a rung that has them, each with status, interval, finding and rule; and the note."""
    items = "".join(
        f"<li>{escaped(name)}: {status_html(part.get('status') or NOT_MEASURED)} "
        f"{rate_html(part.get('interval'), signed=True)}<br>{escaped(part.get('found') or '')}<br>"
        f"<small>Passes if {escaped(part.get('rule') or '')}.</small></li>"
        for name, part in (record.get("parts") or {}).items()
    )
    note = record.get("note")
    shown = f"<ul>{items}</ul>" if items else ""
    return shown + (f"<p><small>{escaped(note)}</small></p>" if note else "")


def ablations_table(rows: Iterable[Record]) -> str:
    """One row a control of the ablation: what was lost, what under the control, and the rank."""
    cells = []
    for row in rows:
        draws = row.get("draws") or []
        cells.append(
            (
                escaped(row["control"]),
                escaped(row.get("positions") or ""),
                rate_html(row.get("accuracy_lost"), signed=True),
                rate_html(row.get("behaviour_lost"), signed=True),
                rate_html(row.get("share_of_gain_left"), signed=True),
                share_html(max(draws), signed=True) if draws else MISSING,
                number(len(draws)) if draws else MISSING,
                value_html(row.get("p_value")),
            )
        )
    head = ("Control", "Ablated at", "Accuracy lost", "Behaviour lost", "Share of the gain left")
    return table((*head, "Lost at most under it", "Draws", "p"), cells, "numbers")


def conditions_table(conditions: Mapping[str, Record]) -> str:
    """One row a condition: accuracy, frequencies, share of parsed answers, length."""
    rates = ("accuracy", "code_frequency", "behaviour_frequency", "parsed")
    rows = [
        (
            escaped(record.get("label") or name),
            *(rate_html(record.get(column)) for column in rates),
            _tokens(record.get("mean_tokens")),
        )
        for name, record in conditions.items()
    ]
    head = ("Condition", "Accuracy", "Code", "Behaviour", "Answer parsed", "Mean tokens")
    return table(head, rows, "numbers")


def controls_table(controls: Mapping[str, Record]) -> str:
    """One row a control: its rates, whether its norm equals the steering's, what it rules out."""
    rows = [
        (
            escaped(record.get("label") or name),
            rate_html(record.get("accuracy")),
            rate_html(record.get("behaviour_frequency")),
            value_html(record.get("equal_norm")),
            escaped(record.get("gate") or "no steering"),
            escaped(record.get("note") or ""),
        )
        for name, record in controls.items()
    ]
    head = ("Control", "Accuracy", "Behaviour", "Equal norm", "Gate", "Note")
    return table(head, rows, "numbers")


def prompts_table(prompts: Iterable[Record]) -> str:
    """One row a prompt of the ladder."""
    rows = [
        (
            escaped(row["prompt"]) + (" (most accurate)" if row.get("chosen") else ""),
            rate_html(row.get("accuracy")),
            rate_html(row.get("behaviour_frequency")),
        )
        for row in prompts
    ]
    return table(("Prompt", "Accuracy", "Behaviour"), rows, "numbers")


def modes_table(cells: Mapping[str, Record]) -> str:
    """Mode of the base model down, mode of the tuned model across.

    Args:
        cells: Keyed "mode in base->mode in tuned".
    """
    keys = [tuple(key.partition("->")[::2]) for key in cells]
    down, across = (list(dict.fromkeys(key[side] for key in keys)) for side in (0, 1))
    rows = [
        (
            f"base: {escaped(before)}",
            *(_mode_cell(cells.get(f"{before}->{after}")) for after in across),
        )
        for before in down
    ]
    return table(("", *(f"tuned: {escaped(after)}" for after in across)), rows, "cells")


def pass_at_k_table(conditions: Mapping[str, Record]) -> str:
    """The numbers behind the pass@k curves: one row a k, one column a condition."""
    curves = {
        escaped(record.get("label") or name): {p["k"]: p for p in record["pass_at_k"]}
        for name, record in conditions.items()
        if record.get("pass_at_k")
    }
    ks = sorted({k for points in curves.values() for k in points})
    rows = [(number(k), *(rate_html(points.get(k)) for points in curves.values())) for k in ks]
    return table(("k", *curves), rows, "numbers")


def dose_table(rows: Iterable[Record]) -> str:
    """The numbers behind the dose-response figure."""
    cells = [
        (
            escaped(row["direction"]),
            number(row["coefficient"]) + (" (chosen)" if row.get("chosen") else ""),
            _of_max(row.get("in_max_activations")),
            rate_html(row.get("accuracy")),
            rate_html(row.get("behaviour_frequency")),
            rate_html(row.get("parsed")),
            _tokens(row.get("mean_tokens")),
        )
        for row in rows
    ]
    head = ("Direction", "Coefficient", "Of the feature's largest activation")
    return table((*head, "Accuracy", "Behaviour", "Parsed", "Tokens"), cells, "numbers")


def _of_max(strength: float | None) -> str:
    return MISSING if strength is None else number(strength)


def _tokens(mean: float | int | None) -> str:
    return MISSING if mean is None else f"{mean:.1f}"


def _mode_cell(cell: Record | None) -> str:
    if cell is None:
        return MISSING
    before, after = (share_html(cell.get(f"accuracy_{side}")) for side in ("base", "tuned"))
    return (
        f'<span class="big">{share_html(cell.get("share"))}</span> of problems<br>'
        f"accuracy {before} &rarr; {after}<br>"
        f"contribution {share_html(cell.get('contribution'), signed=True)}"
    )
