"""One training of a dictionary, a batch at a time."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.gradients import gradients
from latent_reasoning.dictionaries.jumprelu import jumprelu_gradients
from latent_reasoning.dictionaries.jumprelu_config import JumpReluConfig
from latent_reasoning.dictionaries.optimiser import Adam
from latent_reasoning.dictionaries.processes import ALONE, Processes
from latent_reasoning.dictionaries.selection import above, batch_top_k, top_k
from latent_reasoning.dictionaries.weights import Weights

Architecture = Literal["batchtopk", "topk", "matryoshka_batchtopk", "jumprelu"]


class _Update(NamedTuple):
    loss: Float[Tensor, ""]
    gradients: tuple[Tensor, ...]
    fired: Bool[Tensor, " d_sae"]


class SparseTrainer:
    """Weights, moments of Adam, and for how long each feature has not fired."""

    def __init__(
        self,
        weights: Weights,
        k: int,
        architecture: Architecture,
        dead_after: int,
        *,
        widths: Sequence[int] = (),
        jumprelu: JumpReluConfig | None = None,
        processes: Processes = ALONE,
    ) -> None:
        self.weights = weights
        self.k = k
        self.architecture = architecture
        self.dead_after = dead_after
        self.widths = tuple(widths)
        self.jumprelu = jumprelu or JumpReluConfig()
        self.threshold = torch.full_like(weights.b_enc, self.jumprelu.initial_threshold)
        self.processes = processes
        # Only a JumpReLU learns its thresholds.
        self.adam = Adam([*weights, self.threshold] if architecture == "jumprelu" else weights)
        self.since_fired = torch.zeros_like(weights.b_enc)

    @property
    def dead(self) -> Bool[Tensor, " d_sae"]:
        """Features that have not fired for more than `dead_after` updates."""
        return self.since_fired > self.dead_after

    @torch.no_grad()
    def step(
        self,
        x: Float[Tensor, "row d_in"],
        learning_rate: float,
        k: int | None = None,
        *,
        target: Float[Tensor, "row d_out"] | None = None,
        l0_factor: float = 1.0,
    ) -> Float[Tensor, ""]:
        """One update; returns the mean squared error of a row before it.

        Args:
            x: Rows, scaled as the weights expect them; this process's part of the batch.
            learning_rate: Of Adam, for this update.
            k: Features alive on a row for this update, where k follows a schedule.
            target: Rows a transcoder decodes to, scaled; none for an autoencoder.
            l0_factor: Of the weight of a JumpReLU's penalty, where it warms up.
        """
        b_dec = self.weights.b_dec
        centred, goal = (x - b_dec, None) if target is None else (x, target - b_dec)
        found = (
            self._jump(centred, goal, l0_factor)
            if self.architecture == "jumprelu"
            else self._top_k(x, centred, goal, self.k if k is None else k)
        )
        self.since_fired += 1
        self.since_fired[found.fired] = 0
        self.processes.least_(self.since_fired)
        self.processes.average_([found.loss, *found.gradients])
        self.adam.step(found.gradients, learning_rate)
        return found.loss

    def _top_k(self, x: Tensor, centred: Tensor, goal: Tensor | None, k: int) -> _Update:
        weights, norms = self.weights, self.weights.decoder.norm(dim=1)
        codes = (
            top_k(centred, weights.encode, norms, k)
            if self.architecture == "topk"
            else batch_top_k(centred, weights.encode, norms, k, self.processes)
        )
        found = gradients(x, centred, weights, codes, self.dead, goal=goal, widths=self.widths)
        fired = torch.zeros_like(self.dead)
        fired[codes.features] = True
        return _Update(found.loss, found.gradients, fired)

    def _jump(self, centred: Tensor, goal: Tensor | None, l0_factor: float) -> _Update:
        # Below zero a gate would let negative pre-activations pass.
        self.threshold.clamp_(min=0)
        config = self.jumprelu
        near = above(centred, self.weights.encode, self.threshold - config.bandwidth / 2)
        found = jumprelu_gradients(
            centred,
            self.weights,
            self.threshold,
            near,
            self.dead,
            config,
            config.l0_coefficient * l0_factor,
            self.k,
            goal,
        )
        return _Update(found.loss, (*found.gradients, found.thresholds), found.fired)

    def state(self) -> dict[str, Tensor]:
        """All that decides how the training goes on, by name; shared, not copied."""
        tensors = {"since_fired": self.since_fired}
        names = (*Weights._fields, "threshold")
        for i, parameter in enumerate(self.adam.parameters):
            name = names[i]
            tensors[name] = parameter
            tensors[f"{name}.first"] = self.adam.first[i]
            tensors[f"{name}.second"] = self.adam.second[i]
            tensors[f"{name}.n_steps"] = self.adam.n_steps[i]
        return tensors

    @torch.no_grad()
    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from a state."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
