"""Score tables as flat rows, one file for all behaviours: for pandas, polars, DuckDB."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from latent_reasoning.data.arrow import write_parquet
from latent_reasoning.features.score_table import ScoreTable

FALSIFICATION = (
    *("cohens_d", "p_value", "injected", "tokens", "n_texts"),
    *("silent_share", "rerendered", "other_sources"),
)
IN_COMMON = ("behaviour", "positions", "model", "hook_point", "dictionary", "n_rows", "n_labelled")


def flat_rows(tables: Iterable[ScoreTable]) -> list[dict[str, Any]]:
    """One mapping a row of every table, nested fields with their name before them."""
    rows = []
    for table in tables:
        shared = {name: getattr(table, name) for name in IN_COMMON}
        for rank, score in enumerate(table.scores, start=1):
            row = {**shared, "rank": rank, **asdict(score)}
            area, tried = row.pop("auroc"), row.pop("falsification") or {}
            row |= {"auroc" if name == "value" else f"auroc_{name}": area[name] for name in area}
            row |= {f"falsifier_{name}": tried.get(name) for name in FALSIFICATION}
            if row["falsifier_tokens"] is not None:
                row["falsifier_tokens"] = "\u241f".join(row["falsifier_tokens"])
            rows.append(row)
    return rows


def write_scores_parquet(path: Path, tables: Iterable[ScoreTable]) -> None:
    """Write all rows of all tables; tokens of one feature are joined by U+241F."""
    write_parquet(path, flat_rows(tables))
