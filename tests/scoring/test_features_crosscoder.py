"""The command with a crosscoder: beside a dictionary, and as the dictionary itself."""

from pathlib import Path

import pytest

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.cli import main
from latent_reasoning.data.arrow import parquet_records
from latent_reasoning.dictionaries.checkpoints import checkpoints_root, find_sae
from latent_reasoning.dictionaries.crosscoders.checkpoints import read_records
from latent_reasoning.features.score_table import read_tables

POINT = "blocks.1.hook_resid_post"
CROSSCODER = (
    "organism-latent@0--organism-latent-rl-truth@0"
    "__blocks.1.hook_resid_post__crosscoder-batchtopk-512"
)


def _words(store: ActivationStore, dictionary: Path, output: Path) -> list[str]:
    words = ["features", str(store.path), str(dictionary), "--output", str(output)]
    return [*words, "--top", "2", "--texts", "20"]


def test_a_crosscoder_is_ranked_tried_and_measured_as_any_dictionary(
    told_store: ActivationStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = checkpoints_root() / CROSSCODER
    words = [*_words(told_store, folder, tmp_path / "run"), "--export", "neuronpedia,delphi"]
    assert main(words) == 0
    assert "whose (cosine with the crosscoder)" in capsys.readouterr().out
    (table,) = read_tables(tmp_path / "run" / "scores.json")
    records = read_records(folder)
    for score in table.features():
        record = records[int(score.feature_id or 0)]
        assert (score.whose, score.norm_ratio) == (record.kind, record.norm_ratio)
        assert score.scaling_error == record.nu_error[record.other]
        assert score.scaling_reconstruction == record.nu_reconstruction[record.other]
    assert sum(score.falsification is not None for score in table.features()) == 2
    assert sum(score.ablation is not None for score in table.features()) == 2
    page = (tmp_path / "run" / "table.html").read_text()
    assert "Norm ratio" in page
    assert f"crosscoder</dt><dd>{CROSSCODER}" in page
    cards = (tmp_path / "run" / "cards.html").read_text()
    assert "<dt>norm ratio</dt>" in cards
    assert 'data-column="norm_ratio"' in cards
    rows = [record.row for record in parquet_records(tmp_path / "run" / "scores.parquet")]
    assert rows[0]["norm_ratio"] == table.scores[0].norm_ratio
    assert (tmp_path / "run" / "neuronpedia" / "batch-0.json").is_file()
    assert (tmp_path / "run" / "delphi" / POINT / "config.json").is_file()


def test_a_crosscoder_beside_a_dictionary_says_whose_its_features_are(
    told_store: ActivationStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sae = find_sae("organism:latent@0", POINT, checkpoints_root())
    assert sae is not None
    folder = checkpoints_root() / CROSSCODER
    beside = ["--crosscoder", str(folder), "--no-falsify", "--no-causal"]
    assert main([*_words(told_store, sae, tmp_path / "run"), *beside]) == 0
    (table,) = read_tables(tmp_path / "run" / "scores.json")
    assert table.crosscoder == CROSSCODER
    assert all(-1 <= float(s.crosscoder_cosine or 0) <= 1 for s in table.features())
    assert all(s.norm_ratio is not None for s in table.features())
    assert "Cosine with the crosscoder" in (tmp_path / "run" / "table.html").read_text()
    assert main([*_words(told_store, folder, tmp_path / "other"), *beside]) == 2
    assert "expected one of them" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
