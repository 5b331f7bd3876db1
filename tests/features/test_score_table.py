"""A table survives being written and read; damaged files are refused in one line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from latent_reasoning.features.auroc import Auroc, FeatureError
from latent_reasoning.features.score_table import (
    Falsification,
    FeatureScore,
    ScoreTable,
    read_tables,
    write_tables,
)

FEATURE = FeatureScore(
    name="feature 3",
    kind="feature",
    feature_id=3,
    contrast=1.5,
    auroc=Auroc(0.9, 0.8, 0.95, 12),
    mutual_information=0.4,
    p_value=0.01,
    q_value=0.02,
    p_max=0.03,
    density_base=0.125,
    density_tuned=0.5,
)
TABLE = ScoreTable(
    behaviour="code",
    meaning="writes a program",
    positions="completion",
    model="organism:latent",
    hook_point="blocks.1.hook_resid_post",
    dictionary="sae",
    d_sae=8,
    n_rows=100,
    n_labelled=40,
    n_problems=12,
    words=("x", "#"),
    multiple_testing="8 hypotheses",
    resolution=0.001,
    scores=(FEATURE, replace(FEATURE, name="diff mean", kind="diff mean", feature_id=None)),
)


def test_a_table_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    tried = Falsification("partial", 0.6, 0.001, "tokens", ("<b>", "\n"), 500, 0.1, 0.7, None)
    table = TABLE.with_scores([FEATURE.tried(tried)])
    write_tables(tmp_path / "scores.json", [table, TABLE], {"seed": 0})
    assert read_tables(tmp_path / "scores.json") == (table, TABLE)
    assert table.of(3).verdict == "partial"
    assert TABLE.of(3).verdict == "untested"
    assert FEATURE.density_change == 0.375
    assert FEATURE.mean_change is None


@pytest.mark.parametrize(
    "change",
    [
        lambda content: {**content, "schema": 99},
        lambda content: {**content, "tables": [{"behaviour": "code"}]},
        lambda content: [],
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, change) -> None:
    path = tmp_path / "scores.json"
    write_tables(path, [TABLE], {})
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(FeatureError, match="read_tables"):
        read_tables(path)


def test_a_feature_without_a_row_is_named() -> None:
    with pytest.raises(FeatureError, match="feature 7 has no row for 'code'"):
        TABLE.of(7)
