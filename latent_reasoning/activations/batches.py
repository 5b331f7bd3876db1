"""Shuffled reading: every row once a pass, in memory that does not grow with the store.

1. Rows are divided into blocks of neighbours, small enough to mix and large enough to read at once.
2. Blocks are put in random order; as many as fill the buffer are taken, their rows put in random
   order and dealt out. What does not fill a batch waits for the next buffer.
3. Rows are copied from memory maps straight into the batch, from all shards in one pass. Pages that
   were read are given back to the system from time to time, so that the process stays small.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.manifest import Manifest
from latent_reasoning.activations.mapping import MappedRows, Part
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
    dtype = DTYPES[manifest.dtype]
    firsts = np.cumsum([0, *(shard.n_rows for shard in manifest.shards)])
    columns = {role: _mapped(folder, manifest, name) for role, name in names.items()}
    block = max(1, BLOCK_BYTES // (manifest.d_model * dtype.itemsize))
    touched = seen = 0
    for chosen in _chosen(firsts, block, skipped, batch_size, seed, buffer_rows, share):
        activations = {role: _take(mapped, chosen, dtype) for role, mapped in columns.items()}
        touched += sum(x.nbytes for x in activations.values())
        seen += len(chosen.rows)
        # Linux may map 2 MiB of cached file where one row was asked for, so bytes say too little.
        if touched > RESIDENT_BYTES or seen >= buffer_rows:
            for mapped in columns.values():
                mapped.release()
            touched = seen = 0
        yield Batch(torch.from_numpy(chosen.rows), activations)


class _Chosen(NamedTuple):
    """Rows of a batch."""

    rows: np.ndarray
    """Their numbers in the store."""
    shards: np.ndarray
    """The shard of each."""


def _chosen(
    firsts: np.ndarray,
    block: int,
    skipped: np.ndarray,
    batch_size: int,
    seed: int | None,
    buffer_rows: int,
    share: tuple[int, int],
) -> Iterator[_Chosen]:
    """Rows of every batch."""
    n_rows = firsts[-1]
    rng = None if seed is None else torch.Generator().manual_seed(seed)
    starts = np.arange(0, n_rows, block)
    if rng is not None:
        starts = starts[_order(len(starts), rng)]
    starts = starts[share[0] :: share[1]]
    waiting = np.empty(0, np.int64)
    per_buffer = max(1, buffer_rows // block)
    for i in range(0, len(starts), per_buffer):
        buffered = starts[i : i + per_buffer]
        rows = (buffered[:, None] + np.arange(block)).ravel()
        if buffered.max() + block > n_rows:
            rows = rows[rows < n_rows]
        if len(skipped):
            at = np.searchsorted(skipped, rows).clip(max=len(skipped) - 1)
            rows = rows[skipped[at] != rows]
        rows = np.concatenate([waiting, rows])
        # Looked up while neighbours still stand together, several times faster than afterwards.
        shards = np.searchsorted(firsts, rows, side="right") - 1
        if rng is not None:
            order = _order(len(rows), rng)
            rows, shards = rows[order], shards[order]
        full = len(rows) // batch_size * batch_size
        for j in range(0, full, batch_size):
            yield _Chosen(rows[j : j + batch_size], shards[j : j + batch_size])
        waiting = rows[full:]
    if len(waiting):
        yield _Chosen(waiting, np.searchsorted(firsts, waiting, side="right") - 1)


def _order(n: int, rng: torch.Generator) -> np.ndarray:
    """A random order; half the time of NumPy's."""
    return torch.randperm(n, generator=rng).numpy()


def _mapped(folder: Path, manifest: Manifest, name: str) -> MappedRows:
    paths = [folder / shard.activations.file for shard in manifest.shards]
    sizes = [shard.n_rows for shard in manifest.shards]
    parts = [Part(p, tensor_offset(p, name), n) for p, n in zip(paths, sizes, strict=True)]
    return MappedRows(parts, manifest.d_model * DTYPES[manifest.dtype].itemsize)


def _take(mapped: MappedRows, chosen: _Chosen, dtype: torch.dtype) -> Tensor:
    at = chosen.rows + mapped.shift[chosen.shards]
    return torch.from_numpy(mapped.rows.take(at, axis=0, mode="clip")).view(dtype)
