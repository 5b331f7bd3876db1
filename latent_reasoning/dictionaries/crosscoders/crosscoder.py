"""The crosscoder at inference: one set of features that reads and writes several sources.

A source is a model at a hook point. With two models at one hook point the features say what the
models share; with one model at several hook points, what its layers share. Training lives in
`training`, files in `checkpoints`, what the features say about the models in `features`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor


class Source(NamedTuple):
    """One of the places a crosscoder reads and writes."""

    role: str
    """Which model of the store: base or tuned."""
    model: str
    """Name of that model."""
    hook_point: str
    """TransformerLens name of the place its rows were read from."""


@dataclass(frozen=True, eq=False)
class Crosscoder:
    """Crosscoder (Lindsey et al., 2024, "Sparse Crosscoders for Cross-Layer Features").

    With `y_m = scale_m x_m` and `p = sum_m (y_m - b_dec_m) @ W_enc_m + b_enc`, the activations are
    `f = p` where both `p > 0` and `p > threshold`, and 0 elsewhere. Source m is reconstructed as
    `(f @ W_dec_m + b_dec_m) / scale_m`. Decoder norms sum to 1 over the sources, so that
    activations of different features compare.
    """

    W_enc: Float[Tensor, "n_models d_in d_sae"]
    """Encoder: what every feature reads in every source."""
    W_dec: Float[Tensor, "d_sae n_models d_in"]
    """Decoder: the direction every feature writes in every source, in scaled units."""
    b_enc: Float[Tensor, " d_sae"]
    """Added to the pre-activations."""
    b_dec: Float[Tensor, "n_models d_in"]
    """Subtracted from the scaled inputs and added to the reconstructions."""
    threshold: Float[Tensor, " d_sae"]
    """Pre-activation a feature has to pass to fire."""
    scale: Float[Tensor, " n_models"]
    """What the rows of every source are multiplied with, so that their mean norm is sqrt(d_in)."""
    sources: tuple[Source, ...]
    """The sources, in the order of the axis n_models."""
    k: int | None
    """Features it was trained to keep active per row on average; None for l1."""
    architecture: str
    """How sparsity was enforced: batchtopk or l1."""

    @property
    def d_in(self) -> int:
        """Width of a row of one source."""
        return self.W_dec.shape[2]

    @property
    def d_sae(self) -> int:
        """Number of features."""
        return self.W_dec.shape[0]

    @property
    def n_models(self) -> int:
        """Number of sources."""
        return self.W_dec.shape[1]

    @property
    def norms(self) -> Float[Tensor, "d_sae n_models"]:
        """Norm of the decoder of every feature in every source, in scaled units."""
        return self.W_dec.norm(dim=2)

    @property
    def norm_shares(self) -> Float[Tensor, "d_sae n_models"]:
        """Every source's share of the decoder norm of a feature; they sum to 1.

        Of base and tuned at one hook point, the share of tuned is the norm ratio: 0 for a feature
        of base alone, 0.5 for one they share evenly, 1 for one of tuned alone.
        """
        return self.norms / self.norms.sum(dim=1, keepdim=True).clamp(min=1e-12)

    def scaled(
        self, x: Float[Tensor, "*batch n_models d_in"]
    ) -> Float[Tensor, "*batch n_models d_in"]:
        """Rows in the units of the weights."""
        return x.to(self.W_dec.dtype) * self.scale[:, None]

    def pre_activations(
        self, x: Float[Tensor, "*batch n_models d_in"]
    ) -> Float[Tensor, "*batch d_sae"]:
        """What the features compare with their thresholds."""
        centred = self.scaled(x) - self.b_dec
        read = einsum(centred, self.W_enc, "... n_models d_in, n_models d_in d_sae -> ... d_sae")
        return read + self.b_enc

    def encode(self, x: Float[Tensor, "*batch n_models d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """Feature activations, zero or positive: the same ones for all sources."""
        pre = self.pre_activations(x)
        return torch.relu(pre) * (pre > self.threshold)

    def decode(self, acts: Float[Tensor, "*batch d_sae"]) -> Float[Tensor, "*batch n_models d_in"]:
        """Rows of every source built from feature activations."""
        written = einsum(acts, self.W_dec, "... d_sae, d_sae n_models d_in -> ... n_models d_in")
        return (written + self.b_dec) / self.scale[:, None]

    def reconstruct(
        self, x: Float[Tensor, "*batch n_models d_in"]
    ) -> Float[Tensor, "*batch n_models d_in"]:
        """Rows of every source after a passage through the crosscoder."""
        return self.decode(self.encode(x))
