"""One update of a crosscoder: a batch with its sources side by side, and its two kinds of sparsity.

Side by side, `n_models` rows of width d_in are one row of width `n_models x d_in`, the encoder of
that row is the sum of the encoders of its parts, and its decoder holds theirs one after the other.
So everything a sparse autoencoder computes from its live entries serves here as it is. What
differs is how features are compared: by the sum of their decoder norms over the sources, not by
the norm of the whole row.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.gradients import gradients
from latent_reasoning.dictionaries.selection import batch_top_k
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.weights import Weights

SMALLEST_NORM = 1e-12


def source_norms(
    decoder: Float[Tensor, "d_sae width"], n_models: int
) -> Float[Tensor, "d_sae n_models"]:
    """Norm of the decoder of every feature in every source."""
    return decoder.unflatten(1, (n_models, -1)).norm(dim=2)


@torch.no_grad()
def batch_top_k_step(
    trainer: SparseTrainer, x: Float[Tensor, "row width"], n_models: int, rate: float, k: int
) -> Float[Tensor, ""]:
    """One update of a BatchTopK crosscoder (Minder et al., 2504.02922).

    The `k x rows` largest of `f_i sum_m |d_i^m|` stay alive; the loss is `sum_m |x_m - xhat_m|^2`,
    averaged over rows, with the auxiliary loss of dead features.

    Args:
        trainer: Weights, moments and firing of the crosscoder.
        x: Scaled rows, the sources side by side.
        n_models: Number of sources.
        rate: Learning rate of Adam, for this update.
        k: Features alive on a row, on average, for this update.

    Returns:
        The squared error of a row before the update, averaged.
    """
    weights = trainer.weights
    centred = x - weights.b_dec
    norms = source_norms(weights.decoder, n_models).sum(dim=1).clamp(min=SMALLEST_NORM)
    codes = batch_top_k(centred, weights.encode, norms, k)
    found = gradients(x, centred, weights, codes, trainer.dead)
    trainer.since_fired += 1
    trainer.since_fired[codes.features] = 0
    trainer.adam.step(found.gradients, rate)
    return found.loss


@torch.no_grad()
def l1_step(
    trainer: SparseTrainer, x: Float[Tensor, "row width"], n_models: int, rate: float, weight: float
) -> Float[Tensor, ""]:
    """One update of an L1 crosscoder (Lindsey et al., 2024), the baseline.

    The loss is `sum_m |x_m - xhat_m|^2 + weight * sum_i f_i sum_m |d_i^m|`, averaged over rows,
    with `f = relu(pre)`. Half of all features are alive at first, so the products are dense.

    Args:
        trainer: Weights, moments and firing of the crosscoder.
        x: Scaled rows, the sources side by side.
        n_models: Number of sources.
        rate: Learning rate of Adam, for this update.
        weight: Of the penalty, for this update.

    Returns:
        The squared error of a row before the update, averaged, without the penalty.
    """
    weights, n = trainer.weights, len(x)
    centred = x - weights.b_dec
    acts = weights.encode(centred).relu_()
    error = (acts @ weights.decoder).sub_(centred)
    loss = error.square().sum() / n
    outer = error * (2 / n)
    norms = source_norms(weights.decoder, n_models).clamp(min=SMALLEST_NORM)
    inner = torch.addmm(norms.sum(dim=1) * (weight / n), outer, weights.decoder.T) * (acts > 0)
    units = weights.decoder.unflatten(1, (n_models, -1)) / norms[:, :, None]
    pull = units.flatten(1) * (acts.sum(dim=0) * (weight / n))[:, None]
    d_b_enc = inner.sum(dim=0)
    found = Weights(
        encoder=inner.T @ centred,
        decoder=torch.addmm(pull, acts.T, outer),
        b_enc=d_b_enc,
        b_dec=outer.sum(dim=0) - d_b_enc @ weights.encoder,
    )
    fired = acts.any(dim=0)
    trainer.since_fired += 1
    trainer.since_fired[fired] = 0
    trainer.adam.step(found, rate)
    return loss
