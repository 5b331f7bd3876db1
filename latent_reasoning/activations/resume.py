"""Whether a resumed recording would go on as it began."""

from pathlib import Path

import torch

from latent_reasoning.activations.manifest import Recording, file_names
from latent_reasoning.activations.plan import ShardTask, batches
from latent_reasoning.activations.shard_recorder import ShardRecorder
from latent_reasoning.activations.shards import read_tensor
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.loading import DTYPES, LoadedModel

ROUNDING = 0.02
"""About what a few layers in bfloat16 differ by when sums are taken in another order."""


def check_same_values(
    models: dict[str, LoadedModel],
    recording: Recording,
    folder: Path,
    task: ShardTask,
    rounding: bool = False,
) -> None:
    """Compute one batch of a shard that is on disk again and compare every bit.

    Names of models prove nothing: weights, hooks, threads or libraries may have changed.

    Args:
        models: The models as they are now.
        recording: What is recorded.
        folder: Folder of the store.
        task: A shard that is there.
        rounding: Allow differences of rounding, `ROUNDING` of the largest value: it was recorded by
            workers with other threads or hardware than this process has.

    Raises:
        ActivationError: The values differ.
    """
    batch = batches(task.sequences, recording.positions, recording.batch_tokens)[0]
    offsets = [0]
    for sequence in task.sequences:
        offsets.append(offsets[-1] + len(sequence.kept(recording.positions)))
    path = folder / file_names(task.index)[0]
    computed = ShardRecorder(models, recording, folder).batch(task, batch)
    for name, blocks in computed.items():
        stored = read_tensor(path, name)
        for i, block in zip(batch, blocks, strict=True):
            there = stored[offsets[i] : offsets[i + 1]]
            now = block.to(DTYPES[recording.dtype])
            if torch.equal(there, now):
                continue
            largest = float((there.float() - now.float()).abs().max())
            if not rounding or largest > ROUNDING * float(there.float().abs().max()):
                raise ActivationError(
                    f"record: {name} of problem {task.sequences[i].problem_id!r} differs by up to "
                    f"{largest:.3g} from what {str(folder)!r} holds; weights, hooks, thread count, "
                    f"device or libraries changed since: restore them or choose another folder"
                )
