"""The sparse autoencoder at inference: five tensors, two maps, no library behind them.

Every dictionary of this project is a JumpReLU autoencoder once it is trained, whatever it was
trained as. The conventions are those of SAELens with `apply_b_dec_to_input` on, so that a directory
written here reads the same there. Training lives in `training`, files in `checkpoints`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError


class DictionaryError(LatentReasoningError):
    """A dictionary cannot be trained, read or written as asked."""


@dataclass(frozen=True, eq=False)
class SparseAutoencoder:
    """JumpReLU sparse autoencoder (Rajamanoharan et al., 2407.14435).

    With `p = (x - b_dec) @ W_enc + b_enc`, the activations are `f = p` where both `p > 0` and
    `p > threshold`, and 0 elsewhere; the reconstruction is `f @ W_dec + b_dec`.
    """

    W_enc: Float[Tensor, "d_in d_sae"]
    """Encoder: one column per feature."""
    W_dec: Float[Tensor, "d_sae d_in"]
    """Decoder: one row per feature, the direction it writes."""
    b_enc: Float[Tensor, " d_sae"]
    """Added to the pre-activations."""
    b_dec: Float[Tensor, " d_in"]
    """Subtracted from the input and added to the reconstruction."""
    threshold: Float[Tensor, " d_sae"]
    """Pre-activation a feature has to pass to fire, in units of the input."""
    hook_point: str
    """TransformerLens name of the place its rows were read from."""
    model: str
    """Name of the model its rows were read from."""
    k: int | None
    """Features it was trained to keep active per row on average; None where not recorded."""
    architecture: str = "jumprelu"
    """What it was trained as, for instance batchtopk; at inference it is a JumpReLU."""

    @property
    def d_in(self) -> int:
        """Width of a row."""
        return self.W_enc.shape[0]

    @property
    def d_sae(self) -> int:
        """Number of features."""
        return self.W_enc.shape[1]

    @property
    def d_model(self) -> int:
        """Width of the stream it writes to."""
        return self.d_in

    def roles_read(self, role: str) -> tuple[str, ...]:
        """Recorded models whose rows it needs, to read one of them."""
        return (role,)

    def rows_of(
        self, by_role: Mapping[str, Float[Tensor, "*batch d_model"]], role: str
    ) -> Float[Tensor, "*batch d_in"]:
        """Its input on some tokens, from the rows of the models in `roles_read`."""
        return by_role[role]

    def written(self, role: str) -> Float[Tensor, "d_sae d_model"]:  # noqa: ARG002
        """The direction that every feature writes in the stream of a model, one a row."""
        return self.W_dec

    def pre_activations(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """What the features compare with their thresholds."""
        return (x.to(self.W_enc.dtype) - self.b_dec) @ self.W_enc + self.b_enc

    def encode(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """Feature activations, zero or positive."""
        pre = self.pre_activations(x)
        return torch.relu(pre) * (pre > self.threshold)

    def decode(self, acts: Float[Tensor, "*batch d_sae"]) -> Float[Tensor, "*batch d_in"]:
        """Rows built from feature activations."""
        return acts @ self.W_dec + self.b_dec

    def reconstruct(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_in"]:
        """Rows after a passage through the dictionary."""
        return self.decode(self.encode(x))

    def to(self, device: torch.device | str) -> "SparseAutoencoder":
        """The same dictionary with its tensors on another device."""
        return replace(
            self,
            W_enc=self.W_enc.to(device),
            W_dec=self.W_dec.to(device),
            b_enc=self.b_enc.to(device),
            b_dec=self.b_dec.to(device),
            threshold=self.threshold.to(device),
        )
