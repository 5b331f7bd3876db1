"""One training of a dictionary, a batch at a time."""

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.gradients import gradients
from latent_reasoning.dictionaries.optimiser import Adam
from latent_reasoning.dictionaries.selection import batch_top_k, top_k
from latent_reasoning.dictionaries.weights import Weights

Architecture = Literal["batchtopk", "topk"]


class SparseTrainer:
    """Weights, moments of Adam, and for how long each feature has not fired."""

    def __init__(
        self, weights: Weights, k: int, architecture: Architecture, dead_after: int
    ) -> None:
        self.weights = weights
        self.k = k
        self.architecture = architecture
        self.dead_after = dead_after
        self.adam = Adam(weights)
        self.since_fired = torch.zeros_like(weights.b_enc)

    @property
    def dead(self) -> Bool[Tensor, " d_sae"]:
        """Features that have not fired for more than `dead_after` updates."""
        return self.since_fired > self.dead_after

    @torch.no_grad()
    def step(
        self, x: Float[Tensor, "row d_in"], learning_rate: float, k: int | None = None
    ) -> Float[Tensor, ""]:
        """One update; returns the mean squared error of a row before it.

        Args:
            x: Rows, scaled as the weights expect them.
            learning_rate: Of Adam, for this update.
            k: Features alive on a row for this update, where k follows a schedule.
        """
        k = self.k if k is None else k
        centred = x - self.weights.b_dec
        select = batch_top_k if self.architecture == "batchtopk" else top_k
        codes = select(centred, self.weights.encode, self.weights.decoder.norm(dim=1), k)
        found = gradients(x, centred, self.weights, codes, self.dead)
        self.since_fired += 1
        self.since_fired[codes.features] = 0
        self.adam.step(found.gradients, learning_rate)
        return found.loss

    def state(self) -> dict[str, Tensor]:
        """All that decides how the training goes on, by name; shared, not copied."""
        tensors = {"since_fired": self.since_fired}
        for i, name in enumerate(Weights._fields):
            tensors[name] = self.weights[i]
            tensors[f"{name}.first"] = self.adam.first[i]
            tensors[f"{name}.second"] = self.adam.second[i]
            tensors[f"{name}.n_steps"] = self.adam.n_steps[i]
        return tensors

    @torch.no_grad()
    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from a state."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
