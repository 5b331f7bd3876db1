"""The features that fire on a block of rows, from one dense encode.

A block holds as many rows as fit 64 MiB of pre-activations, whatever pieces rows arrive in: the
same rows give the same bits, read from a store or held in memory.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.codes import Codes
from latent_reasoning.dictionaries.sae import SparseAutoencoder

BLOCK_VALUES = 2**24
SLACK = 1e-5
"""Of a comparison in float32, in units of what is compared."""


def block_rows(d_sae: int) -> int:
    """Rows of a block."""
    return max(1, BLOCK_VALUES // d_sae)


def live_entries(sae: SparseAutoencoder, x: Float[Tensor, "row d_in"]) -> Codes:
    """Entries of `sae.encode(x)` above 0.

    The bias is added to the few entries that may be above the threshold, not to all: candidates
    are those that pass with some slack for rounding, and they are compared as `encode` does.
    """
    product = (x.to(sae.W_enc.dtype) - sae.b_dec) @ sae.W_enc
    bound = sae.threshold.clamp(min=0)
    slack = SLACK * (bound.abs() + sae.b_enc.abs() + 1)
    candidates = product > bound - sae.b_enc - slack
    # numpy finds the few in a fraction of the time of torch, in the same order.
    at = torch.from_numpy(np.flatnonzero(candidates.numpy()))
    features = at % sae.d_sae
    values = product.view(-1)[at] + sae.b_enc[features]
    live = values > bound[features]
    at, features, values = at[live], features[live], values[live]
    return Codes(at // sae.d_sae, features, values, len(x), sae.d_sae)


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
