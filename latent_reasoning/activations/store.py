"""Reading recorded activations: one model or two, aligned token by token.

A store is a folder: manifest.json and, for every shard, a safetensors file with a tensor per model
and hook point, a Parquet table of its rows and one of its sequences. Opening it reads the manifest
and headers only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.activations.batches import Batch, shuffled_batches
from latent_reasoning.activations.integrity import check_headers, check_sums
from latent_reasoning.activations.manifest import Manifest, Shard, read_manifest
from latent_reasoning.activations.normalisation import Normalisation, normalisation
from latent_reasoning.activations.norms import sink_mask
from latent_reasoning.activations.provenance import LABEL, NORM, read_sequences, read_table
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.shards import read_tensor, tensor_name
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.hook_points import HookPoint, parse_hook_point

if TYPE_CHECKING:
    import pyarrow as pa

    from latent_reasoning.activations.datasets import RowDataset, ShuffledDataset


@dataclass(frozen=True)
class Rows:
    """Where each recorded row comes from; the columns are parallel to the rows of the store."""

    sequence: Int[Tensor, " token"]
    """Number of the sequence."""
    position: Int[Tensor, " token"]
    """Position in the sequence, from 0."""
    token_id: Int[Tensor, " token"]
    """Token at that position."""
    is_prompt: Bool[Tensor, " token"]
    """Whether the token belongs to the prompt."""
    is_last_prompt: Bool[Tensor, " token"]
    """Whether it is the last token of the prompt."""
    is_sink: Bool[Tensor, " token"]
    """Whether its norm is far above the median at any recorded hook point of any model."""


@dataclass(frozen=True)
class ActivationStore:
    """Recorded activations on disk."""

    path: Path
    """Folder of the store."""
    manifest: Manifest
    """What it holds."""

    @classmethod
    def open(cls, path: Path | str, verify: bool = False) -> "ActivationStore":
        """Open a store and check its files against its manifest.

        Args:
            path: Folder of the store.
            verify: Also compute the checksum of every file.

        Raises:
            ActivationError: The recording is not finished, or a file is missing, malformed,
                swapped, or not as the manifest says.
        """
        path = Path(path)
        manifest = read_manifest(path)
        check_headers(path, manifest)
        if verify:
            check_sums(path, manifest)
        return cls(path, manifest)

    def __len__(self) -> int:
        return self.manifest.n_rows

    @cached_property
    def rows(self) -> Rows:
        """Where each row comes from; read when first asked for, about 30 bytes a row."""
        names = ("sequence", "position", "token_id", "is_prompt", "is_last_prompt")
        table = self.table(names)
        columns = {name: torch.from_numpy(table[name].to_numpy().copy()) for name in names}
        for name in ("position", "token_id"):
            columns[name] = columns[name].long()
        masks = [sink_mask(self.path, self.manifest, shard) for shard in self.manifest.shards]
        return Rows(**columns, is_sink=torch.from_numpy(np.concatenate(masks)))

    @cached_property
    def sequences(self) -> tuple[TokenSequence, ...]:
        """The sequences the rows come from, in the order they were given."""
        return tuple(sequence for shard in self.manifest.shards for sequence in self._read(shard))

    def sequences_of(self, numbers: Iterable[int]) -> dict[int, TokenSequence]:
        """The sequences with these numbers; reads the shards they lie in, one after the other."""
        wanted, found, first = set(numbers), {}, 0
        for shard in self.manifest.shards:
            here = wanted & set(range(first, first + shard.n_sequences))
            if here:
                read = self._read(shard)
                found |= {number: read[number - first] for number in sorted(here)}
            first += shard.n_sequences
        return found

    def _read(self, shard: Shard) -> list[TokenSequence]:
        return read_sequences(self.path / shard.sequences.file, shard.index, shard.n_sequences)

    def table(self, columns: Sequence[str] | None = None) -> "pa.Table":
        """The provenance of every row as an Arrow table.

        Columns are `sequence`, `problem_id`, `sample`, `position`, `token_id`, `is_prompt`,
        `is_last_prompt`, `label.<name>` (null where a sequence has none) and
        `norm.<role>/<hook point>`; all of them if none are named.
        """
        import pyarrow as pa

        pieces = [
            read_table(self.path / shard.rows.file, shard.index, shard.n_rows, columns)
            for shard in self.manifest.shards
        ]
        return pa.concat_tables(pieces, promote_options="default").replace_schema_metadata(None)

    def activations(
        self,
        hook_point: str | HookPoint,
        model: str = "base",
        rows: Bool[Tensor, " token"] | Int[Tensor, " chosen"] | slice | None = None,
    ) -> Float[Tensor, "row d_model"]:
        """Activations of one model at one hook point, in the number format they are stored in.

        What lies within one shard is memory mapped; a mask, indices or rows of several shards are
        copied, those that are chosen and no others. Writing to the result never changes the store.

        Raises:
            ActivationError: The model or the hook point was not recorded.
        """
        name = tensor_name(model, self._place(hook_point, model))
        if isinstance(rows, Tensor):
            chosen = rows.nonzero().squeeze(1) if rows.dtype == torch.bool else rows
            return self._gather(name, chosen)
        start, stop, step = (rows or slice(None)).indices(len(self))
        pieces = []
        for first, shard in self._located():
            inside = slice(max(start - first, 0), max(min(stop - first, shard.n_rows), 0))
            if step == 1 and inside.start < inside.stop:
                pieces.append(read_tensor(self.path / shard.activations.file, name)[inside])
        if step != 1:
            return self._gather(name, torch.arange(start, stop, step))
        if not pieces:
            return self._gather(name, torch.arange(0))
        return pieces[0] if len(pieces) == 1 else torch.cat(pieces)

    def _located(self) -> Iterator[tuple[int, Shard]]:
        """Every shard with the number of its first row."""
        first = 0
        for shard in self.manifest.shards:
            yield first, shard
            first += shard.n_rows

    def _gather(self, name: str, chosen: Int[Tensor, " chosen"]) -> Float[Tensor, "chosen d_model"]:
        if len(chosen) and not -len(self) <= int(chosen.min()) <= int(chosen.max()) < len(self):
            raise ActivationError(
                f"activations: rows {int(chosen.min())} to {int(chosen.max())} of "
                f"{str(self.path)!r}; expected 0 to {len(self) - 1}"
            )
        chosen = torch.where(chosen < 0, chosen + len(self), chosen)
        result: Tensor | None = None
        for first, shard in self._located():
            here = (chosen >= first) & (chosen < first + shard.n_rows)
            if result is not None and not here.any():
                continue
            tensor = read_tensor(self.path / shard.activations.file, name)
            if result is None:
                result = tensor.new_empty(len(chosen), self.manifest.d_model)
            result[here] = tensor[chosen[here] - first]
        assert result is not None, "a store has at least one shard"
        return result

    def batches(
        self,
        hook_point: str | HookPoint,
        models: Sequence[str] | None = None,
        *,
        batch_size: int = 4096,
        seed: int | None = 0,
        sinks: bool = False,
        buffer_rows: int = 2**18,
    ) -> Iterator[Batch]:
        """Every row once, in batches: one pass, in memory that does not grow with the store.

        Args:
            hook_point: Where the rows were recorded.
            models: Roles to read, row by row the same tokens; all of them if not given.
            batch_size: Rows of a batch; only the last is smaller.
            seed: Of the order, another one for another pass; None reads in the order recorded.
            sinks: Whether sink tokens are among the rows; they are left out unless asked for.
            buffer_rows: Rows among which order is random; they come from all over the store.

        Raises:
            ActivationError: A model or the hook point was not recorded.
        """
        roles = list(self.manifest.models) if models is None else list(models)
        names = {role: tensor_name(role, self._place(hook_point, role)) for role in roles}
        skipped = np.empty(0, np.int64) if sinks else self.sink_rows
        return shuffled_batches(
            self.path, self.manifest, names, skipped, batch_size, seed, buffer_rows
        )

    def dataset(self, hook_point: str | HookPoint, model: str = "base") -> "RowDataset":
        """A map-style `torch.utils.data` view: item i is row i, sinks included."""
        from latent_reasoning.activations.datasets import RowDataset

        self._place(hook_point, model)
        return RowDataset(self, str(parse_hook_point(hook_point)), model)

    def shuffled_dataset(
        self, hook_point: str | HookPoint, *, batch_size: int = 4096, seed: int = 0
    ) -> "ShuffledDataset":
        """An iterable `torch.utils.data` view of `batches`, for `DataLoader(..., batch_size=None)`.

        The workers of a loader share out the rows: each row comes once a pass. Sinks are left out.
        """
        from latent_reasoning.activations.datasets import ShuffledDataset

        return ShuffledDataset(self, str(parse_hook_point(hook_point)), batch_size, seed)

    @cached_property
    def sink_rows(self) -> np.ndarray:
        """Numbers of the rows that are sinks, in order."""
        found = [
            first + np.flatnonzero(sink_mask(self.path, self.manifest, shard))
            for first, shard in self._located()
        ]
        return np.concatenate(found)

    def labels(self, key: str) -> list[str]:
        """A label of every row.

        Raises:
            ActivationError: A row has no such label.
        """
        for sequence in self.sequences:
            if key not in sequence.labels and key not in sequence.token_labels:
                named = [*sequence.labels, *sequence.token_labels]
                known = ", ".join(named) or "none, it was recorded without labels"
                raise ActivationError(
                    f"labels: problem {sequence.problem_id!r}, sample {sequence.sample} has no "
                    f"label {key!r}; expected one of {known}"
                )
        return self.table([LABEL + key])[LABEL + key].to_pylist()

    def shows(self, behaviour: str) -> Bool[Tensor, " token"]:
        """Whether the completion each row comes from shows a behaviour, see `sequence_of`."""
        shown = torch.tensor([s.labels.get(behaviour) == "yes" for s in self.sequences])
        return shown[self.rows.sequence]

    def mean_norm(self, hook_point: str | HookPoint, model: str = "base") -> float:
        """Mean Euclidean norm of the rows that are not sinks: the unit of steering coefficients.

        Raises:
            ActivationError: The model or the hook point was not recorded, or every row is a sink.
        """
        column = NORM + tensor_name(model, self._place(hook_point, model))
        total, n = 0.0, 0
        for shard in self.manifest.shards:
            table = read_table(self.path / shard.rows.file, shard.index, shard.n_rows, [column])
            kept = table[column].to_numpy()[~sink_mask(self.path, self.manifest, shard)]
            total, n = total + float(kept.sum(dtype=np.float64)), n + len(kept)
        if not n:
            raise ActivationError(
                f"mean_norm: all {len(self)} rows of {str(self.path)!r} are sinks; record more "
                f"tokens"
            )
        return total / n

    def normalisation(self, hook_point: str | HookPoint, model: str = "base") -> Normalisation:
        """Mean and scale of the rows that are not sinks; computed once and kept in the store.

        Raises:
            ActivationError: The model or the hook point was not recorded, or every row is a sink.
        """
        point = self._place(hook_point, model)
        blocks = (b.activations[model] for b in self.batches(point, [model], seed=None))
        return normalisation(self.path, tensor_name(model, point), blocks, self.manifest)

    def _place(self, hook_point: str | HookPoint, model: str) -> str:
        point = str(parse_hook_point(hook_point))
        self.manifest.require(model, point)
        return point
