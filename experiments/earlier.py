"""Rows measured before: kept where what they were measured on is not there now.

Weights of the zoo are rebuilt from seeds and not kept in the repository, so a run seldom finds all
of them. A row stays as long as it was measured with the same settings, and says at which commit.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latent_reasoning.artifacts import provenance

SETTINGS = "measured_with"
STAMP = ("commit", "started", "versions")
Row = dict[str, Any]


def earlier_rows(
    results: Path, section: str, name: str, settings: Mapping[str, Any]
) -> dict[str, Row]:
    """Rows of a section of results.json by their name; none where settings were others.

    Args:
        results: The file.
        section: List of rows in it.
        name: Field of a row that names it.
        settings: What rows were measured with, as JSON gives it back.
    """
    if not results.is_file():
        return {}
    kept = json.loads(results.read_text(encoding="utf-8"))
    if kept[SETTINGS] != dict(settings):
        return {}
    run = {word: kept["provenance"][word] for word in STAMP}
    return {row[name]: {"run": run} | row for row in kept[section]}


def stamp() -> dict[str, Any]:
    """The run that rows are measured in now."""
    record = provenance("", {}, 0)
    return {word: record[word] for word in STAMP}
