"""How large a model is, from its configuration alone."""

from dataclasses import dataclass
from pathlib import Path

import torch

from latent_reasoning.models.loading import model_config


@dataclass(frozen=True)
class ModelSize:
    """Numbers that decide what a model costs."""

    n_parameters: int
    """Weights, tied ones counted once."""
    n_layers: int
    """Decoder layers."""
    d_model: int
    """Width of the residual stream."""
    d_vocab: int
    """Rows of the embedding."""
    cache_numbers_per_token: int
    """Numbers that the key-value cache holds for each token."""


def model_size(name_or_path: str | Path) -> ModelSize:
    """Count the weights of a model without reading or allocating them.

    Raises:
        UnknownModelError: Nothing is found there, or the family is not supported.
    """
    from transformers import AutoModelForCausalLM

    config = model_config(name_or_path)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    heads = config.num_key_value_heads or config.num_attention_heads
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return ModelSize(
        n_parameters=sum(weight.numel() for weight in model.parameters()),
        n_layers=config.num_hidden_layers,
        d_model=config.hidden_size,
        d_vocab=config.vocab_size,
        cache_numbers_per_token=2 * config.num_hidden_layers * heads * head,
    )
