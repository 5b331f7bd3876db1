"""Where every row comes from, in Parquet: a table of rows and a table of sequences per shard.

Rows: `sequence` (number in the whole store), `problem_id`, `sample`, `position`, `token_id`,
`is_prompt`, `is_last_prompt`, a column `label.<name>` for every label and `norm.<role>/<hook
point>`, the Euclidean norm of each stored row. Sequences hold all tokens, recorded or not.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from latent_reasoning.activations.durable import durable_file
from latent_reasoning.activations.manifest import StoredFile
from latent_reasoning.activations.sequences import Positions, TokenSequence
from latent_reasoning.errors import ActivationError

if TYPE_CHECKING:
    import pyarrow as pa

LABEL, NORM = "label.", "norm."
_BLOCK = 2**20


def source_sha256(sequences: Iterable[TokenSequence]) -> str:
    """Hash of sequences with everything known about them."""
    digest = hashlib.sha256()
    for sequence in sequences:
        digest.update(json.dumps(asdict(sequence)).encode() + b"\n")
    return digest.hexdigest()


def row_table(
    sequences: Sequence[TokenSequence],
    positions: Positions,
    first_sequence: int,
    norms: Mapping[str, Tensor],
) -> "pa.Table":
    """The rows of a shard, sequence after sequence."""
    import pyarrow as pa

    kept = [sequence.kept(positions) for sequence in sequences]
    owner = np.repeat(np.arange(len(sequences)), [len(k) for k in kept])
    position = np.concatenate([np.arange(k.start, k.stop) for k in kept]).astype(np.int32)
    n_prompt = np.array([sequence.n_prompt for sequence in sequences])[owner]
    tokens = [s.tokens[k.start : k.stop] for s, k in zip(sequences, kept, strict=True)]
    columns: dict[str, Any] = {
        "sequence": owner + first_sequence,
        "problem_id": _repeated([s.problem_id for s in sequences], owner),
        "sample": np.array([s.sample for s in sequences], dtype=np.int32)[owner],
        "position": position,
        "token_id": np.concatenate([np.array(t, dtype=np.int32) for t in tokens]),
        "is_prompt": position < n_prompt,
        "is_last_prompt": position == n_prompt - 1,
    }
    for name in sorted({name for s in sequences for name in s.labels}):
        columns[LABEL + name] = _repeated([s.labels.get(name) for s in sequences], owner)
    for name in sorted({name for s in sequences for name in s.token_labels}):
        values = [
            s.token_labels[name][k.start : k.stop] if name in s.token_labels else [None] * len(k)
            for s, k in zip(sequences, kept, strict=True)
        ]
        flat = pa.array([v for part in values for v in part], type=pa.string())
        columns[LABEL + name] = flat.dictionary_encode()
    columns |= {NORM + name: norm.numpy() for name, norm in norms.items()}
    return pa.table(columns)


def _repeated(values: list[str | None], owner: np.ndarray) -> "pa.DictionaryArray":
    import pyarrow as pa

    encoded = pa.array(values, type=pa.string()).dictionary_encode()
    return encoded.take(pa.array(owner))


def sequence_table(sequences: Sequence[TokenSequence]) -> "pa.Table":
    """The sequences of a shard; labels are JSON, as every sequence has its own."""
    import pyarrow as pa

    columns = {
        "problem_id": pa.array([s.problem_id for s in sequences], pa.string()),
        "sample": pa.array([s.sample for s in sequences], pa.int32()),
        "n_prompt": pa.array([s.n_prompt for s in sequences], pa.int32()),
        "tokens": pa.array([s.tokens for s in sequences], pa.list_(pa.int32())),
        "labels": pa.array([json.dumps(s.labels) for s in sequences], pa.string()),
        "token_labels": pa.array([json.dumps(s.token_labels) for s in sequences], pa.string()),
    }
    return pa.table(columns)


def write_table(path: Path, table: "pa.Table", index: int) -> StoredFile:
    """Write the table of a shard, marked with its number; equal tables give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    marked = table.replace_schema_metadata({"shard": str(index)})
    pq.write_table(marked, sink, compression="zstd", row_group_size=_BLOCK)
    content = memoryview(sink.getvalue())
    with durable_file(path) as file:
        file.write(content)
    return StoredFile(path.name, len(content), hashlib.sha256(content).hexdigest())


def read_table(
    path: Path, index: int, n_rows: int, columns: Sequence[str] | None = None
) -> "pa.Table":
    """Read the table of a shard.

    Raises:
        ActivationError: It cannot be read, has another number of rows, lacks a column, or is that
            of another shard.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            found = (file.metadata.num_rows, (schema.metadata or {}).get(b"shard", b"").decode())
            lacking = sorted(set(columns or ()) - set(schema.names))
            table = None if lacking else file.read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        first_line = str(error).partition("\n")[0]
        raise ActivationError(
            f"ActivationStore: {path.name!r} cannot be read ({first_line}); run "
            f"`latent-reasoning store repair`"
        ) from error
    if found != (n_rows, str(index)) or table is None:
        raise ActivationError(
            f"ActivationStore: {path.name!r} holds {found[0]} rows of shard {found[1] or '?'}"
            f"{' without ' + ', '.join(lacking) if lacking else ''}; expected {n_rows} rows of "
            f"shard {index}, run `latent-reasoning store repair`"
        )
    return table


def read_sequences(path: Path, index: int, n_sequences: int) -> list[TokenSequence]:
    """The sequences of a shard.

    Raises:
        ActivationError: They cannot be read.
    """
    table = read_table(path, index, n_sequences)
    try:
        return [
            TokenSequence(
                tokens=tuple(row["tokens"]),
                n_prompt=row["n_prompt"],
                problem_id=row["problem_id"],
                sample=row["sample"],
                labels=json.loads(row["labels"]),
                token_labels={k: tuple(v) for k, v in json.loads(row["token_labels"]).items()},
            )
            for row in table.to_pylist()
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ActivationError(
            f"ActivationStore: {path.name!r} is malformed ({type(error).__name__}); run "
            f"`latent-reasoning store repair`"
        ) from error
