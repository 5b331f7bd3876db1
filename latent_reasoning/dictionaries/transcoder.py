"""The transcoder at inference: a dictionary that reads one hook point and writes another.

It is what SAELens calls a `jumprelu_transcoder`, whatever it was trained as.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Transcoder:
    """JumpReLU transcoder (Dunefsky et al., 2406.11944).

    With `p = x @ W_enc + b_enc`, the activations are `f = p` where both `p > 0` and
    `p > threshold`, and 0 elsewhere; what it makes of x is `f @ W_dec + b_dec`.
    """

    W_enc: Float[Tensor, "d_in d_sae"]
    """Encoder: one column per feature."""
    W_dec: Float[Tensor, "d_sae d_out"]
    """Decoder: one row per feature, the direction it writes."""
    b_enc: Float[Tensor, " d_sae"]
    """Added to the pre-activations."""
    b_dec: Float[Tensor, " d_out"]
    """Added to what is written."""
    threshold: Float[Tensor, " d_sae"]
    """Pre-activation a feature has to pass to fire, in units of the output."""
    hook_point: str
    """TransformerLens name of the place it reads."""
    target: str
    """TransformerLens name of the place it writes."""
    model: str
    """Name of the model its rows were read from."""
    k: int | None
    """Features it was trained to keep active per row on average; None where not recorded."""
    architecture: str = "jumprelu"
    """What it was trained as, for instance batchtopk; at inference it is a JumpReLU."""

    @property
    def d_in(self) -> int:
        """Width of a row it reads."""
        return self.W_enc.shape[0]

    @property
    def d_out(self) -> int:
        """Width of a row it writes."""
        return self.W_dec.shape[1]

    @property
    def d_sae(self) -> int:
        """Number of features."""
        return self.W_enc.shape[1]

    def pre_activations(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """What the features compare with their thresholds."""
        return x.to(self.W_enc.dtype) @ self.W_enc + self.b_enc

    def encode(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """Feature activations, zero or positive."""
        pre = self.pre_activations(x)
        return torch.relu(pre) * (pre > self.threshold)

    def decode(self, acts: Float[Tensor, "*batch d_sae"]) -> Float[Tensor, "*batch d_out"]:
        """Rows of the target built from feature activations."""
        return acts @ self.W_dec + self.b_dec
