"""What `latent-reasoning record` does."""

from collections.abc import Callable

from latent_reasoning.activations.config import RecordConfig
from latent_reasoning.activations.inspection import describe
from latent_reasoning.activations.named_source import named_source
from latent_reasoning.activations.record import record_activations
from latent_reasoning.activations.sequences import parse_positions
from latent_reasoning.engines.choice import choose_engine
from latent_reasoning.models.hook_points import default_hook_point
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.models.pair import load_pair
from latent_reasoning.progress import Progress, no_progress


def record_from(
    config: RecordConfig,
    progress: Progress = no_progress,
    say: Callable[[str], object] = lambda _: None,
) -> str:
    """Record as the settings say; returns what the store holds, for people.

    Args:
        config: The settings.
        progress: Shows how far it is.
        say: Is told the size before the recording begins.

    Raises:
        LatentReasoningError: A setting, a model or the source cannot be used.
    """
    engine = choose_engine(config.engine, config.workers, config.device)
    positions = parse_positions(config.positions)
    source = named_source(config.source)
    models = _models(config)
    names = config.hook_points or default_hook_point(models["base"].n_layers)
    with record_activations(
        models,
        [name.strip() for name in names.split(",")],
        config.output,
        positions=positions,
        dtype=config.stored_dtype,
        batch_tokens=config.batch_tokens,
        shard_rows=config.shard_rows,
        engine=engine,
        progress=progress,
    ) as recorder:
        size = recorder.size(source, max_tokens=config.max_tokens, max_rows=config.max_rows)
        say(f"{config.output}: {size or 'size unknown, the source is a stream; see --max-rows'}")
        if recorder.ledger.shards:
            there = sum(shard.n_rows for shard in recorder.ledger.shards.values())
            say(f"{config.output}: {there:,} rows are there already")
        recorder.record(source, max_tokens=config.max_tokens, max_rows=config.max_rows)
    return describe(config.output)


def _models(config: RecordConfig) -> dict[str, LoadedModel]:
    settings = {"dtype": config.dtype, "device": config.device}
    if config.tuned in (None, "", "none"):
        return {"base": load_model(config.base, **settings)}
    pair = load_pair(config.base, config.tuned, **settings)
    return {"base": pair.base, "tuned": pair.tuned}
