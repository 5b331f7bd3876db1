"""Training a dictionary on rows of activations.

1. A tenth of the rows is held out, drawn at random; the rest is visited in shuffled epochs.
2. Rows are scaled to a mean norm of sqrt(d_in), so that one learning rate serves every model.
3. A BatchTopK (Bussmann et al., 2412.06410) or TopK autoencoder is trained: the steps of SAELens'
   trainer, computed from the live entries only (`trainer`).
4. Decoder norms and scale are folded into the weights: decoder rows of unit norm, raw inputs.
5. The inference threshold is fitted on the held-out rows so that k features fire on average. The
   running average that SAELens keeps starts at zero, and after a short run it is far too low.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.schedule import learning_rate
from latent_reasoning.dictionaries.trainer import Architecture, SparseTrainer
from latent_reasoning.dictionaries.weights import Weights, initial_weights
from latent_reasoning.errors import ActivationError

THRESHOLD_VALUES = 2**24
SMALLEST_HELD_OUT = 50


@dataclass(frozen=True)
class SaeConfig:
    """Settings of the training of one dictionary."""

    d_sae: int = 512
    """Number of features."""
    k: int = 12
    """Features active per row, on average over a batch."""
    steps: int = 1000
    """Optimiser updates."""
    batch_size: int = 1024
    """Rows per update."""
    learning_rate: float = 2e-3
    """Peak learning rate of Adam, for rows of mean norm sqrt(d_in)."""
    warmup: float = 0.02
    """Share of the steps over which the learning rate rises."""
    decay: float = 0.3
    """Share of the steps, at the end, over which the learning rate falls to zero."""
    dead_after: int = 200
    """Updates without firing after which a feature counts as dead and is revived."""
    held_out: float = 0.1
    """Share of the rows kept from training, on which the inference threshold is fitted."""
    seed: int = 0
    """Of initialisation, held-out rows and order of the rows."""
    architecture: Architecture = "batchtopk"
    """How sparsity is enforced: batchtopk keeps the k x batch_size largest activations of a batch,
    topk the k largest of every row."""

    def __post_init__(self) -> None:
        counts = {"d_sae": self.d_sae, "k": self.k, "steps": self.steps, "batch": self.batch_size}
        if min(counts.values()) < 1 or self.k > self.d_sae:
            raise DictionaryError(f"SaeConfig: {counts}; expected positive numbers and k <= d_sae")
        shares = {"held_out": self.held_out, "warmup": self.warmup, "decay": self.decay}
        in_range = 0 < self.held_out < 1 and min(shares.values()) >= 0
        if not in_range or self.warmup + self.decay >= 1 or self.learning_rate <= 0:
            raise DictionaryError(
                f"SaeConfig: {shares}, learning_rate {self.learning_rate}; expected shares from 0 "
                f"to 1, warmup and decay below 1 together, and a positive rate"
            )


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
    check_rows(rows, config)
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        order = torch.randperm(len(rows))
        held_out, kept = order.split([n := _n_held_out(rows, config), len(rows) - n])
        scale = row_scale(rows)
        batches = _batches(rows, kept, config.batch_size, scale)
        mean = rows.mean(dim=0, dtype=torch.float32) * scale
        trained = _train(batches, mean, config, advance)
    return finished_sae(trained, scale, config, rows[held_out], hook_point, model)


def finished_sae(
    trained: Weights,
    scale: float,
    config: SaeConfig,
    held_out: Float[Tensor, "token d_in"],
    hook_point: str,
    model: str,
) -> SparseAutoencoder:
    """The dictionary of raw rows that trained weights are, its threshold fitted.

    Args:
        trained: Weights for rows multiplied by `scale`.
        scale: What the rows were multiplied with.
        config: Settings of the training.
        held_out: Raw rows on which the threshold is fitted.
        hook_point: Where the rows were read.
        model: The model they were read from.
    """
    sae = _fold(trained, scale, config, hook_point, model)
    probe = held_out[: max(1, THRESHOLD_VALUES // config.d_sae)]
    threshold = fit_threshold(sae.pre_activations(probe), config.k)
    return replace(sae, threshold=torch.full_like(sae.threshold, threshold))


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


def check_rows(rows: Float[Tensor, "token d_in"], config: SaeConfig) -> None:
    """Refuse rows that cannot be trained on.

    Raises:
        ActivationError: Rows are NaN, infinite, or all zero.
        DictionaryError: There are too few rows for the settings.
    """
    bad = int((~torch.isfinite(rows)).any(dim=1).sum())
    if bad:
        raise ActivationError(
            f"fit_sae: {bad} of {len(rows)} rows hold NaN or inf; expected finite rows, drop them "
            f"or record again in float32"
        )
    held_out = _n_held_out(rows, config)
    needed = max(config.batch_size, config.d_sae)
    if len(rows) - held_out < needed or held_out < SMALLEST_HELD_OUT:
        raise DictionaryError(
            f"fit_sae: {len(rows)} rows, {held_out} of them held out; expected at least {needed} "
            f"to train on (batch_size and d_sae) and {SMALLEST_HELD_OUT} held out"
        )
    if not rows.any():
        raise ActivationError(f"fit_sae: all {len(rows)} rows are zero; expected activations")


def _n_held_out(rows: Float[Tensor, "token d_in"], config: SaeConfig) -> int:
    return int(len(rows) * config.held_out)


def _batches(
    rows: Float[Tensor, "token d_in"], kept: Tensor, batch_size: int, scale: float
) -> Iterator[Tensor]:
    while True:
        for index in kept[torch.randperm(len(kept))].split(batch_size):
            if len(index) == batch_size:
                yield rows[index.to(rows.device)].float() * scale


def _train(
    batches: Iterator[Tensor],
    mean: Float[Tensor, " d_in"],
    config: SaeConfig,
    advance: Callable[[int], object] | None,
) -> Weights:
    trainer = new_trainer(mean, config)
    for i in range(config.steps):
        trainer.step(next(batches), rate_at(i, config))
        if advance is not None:
            advance(1)
    return trainer.weights


def new_trainer(mean: Float[Tensor, " d_in"], config: SaeConfig) -> SparseTrainer:
    """A trainer before its first update, for scaled rows of a mean."""
    # The mean row is most of the norm of a residual stream; learning it costs many updates.
    generator = torch.Generator().manual_seed(config.seed)
    weights = initial_weights(len(mean), config.d_sae, mean, generator)
    return SparseTrainer(weights, config.k, config.architecture, config.dead_after)


def rate_at(step: int, config: SaeConfig) -> float:
    """The learning rate of one update, counted from 0."""
    return config.learning_rate * learning_rate(step, config.steps, config.warmup, config.decay)


def row_scale(rows: Float[Tensor, "token d_in"]) -> float:
    """What rows are multiplied with, so that their mean norm is sqrt(d_in); 1 where all are 0."""
    norm = torch.linalg.vector_norm(rows, dim=1, dtype=torch.float32).mean().item()
    return math.sqrt(rows.shape[1]) / norm if norm > 0 else 1.0


def _fold(
    trained: Weights, scale: float, config: SaeConfig, hook_point: str, model: str
) -> SparseAutoencoder:
    # With unit decoder rows, activations scale with the input, so only the biases carry the scale.
    norms = trained.decoder.norm(dim=1)
    return SparseAutoencoder(
        W_enc=(trained.encoder.T * norms).contiguous(),
        W_dec=trained.decoder / norms[:, None],
        b_enc=trained.b_enc * norms / scale,
        b_dec=trained.b_dec / scale,
        threshold=torch.zeros_like(trained.b_enc),
        hook_point=hook_point,
        model=model,
        k=config.k,
        architecture=config.architecture,
    )
