"""The trained tensors of a dictionary, in the layout the sparse products want."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Weights(NamedTuple):
    """Encoder and decoder, one row per feature in both."""

    encoder: Float[Tensor, "d_sae d_in"]
    """W_enc transposed: the direction each feature reads."""
    decoder: Float[Tensor, "d_sae d_in"]
    """W_dec: the direction each feature writes."""
    b_enc: Float[Tensor, " d_sae"]
    """Added to the pre-activations."""
    b_dec: Float[Tensor, " d_in"]
    """Subtracted from the input and added to the reconstruction."""

    def encode(self, centred: Float[Tensor, "row d_in"]) -> Float[Tensor, "row d_sae"]:
        """Pre-activations of rows from which b_dec is subtracted already."""
        return torch.addmm(self.b_enc, centred, self.encoder.T)


def initial_weights(
    d_in: int, d_sae: int, b_dec: Float[Tensor, " d_in"], generator: torch.Generator
) -> Weights:
    """Decoder rows of norm 0.1 in random directions, and the encoder their transpose."""
    bound = 1 / math.sqrt(d_sae)
    decoder = torch.empty(d_sae, d_in).uniform_(-bound, bound, generator=generator)
    decoder *= 0.1 / decoder.norm(dim=1, keepdim=True)
    decoder = decoder.to(b_dec.device)
    return Weights(decoder.clone(), decoder, b_dec.new_zeros(d_sae), b_dec.clone())
