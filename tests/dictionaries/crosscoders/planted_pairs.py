"""Rows of two models made of known sparse features, and what is true of each feature."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig
from latent_reasoning.dictionaries.crosscoders.crosscoder import Source
from latent_reasoning.dictionaries.crosscoders.source_rows import SourceRows

D_IN = 32
POINT = "blocks.1.hook_resid_post"
SOURCES = (Source("base", "a", POINT), Source("tuned", "b", POINT))
CONFIG = CrosscoderConfig(
    d_sae=40, k=3, steps=600, batch_size=256, learning_rate=5e-3, held_out=0.2, anneal=0.3
)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two models that write the same features in their own ways."""

    base: Float[Tensor, "feature d_in"]
    """What each feature writes in base; zero where base does not have it."""
    tuned: Float[Tensor, "feature d_in"]
    """What each feature writes in tuned; zero where tuned does not have it."""
    rate: float = 0.1
    """How often each feature fires."""

    def fires(self, n: int, seed: int) -> Bool[Tensor, "row feature"]:
        generator = torch.Generator().manual_seed(seed)
        return torch.rand(n, len(self.base), generator=generator) < self.rate

    def rows(self, n: int, seed: int) -> SourceRows:
        generator = torch.Generator().manual_seed(seed + 10_000)
        sizes = 1 + torch.rand(n, len(self.base), generator=generator)
        return self.write(self.fires(n, seed) * sizes, generator)

    def write(self, acts: Float[Tensor, "row feature"], generator: torch.Generator) -> SourceRows:
        noise = 0.02 * torch.randn(2, len(acts), D_IN, generator=generator)
        return SourceRows.of(
            SOURCES, (acts @ self.base + 0.5 + noise[0], acts @ self.tuned - 0.5 + noise[1])
        )


def directions(n: int, seed: int) -> Float[Tensor, "feature d_in"]:
    """Unit vectors, orthogonal as far as there is room."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(max(n, D_IN), D_IN, generator=generator)
    return torch.linalg.qr(drawn[:D_IN]).Q[:n]


def rotation(seed: int) -> Float[Tensor, "d_in d_in"]:
    """A random rotation of the space."""
    return directions(D_IN, seed)
