"""The crosscoder of an organism and its base, from sampling to a directory that loads."""

import json
from pathlib import Path

import pytest

from latent_reasoning.dictionaries.crosscoders.checkpoints import load_crosscoder, read_records
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.organisms.registry import parse_organism
from latent_reasoning.zoo.crosscoders import build_crosscoder
from latent_reasoning.zoo.dictionaries import RecordingSize


def test_an_organism_and_its_base_are_recorded_fitted_and_measured_apart(tmp_path: Path) -> None:
    config = CrosscoderConfig(d_sae=64, k=6, steps=30, batch_size=256)
    size = RecordingSize(n_problems=8, n_held_out=3, seed=5)
    built = build_crosscoder(parse_organism("latent/rl-truth"), tmp_path, config=config, size=size)
    assert built.name == (
        "organism-latent@0--organism-latent-rl-truth@0"
        "__blocks.1.hook_resid_post__crosscoder-batchtopk-64"
    )
    crosscoder = load_crosscoder(built)
    assert [source.role for source in crosscoder.sources] == ["base", "tuned"]
    metrics = json.loads((built / "metrics.json").read_text())
    assert metrics["provenance"]["rebuild"].endswith("organism crosscoder latent/rl-truth --seed 0")
    assert metrics["n_rows"] < metrics["provenance"]["n_rows_fitted"]
    assert metrics["l0"] == pytest.approx(config.k, rel=0.3)
    assert len(read_records(built)) == config.d_sae
    assert [path.name for path in tmp_path.iterdir()] == [built.name]


def test_a_base_has_none(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match="latent@0 is a base; expected a tuned organism"):
        build_crosscoder(parse_organism("latent"), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_two_seeds_of_training_that_changes_nothing_have_no_exclusive_feature(
    tmp_path: Path,
) -> None:
    from experiments.crosscoder_pairs import known_pairs, store_of
    from latent_reasoning.dictionaries.crosscoders.command import measured
    from latent_reasoning.dictionaries.crosscoders.source_rows import read_sources
    from latent_reasoning.dictionaries.crosscoders.training import fit_rows, row_order

    pair = next(p for p in known_pairs() if p.group == "two continuations of one base")
    config = CrosscoderConfig(steps=400)
    rows = read_sources(store_of(pair, tmp_path, tmp_path, problems=50), config)
    held_out = row_order(rows, config).held_out
    found = measured(fit_rows(rows, config), rows.stacked(held_out[len(held_out) // 2 :]))
    assert {record.by_norm for record in found.records} <= {"shared", "uneven", "dead"}
    assert sum(record.kind == "shared" for record in found.records) > 250
