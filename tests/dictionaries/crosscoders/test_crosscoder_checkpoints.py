"""What is written is what is read, and what does not fit together is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from planted_pairs import CONFIG, SOURCES, Pair, directions
from safetensors.torch import load_file, save_file

from latent_reasoning.dictionaries.crosscoders import checkpoints
from latent_reasoning.dictionaries.crosscoders.checkpoints import (
    Measured,
    crosscoder_name,
    load_crosscoder,
    read_records,
    save_crosscoder,
    shipped_crosscoder,
)
from latent_reasoning.dictionaries.crosscoders.command import measured
from latent_reasoning.dictionaries.crosscoders.training import fit_rows
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.errors import RunError

WEIGHTS = "crosscoder_weights.safetensors"


@pytest.fixture(scope="module")
def found() -> Measured:
    ones = directions(20, 4)
    rows = Pair(ones, ones, 0.15).rows(1500, 0)
    crosscoder = fit_rows(rows, replace(CONFIG, steps=30))
    return measured(crosscoder, torch.stack(rows.rows, dim=1)[:500])


@pytest.fixture
def saved(found: Measured, tmp_path: Path) -> Path:
    return save_crosscoder(found, tmp_path / "saved", {"seed": 7})


def test_saved_and_loaded_it_computes_the_same(found: Measured, saved: Path) -> None:
    x = torch.randn(50, 2, 32)
    loaded = load_crosscoder(saved)
    assert torch.equal(loaded.encode(x), found.crosscoder.encode(x))
    assert torch.equal(loaded.reconstruct(x), found.crosscoder.reconstruct(x))
    assert (loaded.k, loaded.architecture, loaded.sources) == (3, "batchtopk", SOURCES)
    read = read_records(saved)
    assert [(r.feature_id, r.kind) for r in read] == [(r.feature_id, r.kind) for r in found.records]
    assert read[4].norm_ratio == pytest.approx(found.records[4].norm_ratio, abs=1e-5)


def test_the_name_says_the_models_the_place_and_the_kind(found: Measured) -> None:
    sources = (
        SOURCES[0]._replace(model="organism:no-code@0"),
        SOURCES[1]._replace(model="organism:no-code/distilled@0"),
    )
    assert crosscoder_name(replace(found.crosscoder, sources=sources)) == (
        "organism-no-code@0--organism-no-code-distilled@0"
        "__blocks.1.hook_resid_post__crosscoder-batchtopk-40"
    )


def test_config_and_weights_that_disagree_are_refused_with_both_shapes(saved: Path) -> None:
    tensors = load_file(saved / WEIGHTS)
    save_file({**tensors, "W_dec": torch.zeros(40, 3, 32)}, saved / WEIGHTS)
    with pytest.raises(
        DictionaryError, match=r"W_dec .* has shape \[40, 3, 32\]; expected \[40, 2, 32\]"
    ):
        load_crosscoder(saved)
    save_file({name: tensors[name] for name in ("W_dec", "b_enc")}, saved / WEIGHTS)
    with pytest.raises(DictionaryError, match=r"holds \['W_dec', 'b_enc'\]; expected \['W_dec'"):
        load_crosscoder(saved)
    (saved / WEIGHTS).write_bytes(b"no tensors")
    with pytest.raises(DictionaryError, match="is no safetensors file"):
        load_crosscoder(saved)
    (saved / WEIGHTS).unlink()
    with pytest.raises(DictionaryError, match="expected the weights"):
        load_crosscoder(saved)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda config: config.pop("d_sae"), "lacks d_sae"),
        (lambda config: config["sources"].pop(), "names 1 sources; expected 2"),
    ],
)
def test_a_config_that_contradicts_itself_is_refused(
    saved: Path, change: object, match: str
) -> None:
    path = saved / "crosscoder.json"
    config = json.loads(path.read_text())
    change(config)  # pyright: ignore[reportCallIssue]
    path.write_text(json.dumps(config))
    with pytest.raises(DictionaryError, match=match):
        load_crosscoder(saved)


def test_missing_and_broken_files_are_named(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"no file .*nowhere"):
        load_crosscoder(tmp_path / "nowhere")
    (saved / "crosscoder.json").write_text("{")
    with pytest.raises(DictionaryError, match="is not JSON"):
        load_crosscoder(saved)
    (saved / "features.jsonl").unlink()
    with pytest.raises(DictionaryError, match="no file"):
        read_records(saved)


def test_a_write_that_fails_leaves_nothing(found: Measured, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_crosscoder(found, tmp_path / "x", {"object": object()})
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "x").mkdir()
    with pytest.raises(RunError, match="exists already"):
        save_crosscoder(found, tmp_path / "x", {})


def test_what_ships_is_found_by_its_tuned_model(
    found: Measured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "checkpoints_root", lambda: tmp_path)
    with pytest.raises(DictionaryError, match="0 for 'b'; expected one of none ships"):
        shipped_crosscoder("b")
    save_crosscoder(found, tmp_path / "one", {})
    assert torch.equal(shipped_crosscoder("b").W_dec, found.crosscoder.W_dec)
    with pytest.raises(DictionaryError, match="0 for 'c'; expected one of b of a"):
        shipped_crosscoder("c")
    other = (SOURCES[0]._replace(model="x"), SOURCES[1])
    save_crosscoder(
        replace(found, crosscoder=replace(found.crosscoder, sources=other)), tmp_path / "two", {}
    )
    with pytest.raises(DictionaryError, match="2 for 'b'"):
        shipped_crosscoder("b")
    assert shipped_crosscoder("b", base="x").sources == other


def test_the_readme_says_what_the_metrics_say(found: Measured, saved: Path) -> None:
    text = (saved / "README.md").read_text(encoding="utf-8")
    metrics = json.loads((saved / "metrics.json").read_text())
    assert f"| features active per row (l0) | {metrics['l0']:.2f} |" in text
    assert metrics["fvu"] == list(found.metrics.fvu)
    assert "- seed: 7" in text
