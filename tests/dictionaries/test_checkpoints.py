"""What is written is what is read, here and by sae_lens."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from jaxtyping import Float
from planted_rows import CONFIG
from safetensors.torch import load_file, save_file
from torch import Tensor

from latent_reasoning.dictionaries.checkpoints import (
    find_sae,
    load_sae,
    read_metrics,
    sae_name,
    save_sae,
)
from latent_reasoning.dictionaries.metrics import SaeMetrics, measure
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder

Rows = Float[Tensor, "token d_in"]
ANY_METRICS = SaeMetrics(l0=4.0, fvu=0.5, dead=0.0, n_rows=10)


def test_saved_loaded_and_measured_again_is_the_same(
    trained: SparseAutoencoder, fresh_rows: Rows, tmp_path: Path
) -> None:
    before = measure(trained, fresh_rows)
    directory = save_sae(trained, tmp_path / sae_name(trained), before, {"seed": 0})
    loaded = load_sae(directory)
    assert measure(loaded, fresh_rows) == before == read_metrics(directory)
    assert before.l0 == pytest.approx(CONFIG.k, rel=0.05)
    for name in ("hook_point", "model", "k", "architecture"):
        assert vars(loaded)[name] == vars(trained)[name]


def test_sae_lens_reads_the_same_dictionary(
    trained: SparseAutoencoder, fresh_rows: Rows, tmp_path: Path
) -> None:
    from sae_lens import SAE

    save_sae(trained, tmp_path / "sae", measure(trained, fresh_rows), {})
    theirs = SAE.load_from_disk(tmp_path / "sae", device="cpu")
    assert theirs.cfg.architecture() == "jumprelu"
    assert theirs.cfg.metadata.hook_name == trained.hook_point
    x = fresh_rows[:500]
    torch.testing.assert_close(trained.encode(x), theirs.encode(x), rtol=0, atol=1e-5)
    torch.testing.assert_close(trained.reconstruct(x), theirs(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("apply_b_dec_to_input", [True, False])
def test_a_dictionary_that_sae_lens_wrote_is_read_the_same(
    apply_b_dec_to_input: bool, tmp_path: Path
) -> None:
    from sae_lens import JumpReLUSAE, JumpReLUSAEConfig
    from sae_lens.saes.sae import SAEMetadata

    config = JumpReLUSAEConfig(d_in=6, d_sae=10, apply_b_dec_to_input=apply_b_dec_to_input)
    config.metadata = SAEMetadata(model_name="gpt2", hook_name="blocks.0.hook_resid_pre")
    theirs = JumpReLUSAE(config)
    for parameter in theirs.parameters():
        parameter.data = torch.randn_like(parameter)
    theirs.threshold.data.abs_()
    theirs.save_model(tmp_path)
    ours = load_sae(tmp_path)
    x = torch.randn(40, 6)
    torch.testing.assert_close(ours.encode(x), theirs.encode(x), rtol=0, atol=1e-5)
    torch.testing.assert_close(ours.reconstruct(x), theirs(x), rtol=0, atol=1e-5)
    assert (ours.k, ours.model, ours.architecture) == (None, "gpt2", "jumprelu")


def test_an_existing_directory_is_left_as_it_is(
    untrained: SparseAutoencoder, tmp_path: Path
) -> None:
    (tmp_path / "sae").mkdir()
    (tmp_path / "sae" / "kept.txt").write_text("kept")
    with pytest.raises(DictionaryError, match="exists already"):
        save_sae(untrained, tmp_path / "sae", ANY_METRICS, {})
    assert [path.name for path in tmp_path.rglob("*.*")] == ["kept.txt"]


def test_a_write_that_fails_leaves_nothing(untrained: SparseAutoencoder, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_sae(untrained, tmp_path / "sae", ANY_METRICS, {"object": object()})
    assert list(tmp_path.iterdir()) == []


def test_the_readme_and_metrics_say_how_it_was_made(
    untrained: SparseAutoencoder, tmp_path: Path
) -> None:
    save_sae(untrained, tmp_path / "sae", ANY_METRICS, {"steps": 77})
    assert "- steps: 77" in (tmp_path / "sae" / "README.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "sae" / "metrics.json").read_text())["provenance"] == {
        "steps": 77
    }


def test_find_sae_follows_the_naming_rule(untrained: SparseAutoencoder, tmp_path: Path) -> None:
    assert sae_name(untrained) == "org-tiny__blocks.0.hook_resid_post__jumprelu-10"
    directory = save_sae(untrained, tmp_path / sae_name(untrained), ANY_METRICS, {})
    assert find_sae("org/tiny", "blocks.0.hook_resid_post", tmp_path) == directory
    assert find_sae("org:tiny", "blocks.0.hook_resid_post", tmp_path) == directory
    assert find_sae("org/tiny", "blocks.0.hook_resid", tmp_path) is None
    assert find_sae("tiny", "blocks.0.hook_resid_post", tmp_path) is None
    assert find_sae("org/tiny", "blocks.0.hook_resid_post", tmp_path / "nowhere") is None
    shutil.copytree(directory, tmp_path / "org-tiny__blocks.0.hook_resid_post__batchtopk-20")
    with pytest.raises(DictionaryError, match="2 dictionaries for 'org/tiny'"):
        find_sae("org/tiny", "blocks.0.hook_resid_post", tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("architecture", "gated"),
        ("normalize_activations", "layer_norm"),
        ("reshape_activations", "hook_z"),
        ("metadata", {}),
    ],
)
def test_other_kinds_of_dictionary_are_refused(
    untrained: SparseAutoencoder, tmp_path: Path, key: str, value: object
) -> None:
    path = save_sae(untrained, tmp_path / "sae", ANY_METRICS, {}) / "cfg.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(DictionaryError, match=r"load_sae: .*expected"):
        load_sae(tmp_path / "sae")


def test_weights_that_do_not_fit_are_refused(untrained: SparseAutoencoder, tmp_path: Path) -> None:
    path = save_sae(untrained, tmp_path / "sae", ANY_METRICS, {}) / "sae_weights.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "threshold": torch.zeros(3)}, path)
    with pytest.raises(DictionaryError, match=r"'threshold': \(3,\)"):
        load_sae(tmp_path / "sae")
    path.unlink()
    with pytest.raises(DictionaryError, match="no file"):
        load_sae(tmp_path / "sae")
    with pytest.raises(DictionaryError, match=r"no file .*nowhere"):
        load_sae(tmp_path / "nowhere")


def test_a_broken_config_is_named(tmp_path: Path) -> None:
    (tmp_path / "cfg.json").write_text("{")
    with pytest.raises(DictionaryError, match=r"cfg\.json' is not JSON"):
        load_sae(tmp_path)
