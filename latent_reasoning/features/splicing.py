"""What a model loses when a dictionary stands in for its activations."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.models.hooks import Edit, edit
from latent_reasoning.models.loading import LoadedModel

BATCH = 32


@dataclass(frozen=True)
class SplicedLoss:
    """Cross-entropy of the next token in nats, over the completions of some sequences."""

    clean: float
    """Of the model as it is."""
    spliced: float
    """With the reconstruction in place of the activations."""
    with_error: float
    """With reconstruction and error, which must be the model as it is but for rounding."""
    ablated: float
    """With zeros in place of the activations."""

    @property
    def recovered(self) -> float:
        """`(ablated - spliced) / (ablated - clean)`: 1 if nothing is lost, 0 if all is."""
        return (self.ablated - self.spliced) / (self.ablated - self.clean)


@torch.no_grad()
def spliced_loss(
    model: LoadedModel,
    sae: SparseAutoencoder,
    sequences: Sequence[TokenSequence],
    sink_norm: float = float("inf"),
) -> SplicedLoss:
    """Cross-entropy with a dictionary spliced in at its hook point.

    Args:
        model: The model it was fitted on.
        sae: The dictionary.
        sequences: Texts it was not fitted on; only tokens of completions are counted, as prompts
            are given to a model and not predicted by it.
        sink_norm: Activations of a larger norm stay as they are; a dictionary that was fitted
            without sinks says nothing of them.
    """

    def spliced(x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        made = sae.reconstruct(x).to(x.dtype)
        return torch.where(x.norm(dim=-1, keepdim=True) > sink_norm, x, made)

    edits: dict[str, Edit | None] = {
        "clean": None,
        "spliced": spliced,
        "with_error": lambda x: spliced(x) + (x - spliced(x)),
        "ablated": torch.zeros_like,
    }
    ordered = sorted(sequences, key=lambda sequence: len(sequence.tokens))
    batches = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
    n = sum(len(sequence.tokens) - sequence.n_prompt for sequence in ordered)
    return SplicedLoss(
        **{
            name: sum(_summed(model, sae.hook_point, function, batch) for batch in batches) / n
            for name, function in edits.items()
        }
    )


def _summed(
    model: LoadedModel, hook_point: str, function: Edit | None, sequences: Sequence[TokenSequence]
) -> float:
    longest = max(len(sequence.tokens) for sequence in sequences)
    # Padded on the right: attention is causal, so no real token sees the padding.
    padded = [[*s.tokens, *[0] * (longest - len(s.tokens))] for s in sequences]
    tokens = torch.tensor(padded, device=model.device)
    with edit(model, {hook_point: function}) if function else nullcontext():
        logits = model.model(input_ids=tokens, use_cache=False).logits[:, :-1]
    wanted = tokens[:, 1:].clone()
    for row, sequence in enumerate(sequences):
        wanted[row, : sequence.n_prompt - 1] = -100
        wanted[row, len(sequence.tokens) - 1 :] = -100
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1).float(), wanted.flatten(), reduction="sum"
    )
    return loss.item()
