import pytest
from transformers import LlamaConfig, Olmo2Config, PretrainedConfig, Qwen2Config

from latent_reasoning.comparison import config, estimate
from latent_reasoning.comparison.presets import PRESETS, preset
from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.models import loading, size

# Layers, width, heads, key-value heads, width of the MLP and vocabulary, as published.
SHAPES = {
    "Qwen/Qwen2.5-Math-1.5B": (Qwen2Config, 28, 1536, 12, 2, 8960, 151936),
    "Qwen/Qwen2.5-Math-7B": (Qwen2Config, 28, 3584, 28, 4, 18944, 152064),
    "meta-llama/Llama-3.1-8B": (LlamaConfig, 32, 4096, 32, 8, 14336, 128256),
    "allenai/OLMo-2-1124-7B": (Olmo2Config, 32, 4096, 32, 32, 11008, 100352),
}


def published(name: str) -> PretrainedConfig:
    kind, n_layers, width, heads, kv_heads, inner, vocabulary = SHAPES[name]
    return kind(
        num_hidden_layers=n_layers,
        hidden_size=width,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        intermediate_size=inner,
        vocab_size=vocabulary,
        tie_word_embeddings=name.endswith("1.5B"),
    )


@pytest.mark.parametrize("name", SHAPES)
def test_sizes_of_the_presets_are_those_of_their_configurations(name: str, monkeypatch) -> None:
    monkeypatch.setattr(size, "model_config", published)
    assert estimate.SIZES[name] == size.model_size(name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_estimated_without_a_connection(name: str, monkeypatch) -> None:
    def unreachable(_: str) -> None:
        raise AssertionError("asked the hub")

    monkeypatch.setattr(estimate, "model_size", unreachable)
    settings = preset(name, None if PRESETS[name].tuned else "./mine")
    assert "two models of" in str(estimate.estimate(settings))


def test_an_unknown_number_format_is_refused_with_the_known_ones() -> None:
    assert tuple(loading.DTYPES) == config.DTYPES
    with pytest.raises(LatentReasoningError, match=r"'int8' is not a known dtype; .*float32, bfl"):
        config.CompareConfig(dtype="int8")
