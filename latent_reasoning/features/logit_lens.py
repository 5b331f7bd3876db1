"""Which tokens a feature writes towards: its row of the decoder, read as if it were the last layer.

The logit lens (nostalgebraist, 2020) applied to a direction: `logits = W_U norm(W_dec[i])`, with
the model's own final norm. They are given less their mean over the vocabulary, which softmax does
not see. What later layers make of the direction is left out.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.models.loading import LoadedModel


class TokenLogit(NamedTuple):
    """A token and how much a direction favours it."""

    token: str
    """Its text."""
    logit: float
    """Its logit less the mean over the vocabulary."""


class Lens(NamedTuple):
    """Both ends of the vocabulary, seen from one direction."""

    promoted: tuple[TokenLogit, ...]
    """Tokens with the largest logits, largest first."""
    suppressed: tuple[TokenLogit, ...]
    """Tokens with the smallest logits, smallest first."""


def logit_lens(
    model: LoadedModel, directions: Float[Tensor, "feature d_model"], n: int = 8
) -> list[Lens]:
    """The tokens that directions of the residual stream promote and suppress.

    Args:
        model: The model they belong to.
        directions: One a row; their length does not matter, the final norm removes it.
        n: Tokens at either end.

    Raises:
        LatentReasoningError: The width is not that of the model.
    """
    if directions.shape[1] != model.d_model:
        raise LatentReasoningError(
            f"logit_lens: directions of width {directions.shape[1]}, {model.name} has d_model "
            f"{model.d_model}; use a dictionary of this model"
        )
    # Rows of the embedding that no token uses are padding.
    size = min(model.d_vocab, len(model.tokenizer))
    n = min(n, size)
    norm = model.model.get_submodule("model.norm")
    unembed = model.model.get_submodule("lm_head")
    found = []
    with torch.inference_mode():
        for some in directions.split(64):
            unit = torch.nn.functional.normalize(some.float(), dim=1) * model.d_model**0.5
            logits = unembed(norm(unit.to(model.device, model.dtype)))[:, :size].float().cpu()
            logits -= logits.mean(dim=1, keepdim=True)
            found += [Lens(_ends(model, row, n), _ends(model, -row, n, -1)) for row in logits]
    return found


def _ends(
    model: LoadedModel, logits: Float[Tensor, " d_vocab"], n: int, sign: int = 1
) -> tuple[TokenLogit, ...]:
    values, ids = logits.topk(n)
    pairs = zip(ids.tolist(), values.tolist(), strict=True)
    return tuple(TokenLogit(str(model.tokenizer.decode([i])), sign * v) for i, v in pairs)
