"""Recording activations of one model, or of a base and a tuned model on the same tokens.

1. Sequences are sorted by length into batches and padded on the right; attention is causal, so
   padding changes no real token, and its rows are never stored.
2. Computation stops after the last layer that is recorded.
3. Rows are written in the order of the sequences given, whatever batch they were computed in, so
   that the rows of two models are aligned.
4. A token whose norm exceeds ten times the median norm at any recorded hook point is flagged as a
   sink: such tokens carry norms of another order (massive activations, 2402.17762) and would
   dominate means and dictionary training.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import torch
from jaxtyping import Bool, Float
from safetensors.torch import save_file
from torch import Tensor

from latent_reasoning.activations.manifest import (
    FORMAT,
    Manifest,
    Shard,
    StoredFile,
    write_manifest,
)
from latent_reasoning.activations.plan import RecordingPlan, plan_recording
from latent_reasoning.activations.sequences import Positions, TokenSequence
from latent_reasoning.activations.shards import ShardWriter, sha256
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import run_directory
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.hook_points import HookPoint
from latent_reasoning.models.hooks import capture, stop_after
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.pair import ModelPair
from latent_reasoning.models.tokenization import tokenizer_sha256

SINK_FACTOR = 10.0
Progress = Callable[[list[list[int]]], Iterable[list[int]]]


def record_activations(
    model: LoadedModel,
    sequences: Iterable[TokenSequence],
    hook_points: Iterable[str | HookPoint],
    path: Path | str,
    *,
    role: str = "base",
    positions: Positions = "all",
    batch_size: int = 64,
    progress: Progress = iter,
) -> ActivationStore:
    """Record the activations of one model into a new folder.

    Args:
        model: The model to read.
        sequences: What to run it on.
        hook_points: Where to read.
        path: Folder to create.
        role: What the store calls the model, base or tuned.
        positions: Which tokens to keep: all, those of the prompt, those of the completion, or the
            last of the prompt.
        batch_size: Sequences computed together.
        progress: Wraps the list of batches, for example `tqdm`.

    Raises:
        ActivationError: The folder exists, nothing is to be recorded, a token id lies outside the
            vocabulary, or an activation is NaN or inf; no folder is left then.
        HookPointError: A hook point is unknown to the model.
    """
    plan = plan_recording(model, sequences, hook_points, positions, batch_size)
    return _record({role: model}, plan, Path(path), progress)


def record_pair(
    pair: ModelPair,
    sequences: Iterable[TokenSequence],
    hook_points: Iterable[str | HookPoint],
    path: Path | str,
    *,
    positions: Positions = "all",
    batch_size: int = 64,
    progress: Progress = iter,
) -> ActivationStore:
    """Record both models of a pair on the same token ids, rows aligned, into a new folder.

    Arguments and errors are those of `record_activations`; the roles are base and tuned.
    """
    plan = plan_recording(pair.base, sequences, hook_points, positions, batch_size)
    return _record({"base": pair.base, "tuned": pair.tuned}, plan, Path(path), progress)


def _record(
    models: dict[str, LoadedModel], plan: RecordingPlan, path: Path, progress: Progress
) -> ActivationStore:
    if path.exists():
        raise ActivationError(
            f"record: {str(path)!r} exists already; choose another folder or remove it"
        )
    with run_directory(path) as folder:
        is_sink = torch.zeros(plan.n_rows, dtype=torch.bool)
        for role, model in models.items():
            is_sink |= _write_shards(role, model, plan, folder, progress)
        save_file({**plan.columns(), "is_sink": is_sink}, folder / "rows.safetensors")
        sequences = json.dumps([asdict(sequence) for sequence in plan.sequences])
        (folder / "sequences.json").write_text(sequences, encoding="utf-8")
        write_manifest(folder, _manifest(models, plan, folder))
    return ActivationStore.open(path)


@torch.no_grad()
def _write_shards(
    role: str, model: LoadedModel, plan: RecordingPlan, folder: Path, progress: Progress
) -> Bool[Tensor, " token"]:
    """Write the shards of one model; returns which rows are sinks in it."""
    names = [str(point) for point in plan.points]
    norms = {name: torch.empty(plan.n_rows) for name in names}
    with ExitStack() as stack:
        shape = (plan.n_rows, model.d_model, model.dtype)
        writers = {
            name: stack.enter_context(ShardWriter(folder / _shard_file(role, name), *shape))
            for name in names
        }
        for batch in progress(plan.batches):
            lengths = [len(plan.sequences[i].kept(plan.positions)) for i in batch]
            for name, rows in _compute(model, plan, batch).items():
                _check_finite(model, name, rows, plan, batch)
                for i, block in zip(batch, rows.split(lengths), strict=True):
                    start = plan.offsets[i]
                    writers[name].write(start, block)
                    norms[name][start : start + len(block)] = block.float().norm(dim=-1)
    sinks = [norm > SINK_FACTOR * norm.median() for norm in norms.values()]
    return torch.stack(sinks).any(dim=0)


def _compute(
    model: LoadedModel, plan: RecordingPlan, batch: Sequence[int]
) -> dict[str, Float[Tensor, "token d_model"]]:
    """Kept rows of a batch at every hook point, sequence after sequence."""
    rows = [torch.tensor(plan.needed(i)) for i in batch]
    tokens = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    kept = torch.zeros(tokens.shape, dtype=torch.bool)
    for row, i in enumerate(batch):
        positions = plan.sequences[i].kept(plan.positions)
        kept[row, positions.start : positions.stop] = True
    last = max(point.layer for point in plan.points)
    with capture(model, plan.points) as cache, stop_after(model, last):
        model.model(input_ids=tokens.to(model.device), use_cache=False)
    return {name: x[kept.to(x.device)].cpu() for name, x in cache.items()}


def _check_finite(
    model: LoadedModel,
    name: str,
    rows: Float[Tensor, "token d_model"],
    plan: RecordingPlan,
    batch: Sequence[int],
) -> None:
    bad = ~torch.isfinite(rows)
    if not bad.any():
        return
    found = [(i, position) for i in batch for position in plan.sequences[i].kept(plan.positions)]
    where, position = min(found[row] for row in bad.any(dim=1).nonzero().squeeze(1).tolist())
    sequence = plan.sequences[where]
    raise ActivationError(
        f"record: {model.name!r} gave {int(bad.sum())} NaN or inf values at {name} in a batch of "
        f"{len(batch)} sequences, first in problem {sequence.problem_id!r}, sample "
        f"{sequence.sample}, position {position}; load the model in float32 or leave that "
        f"problem out"
    )


def _manifest(models: dict[str, LoadedModel], plan: RecordingPlan, folder: Path) -> Manifest:
    first = next(iter(models.values()))
    names = tuple(str(point) for point in plan.points)
    shards = [
        Shard(
            file=_shard_file(role, name),
            sha256=sha256(folder / _shard_file(role, name)),
            model=role,
            hook_point=name,
            dtype=str(model.dtype).removeprefix("torch."),
            shape=(plan.n_rows, model.d_model),
        )
        for role, model in models.items()
        for name in names
    ]
    return Manifest(
        format=FORMAT,
        models={role: model.name for role, model in models.items()},
        tokenizer_sha256=tokenizer_sha256(first.tokenizer),
        hook_points=names,
        positions=plan.positions,
        d_model=first.d_model,
        n_rows=plan.n_rows,
        n_sequences=len(plan.sequences),
        sink_factor=SINK_FACTOR,
        rows=StoredFile("rows.safetensors", sha256(folder / "rows.safetensors")),
        sequences=StoredFile("sequences.json", sha256(folder / "sequences.json")),
        shards=tuple(shards),
    )


def _shard_file(role: str, name: str) -> str:
    return f"{role}.{name}.safetensors"
