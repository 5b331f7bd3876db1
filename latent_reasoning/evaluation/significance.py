"""Tests of paired differences, and what many of them at once are worth.

One sample per problem on both sides: McNemar's exact test. Several: sign flips, for under the null
hypothesis each problem's difference is as likely with either sign. Many at once: the maximum
statistic, which bounds the chance of any false claim, or Benjamini-Hochberg, which bounds the share
of false claims among all.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from latent_reasoning.errors import LatentReasoningError

DRAWS = 10_000
_BLOCK = 1 << 22


class McNemar(NamedTuple):
    """McNemar's exact test of two conditions with one sample per problem."""

    only_a: int
    """Problems that a alone solves."""
    only_b: int
    """Problems that b alone solves."""
    p_value: float
    """Two-sided chance of a split at least as uneven, if both were equally good."""


class SignFlips(NamedTuple):
    """Sign-flip tests of several statistics of the same problems."""

    p_values: Float[np.ndarray, " stat"]
    """Two-sided p-value of each statistic on its own."""
    p_max: Float[np.ndarray, " stat"]
    """p-value of each against the largest of all of them (Westfall and Young 1993)."""


def mcnemar(a: Bool[np.ndarray, " problem"], b: Bool[np.ndarray, " problem"]) -> McNemar:
    """Exact binomial test on the problems that only one of a and b solves (McNemar 1947).

    Raises:
        LatentReasoningError: The lengths differ, or there is no problem.

    >>> mcnemar(np.array([True] * 6), np.array([False] * 6)).p_value
    0.03125...
    """
    if len(a) != len(b) or len(a) == 0:
        raise LatentReasoningError(
            f"mcnemar: found {len(a)} and {len(b)} problems, expected the same number, at least 1"
        )
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    return McNemar(only_a, only_b, _two_sided_half(min(only_a, only_b), only_a + only_b))


def sign_flips(
    differences: Float[np.ndarray, "problem stat"], *, seed: int = 0, draws: int = DRAWS
) -> SignFlips:
    """Sign-flip tests of mean differences; the signs of a problem's statistics flip together.

    Statistics are scaled to equal null variance, sum(d) / sqrt(sum(d^2)), before the maximum over
    them is taken. The observed signs count as one draw, so no p-value is zero. Problems with equal
    differences are drawn as one group, whose number of flips is binomial.

    Raises:
        LatentReasoningError: There is no problem, or a value is not finite.
    """
    if differences.size == 0 or not np.isfinite(differences).all():
        raise LatentReasoningError(
            f"sign_flips: found {differences.shape[0]} problems x {differences.shape[1]} "
            "statistics, expected at least one of each and finite values"
        )
    spread = np.sqrt((differences**2).sum(axis=0))
    scaled = differences / np.where(spread > 0, spread, 1.0)
    observed = np.abs(scaled.sum(axis=0))
    leading = np.take_along_axis(scaled, (scaled != 0).argmax(axis=1)[:, None], axis=1)
    groups, sizes = np.unique(scaled * np.where(leading < 0, -1, 1), axis=0, return_counts=True)
    generator, block = np.random.default_rng(seed), max(1, _BLOCK // len(sizes))
    alone, among = np.zeros(len(observed)), np.zeros(len(observed))
    for done in range(0, draws, block):
        flips = generator.binomial(sizes, 0.5, size=(min(block, draws - done), len(sizes)))
        drawn = np.abs((2 * flips - sizes) @ groups)
        # Sums in another order differ in the last digits.
        alone += (drawn >= observed - 1e-9).sum(axis=0)
        among += (drawn.max(axis=1)[:, None] >= observed - 1e-9).sum(axis=0)
    return SignFlips((alone + 1) / (draws + 1), (among + 1) / (draws + 1))


def benjamini_hochberg(p_values: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Adjusted p-values: the smallest false discovery rate at which each would be claimed.

    min over the i-th smallest and later ones of p_(i) m / i (Benjamini and Hochberg 1995).

    Raises:
        LatentReasoningError: A value is not between 0 and 1.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3)
    array([0.03, 0.04, 0.04])
    """
    if not (np.all(p_values >= 0) and np.all(p_values <= 1)):
        raise LatentReasoningError("benjamini_hochberg: expected p-values between 0 and 1")
    m = len(p_values)
    order = np.argsort(p_values)
    # m / m is 1 exactly, so that no adjusted value falls below its own.
    scaled = p_values[order] * (m / np.arange(1, m + 1))
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def _two_sided_half(few: int, n: int) -> float:
    """Two-sided binomial p-value at one half: 2 P(X <= few) for X of n, at most 1."""
    if n == 0:
        return 1.0
    top = math.lgamma(n + 1) - n * math.log(2)
    logs = (top - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in range(few + 1))
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))
