"""The page of score tables: every feature that was scored, with what it has to beat."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from latent_reasoning.report.page import document, write_document
from latent_reasoning.report.parts import fold, look
from latent_reasoning.report.tables import facts, table
from latent_reasoning.report.wording import MISSING, escaped, number, rate_html, share

Record = Mapping[str, Any]
NONE = "&ndash;"
"""Of a field that was not measured or does not apply."""
FIRST = 100
"""Rows shown before the rest is folded."""


def write_score_page(tables: Sequence[Record], path: Path) -> None:
    """Write the page of some tables, all of it or nothing.

    Args:
        tables: Records of score tables, as scores.json holds them.
        path: File to write.

    Raises:
        RunError: The file cannot be written.
    """
    write_document(score_page(tables), path)


def score_page(tables: Sequence[Record]) -> str:
    """The page as self-contained HTML; all text is escaped."""
    names = ", ".join(record["behaviour"] for record in tables)
    title = f"Features ranked for {names}"
    head = f"<h1>{escaped(title)}</h1>"
    sections = {
        f"behaviour-{i}": (escaped(record["behaviour"]), _section(record))
        for i, record in enumerate(tables)
    }
    return document(escaped(title), head, sections)


def _section(record: Record) -> str:
    measured = [name for name, (_, needs, _) in COLUMNS.items() if _any(record, needs)]
    head = ("Feature", *(COLUMNS[name][0] for name in measured))
    rows = [
        (escaped(score["name"]), *(COLUMNS[name][2](score) for name in measured))
        for score in record["scores"]
    ]
    first = [row for row, score in zip(rows, record["scores"], strict=True) if _leads(score)]
    first = [*first, *[row for row in rows if row not in first]]
    shown = table(head, first[:FIRST], "numbers scored")
    rest = first[FIRST:]
    more = fold(f"{len(rest)} more", table(head, rest, "numbers scored")) if rest else ""
    opening = look(
        "Look for features with a large contrast that do not fire on their tokens alone; the "
        "controls are the difference of means, the component and the probe in the first rows."
    )
    return opening + _facts(record) + shown + more


def _leads(score: Record) -> bool:
    return score["kind"] != "feature"


def _facts(record: Record) -> str:
    return facts(
        {
            "what shows it": escaped(record["meaning"]),
            "rows": f"{number(record['n_labelled'])} of {number(record['n_rows'])} labelled",
            "tokens": escaped(record["positions"].replace("_", " ")),
            "problems, selection part": number(record["n_problems"]),
            "model": escaped(record["model"]),
            "hook point": escaped(record["hook_point"]),
            "dictionary": escaped(record["dictionary"]),
            "features that fire": f"{_features(record)} of {number(record['d_sae'])}",
            "words of ReasonScore": escaped(" ".join(record["words"])) or MISSING,
            "multiple testing": escaped(record["multiple_testing"]),
            **({"crosscoder": escaped(record["crosscoder"])} if record["crosscoder"] else {}),
        }
    )


def _features(record: Record) -> str:
    return number(sum(score["kind"] == "feature" for score in record["scores"]))


def _any(record: Record, field: str) -> bool:
    return any(score[field] is not None for score in record["scores"])


def _number(field: str) -> Callable[[Record], str]:
    def cell(score: Record) -> str:
        value = score[field]
        return NONE if value is None else escaped(number(value))

    return cell


def _falsified(score: Record) -> str:
    if score["kind"] != "feature":
        return NONE
    tried = score["falsification"]
    verdict = escaped(score["verdict"])
    if tried is None:
        return verdict
    tokens = " ".join(map(repr, tried["tokens"]))
    said = (
        f"d {number(tried['cohens_d'])} with {tried['injected'] or 'nothing'} {tokens}; "
        f"other words leave {share(tried['rerendered'])}, other sources "
        f"{share(tried['other_sources'])}"
    )
    return f'<span class="rate" title="{escaped(said)}">{verdict}</span>'


def _whose(score: Record) -> str:
    if score["whose"] is None:
        return NONE
    said = f"feature {score['crosscoder_feature']} of the crosscoder"
    return f'<span class="rate" title="{said}">{escaped(score["whose"])}</span>'


def _pair(name: str) -> Callable[[Record], str]:
    def cell(score: Record) -> str:
        base, tuned = score[f"{name}_base"], score[f"{name}_tuned"]
        shown = NONE if base is None else escaped(number(base))
        return shown if tuned is None else f"{shown} &rarr; {escaped(number(tuned))}"

    return cell


COLUMNS: dict[str, tuple[str, str, Callable[[Record], str]]] = {
    "contrast": ("Contrast", "contrast", _number("contrast")),
    "auroc": ("AUROC", "auroc", lambda score: rate_html(score["auroc"])),
    "verdict": ("Fires on its tokens?", "contrast", _falsified),
    "reason": ("ReasonScore", "reason_score", _number("reason_score")),
    "bits": ("Mutual information, bits", "mutual_information", _number("mutual_information")),
    "q": ("q", "q_value", _number("q_value")),
    "p_max": ("p of the best", "p_max", _number("p_max")),
    "density": ("Density, base &rarr; tuned", "density_base", _pair("density")),
    "mean": ("Mean, base &rarr; tuned", "mean_base", _pair("mean")),
    "whose": ("Whose", "whose", _whose),
    "norm": ("Norm ratio", "norm_ratio", _number("norm_ratio")),
    "nu_error": ("Scaling, error", "scaling_error", _number("scaling_error")),
    "nu_written": (
        "Scaling, reconstruction",
        "scaling_reconstruction",
        _number("scaling_reconstruction"),
    ),
    "nearest": ("Cosine with the crosscoder", "crosscoder_cosine", _number("crosscoder_cosine")),
    "output": ("Output score", "output_score", _number("output_score")),
    "attribution": ("Attribution", "attribution", _number("attribution")),
    "ablation": ("Ablation", "ablation", _number("ablation")),
}
"""Heading, the field that has to be measured in some row, and the cell; HTML."""
