"""When a plan acts: always, where a probe says so, or where its user says so."""

from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError

GateKind = Literal["always-on", "learned", "oracle"]


@dataclass(frozen=True, eq=False)
class Gate:
    """A condition on every position that a plan would change.

    An oracle gate uses knowledge that a deployed system would not have; its kind stands in every
    result row, so that no oracle passes for a method.
    """

    kind: GateKind = "always-on"
    """always-on: open everywhere. learned: open where <x, weight> + bias > 0. oracle: open where
    the mask given to `steer` says so."""
    weight: Float[Tensor, " d_model"] | None = None
    """For a learned gate: weights of a probe on the activation itself."""
    bias: float = 0.0
    """For a learned gate: what is added."""

    def __post_init__(self) -> None:
        if (self.kind == "learned") != (self.weight is not None):
            found = "none" if self.weight is None else "some"
            raise LatentReasoningError(
                f"Gate: a gate of kind {self.kind!r} was given {found} weight; expected a weight "
                f"for a learned gate and for no other"
            )

    def open(self, x: Float[Tensor, "batch pos d_model"]) -> Bool[Tensor, "batch pos"] | None:
        """Where a learned gate is open; none for the kinds that do not look at activations."""
        return None if self.weight is None else x.float() @ self.weight.float() + self.bias > 0

    def opens_as(self, other: "Gate") -> bool:
        """Whether another gate is open at the same activations: same kind, weight and bias."""
        if self.weight is None or other.weight is None:
            return self.kind == other.kind
        return self.bias == other.bias and torch.equal(self.weight, other.weight)

    def to(self, device: torch.device) -> "Gate":
        """The same gate on another device."""
        weight = self.weight
        return self if weight is None else replace(self, weight=weight.to(device))


ALWAYS_ON = Gate()
