"""Computing one shard and writing it: the work an engine hands out.

1. Sequences are padded on the right; attention is causal, so padding changes no real token, and
   its rows are never stored.
2. Computation stops after the last layer that is recorded.
3. A shard counts once its three files and then its record are on disk; until then it is not there.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.finite import check_finite
from latent_reasoning.activations.manifest import (
    Recording,
    Shard,
    file_names,
    record_name,
    write_record,
)
from latent_reasoning.activations.plan import ShardTask, batches, check_sequence
from latent_reasoning.activations.provenance import (
    row_table,
    sequence_table,
    source_sha256,
    write_table,
)
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.shards import tensor_name, write_shard
from latent_reasoning.models.hook_points import parse_hook_point
from latent_reasoning.models.hooks import capture, stop_after
from latent_reasoning.models.loading import DTYPES, LoadedModel

_CHUNK = 8192


@dataclass(frozen=True)
class ShardContents:
    """A computed shard, in memory."""

    task: ShardTask
    """What was computed."""
    tensors: dict[str, Float[Tensor, "row d_model"]]
    """Activations by tensor name, in the stored number format."""
    norms: dict[str, Float[Tensor, " row"]]
    """Euclidean norm of every stored row."""


class ShardRecorder:
    """Computes and writes shards of one recording."""

    def __init__(
        self,
        models: dict[str, LoadedModel],
        recording: Recording,
        folder: Path,
        advance: Callable[[int], object] = lambda _: None,
    ) -> None:
        self.models = models
        self.recording = recording
        self.folder = folder
        self.advance = advance

    @torch.no_grad()
    def compute(self, task: ShardTask) -> ShardContents:
        """Run the models over the sequences of a shard.

        Raises:
            ActivationError: A sequence cannot be read by the models, or an activation is NaN or
                inf, or becomes inf in the stored number format.
        """
        recording = self.recording
        first = next(iter(self.models.values()))
        most_tokens = first.model.config.max_position_embeddings
        for sequence in task.sequences:
            check_sequence(sequence, first.d_vocab, most_tokens, first.name)
        shape = (task.n_rows(recording.positions), recording.d_model)
        dtype = DTYPES[recording.dtype]
        tensors = {
            tensor_name(*place): torch.empty(shape, dtype=dtype) for place in recording.places
        }
        lengths = [len(sequence.kept(recording.positions)) for sequence in task.sequences]
        offsets = list(itertools.accumulate(lengths, initial=0))
        for batch in batches(task.sequences, recording.positions, recording.batch_tokens):
            for name, blocks in self.batch(task, batch).items():
                for i, block in zip(batch, blocks, strict=True):
                    tensors[name][offsets[i] : offsets[i + 1]] = block
            self.advance(sum(lengths[i] for i in batch))
        norms = {name: row_norms(rows) for name, rows in tensors.items()}
        check_finite(self, task, tensors, norms)
        return ShardContents(task, tensors, norms)

    @torch.no_grad()
    def batch(
        self, task: ShardTask, batch: list[int]
    ) -> dict[str, list[Float[Tensor, "_ d_model"]]]:
        """Kept rows of sequences computed together, by tensor name and sequence."""
        sequences = [task.sequences[i] for i in batch]
        found: dict[str, list[Tensor]] = {}
        for role, model in self.models.items():
            for point, x in self._forward(model, sequences).items():
                found[tensor_name(role, point)] = self._kept(x, sequences)
        return found

    def _forward(
        self, model: LoadedModel, sequences: list[TokenSequence]
    ) -> dict[str, Float[Tensor, "batch pos d_model"]]:
        # Tokens after the last kept position change nothing before it.
        needed = [s.tokens[: s.kept(self.recording.positions).stop] for s in sequences]
        longest = max(map(len, needed))
        padded = [[*tokens, *[0] * (longest - len(tokens))] for tokens in needed]
        tokens = torch.tensor(padded, device=model.device)
        points = [parse_hook_point(name) for name in self.recording.hook_points]
        last = max(point.layer for point in points)
        with capture(model, points) as cache, stop_after(model, last):
            model.model(input_ids=tokens, use_cache=False)
        return cache

    def _kept(
        self, x: Float[Tensor, "batch pos d_model"], sequences: list[TokenSequence]
    ) -> list[Float[Tensor, "_ d_model"]]:
        kept = [sequence.kept(self.recording.positions) for sequence in sequences]
        blocks = [x[row, k.start : k.stop] for row, k in enumerate(kept)]
        if x.device.type == "cpu":
            return blocks
        # One transfer, of the rows that are stored, in the format they are stored in.
        rows = torch.cat(blocks).to(DTYPES[self.recording.dtype]).cpu()
        return list(rows.split([len(k) for k in kept]))

    def write(self, contents: ShardContents) -> Shard:
        """Write a computed shard; its record comes last."""
        task = contents.task
        activations, rows, sequences = (self.folder / n for n in file_names(task.index))
        table = row_table(
            task.sequences, self.recording.positions, task.first_sequence, contents.norms
        )
        shard = Shard(
            index=task.index,
            n_rows=table.num_rows,
            n_sequences=len(task.sequences),
            source_sha256=source_sha256(task.sequences),
            activations=write_shard(activations, contents.tensors, task.index),
            rows=write_table(rows, table, task.index),
            sequences=write_table(sequences, sequence_table(task.sequences), task.index),
        )
        write_record(self.folder / record_name(task.index), shard)
        return shard


def row_norms(rows: Float[Tensor, "row d_model"]) -> Float[Tensor, " row"]:
    """Euclidean norm of every row, in float32."""
    pieces = rows.split(_CHUNK)
    return torch.cat([torch.linalg.vector_norm(p, dim=-1, dtype=torch.float32) for p in pieces])
