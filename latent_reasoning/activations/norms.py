"""Median norms in fixed memory, and which rows are sinks.

A token is a sink where its norm exceeds ten times the median at any recorded hook point of any
model: such tokens carry norms of another order (massive activations, 2402.17762) and would
dominate means and dictionary training.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from latent_reasoning.activations.manifest import Manifest, Recording, Shard
from latent_reasoning.activations.provenance import NORM, read_table
from latent_reasoning.activations.shards import tensor_name

_HALF = 16
Blocks = Callable[[], Iterable[np.ndarray]]


def median_norms(
    folder: Path, recording: Recording, shards: list[Shard]
) -> dict[str, dict[str, float]]:
    """The lower median of all norms, for every role and hook point."""
    return {
        role: {
            point: lower_median(lambda r=role, p=point: _column(folder, shards, r, p))
            for point in recording.hook_points
        }
        for role in recording.models
    }


def lower_median(blocks: Blocks) -> float:
    """Exact lower median of non-negative float32 numbers that do not fit in memory.

    The bits of such numbers, read as integers, are in the order of the numbers. So the upper half
    of the median's bits is found by counting, and the lower half by counting within it.

    Args:
        blocks: Called twice; gives the numbers in pieces.
    """
    upper = np.zeros(2**_HALF, dtype=np.int64)
    for block in blocks():
        upper += np.bincount(block.view(np.uint32) >> _HALF, minlength=2**_HALF)
    rank = (int(upper.sum()) - 1) // 2
    high = int(np.searchsorted(upper.cumsum(), rank, side="right"))
    rank -= int(upper[:high].sum())
    lower = np.zeros(2**_HALF, dtype=np.int64)
    for block in blocks():
        bits = block.view(np.uint32)
        within = bits[bits >> _HALF == high] & (2**_HALF - 1)
        lower += np.bincount(within, minlength=2**_HALF)
    low = int(np.searchsorted(lower.cumsum(), rank, side="right"))
    return float(np.array([high << _HALF | low], dtype=np.uint32).view(np.float32)[0])


def sink_mask(folder: Path, manifest: Manifest, shard: Shard) -> np.ndarray:
    """Which rows of a shard are sinks."""
    is_sink = np.zeros(shard.n_rows, dtype=bool)
    for role, point in manifest.places:
        limit = manifest.sink_factor * manifest.median_norms[role][point]
        for norm in _column(folder, [shard], role, point):
            is_sink |= norm > limit
    return is_sink


def _column(folder: Path, shards: Iterable[Shard], role: str, point: str) -> Iterator[np.ndarray]:
    name = NORM + tensor_name(role, point)
    for shard in shards:
        table = read_table(folder / shard.rows.file, shard.index, shard.n_rows, [name])
        yield table[name].to_numpy()
