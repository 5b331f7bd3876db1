"""Scores as columns: any record of a feature's scores becomes named values for a table or a card.

Records are dataclasses or mappings. Numbers, words and rates (a value with an interval) are shown;
vectors and the like are left out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from latent_reasoning.report.wording import MISSING, escaped, number, rate_html, spaced

IDENTITY = ("feature_id", "name", "kind")
"""What a feature is called, shown apart from its scores."""
UNTESTED = "untested"
RATE = ("value", "low", "high")


@dataclass(frozen=True)
class Named:
    """A feature, or a direction it has to beat, with its scores."""

    feature_id: int | None
    """Number in the dictionary; None for what is no single feature."""
    name: str
    """What tables call it."""
    scores: dict[str, Any]
    """Scores by name: a number, a word, a mapping with `value`, `low` and `high`, or None."""


def named(record: Any) -> Named:
    """The name and the scores of a record of any kind."""
    values = _values(record)
    feature_id = _of(record, values, "feature_id")
    name = _of(record, values, "name")
    if name is None:
        name = f"feature {feature_id}" if feature_id is not None else "direction"
    scores = {key: _score(value) for key, value in values.items() if key not in IDENTITY}
    kept = {key: value for key, value in scores.items() if value is not NotImplemented}
    if kept.get("verdict") == UNTESTED and values.get("falsification") is None:
        kept["verdict"] = None
    return Named(None if feature_id is None else int(feature_id), str(name), kept)


def score_names(rows: list[Named]) -> list[str]:
    """Names of all scores that any row has, in order of first appearance."""
    found = dict.fromkeys(key for row in rows for key in row.scores)
    return [key for key in found if any(row.scores.get(key) is not None for row in rows)]


def score_html(value: Any) -> str:
    """A score as it is printed."""
    if value is None:
        return MISSING
    return rate_html(value) if isinstance(value, Mapping) else escaped(number(value))


def sort_key(value: Any) -> str:
    """What a column is sorted by: the number, or the word; empty where there is none.

    >>> sort_key({"value": 0.5, "low": 0.4, "high": 0.6}), sort_key(None), sort_key("token-driven")
    ('0.5', '', 'token-driven')
    """
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return "" if value is None else str(value)


def title(name: str) -> str:
    """Name of a score as a heading.

    >>> title("auroc"), title("max_activation")
    ('AUROC', 'max activation')
    """
    return name.upper() if name == "auroc" else spaced(name)


def _values(record: Any) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    if not is_dataclass(record):
        return dict(record._asdict())
    # A verdict says more than any number, so it comes first.
    judged = {"verdict": record.verdict} if hasattr(record, "verdict") else {}  # pyright: ignore[reportAttributeAccessIssue]
    return judged | {field.name: getattr(record, field.name) for field in fields(record)}


def _of(record: Any, values: dict[str, Any], name: str) -> Any:
    # Some records have their name as a property.
    return values.get(name, getattr(record, name, None))


def _score(value: Any) -> Any:
    """The score to show; NotImplemented for what is none."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return dict(value) if "value" in value else NotImplemented
    if all(hasattr(value, part) for part in RATE):
        shown = (*RATE, "n")
        return {part: getattr(value, part) for part in shown if hasattr(value, part)}
    return NotImplemented
