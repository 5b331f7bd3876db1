"""A dictionary is found by name, by path and by release; what cannot be one is refused."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from latent_reasoning.dictionaries.checkpoints import checkpoints_root, load_sae, save_sae
from latent_reasoning.dictionaries.loading import load_dictionary
from latent_reasoning.dictionaries.metrics import SaeMetrics
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.saelens_format import tensors_of

ANY_METRICS = SaeMetrics(l0=4.0, fvu=0.5, dead=0.0, n_rows=10)


def same(one: object, other: object) -> bool:
    assert isinstance(one, SparseAutoencoder)
    assert isinstance(other, SparseAutoencoder)
    tensors = tensors_of(other)
    return all(torch.equal(t, tensors[name]) for name, t in tensors_of(one).items())


def test_a_shipped_name_and_a_path_lead_to_the_same(tmp_path: Path) -> None:
    name = "organism-latent@0__blocks.1.hook_resid_post__batchtopk-512"
    path = checkpoints_root() / name
    assert same(load_dictionary(name), load_sae(path))
    assert same(load_dictionary(str(path)), load_sae(path))
    with pytest.raises(DictionaryError, match=r"'nowhere' is no directory .*organism-latent@0"):
        load_dictionary("nowhere")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of the Hugging Face hub, without a network, holding one repository."""
    from huggingface_hub import constants

    repository = tmp_path / "models--org--dictionaries"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc123")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return repository / "snapshots" / "abc123"


def test_a_release_is_loaded_from_the_cache_of_the_hub(
    untrained: SparseAutoencoder, hub: Path
) -> None:
    save_sae(untrained, hub / "layer_0", ANY_METRICS, {})
    found = load_dictionary("org/dictionaries", "layer_0")
    assert same(found, untrained)
    assert (found.hook_point, found.model) == (untrained.hook_point, untrained.model)
    with pytest.raises(DictionaryError, match="'layer_9' of 'org/dictionaries' cannot be loaded"):
        load_dictionary("org/dictionaries", "layer_9")
    with pytest.raises(DictionaryError, match="not-a-release"):
        load_dictionary("not-a-release", "layer_0")


def test_a_relu_autoencoder_of_a_release_has_thresholds_of_zero(hub: Path) -> None:
    from sae_lens import StandardSAE, StandardSAEConfig

    config = StandardSAEConfig(d_in=6, d_sae=10, apply_b_dec_to_input=False)
    config.metadata.model_name, config.metadata.hook_name = "gpt2", "blocks.0.hook_resid_pre"
    theirs = StandardSAE(config)
    for parameter in theirs.parameters():
        parameter.data = torch.randn_like(parameter)
    theirs.save_model(hub / "layer_0")
    x = torch.randn(40, 6)
    for ours in (load_dictionary("org/dictionaries", "layer_0"), load_dictionary(hub / "layer_0")):
        torch.testing.assert_close(ours.encode(x), theirs.encode(x), rtol=0, atol=1e-5)
        torch.testing.assert_close(ours.decode(ours.encode(x)), theirs(x), rtol=0, atol=1e-5)


def test_a_release_of_another_kind_is_refused(hub: Path) -> None:
    from sae_lens import TopKSAE, TopKSAEConfig

    TopKSAE(TopKSAEConfig(d_in=6, d_sae=10, k=2)).save_model(hub / "layer_0")
    with pytest.raises(DictionaryError, match="is a topk dictionary .*expected a relu or jumprelu"):
        load_dictionary("org/dictionaries", "layer_0")


def test_config_and_weights_that_disagree_are_refused_with_both_shapes(
    untrained: SparseAutoencoder, tmp_path: Path
) -> None:
    directory = save_sae(untrained, tmp_path / "sae", ANY_METRICS, {})
    config = json.loads((directory / "cfg.json").read_text())
    (directory / "cfg.json").write_text(json.dumps({**config, "d_sae": 11}))
    with pytest.raises(DictionaryError, match=r"'W_enc': \(6, 10\).*expected .*'W_enc': \(6, 11\)"):
        load_dictionary(directory)
    weights = directory / "sae_weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])
    with pytest.raises(DictionaryError, match=r"sae_weights\.safetensors' cannot be read"):
        load_dictionary(directory)


def test_weights_in_half_precision_are_read_as_float32(
    untrained: SparseAutoencoder, tmp_path: Path
) -> None:
    directory = save_sae(untrained, tmp_path / "sae", ANY_METRICS, {})
    path = directory / "sae_weights.safetensors"
    save_file({name: tensor.bfloat16() for name, tensor in load_file(path).items()}, path)
    found = load_dictionary(directory)
    assert found.W_enc.dtype == torch.float32
    torch.testing.assert_close(found.W_enc, untrained.W_enc, rtol=0.01, atol=0)
