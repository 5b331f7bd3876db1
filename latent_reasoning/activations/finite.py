"""Refusing activations that are not numbers, and saying where they are and why."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from latent_reasoning.activations.plan import ShardTask
from latent_reasoning.errors import ActivationError

if TYPE_CHECKING:
    from latent_reasoning.activations.shard_recorder import ShardRecorder


def check_finite(
    recorder: "ShardRecorder", task: ShardTask, tensors: dict[str, Tensor], norms: dict[str, Tensor]
) -> None:
    """Refuse a shard with NaN or inf.

    A norm is finite only if all its values are, so the norms, computed anyway, are all that is
    looked at while nothing is wrong.

    Raises:
        ActivationError: There are such values: in which model, at which hook point, how many, the
            first of them, and whether the model gave them or the stored format cannot hold them.
    """
    for name, norm in norms.items():
        bad = ~torch.isfinite(norm)
        if bad.any():
            raise ActivationError(_message(recorder, task, name, tensors[name], bad))


def _message(
    recorder: "ShardRecorder", task: ShardTask, name: str, rows: Tensor, bad: Tensor
) -> str:
    role, _, point = name.partition("/")
    positions, dtype = recorder.recording.positions, recorder.recording.dtype
    first = int(bad.nonzero()[0])
    places = [(i, p) for i, s in enumerate(task.sequences) for p in s.kept(positions)]
    i, position = places[first]
    sequence = task.sequences[i]
    count = int((~torch.isfinite(rows[bad])).sum())
    where = (
        f"{point} in {int(bad.sum())} of {len(bad)} rows of shard {task.index}, first in problem "
        f"{sequence.problem_id!r}, sample {sequence.sample}, position {position}"
    )
    model = recorder.models[role].name
    if not count:
        return f"record: norms of {model!r} at {where} exceed float32; leave that problem out"
    # Computed again and looked at before it is stored: only this tells overflow from a bad model.
    computed = recorder.batch(task, [i])[name][0]
    if computed.dtype != rows.dtype and bool(torch.isfinite(computed).all()):
        largest = torch.finfo(rows.dtype).max
        return (
            f"record: {dtype} cannot hold {count} values of {model!r} at {where} (up to "
            f"{float(computed.abs().max()):.4g}, {dtype} ends at {largest:.4g}); store as bfloat16 "
            f"or float32"
        )
    return (
        f"record: {model!r} gave {count} NaN or inf values at {where}; load the model in float32 "
        f"or leave that problem out"
    )
