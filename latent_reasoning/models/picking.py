"""How the next token of each row is chosen: settings, random numbers, and the choice itself."""

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.errors import ProblemError


@dataclass(frozen=True)
class SamplingConfig:
    """How completions are drawn."""

    max_new_tokens: int = 96
    """Longest completion, in tokens."""
    temperature: float = 1.0
    """Divides the logits; 0 takes the likeliest token."""
    top_p: float = 1.0
    """Smallest probability mass sampled from; 1 keeps the whole distribution."""
    seed: int = 0
    """Decides every random number; equal seeds give equal random numbers in every condition."""
    batch_size: int = 512
    """Most completions drawn at once."""

    def __post_init__(self) -> None:
        counts = min(self.max_new_tokens, self.batch_size)
        # Written so that NaN is refused as well.
        if not (0 <= self.temperature < math.inf and 0 < self.top_p <= 1 and counts >= 1):
            raise ProblemError(
                f"SamplingConfig: temperature {self.temperature}, top_p {self.top_p}, "
                f"max_new_tokens {self.max_new_tokens}, batch_size {self.batch_size}; "
                "expected >= 0, in (0, 1], >= 1, >= 1"
            )


def uniforms(config: SamplingConfig, prompt: int, sample: int) -> Float[Tensor, " step"]:
    """The random numbers of one completion, from the seed, its prompt's number and its own."""
    return _drawn(config.seed, prompt, sample, config.max_new_tokens)


# Small against what drawing them anew for every condition costs.
@lru_cache(maxsize=4096)
def _drawn(seed: int, prompt: int, sample: int, n: int) -> Float[Tensor, " step"]:
    digest = hashlib.blake2b(f"{seed}/{prompt}/{sample}".encode(), digest_size=8).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
    return torch.rand(n, generator=generator)


def pick(
    logits: Float[Tensor, "batch d_vocab"],
    uniforms: Float[Tensor, " batch"],
    config: SamplingConfig,
) -> Int[Tensor, " batch"]:
    """Token whose cumulative probability first exceeds the row's uniform number.

    At temperature 0 the likeliest token; with `top_p` < 1 only the smallest set of likeliest
    tokens whose mass reaches `top_p` is drawn from.
    """
    if config.temperature == 0:
        return logits.argmax(dim=-1)
    probabilities = torch.softmax(logits.float() / config.temperature, dim=-1)
    if config.top_p < 1:
        ranked, places = probabilities.sort(dim=-1, descending=True)
        outside = ranked.cumsum(dim=-1) - ranked >= config.top_p
        probabilities = probabilities.scatter(-1, places, ranked.masked_fill(outside, 0.0))
    cumulative = probabilities.cumsum(dim=-1)
    targets = (uniforms * cumulative[:, -1])[:, None].contiguous()
    # The last token with any probability bounds the search where rounding pushes past it.
    last = probabilities.shape[-1] - 1
    return torch.searchsorted(cumulative, targets, right=True).squeeze(1).clamp(max=last)
