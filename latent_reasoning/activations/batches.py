"""Shuffled reading: every row once a pass, in memory that does not grow with the store.

1. Rows are divided into blocks of neighbours, small enough to mix and large enough to read at once.
2. Blocks are put in random order; as many as fill the buffer are taken, their rows put in random
   order and dealt out. What does not fill a batch waits for the next buffer.
3. Rows are copied from memory maps straight into the batch. Pages that were read are given back to
   the system from time to time, so that the process stays small.
"""

import itertools
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.manifest import Manifest
from latent_reasoning.activations.shards import tensor_offset
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.loading import DTYPES

BLOCK_BYTES = 2**17
RESIDENT_BYTES = 2**26


class Batch(NamedTuple):
    """Rows of one or more models on the same tokens."""

    rows: Int[Tensor, " row"]
    """Numbers of the rows in the store."""
    activations: dict[str, Float[Tensor, "row d_model"]]
    """By role."""


@dataclass(frozen=True)
class _Column:
    """One tensor name over all shards, as rows of bytes."""

    maps: list[mmap.mmap]
    """The mapped shards."""
    rows: list[np.ndarray]
    """Their rows, [n_rows, bytes of a row]."""


def shuffled_batches(
    folder: Path,
    manifest: Manifest,
    names: dict[str, str],
    skipped: np.ndarray,
    batch_size: int,
    seed: int | None,
    buffer_rows: int,
    share: tuple[int, int] = (0, 1),
) -> Iterator[Batch]:
    """One pass over a store; see `ActivationStore.batches`.

    Args:
        folder: Folder of the store.
        manifest: What it holds.
        names: Tensor name of each role to read.
        skipped: Numbers of rows to leave out, in order.
        batch_size: Rows of a batch.
        seed: Of the order; None reads in the order recorded.
        buffer_rows: Rows among which order is random.
        share: Which of how many equal shares of the rows is read.

    Raises:
        ActivationError: A batch or the buffer would have no rows.
    """
    if batch_size < 1 or buffer_rows < 1:
        raise ActivationError(
            f"batches: batch_size {batch_size}, buffer_rows {buffer_rows}; expected at least 1"
        )
    itemsize = DTYPES[manifest.dtype].itemsize
    firsts = np.cumsum([0, *(shard.n_rows for shard in manifest.shards)])
    columns = {role: _mapped(folder, manifest, name) for role, name in names.items()}
    block = max(1, BLOCK_BYTES // (manifest.d_model * itemsize))
    touched = seen = 0
    for chosen in _chosen(manifest.n_rows, block, skipped, batch_size, seed, buffer_rows, share):
        activations = {
            role: _take(column, firsts, chosen).view(DTYPES[manifest.dtype])
            for role, column in columns.items()
        }
        touched += sum(x.numel() * itemsize for x in activations.values())
        seen += len(chosen)
        # Linux may map 2 MiB of cached file where one row was asked for, so bytes say too little.
        if touched > RESIDENT_BYTES or seen >= buffer_rows:
            for column in columns.values():
                for mapped in column.maps:
                    mapped.madvise(mmap.MADV_DONTNEED)
            touched = seen = 0
        yield Batch(torch.from_numpy(chosen), activations)


def _chosen(
    n_rows: int,
    block: int,
    skipped: np.ndarray,
    batch_size: int,
    seed: int | None,
    buffer_rows: int,
    share: tuple[int, int],
) -> Iterator[np.ndarray]:
    """Numbers of the rows of every batch."""
    rng = None if seed is None else np.random.default_rng(seed)
    starts = np.arange(0, n_rows, block)
    if rng is not None:
        rng.shuffle(starts)
    starts = starts[share[0] :: share[1]]
    waiting = np.empty(0, np.int64)
    per_buffer = max(1, buffer_rows // block)
    for i in range(0, len(starts), per_buffer):
        rows = (starts[i : i + per_buffer, None] + np.arange(block)).ravel()
        rows = rows[rows < n_rows]
        if len(skipped):
            at = np.searchsorted(skipped, rows).clip(max=len(skipped) - 1)
            rows = rows[skipped[at] != rows]
        rows = np.concatenate([waiting, rows])
        if rng is not None:
            rng.shuffle(rows)
        full = len(rows) // batch_size * batch_size
        yield from (rows[j : j + batch_size] for j in range(0, full, batch_size))
        waiting = rows[full:]
    if len(waiting):
        yield waiting


def _mapped(folder: Path, manifest: Manifest, name: str) -> _Column:
    row_bytes = manifest.d_model * DTYPES[manifest.dtype].itemsize
    maps: list[mmap.mmap] = []
    rows: list[np.ndarray] = []
    for shard in manifest.shards:
        path = folder / shard.activations.file
        offset, n_bytes = tensor_offset(path, name), shard.n_rows * row_bytes
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        maps.append(mapped)
        flat = np.frombuffer(mapped, np.uint8, n_bytes, offset)
        rows.append(flat.reshape(shard.n_rows, row_bytes))
    return _Column(maps, rows)


def _take(column: _Column, firsts: np.ndarray, chosen: np.ndarray) -> Tensor:
    if len(column.rows) == 1:
        return torch.from_numpy(column.rows[0].take(chosen, axis=0, mode="clip"))
    shard_of = np.searchsorted(firsts, chosen, side="right") - 1
    # Numbers of 16 bits are sorted by counting, several times faster than wider ones.
    narrow = np.uint16 if len(column.rows) < 2**16 else np.int64
    order = np.argsort(shard_of.astype(narrow), kind="stable")
    ends = np.searchsorted(shard_of[order], np.arange(len(column.rows) + 1))
    gathered = np.empty((len(chosen), column.rows[0].shape[1]), np.uint8)
    for shard, (start, end) in enumerate(itertools.pairwise(ends)):
        if start < end:
            local = chosen[order[start:end]] - firsts[shard]
            column.rows[shard].take(local, axis=0, mode="clip", out=gathered[start:end])
    # Shard after shard so far; this second copy is within the processor's cache.
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return torch.from_numpy(gathered.take(place, axis=0, mode="clip"))
