"""Training a crosscoder on a recorded store.

1. Some rows are held out, drawn at random; the rest is visited in shuffled epochs.
2. Rows of every source are scaled to a mean norm of sqrt(d_in), each source for itself.
3. Every feature starts with the same decoder in all sources, and the encoder as its transpose.
4. BatchTopK keeps k features a row alive, many at first and fewer later; L1 penalises them.
5. Features are rescaled so that their decoder norms sum to 1 over the sources.
6. The threshold of BatchTopK is fitted on held-out rows, so that k features fire on average.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig
from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.crosscoders.source_rows import (
    SourceRows,
    read_sources,
    require_rows,
)
from latent_reasoning.dictionaries.crosscoders.stepping import (
    SMALLEST_NORM,
    batch_top_k_step,
    l1_step,
    source_norms,
)
from latent_reasoning.dictionaries.order import RowOrder
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.schedule import active_k, learning_rate
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.training import THRESHOLD_VALUES, fit_threshold
from latent_reasoning.dictionaries.weights import Weights, initial_weights
from latent_reasoning.errors import one_of

ARCHITECTURES = ("batchtopk", "l1")
WARMUP, DECAY = 0.02, 0.3
L1_WARMUP = 0.05
DEAD_AFTER = 200
START = 8


def fit_crosscoder(
    store: ActivationStore,
    config: CrosscoderConfig,
    advance: Callable[[int], object] | None = None,
) -> Crosscoder:
    """Fit a crosscoder; the same store, settings and thread count give the same crosscoder.

    Args:
        store: Activations of one model or of both, at one hook point or several.
        config: Settings.
        advance: Called with 1 after every update, for instance the `update` of a tqdm bar.

    Raises:
        LatentReasoningError: A setting, a name or the rows cannot be used.
    """
    check_config(config)
    return fit_rows(read_sources(store, config), config, advance)


def fit_rows(
    rows: SourceRows,
    config: CrosscoderConfig,
    advance: Callable[[int], object] | None = None,
) -> Crosscoder:
    """Fit a crosscoder to rows of any origin; models and hook points of the settings are not used.

    Args:
        rows: Rows of every source, token by token the same.
        config: Settings.
        advance: Called with 1 after every update.

    Raises:
        DictionaryError: A setting makes no sense, or the rows are too few.
    """
    check_config(config)
    require_rows(rows, config)
    order, trainer = row_order(rows, config), new_trainer(rows, config)
    for step in range(config.steps):
        update(trainer, rows, order, step, config)
        if advance is not None:
            advance(1)
    held_out = order.held_out[: len(order.held_out) // 2]
    return finished(trainer.weights, rows, rows.stacked(held_out), config)


def check_config(config: CrosscoderConfig) -> None:
    """Refuse settings that make no sense.

    Raises:
        DictionaryError: They are named, with what was expected.
    """
    if config.architecture not in ARCHITECTURES:
        raise DictionaryError(
            one_of("fit_crosscoder", "architecture", config.architecture, ARCHITECTURES)
        )
    counts = {"d_sae": config.d_sae, "k": config.k, "steps": config.steps}
    counts |= {"batch_size": config.batch_size, "k_start": first_k(config)}
    if min(counts.values()) < 1 or not config.k <= counts["k_start"] <= config.d_sae:
        raise DictionaryError(
            f"fit_crosscoder: {counts}; expected positive numbers and k <= k_start <= d_sae"
        )
    if not (0 < config.held_out < 1 and 0 <= config.anneal <= 1):
        raise DictionaryError(
            f"fit_crosscoder: held_out {config.held_out}, anneal {config.anneal}; expected shares "
            f"of the rows and of the updates, from 0 to 1"
        )
    if not (math.isfinite(config.learning_rate) and config.learning_rate > 0 <= config.l1):
        raise DictionaryError(
            f"fit_crosscoder: learning_rate {config.learning_rate}, l1 {config.l1}; expected a "
            f"positive rate and a weight that is not negative"
        )


def row_order(rows: SourceRows, config: CrosscoderConfig) -> RowOrder:
    """Which rows are held out, and which every update visits."""
    return RowOrder(len(rows), config.held_out, config.batch_size, config.seed)


def new_trainer(rows: SourceRows, config: CrosscoderConfig) -> SparseTrainer:
    """A trainer before its first update."""
    n_models, generator = len(rows.sources), torch.Generator().manual_seed(config.seed)
    mean = rows.mean()
    one = initial_weights(rows.d_in, config.d_sae, mean[: rows.d_in], generator)
    decoder = one.decoder.repeat(1, n_models) / math.sqrt(n_models)
    weights = Weights(decoder.clone(), decoder, one.b_enc, mean)
    return SparseTrainer(weights, config.k, "batchtopk", DEAD_AFTER)


def update(
    trainer: SparseTrainer, rows: SourceRows, order: RowOrder, step: int, config: CrosscoderConfig
) -> Float[Tensor, ""]:
    """One update, by its number; returns the squared error of a row before it."""
    x, n_models = rows.batch(order.batch(step)), len(rows.sources)
    rate = config.learning_rate * learning_rate(step, config.steps, WARMUP, DECAY)
    if config.architecture == "l1":
        weight = config.l1 * min(1.0, (step + 1) / (config.steps * L1_WARMUP))
        return l1_step(trainer, x, n_models, rate, weight)
    return batch_top_k_step(trainer, x, n_models, rate, k_at(step, config))


def first_k(config: CrosscoderConfig) -> int:
    """Features alive on a row at the first update."""
    return min(START * config.k, config.d_sae) if config.k_start is None else config.k_start


def k_at(step: int, config: CrosscoderConfig) -> int:
    """Features alive on a row at one update."""
    return active_k(step, config.steps, config.k, first_k(config), config.anneal)


def finished(
    trained: Weights,
    rows: SourceRows,
    held_out: Float[Tensor, "row n_models d_in"],
    config: CrosscoderConfig,
) -> Crosscoder:
    """The crosscoder that trained weights are, its threshold fitted.

    Args:
        trained: Weights for scaled rows with their sources side by side.
        rows: What they were trained on.
        held_out: Rows they were not trained on, as recorded.
        config: Settings of the training.
    """
    n_models, batched = len(rows.sources), config.architecture == "batchtopk"
    total = source_norms(trained.decoder, n_models).sum(dim=1).clamp(min=SMALLEST_NORM)
    encoder = (trained.encoder * total[:, None]).unflatten(1, (n_models, -1))
    decoder = (trained.decoder / total[:, None]).unflatten(1, (n_models, -1))
    found = Crosscoder(
        W_enc=encoder.permute(1, 2, 0).contiguous(),
        W_dec=decoder,
        b_enc=trained.b_enc * total,
        b_dec=trained.b_dec.unflatten(0, (n_models, -1)).clone(),
        threshold=torch.zeros_like(trained.b_enc),
        scale=rows.scale,
        sources=rows.sources,
        k=config.k if batched else None,
        architecture=config.architecture,
    )
    if batched:
        probe = held_out[: max(1, THRESHOLD_VALUES // config.d_sae)]
        found.threshold.fill_(fit_threshold(found.pre_activations(probe), config.k))
    return found
