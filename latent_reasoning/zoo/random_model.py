"""An organism with the weights it might have begun with: what a dictionary finds in no training."""

from dataclasses import replace

import torch

from latent_reasoning.models.loading import LoadedModel


def randomly_initialised(model: LoadedModel, seed: int) -> LoadedModel:
    """A model of the same architecture and tokenizer with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        fresh = type(model.model)(model.model.config)
    fresh = fresh.to(device=model.device, dtype=model.dtype).eval().requires_grad_(False)  # pyright: ignore
    return replace(model, name=f"{model.name}, random weights", model=fresh)
