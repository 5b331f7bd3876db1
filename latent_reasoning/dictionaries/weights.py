"""The trained tensors of a dictionary, in the layout the sparse products want."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

INITIAL_NORM = 0.1


class Weights(NamedTuple):
    """Encoder and decoder, one row per feature in both; d_out is d_in but for transcoders."""

    encoder: Float[Tensor, "d_sae d_in"]
    """W_enc transposed: the direction each feature reads."""
    decoder: Float[Tensor, "d_sae d_out"]
    """W_dec: the direction each feature writes."""
    b_enc: Float[Tensor, " d_sae"]
    """Added to the pre-activations."""
    b_dec: Float[Tensor, " d_out"]
    """Added to the reconstruction, and subtracted from the input but by transcoders."""

    def encode(self, centred: Float[Tensor, "row d_in"]) -> Float[Tensor, "row d_sae"]:
        """Pre-activations of rows, from which an autoencoder has subtracted b_dec already."""
        return torch.addmm(self.b_enc, centred, self.encoder.T)


def initial_weights(
    d_in: int, d_sae: int, b_dec: Float[Tensor, " d_in"], generator: torch.Generator
) -> Weights:
    """Decoder rows of norm 0.1 in random directions, and the encoder their transpose."""
    decoder = _directions(d_sae, d_in, generator).to(b_dec.device)
    return Weights(decoder.clone(), decoder, b_dec.new_zeros(d_sae), b_dec.clone())


def initial_transcoder(
    mean: Float[Tensor, " d_in"],
    target_mean: Float[Tensor, " d_out"],
    d_sae: int,
    generator: torch.Generator,
) -> Weights:
    """Encoder and decoder rows of norm 0.1 in random directions of their own.

    The mean row maps to pre-activations of zero and to the mean target.
    """
    decoder = _directions(d_sae, len(target_mean), generator).to(mean.device)
    encoder = _directions(d_sae, len(mean), generator).to(mean.device)
    return Weights(encoder, decoder, -(encoder @ mean), target_mean.clone())


def _directions(d_sae: int, width: int, generator: torch.Generator) -> Float[Tensor, "d_sae width"]:
    bound = 1 / math.sqrt(d_sae)
    directions = torch.empty(d_sae, width).uniform_(-bound, bound, generator=generator)
    directions *= INITIAL_NORM / directions.norm(dim=1, keepdim=True)
    return directions
