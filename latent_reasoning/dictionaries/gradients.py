"""Loss and gradients of one batch from its live entries, derived by hand.

With `h = (x - b_dec) W_enc + b_enc`, the live entries those with the largest `h |W_dec|`, and
`xhat = h W_dec + b_dec` over live entries, the loss is `mean |xhat - x|^2` plus the auxiliary loss
of TopK autoencoders (Gao et al., 2406.04093) as SAELens has it: the dead features with the largest
h reconstruct what the live ones leave, `scale * mean |h_dead W_dec - (x - xhat)|^2`.

A Matryoshka autoencoder (Bussmann et al., 2503.17547) adds the squared error of every prefix of
its features. With `P_l` what the features of level l alone decode to, the error of prefix j is
`e_j = P_1 + ... + P_j + b_dec - x`, and `dL / dP_l = 2 (e_l + ... + e_m)`: two cumulative sums over
the same live entries, and no further product.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.codes import (
    Codes,
    Transposed,
    by_level,
    decode,
    live_products,
)
from latent_reasoning.dictionaries.weights import Weights


class Step(NamedTuple):
    """What a batch says."""

    loss: Float[Tensor, ""]
    """Squared error of a row, averaged over the batch, without any other term."""
    gradients: Weights
    """Gradients of the whole loss."""


def gradients(
    x: Float[Tensor, "row d_in"],
    centred: Float[Tensor, "row d_in"],
    weights: Weights,
    codes: Codes,
    dead: Bool[Tensor, " d_sae"],
    *,
    goal: Float[Tensor, "row d_out"] | None = None,
    widths: Sequence[int] = (),
) -> Step:
    """Loss and gradients.

    Args:
        x: Rows.
        centred: What is encoded: `x - b_dec`, or the rows themselves by a transcoder.
        weights: The weights.
        codes: The live entries of the batch.
        dead: Features the auxiliary loss revives.
        goal: What a transcoder decodes to, less b_dec; `centred` if there is none.
        widths: Numbers of features of the nested prefixes, ascending up to d_sae; none if empty.
    """
    n = len(x)
    stacked = by_level(codes, widths) if len(widths) > 1 else codes
    errors = decode(stacked, weights.decoder).unflatten(0, (-1, n))
    for inner, outer in pairwise(errors):
        outer += inner
    errors -= centred if goal is None else goal
    loss = errors[-1].square().sum() / n
    residual = -errors[-1] if dead.any() else None
    for inner, outer in reversed(list(pairwise(errors))):
        inner += outer
    pulls = errors.flatten(0, 1).mul_(2 / n)
    backs = live_products(stacked, pulls, weights.decoder)
    transposed = Transposed(stacked)
    found = Weights(
        encoder=transposed.product(backs, centred),
        decoder=transposed.product(stacked.values, pulls),
        b_enc=torch.zeros_like(weights.b_enc).index_add_(0, stacked.features, backs),
        b_dec=torch.zeros_like(weights.b_dec),
    )
    if residual is not None:
        _add_auxiliary(found, centred, residual, weights, dead)
    # The first level feels the error of every prefix, as b_dec does.
    found.b_dec.copy_(pulls[:n].sum(0))
    if goal is None:
        found.b_dec.sub_(found.b_enc @ weights.encoder)
    return Step(loss, found)


def _add_auxiliary(
    found: Weights,
    centred: Float[Tensor, "row d_in"],
    residual: Float[Tensor, "row d_out"],
    weights: Weights,
    dead: Bool[Tensor, " d_sae"],
) -> None:
    index = dead.nonzero().squeeze(1)
    encoder, decoder = weights.encoder[index], weights.decoder[index]
    # Half the width of a row, as the method has it; fewer dead features count for less.
    k = residual.shape[1] // 2
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
