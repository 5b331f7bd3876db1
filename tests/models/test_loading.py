import shutil
from pathlib import Path

import pytest
import torch
from builders import build_model, build_tokenizer, save_model
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel

from latent_reasoning.errors import LatentReasoningError, UnknownModelError
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms import registry


def test_the_loaded_model_computes_what_the_saved_one_did(tiny_directory: Path) -> None:
    loaded = load_model(tiny_directory)
    tokens = torch.randint(5, 60, (2, 11))
    assert torch.equal(loaded.model(tokens).logits, build_model()(tokens).logits)


def test_a_model_is_loaded_for_reading(tiny_model: LoadedModel) -> None:
    assert not tiny_model.model.training
    assert not any(weight.requires_grad for weight in tiny_model.model.parameters())
    assert (tiny_model.n_layers, tiny_model.d_model, tiny_model.d_vocab) == (3, 32, 80)
    assert tiny_model.family == "qwen2"
    assert tiny_model.dtype == torch.float32
    assert tiny_model.tokenizer.padding_side == "left"


def test_all_families_load(any_family: LoadedModel) -> None:
    assert any_family.model.config.architectures == [type(any_family.model).__name__]


def test_bfloat16_is_stored_as_asked(tiny_directory: Path) -> None:
    assert load_model(tiny_directory, dtype="bfloat16").dtype == torch.bfloat16


def test_the_end_token_pads_where_no_padding_token_is_defined(tmp_path: Path) -> None:
    tokenizer = build_tokenizer()
    tokenizer.pad_token = None
    loaded = load_model(save_model(tmp_path / "model", tokenizer=tokenizer))
    assert loaded.tokenizer.pad_token == loaded.tokenizer.eos_token == "<eos>"


def test_an_organism_is_found_through_the_registry(
    tiny_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def organism_directory(name: str) -> Path:
        asked.append(name)
        return tiny_directory

    monkeypatch.setattr(registry, "organism_directory", organism_directory)
    assert load_model("organism:latent/rl-truth@1").name == "organism:latent/rl-truth@1"
    assert asked == ["latent/rl-truth@1"]


def test_an_unknown_organism_names_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"'latnet' is not a known base organism.*no-code"):
        load_model("organism:latnet")


def test_a_name_that_leads_nowhere_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        UnknownModelError, match=r"local folder .* hub name .* organism:latent"
    ) as e:
        load_model("nobody/nothing-by-this-name")
    assert "\n" not in str(e.value)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"has no config\.json"):
        load_model(tmp_path)


def test_an_unknown_family_names_the_supported_ones(tmp_path: Path) -> None:
    GPT2LMHeadModel(GPT2Config(n_layer=1, n_embd=8, n_head=1, vocab_size=9)).save_pretrained(
        tmp_path
    )
    with pytest.raises(UnknownModelError, match=r"'gpt2'.*qwen2, qwen3, llama, olmo2"):
        load_model(tmp_path)


def test_missing_weights_are_not_filled_in(tiny_directory: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(tiny_directory, tmp_path / "broken"))
    weights = load_file(broken / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UnknownModelError, match=r"lacks 1 weights.*layers\.1\.mlp\.up_proj"):
        load_model(broken)


def test_truncated_weights_are_refused(tiny_directory: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(tiny_directory, tmp_path / "broken"))
    content = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(UnknownModelError, match="cannot be read"):
        load_model(broken)


def test_pickled_weights_are_never_read(tiny_directory: Path, tmp_path: Path) -> None:
    pickled = Path(shutil.copytree(tiny_directory, tmp_path / "pickled"))
    torch.save(load_file(pickled / "model.safetensors"), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    with pytest.raises(UnknownModelError, match="expected safetensors"):
        load_model(pickled)


def test_an_unknown_dtype_or_device_is_one_line(tiny_directory: Path) -> None:
    with pytest.raises(LatentReasoningError, match="'int8' is not a known dtype"):
        load_model(tiny_directory, dtype="int8")
    with pytest.raises(LatentReasoningError, match="'tpux' is not a torch device"):
        load_model(tiny_directory, device="tpux")
