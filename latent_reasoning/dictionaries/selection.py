"""Which features stay alive on a batch: the k largest of every row, or k a row on average.

A batch is encoded a few rows at a time, so that no [row, d_sae] matrix is ever held. The largest
values of a batch are looked for among those above a guess, taken from its first rows. The guess
decides the time this takes and never the outcome: where it was too high, all positive values are
looked at.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.codes import Codes
from latent_reasoning.dictionaries.processes import ALONE, Processes

CHUNK_VALUES = 2**22
SAMPLE_VALUES = 2**16
SAMPLE_ROWS = 32
MARGIN = 1.4
Encoder = Callable[[Float[Tensor, "row d_in"]], Float[Tensor, "row d_sae"]]


def batch_top_k(
    x: Float[Tensor, "row d_in"],
    encode: Encoder,
    scale: Float[Tensor, " d_sae"],
    k: int,
    processes: Processes = ALONE,
) -> Codes:
    """The `k x rows` largest positive values of `encode(x) * scale`, unscaled (2412.06410).

    Args:
        x: Rows; where there are several processes, this one's part of the batch.
        encode: Pre-activations of some rows.
        scale: Positive; the norms of the decoder rows.
        k: Features alive on a row, on average over the batch.
        processes: Those that have a part of the batch each.
    """
    wanted = k * len(x) * processes.count
    chunks = _chunks(x, scale)
    first = encode(chunks[0])
    sample = first[:: max(1, len(first) // max(SAMPLE_ROWS, SAMPLE_VALUES // len(scale)))]
    guess = _guess(sample * scale, int(MARGIN * k * len(sample)) + 1)
    processes.least_(guess)
    found = _above(chunks, encode, guess / scale, first)
    if guess > 0 and processes.total(len(found.values), x.device) < wanted:
        found = _above(chunks, encode, torch.zeros_like(scale), first)
    if processes.total(len(found.values), x.device) <= wanted:
        return found
    every, own = processes.gathered(found.values * scale[found.features])
    kept = _largest(every, wanted)[own]
    return found._replace(
        rows=found.rows[kept], features=found.features[kept], values=found.values[kept]
    )


def above(x: Float[Tensor, "row d_in"], encode: Encoder, limits: Float[Tensor, " d_sae"]) -> Codes:
    """All values of `encode(x)` above the limit of their feature."""
    chunks = _chunks(x, limits)
    return _above(chunks, encode, limits, encode(chunks[0]))


def top_k(
    x: Float[Tensor, "row d_in"], encode: Encoder, scale: Float[Tensor, " d_sae"], k: int
) -> Codes:
    """The k largest values of every row of `encode(x) * scale`, where positive, unscaled."""
    values, features = [], []
    for chunk in _chunks(x, scale):
        pre = encode(chunk)
        chosen = (pre * scale).topk(k, sorted=False).indices
        values.append(pre.gather(1, chosen))
        features.append(chosen)
    value, feature = torch.cat(values), torch.cat(features)
    rows, columns = (value > 0).nonzero(as_tuple=True)
    return Codes(rows, feature[rows, columns], value[rows, columns], len(x), len(scale))


def _largest(values: Float[Tensor, " entry"], n: int) -> Bool[Tensor, " entry"]:
    """Which are the n largest; of equal ones at the limit the first."""
    limit = values.kthvalue(len(values) - n + 1).values
    kept = values > limit
    equal = (values == limit).nonzero().squeeze(1)
    kept[equal[: n - int(kept.sum())]] = True
    return kept


def _chunks(x: Float[Tensor, "row d_in"], features: Float[Tensor, " d_sae"]) -> tuple[Tensor, ...]:
    return x.split(max(1, CHUNK_VALUES // len(features)))


def _guess(scaled: Float[Tensor, "row d_sae"], rank: int) -> Float[Tensor, ""]:
    if rank >= scaled.numel():
        return scaled.new_zeros(())
    return scaled.flatten().topk(rank, sorted=False).values.min().clamp(min=0)


def _above(
    chunks: tuple[Tensor, ...],
    encode: Encoder,
    limits: Float[Tensor, " d_sae"],
    first: Float[Tensor, "row d_sae"],
) -> Codes:
    parts, start, d_sae = [], 0, len(limits)
    for i, chunk in enumerate(chunks):
        pre = encode(chunk) if i else first
        flat = (pre > limits).flatten().nonzero().squeeze(1)
        parts.append((flat + start * d_sae, pre.flatten()[flat]))
        start += len(chunk)
    flat, values = (torch.cat(column) for column in zip(*parts, strict=True))
    rows = flat.div(d_sae, rounding_mode="floor")
    return Codes(rows, flat - rows * d_sae, values, start, d_sae)
