"""Training a dictionary on rows of activations.

1. A tenth of the rows is held out, drawn at random; the rest is visited in shuffled epochs.
2. Rows are scaled to a mean norm of sqrt(d_in), so that one learning rate serves every model.
3. A BatchTopK (Bussmann et al., 2412.06410), TopK, Matryoshka BatchTopK or JumpReLU dictionary is
   trained: the steps of SAELens' trainer, computed from the live entries only (`trainer`).
4. Decoder norms and scale are folded into the weights: decoder rows of unit norm, raw inputs.
5. The inference threshold is fitted on the held-out rows so that k features fire on average. The
   running average that SAELens keeps starts at zero, and after a short run it is far too low. A
   JumpReLU keeps the thresholds it has learned.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.processes import ALONE, Processes
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.scaled_rows import (
    SMALLEST_HELD_OUT,
    ScaledRows,
    require_enough,
    scaled,
)
from latent_reasoning.dictionaries.schedule import active_k, learning_rate
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.transcoder import Transcoder
from latent_reasoning.dictionaries.weights import initial_transcoder, initial_weights

THRESHOLD_VALUES = 2**24


def fit_sae(
    rows: Float[Tensor, "token d_in"],
    config: SaeConfig,
    *,
    hook_point: str,
    model: str,
    advance: Callable[[int], object] | None = None,
) -> SparseAutoencoder:
    """Train a dictionary; the same rows, settings and thread count give the same dictionary.

    Args:
        rows: Activations at one hook point, one row per token.
        config: Settings.
        hook_point: Where the rows were read, kept with the dictionary.
        model: The model they were read from, kept with the dictionary.
        advance: Called with 1 after every update, for instance the `update` of a tqdm bar.

    Raises:
        ActivationError: Rows are NaN, infinite, or all zero.
        DictionaryError: There are too few rows for the settings.
    """
    needed = max(config.batch_size, config.d_sae)
    require_enough(len(rows), config.held_out, needed, SMALLEST_HELD_OUT, "fit_sae")
    source = scaled(rows, "fit_sae")
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        order = torch.randperm(len(rows))
        held_out, kept = order.split([n := int(len(rows) * config.held_out), len(rows) - n])
        batches = _batches(source, kept, config.batch_size)
        trainer = new_trainer(source.mean(rows.device), config)
        for step in range(config.steps):
            update(trainer, next(batches), step, config)
            if advance is not None:
                advance(1)
    found = finished(trainer, Place(model, hook_point, source.scale), config, rows[held_out])
    assert isinstance(found, SparseAutoencoder)
    return found


class Place(NamedTuple):
    """Where the rows of a dictionary come from."""

    model: str
    """Name of the model."""
    hook_point: str
    """Where its input is read."""
    scale: float
    """What the rows were multiplied with for the training."""
    target: str | None = None
    """Where the output of a transcoder is read; None for an autoencoder."""
    target_scale: float = 1.0
    """What the rows of the target were multiplied with."""


def finished(
    trainer: SparseTrainer,
    place: Place,
    config: SaeConfig,
    held_out: Float[Tensor, "token d_in"],
) -> SparseAutoencoder | Transcoder:
    """The dictionary of raw rows that a trainer has arrived at.

    Args:
        trainer: After its last update.
        place: Where its rows come from.
        config: Settings of the training.
        held_out: Raw rows on which the threshold is fitted, unless the training learned it.
    """
    learned = config.architecture == "jumprelu"
    aimed = not learned or config.jumprelu.sparsity_loss == "quadratic"
    # With unit decoder rows, activations are in units of the output.
    encoder, decoder, b_enc, b_dec = (tensor.detach().cpu() for tensor in trainer.weights)
    norms = decoder.norm(dim=1)
    out = place.scale if place.target is None else place.target_scale
    tensors = {
        "W_enc": (encoder.T * (norms * (place.scale / out))).contiguous(),
        "W_dec": decoder / norms[:, None],
        "b_enc": b_enc * norms / out,
        "b_dec": b_dec / out,
        "threshold": trainer.threshold.detach().cpu().clamp(min=0) * norms / out,
    }
    if not learned:
        pre = held_out[: max(1, THRESHOLD_VALUES // config.d_sae)].float() @ tensors["W_enc"]
        shift = 0 if place.target else tensors["b_dec"] @ tensors["W_enc"]
        threshold = fit_threshold(pre + (tensors["b_enc"] - shift), config.k)
        tensors["threshold"] = torch.full_like(b_enc, threshold)
    said = {
        "hook_point": place.hook_point,
        "model": place.model,
        "k": config.k if aimed else None,
        "architecture": config.architecture,
    }
    if place.target is not None:
        return Transcoder(**tensors, **said, target=place.target)
    return SparseAutoencoder(**tensors, **said)


def fit_threshold(pre: Float[Tensor, "token d_sae"], k: int) -> float:
    """The one threshold above which k pre-activations a row lie, on average.

    Half way between the (k x token)-th and the next largest pre-activation, so that rounding moves
    nothing across it; 0 where fewer than k per row are positive.
    """
    ordered = pre.flatten().relu().sort(descending=True).values
    wanted = k * len(pre)
    if wanted >= len(ordered):
        return 0.0
    return (ordered[wanted - 1].item() + ordered[wanted].item()) / 2


def _batches(source: ScaledRows, kept: Tensor, batch_size: int) -> Iterator[Tensor]:
    while True:
        for index in kept[torch.randperm(len(kept))].split(batch_size):
            if len(index) == batch_size:
                yield source.batch(index.to(source.rows.device), source.rows.device)


def new_trainer(
    mean: Float[Tensor, " d_in"],
    config: SaeConfig,
    target_mean: Float[Tensor, " d_out"] | None = None,
    processes: Processes = ALONE,
) -> SparseTrainer:
    """A trainer before its first update.

    Args:
        mean: Mean of the scaled rows.
        config: The settings.
        target_mean: Mean of the scaled rows a transcoder decodes to; none for an autoencoder.
        processes: Those that train together.
    """
    # The mean row is most of the norm of a residual stream; learning it costs many updates.
    generator = torch.Generator().manual_seed(config.seed)
    weights = (
        initial_weights(len(mean), config.d_sae, mean, generator)
        if target_mean is None
        else initial_transcoder(mean, target_mean, config.d_sae, generator)
    )
    return SparseTrainer(
        weights,
        config.k,
        config.architecture,
        config.dead_after,
        widths=config.widths,
        jumprelu=config.jumprelu,
        processes=processes,
    )


def update(
    trainer: SparseTrainer,
    x: Float[Tensor, "row d_in"],
    step: int,
    config: SaeConfig,
    target: Float[Tensor, "row d_out"] | None = None,
) -> Float[Tensor, ""]:
    """One update, by its number from 0; returns the mean squared error of a row before it.

    Args:
        trainer: The trainer.
        x: Scaled rows.
        step: Number of the update; rate, k and penalty follow from it.
        config: The settings.
        target: Scaled rows a transcoder decodes to.
    """
    warmup = int(config.steps * config.jumprelu.l0_warmup)
    return trainer.step(
        x,
        config.learning_rate * learning_rate(step, config.steps, config.warmup, config.decay),
        active_k(step, config.steps, config.k, config.first_k, config.anneal),
        target=target,
        l0_factor=min(1.0, step / warmup) if warmup else 1.0,
    )
