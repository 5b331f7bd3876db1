"""Areas and mutual information from counts, so that no activation has to be kept.

Positive activations are counted in 32 bins to every doubling, from 2**-16 to 2**12, with what lies
outside in the first and last. The number of a bin is the exponent and the first five bits of the
mantissa, so that it needs no range and no second pass. Zeros have a bin of their own, where ties
are real; ties within the others are not, and bound the error.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

MANTISSA_BITS = 5
LOWEST, HIGHEST = -16, 12
PER_OCTAVE = 2**MANTISSA_BITS
N_BINS = 1 + PER_OCTAVE * (HIGHEST - LOWEST)
"""Zero, and the pieces of octaves."""


def bins_of(values: Float[Tensor, " entry"]) -> Int[Tensor, " entry"]:
    """Bins of positive activations, 1 for the smallest.

    >>> bins_of(torch.tensor([1.0, 1.03, 1.04, 2.0])).tolist()
    [513, 513, 514, 545]
    """
    bits = values.float().contiguous().view(torch.int32) >> (23 - MANTISSA_BITS)
    return (bits - PER_OCTAVE * (LOWEST + 127)).clamp(0, N_BINS - 2) + 1


def areas(
    positive: Int[np.ndarray, "d_sae bin"], negative: Int[np.ndarray, "d_sae bin"], *, exact: int
) -> tuple[Float[np.ndarray, " d_sae"], Float[np.ndarray, " d_sae"]]:
    """AUROC of every feature, ties counting half, and the most by which binning moved it.

    Args:
        positive: Rows with the label in every bin.
        negative: Rows without it.
        exact: How many of the first bins hold one value each, where ties are real.

    Returns:
        The areas, and half the pairs within bins that are not exact over all pairs.
    """
    pos, neg = positive.astype(np.float64), negative.astype(np.float64)
    pairs = pos.sum(axis=1) * neg.sum(axis=1)
    below = np.cumsum(neg, axis=1) - neg
    ties = pos * neg
    area = (pos * below).sum(axis=1) + ties.sum(axis=1) / 2
    return area / pairs, ties[:, exact:].sum(axis=1) / 2 / pairs


def mutual_information(
    positive: Int[np.ndarray, "d_sae bin"], negative: Int[np.ndarray, "d_sae bin"]
) -> Float[np.ndarray, " d_sae"]:
    """Bits that the bin tells about the label, with Miller and Madow's correction, at least 0.

    `sum p(b, y) log2(p(b, y) / (p(b) p(y))) - (n_cells - n_bins - n_labels + 1) / (2 n ln 2)`, with
    the numbers of cells, bins and labels that occur (Miller 1955).
    """
    counts = np.stack([positive, negative], axis=1).astype(np.float64)
    n = counts.sum(axis=(1, 2))
    by_bin, by_label = counts.sum(axis=1), counts.sum(axis=2)
    information = (_n_log_n(n) + _n_log_n(counts).sum(axis=(1, 2))) - (
        _n_log_n(by_bin).sum(axis=1) + _n_log_n(by_label).sum(axis=1)
    )
    occur = (counts > 0).sum(axis=(1, 2)) - (by_bin > 0).sum(axis=1) - (by_label > 0).sum(axis=1)
    bits = (information - (occur + 1) / 2) / n / np.log(2)
    return np.maximum(bits, 0.0)


def octaves(counts: Int[np.ndarray, "d_sae bin"]) -> Int[np.ndarray, "d_sae octave"]:
    """Counts of zeros and of whole octaves, from those of their pieces."""
    whole = counts[:, 1:].reshape(len(counts), -1, PER_OCTAVE).sum(axis=2)
    return np.concatenate([counts[:, :1], whole], axis=1)


def _n_log_n(counts: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    return counts * np.log(np.maximum(counts, 1.0))
