"""JumpReLU training (Rajamanoharan et al., 2407.14435): loss and gradients from few entries.

A feature is alive where its pre-activation h passes its threshold t, and its activation is h there.
The loss is `mean |xhat - x|^2` plus a penalty on the number of live features. Neither has a
gradient in t, so a straight-through estimate takes its place, as SAELens has it: with bandwidth w,
every entry with `|h - t| < w / 2` counts as if the step were the ramp of that width. Besides the
live entries only those just below their threshold matter; no others are kept.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.codes import Codes, Transposed, decode, live_products
from latent_reasoning.dictionaries.jumprelu_config import JumpReluConfig
from latent_reasoning.dictionaries.weights import Weights


class JumpStep(NamedTuple):
    """What a batch says."""

    loss: Float[Tensor, ""]
    """Squared error of a row, averaged over the batch, without any other term."""
    gradients: Weights
    """Gradients of the whole loss."""
    thresholds: Float[Tensor, " d_sae"]
    """Gradients of the thresholds."""
    fired: Bool[Tensor, " d_sae"]
    """Features alive on some row."""


def jumprelu_gradients(
    centred: Float[Tensor, "row d_in"],
    weights: Weights,
    threshold: Float[Tensor, " d_sae"],
    near: Codes,
    dead: Bool[Tensor, " d_sae"],
    config: JumpReluConfig,
    coefficient: float,
    k: int,
    goal: Float[Tensor, "row d_out"] | None = None,
) -> JumpStep:
    """Loss and gradients.

    Args:
        centred: What is encoded: `x - b_dec`, or the rows themselves by a transcoder.
        weights: The weights.
        threshold: Of every feature, not negative.
        near: Pre-activations above `threshold - bandwidth / 2`.
        dead: Features that the pre-activation loss lifts.
        config: The settings.
        coefficient: Weight of the penalty, for this update.
        k: What the quadratic penalty aims at.
        goal: What a transcoder decodes to, less b_dec; `centred` if there is none.
    """
    n, features = len(centred), near.features
    limits = threshold[features]
    live = near.values > limits
    acts = near._replace(values=near.values * live)
    error = decode(acts, weights.decoder).sub_(centred if goal is None else goal)
    loss = error.square().sum() / n
    pulls = error.mul_(2 / n)
    backs = live_products(near, pulls, weights.decoder)
    ramp = ((near.values - limits) / config.bandwidth).abs() < 0.5
    lifts = torch.zeros_like(backs)
    norm_slopes = torch.zeros_like(threshold)
    if config.sparsity_loss == "tanh":
        norms = weights.decoder.norm(dim=1)[features]
        bent = 1 - torch.tanh(config.tanh_scale * acts.values * norms).square()
        bent *= config.tanh_scale * coefficient / n
        backs += bent * norms
        norm_slopes.index_add_(0, features, bent * acts.values)
    else:
        lifts += _l0_slope(near, live, config, coefficient, k) / (config.bandwidth * n)
    lifts += limits / config.bandwidth * backs
    backs *= live
    transposed = Transposed(near)
    found = Weights(
        encoder=transposed.product(backs, centred),
        decoder=transposed.product(acts.values, pulls),
        b_enc=torch.zeros_like(threshold).index_add_(0, features, backs),
        b_dec=torch.zeros_like(weights.b_dec),
    )
    thresholds = torch.zeros_like(threshold).index_add_(0, features, lifts * ramp).neg_()
    if config.pre_act_coefficient and dead.any():
        weight = config.pre_act_coefficient
        _add_pre_act(found, thresholds, norm_slopes, centred, weights, threshold, dead, weight)
    found.decoder.addcmul_(
        weights.decoder, (norm_slopes / weights.decoder.norm(dim=1).clamp(min=1e-12))[:, None]
    )
    found.b_dec.copy_(pulls.sum(0))
    if goal is None:
        found.b_dec.sub_(found.b_enc @ weights.encoder)
    fired = torch.zeros_like(dead)
    fired[features[live]] = True
    return JumpStep(loss, found, thresholds, fired)


def _l0_slope(
    near: Codes, live: Bool[Tensor, " entry"], config: JumpReluConfig, coefficient: float, k: int
) -> Float[Tensor, " entry"] | float:
    """Slope of the penalty of a row in the number of its live features, at every entry."""
    if config.sparsity_loss == "step":
        return coefficient
    l0 = torch.zeros(near.n_rows, device=live.device).index_add_(0, near.rows, live.float())
    return (coefficient * 4 / k * (l0 - k))[near.rows]


def _add_pre_act(
    found: Weights,
    thresholds: Float[Tensor, " d_sae"],
    norm_slopes: Float[Tensor, " d_sae"],
    centred: Float[Tensor, "row d_in"],
    weights: Weights,
    threshold: Float[Tensor, " d_sae"],
    dead: Bool[Tensor, " d_sae"],
    weight: float,
) -> None:
    """Add the slopes of `weight * mean sum_dead relu(threshold - h) |W_dec|`."""
    index = dead.nonzero().squeeze(1)
    pre = torch.addmm(weights.b_enc[index], centred, weights.encoder[index].T)
    missing = (threshold[index] - pre).relu()
    below = (missing > 0).float() * (weight / len(centred)) * weights.decoder[index].norm(dim=1)
    found.encoder.index_add_(0, index, -(below.T @ centred))
    found.b_enc.index_add_(0, index, -below.sum(0))
    thresholds.index_add_(0, index, below.sum(0))
    norm_slopes.index_add_(0, index, missing.sum(0) * (weight / len(centred)))
