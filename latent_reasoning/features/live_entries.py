"""The features that fire on a block of rows, from one dense encode.

A block holds as many rows as fit 64 MiB of pre-activations, whatever pieces rows arrive in: the
same rows give the same bits, read from a store or held in memory.
"""

from collections.abc import Iterable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.codes import Codes
from latent_reasoning.dictionaries.sae import SparseAutoencoder

BLOCK_VALUES = 2**24


def block_rows(d_sae: int) -> int:
    """Rows of a block."""
    return max(1, BLOCK_VALUES // d_sae)


def live_entries(sae: SparseAutoencoder, x: Float[Tensor, "row d_in"]) -> Codes:
    """Entries of `sae.encode(x)` above 0."""
    pre = sae.pre_activations(x)
    rows, features = (pre > sae.threshold.clamp(min=0)).nonzero(as_tuple=True)
    return Codes(rows, features, pre[rows, features], len(x), sae.d_sae)


def in_blocks(
    pieces: Iterable[dict[str, Float[Tensor, "row d_in"]]], size: int
) -> Iterator[dict[str, Float[Tensor, "row d_in"]]]:
    """The same rows in pieces of one size; only the last is smaller."""
    waiting: list[dict[str, Tensor]] = []
    n = 0
    for piece in pieces:
        waiting.append(piece)
        n += len(next(iter(piece.values())))
        if n >= size:
            joined = {role: torch.cat([part[role] for part in waiting]) for role in piece}
            whole = n - n % size
            for start in range(0, whole, size):
                yield {role: rows[start : start + size] for role, rows in joined.items()}
            waiting = [{role: rows[whole:] for role, rows in joined.items()}]
            n -= whole
    if n:
        yield {role: torch.cat([part[role] for part in waiting]) for role in waiting[0]}
