"""Whether features and label are connected at all, with whole problems as units.

Tokens of one completion depend on each other, so that a test over tokens finds connections where
there are none. Problems are dealt into at most 64 buckets, of which only sums are kept. With y the
label and f the activation, a bucket contributes `u_b = sum (y - mean y) (f - mean f)`; without a
connection its sign is as good as random. The statistic is `T = sum u_b / sqrt(sum u_b**2)`.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

N_BUCKETS = 64
RADEMACHER = 3.178
"""Largest ratio of the tail of a weighted sum of random signs to that of a normal variable
(Bentkus and Dzindzalieta, Bernoulli 21, 2015)."""
N_FLIPS = 999


class SignFlips(NamedTuple):
    """What the tests of all columns say."""

    p_values: Float[np.ndarray, " column"]
    """Of every column alone, two-sided: a bound that holds for any number of buckets."""
    q_values: Float[np.ndarray, " column"]
    """After Benjamini and Hochberg."""
    p_max: Float[np.ndarray, " column"]
    """Of the largest |T| of all columns without a connection, by 999 random flips of signs."""


def contributions(
    label_sums: Float[np.ndarray, "bucket column"],
    sums: Float[np.ndarray, "bucket column"],
    labelled: Float[np.ndarray, " bucket"],
    rows: Float[np.ndarray, " bucket"],
) -> Float[np.ndarray, "bucket column"]:
    """`u_b` of every bucket, from its sums.

    Args:
        label_sums: Sum of the activations of its labelled rows.
        sums: Sum of the activations of all its rows.
        labelled: Number of its labelled rows.
        rows: Number of its rows.
    """
    share = labelled.sum() / rows.sum()
    mean = sums.sum(axis=0) / rows.sum()
    return label_sums - share * sums - mean * labelled[:, None] + share * mean * rows[:, None]


def sign_flips(u: Float[np.ndarray, "bucket column"], seed: int = 0) -> SignFlips:
    """Test every column, and all of them together.

    The sign of a bucket is flipped in all columns at once, so that the largest |T| keeps the
    dependence between features (Westfall and Young 1993).
    """
    scale = np.sqrt((u**2).sum(axis=0))
    standard = np.divide(u, scale, out=np.zeros_like(u), where=scale > 0)
    t = np.abs(standard.sum(axis=0))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(N_FLIPS, len(u)))
    largest = np.array([np.abs(flip @ standard).max() for flip in signs])
    reached = N_FLIPS - np.searchsorted(np.sort(largest), t - 1e-9, side="left")
    tails = np.array([math.erfc(value / math.sqrt(2)) for value in t])
    p_values = np.minimum(1.0, RADEMACHER * tails)
    return SignFlips(p_values, benjamini_hochberg(p_values), (1 + reached) / (N_FLIPS + 1))


def benjamini_hochberg(p_values: Float[np.ndarray, " column"]) -> Float[np.ndarray, " column"]:
    """False discovery rate at which each hypothesis is rejected (J. R. Stat. Soc. B 57, 1995).

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    n = len(p_values)
    order = np.argsort(p_values)
    raw = p_values[order] * n / np.arange(1, n + 1)
    q_values = np.empty(n)
    q_values[order] = np.minimum.accumulate(raw[::-1])[::-1].clip(max=1.0)
    return q_values
