"""How strongly one feature of a dictionary fires, without the rest of the dictionary."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.errors import LatentReasoningError


@dataclass(frozen=True, eq=False)
class FeatureReader:
    """One feature: what it reads and how much of its direction it writes.

    With `p = <x, weight> + bias` the activation is `f = p` where `p > 0` and `p > threshold`, else
    0; the feature writes `f x scale` along its unit direction.
    """

    weight: Float[Tensor, " d_model"]
    """Column of the encoder."""
    bias: float
    """Bias of the encoder, with what the dictionary subtracts from its input folded in."""
    threshold: float
    """Pre-activation the feature has to pass."""
    scale: float
    """Norm of its row of the decoder."""
    max_activation: float
    """Largest activation seen; the unit of coefficients of features."""

    def __post_init__(self) -> None:
        if not (self.scale > 0 and self.max_activation > 0):
            raise LatentReasoningError(
                f"FeatureReader: scale {self.scale}, max_activation {self.max_activation}; "
                "expected both positive: a feature that never fires has no unit of its own"
            )

    def activation(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch"]:
        """How strongly the feature fires, in single precision."""
        pre = x.float() @ self.weight.float() + self.bias
        return torch.relu(pre) * (pre > self.threshold)

    def to(self, device: torch.device) -> "FeatureReader":
        """The same reader on another device."""
        return replace(self, weight=self.weight.to(device))


def feature_reader(sae: SparseAutoencoder, feature_id: int, max_activation: float) -> FeatureReader:
    """The reader of one feature.

    Raises:
        LatentReasoningError: There is no such feature, or it never fires.
    """
    if not 0 <= feature_id < sae.d_sae:
        raise LatentReasoningError(
            f"feature_reader: {feature_id} is not a feature; expected 0 to {sae.d_sae - 1}"
        )
    weight = sae.W_enc[:, feature_id]
    return FeatureReader(
        weight=weight,
        bias=float(sae.b_enc[feature_id] - sae.b_dec @ weight),
        threshold=float(sae.threshold[feature_id]),
        scale=float(sae.W_dec[feature_id].norm()),
        max_activation=max_activation,
    )
