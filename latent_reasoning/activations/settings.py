"""Checking what is to be recorded before anything is written."""

from collections.abc import Iterable

from latent_reasoning.activations.manifest import FORMAT, Recording
from latent_reasoning.activations.plan import default_shard_rows
from latent_reasoning.activations.sequences import Positions, parse_positions
from latent_reasoning.errors import ActivationError, one_of
from latent_reasoning.models.hook_points import HookPoint, parse_hook_point
from latent_reasoning.models.loading import DTYPES, LoadedModel
from latent_reasoning.models.pair import pair_difference
from latent_reasoning.models.tokenization import tokenizer_sha256

SINK_FACTOR = 10.0


def plan_recording(
    models: dict[str, LoadedModel],
    hook_points: Iterable[str | HookPoint],
    positions: Positions,
    dtype: str | None,
    batch_tokens: int,
    shard_rows: int | None,
) -> Recording:
    """The recording that is asked for.

    Raises:
        ActivationError: Nothing is to be recorded, or an option is out of range.
        HookPointError: A hook point is unknown to a model.
    """
    first = next(iter(models.values()))
    parse_positions(positions)
    computed_in = str(first.dtype).removeprefix("torch.")
    dtype = dtype or computed_in
    if dtype not in DTYPES:
        raise ActivationError(one_of("record", "number format", dtype, DTYPES))
    points = tuple(dict.fromkeys(str(parse_hook_point(n, first.n_layers)) for n in hook_points))
    rows = shard_rows or default_shard_rows(
        len(points) * len(models) or 1, first.d_model, DTYPES[dtype].itemsize
    )
    if not points or batch_tokens < 1 or rows < 1:
        raise ActivationError(
            f"record: {len(points)} hook points, batches of {batch_tokens} tokens, shards of "
            f"{rows} rows; expected at least one of each"
        )
    _require_one_shape(models)
    return Recording(
        format=FORMAT,
        models={role: model.name for role, model in models.items()},
        computed_in=computed_in,
        tokenizer_sha256=tokenizer_sha256(first.tokenizer),
        hook_points=points,
        positions=positions,
        dtype=dtype,
        d_model=first.d_model,
        batch_tokens=batch_tokens,
        shard_rows=rows,
        sink_factor=SINK_FACTOR,
    )


def _require_one_shape(models: dict[str, LoadedModel]) -> None:
    (role, first), *others = models.items()
    for other, model in others:
        if model.dtype != first.dtype or pair_difference(first, model) is not None:
            raise ActivationError(
                f"record: {role} and {other} differ in width, vocabulary, depth, number format "
                f"or tokenizer; expected models of one pair, as load_pair checks"
            )
