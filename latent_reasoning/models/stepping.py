"""One step of decoding: every row that is still being drawn goes on by a token."""

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.models.decoding import SharedPromptCache, packed
from latent_reasoning.models.loading import LoadedModel


@dataclass
class Rows:
    """Completions still being drawn."""

    cache: SharedPromptCache
    """Keys and values of every token so far."""
    index: Int[Tensor, " batch"]
    """Which row of the batch each one is."""
    uniforms: Float[Tensor, "batch step"]
    """The random numbers of each row."""
    positions: Int[Tensor, " batch"]
    """Position of the next token of each row."""

    def keep(self, alive: Bool[Tensor, " batch"]) -> None:
        """Drop rows that have ended."""
        order = packed(alive)
        self.cache.keep(order)
        self.index, self.uniforms = self.index[order], self.uniforms[order]
        self.positions = self.positions[order]


def take_step(
    model: LoadedModel, state: Rows, drawn: Int[Tensor, " batch"]
) -> Float[Tensor, "batch d_vocab"]:
    """Continue every row by the token drawn for it."""
    out = model.model(
        input_ids=drawn[:, None],
        position_ids=state.positions[:, None],
        use_cache=True,
        **{model.cache_name: state.cache},
    )
    state.cache.advance()
    state.positions.add_(1)
    return out.logits[:, -1].to(model.device)
