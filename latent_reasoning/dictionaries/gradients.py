"""Loss and gradients of one batch from its live entries, derived by hand.

With `h = (x - b_dec) W_enc + b_enc`, the live entries those with the largest `h |W_dec|`, and
`xhat = h W_dec + b_dec` over live entries, the loss is `mean |xhat - x|^2` plus the auxiliary loss
of TopK autoencoders (Gao et al., 2406.04093) as SAELens has it: the dead features with the largest
h reconstruct what the live ones leave, `scale * mean |h_dead W_dec - (x - xhat)|^2`.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.codes import Codes, Transposed, decode, live_products
from latent_reasoning.dictionaries.weights import Weights


class Step(NamedTuple):
    """What a batch says."""

    loss: Float[Tensor, ""]
    """Squared error of a row, averaged over the batch, without the auxiliary loss."""
    gradients: Weights
    """Gradients of the whole loss."""


def gradients(
    x: Float[Tensor, "row d_in"],
    centred: Float[Tensor, "row d_in"],
    weights: Weights,
    codes: Codes,
    dead: Bool[Tensor, " d_sae"],
) -> Step:
    """Loss and gradients.

    Args:
        x: Rows.
        centred: `x - b_dec`.
        weights: The weights.
        codes: The live entries of the batch.
        dead: Features the auxiliary loss revives.
    """
    error = decode(codes, weights.decoder).sub_(centred)
    loss = error.square().sum() / len(x)
    outer = error * (2 / len(x))
    inner = live_products(codes, outer, weights.decoder)
    transposed = Transposed(codes)
    d_encoder = transposed.product(inner, centred)
    d_decoder = transposed.product(codes.values, outer)
    d_b_enc = torch.zeros_like(weights.b_enc).index_add_(0, codes.features, inner)
    found = Weights(d_encoder, d_decoder, d_b_enc, torch.zeros_like(weights.b_dec))
    if dead.any():
        _add_auxiliary(found, centred, -error, weights, dead)
    found.b_dec.copy_(outer.sum(0) - found.b_enc @ weights.encoder)
    return Step(loss, found)


def _add_auxiliary(
    found: Weights,
    centred: Float[Tensor, "row d_in"],
    residual: Float[Tensor, "row d_in"],
    weights: Weights,
    dead: Bool[Tensor, " d_sae"],
) -> None:
    index = dead.nonzero().squeeze(1)
    encoder, decoder = weights.encoder[index], weights.decoder[index]
    # Half the width of a row, as the method has it; fewer dead features count for less.
    k = centred.shape[1] // 2
    scale, k = min(len(index) / k, 1.0), min(len(index), k)
    pre = torch.addmm(weights.b_enc[index], centred, encoder.T)
    ranked = pre * decoder.norm(dim=1)
    chosen = torch.zeros_like(pre).scatter_(1, ranked.topk(k, sorted=False).indices, 1.0)
    acts = pre * chosen
    outer = (acts @ decoder - residual) * (2 * scale / len(centred))
    inner = (outer @ decoder.T) * chosen
    found.encoder.index_add_(0, index, inner.T @ centred)
    found.decoder.index_add_(0, index, acts.T @ outer)
    found.b_enc.index_add_(0, index, inner.sum(0))
