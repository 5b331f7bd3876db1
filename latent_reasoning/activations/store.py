"""Reading recorded activations: one model or two, aligned token by token.

A store is a folder: manifest.json, one safetensors shard per model and hook point, rows.safetensors
with the provenance of every row, and sequences.json.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from latent_reasoning.activations.manifest import Manifest, read_manifest
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.shards import FORMATS, read_shard, sha256, shard_layout
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.hook_points import HookPoint, parse_hook_point

_CHUNK = 65536


@dataclass(frozen=True)
class Rows:
    """Where each recorded row comes from; the columns are parallel to the rows of every shard."""

    sequence: Int[Tensor, " token"]
    """Index of the sequence."""
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
    rows: Rows
    """Where each row comes from."""
    sequences: tuple[TokenSequence, ...]
    """The sequences the rows come from, in the order they were given."""

    @classmethod
    def open(cls, path: Path | str, verify: bool = False) -> "ActivationStore":
        """Open a store and check its files against its manifest.

        Args:
            path: Folder of the store.
            verify: Also compute the checksum of every file.

        Raises:
            ActivationError: A file is missing, malformed, outside the folder, or not as the
                manifest says.
        """
        path = Path(path)
        manifest = read_manifest(path)
        if verify:
            _check_sums(path, manifest)
        _check_shards(path, manifest)
        return cls(path, manifest, _read_rows(path, manifest), _read_sequences(path, manifest))

    def activations(
        self,
        hook_point: str | HookPoint,
        model: str = "base",
        rows: Bool[Tensor, " token"] | Int[Tensor, " chosen"] | slice | None = None,
    ) -> Float[Tensor, "row d_model"]:
        """Activations of one model at one hook point, in the number format they were recorded in.

        All rows and slices are memory mapped; a mask or indices copy the rows they choose. Writing
        to the result never changes the store.

        Raises:
            ActivationError: The model or the hook point was not recorded.
        """
        name = str(parse_hook_point(hook_point))
        tensor = read_shard(self.path / self.manifest.shard(model, name).file)
        return tensor if rows is None else tensor[rows]

    def labels(self, key: str) -> list[str]:
        """The label of every row's sequence.

        Raises:
            ActivationError: A sequence has no such label.
        """
        for sequence in self.sequences:
            if key not in sequence.labels:
                known = ", ".join(sequence.labels) or "none, it was recorded without labels"
                raise ActivationError(
                    f"labels: problem {sequence.problem_id!r}, sample {sequence.sample} has no "
                    f"label {key!r}; expected one of {known}"
                )
        return [self.sequences[i].labels[key] for i in self.rows.sequence.tolist()]

    def shows(self, behaviour: str) -> Bool[Tensor, " token"]:
        """Whether the completion each row comes from shows a behaviour, see `sequence_of`."""
        shown = torch.tensor([s.labels.get(behaviour) == "yes" for s in self.sequences])
        return shown[self.rows.sequence]

    def mean_norm(self, hook_point: str | HookPoint, model: str = "base") -> float:
        """Mean Euclidean norm of the rows that are not sinks: the unit of steering coefficients.

        Raises:
            ActivationError: The model or the hook point was not recorded, or every row is a sink.
        """
        kept = ~self.rows.is_sink
        if not kept.any():
            raise ActivationError(
                f"mean_norm: all {self.manifest.n_rows} rows of {str(self.path)!r} are sinks; "
                f"record more tokens"
            )
        blocks = self.activations(hook_point, model).split(_CHUNK)
        norms = torch.cat([block.float().norm(dim=-1) for block in blocks])
        return norms[kept].double().mean().item()


def _check_sums(path: Path, manifest: Manifest) -> None:
    for stored in manifest.files:
        found = sha256(path / stored.file)
        if found != stored.sha256:
            raise ActivationError(
                f"ActivationStore.open: {stored.file!r} in {str(path)!r} has checksum "
                f"{found[:12]}, expected {stored.sha256[:12]}; it changed since it was recorded"
            )


def _check_shards(path: Path, manifest: Manifest) -> None:
    expected_shape = (manifest.n_rows, manifest.d_model)
    for shard in manifest.shards:
        found = shard_layout(path / shard.file)
        if shard.shape != expected_shape or found != (FORMATS.get(shard.dtype), expected_shape):
            raise ActivationError(
                f"ActivationStore.open: {shard.file!r} in {str(path)!r} holds {found[0]} "
                f"{list(found[1])}, the manifest says {shard.dtype} {list(shard.shape)} and "
                f"{manifest.n_rows} rows of width {manifest.d_model}; expected the same"
            )


def _read_rows(path: Path, manifest: Manifest) -> Rows:
    try:
        columns = load_file(path / manifest.rows.file)
    except SafetensorError as error:
        raise ActivationError(
            f"ActivationStore.open: {manifest.rows.file!r} cannot be read ({error}); record the "
            f"activations again"
        ) from error
    expected = {column.name: (manifest.n_rows,) for column in fields(Rows)}
    found = {name: tuple(column.shape) for name, column in columns.items()}
    if found != expected:
        raise ActivationError(
            f"ActivationStore.open: {manifest.rows.file!r} has columns {found}; expected "
            f"{', '.join(expected)}, each of {manifest.n_rows} rows"
        )
    return Rows(**columns)


def _read_sequences(path: Path, manifest: Manifest) -> tuple[TokenSequence, ...]:
    try:
        content = json.loads((path / manifest.sequences.file).read_text(encoding="utf-8"))
        sequences = tuple(
            TokenSequence(**(entry | {"tokens": tuple(entry["tokens"])})) for entry in content
        )
    except (ValueError, KeyError, TypeError) as error:
        first_line = str(error).partition("\n")[0]
        raise ActivationError(
            f"ActivationStore.open: {manifest.sequences.file!r} is malformed "
            f"({type(error).__name__}: {first_line}); record the "
            f"activations again"
        ) from error
    if len(sequences) != manifest.n_sequences:
        raise ActivationError(
            f"ActivationStore.open: {manifest.sequences.file!r} holds {len(sequences)} sequences, "
            f"the manifest says {manifest.n_sequences}; expected the same"
        )
    return sequences
