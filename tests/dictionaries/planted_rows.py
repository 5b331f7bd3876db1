"""Rows made of known sparse features."""

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.sae_config import SaeConfig

D_IN, N_FEATURES, PER_ROW = 32, 32, 3
CONFIG = SaeConfig(
    d_sae=48, k=3, steps=500, batch_size=256, learning_rate=5e-3, dead_after=50, held_out=0.2
)


def planted_directions() -> Float[Tensor, "feature d_in"]:
    generator = torch.Generator().manual_seed(99)
    return torch.nn.functional.normalize(torch.randn(N_FEATURES, D_IN, generator=generator), dim=1)


def planted_rows(n: int, seed: int) -> Float[Tensor, "token d_in"]:
    generator = torch.Generator().manual_seed(seed)
    fires = torch.rand(n, N_FEATURES, generator=generator) < PER_ROW / N_FEATURES
    sizes = 4 + 4 * torch.rand(n, N_FEATURES, generator=generator)
    noise = 0.05 * torch.randn(n, D_IN, generator=generator)
    return (fires * sizes) @ planted_directions() + 7.0 + noise
