"""Pass@k: the chance that at least one of k samples of a problem is right.

With n samples of which c are right, the unbiased estimate is 1 - C(n - c, k) / C(n, k): the share
of the k-subsets of the samples that hold a right one (Chen et al. 2021, arXiv:2107.03374). Two
models are compared by the smallest k at which one reaches the other, with its interval, since a
crossing without one may be noise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.bootstrap import resample_means, tail_share
from latent_reasoning.evaluation.intervals import rate_bounds


class PassAtK(NamedTuple):
    """One point of a pass@k curve."""

    k: int
    """Number of samples a problem is given."""
    value: float
    """Mean over problems of the chance that one of them is right."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    n: int
    """Number of problems."""


class Crossing(NamedTuple):
    """Where curve a first reaches curve b."""

    k: int | None
    """Smallest k at which a >= b; None for no crossing up to the largest k."""
    low: int | None
    """Lower end of the interval; None for beyond the largest k."""
    high: int | None
    """Upper end of the interval; None for beyond the largest k."""
    share: float
    """Share of resamples in which the curves cross at all."""
    largest_k: int
    """Largest k that was looked at."""

    def describe(self) -> str:
        """The crossing in words, with its interval wherever resamples cross."""
        low, high = (f"beyond {self.largest_k}" if k is None else k for k in self[1:3])
        found = f"crossing at {self.k}" if self.k else f"no crossing up to {self.largest_k}"
        return found if self.k is None and self.low is None else f"{found} [{low}, {high}]"


def pass_at_k(
    n: int, c: Int[np.ndarray, " problem"], k: int | Sequence[int]
) -> Float[np.ndarray, "problem ..."]:
    """Unbiased pass@k of every problem, 1 - C(n - c, k) / C(n, k).

    Computed as 1 - prod_{i < k} (1 - c / (n - i)), through logarithms: no factorial overflows and
    small chances keep their digits.

    Args:
        n: Samples per problem.
        c: Right samples of each problem.
        k: Samples drawn; several at once give one column each.

    Returns:
        One value per problem for a single k, else one row per problem and one column per k.

    Raises:
        LatentReasoningError: A k is not in 1..n, or a count is not in 0..n.

    >>> pass_at_k(4, np.array([0, 1, 2, 4]), 2)
    array([0.        , 0.5       , 0.83333333, 1.        ])
    """
    ks = np.atleast_1d(np.asarray(k, dtype=int))
    if ks.size == 0 or ks.min() < 1 or ks.max() > n:
        raise LatentReasoningError(
            f"pass_at_k: found k = {k} with {n} samples per problem, expected 1 <= k <= {n}; "
            "draw more samples or ask for smaller k"
        )
    if c.size and (c.min() < 0 or c.max() > n):
        raise LatentReasoningError(
            f"pass_at_k: found {c.min()}..{c.max()} right samples of {n}, expected 0..{n}; "
            "count the right samples again"
        )
    counts, problem_count = np.unique(c, return_inverse=True)
    left = n - np.arange(ks.max())
    missed = np.minimum(counts[:, None] / left, 1.0)
    # log(0) is meant: with fewer than k wrong samples no draw misses.
    with np.errstate(divide="ignore"):
        log_all_wrong = np.cumsum(np.log1p(-missed), axis=1)
    table = -np.expm1(log_all_wrong[:, ks - 1])[problem_count]
    return table[:, 0] if isinstance(k, int) else table


def pass_at_k_each(
    n: Int[np.ndarray, " problem"], c: Int[np.ndarray, " problem"], ks: Sequence[int]
) -> Float[np.ndarray, "problem k"]:
    """Unbiased pass@k of problems that differ in their numbers of samples.

    Args:
        n: Samples of each problem.
        c: Right samples of each problem.
        ks: Samples drawn, one column each.

    Returns:
        NaN where a problem has fewer than k samples.

    Raises:
        LatentReasoningError: A k is below 1, or a count is not in 0..n.
    """
    values = np.full((len(n), len(ks)), np.nan)
    for size in np.unique(n).tolist():
        reached = [i for i, k in enumerate(ks) if k <= size]
        if reached:
            rows = np.flatnonzero(n == size)
            found = pass_at_k(size, c[rows], [ks[i] for i in reached])
            values[rows[:, None], reached] = found
    return values


def pass_at_k_curve(
    correct: Bool[np.ndarray, "problem sample"],
    ks: Sequence[int],
    seed: int = 0,
    resamples: int = 1000,
    level: float = 0.95,
) -> tuple[PassAtK, ...]:
    """Mean pass@k over problems for every k, with a bootstrap over problems.

    All k share their resamples. Where every problem has the same pass@k the interval is Wilson's
    over problems, as for any rate.

    Raises:
        LatentReasoningError: There is no problem, or a k exceeds the samples per problem.
    """
    return mean_curve(_per_problem("pass_at_k_curve", correct, ks), ks, seed, resamples, level)


def mean_curve(
    per_problem: Float[np.ndarray, "problem k"],
    ks: Sequence[int],
    seed: int = 0,
    resamples: int = 1000,
    level: float = 0.95,
) -> tuple[PassAtK, ...]:
    """Mean of a curve over problems, with a bootstrap over problems.

    Args:
        per_problem: Values between 0 and 1, one column a k; NaN where a problem has none.
        ks: The k of each column; one that no problem has is left out.
        seed: Decides the resamples, which columns without NaN share.
        resamples: Number of resamples.
        level: Share of intervals that should hold the true value.
    """
    settings = {"level": level, "seed": seed, "resamples": resamples}
    if not np.isnan(per_problem).any():
        low, high = rate_bounds(per_problem, **settings)
        bounds = zip(ks, per_problem.mean(axis=0), low, high, strict=True)
        n = len(per_problem)
        return tuple(PassAtK(k, float(v), float(lo), float(hi), n) for k, v, lo, hi in bounds)
    points = []
    for i, k in enumerate(ks):
        column = per_problem[~np.isnan(per_problem[:, i]), i : i + 1]
        if len(column):
            (low,), (high,) = rate_bounds(column, **settings)
            points.append(PassAtK(k, float(column.mean()), float(low), float(high), len(column)))
    return tuple(points)


def coverage(
    correct: Bool[np.ndarray, "problem sample"], seed: int = 0, level: float = 0.95
) -> PassAtK:
    """Share of problems that at least one of all their samples solves: pass@k at k = n.

    Raises:
        LatentReasoningError: There is no problem or no sample.
    """
    n = correct.shape[1]
    (point,) = pass_at_k_curve(correct, [n], seed, level=level)
    return point


def crossing(
    curve_a_correct: Bool[np.ndarray, "problem sample_a"],
    curve_b_correct: Bool[np.ndarray, "problem sample_b"],
    ks: Sequence[int],
    seed: int = 0,
    resamples: int = 1000,
    level: float = 0.95,
) -> Crossing:
    """Smallest k at which the pass@k of a reaches that of b, e.g. of base and tuned.

    The interval resamples problems jointly for both; a resample that never crosses counts as beyond
    the largest k, so that the interval may end there.

    Args:
        curve_a_correct: Right or wrong, for the samples of a.
        curve_b_correct: The same for b: the same problems in the same order.
        ks: Where to compare; taken in increasing order.
        seed: Decides the resamples.
        resamples: Number of resamples.
        level: Share of intervals that should hold the true crossing.

    Raises:
        LatentReasoningError: The problems differ in number, there is none, or a k exceeds the
            samples per problem.
    """
    if len(curve_a_correct) != len(curve_b_correct):
        raise LatentReasoningError(
            f"crossing: found {len(curve_a_correct)} and {len(curve_b_correct)} problems, expected "
            "the same problems on both sides; keep those that both were given"
        )
    ordered = sorted(set(ks))
    a = _per_problem("crossing", curve_a_correct, ordered)
    b = _per_problem("crossing", curve_b_correct, ordered)
    return curves_crossing(a, b, ordered, seed, resamples, level)


def curves_crossing(
    a: Float[np.ndarray, "problem k"],
    b: Float[np.ndarray, "problem k"],
    ks: Sequence[int],
    seed: int = 0,
    resamples: int = 1000,
    level: float = 0.95,
) -> Crossing:
    """`crossing` of two curves that are known for every problem.

    Args:
        a: Values of a, one column a k.
        b: Values of b for the same problems in the same order.
        ks: The k of each column, in increasing order.
        seed: Decides the resamples.
        resamples: Number of resamples.
        level: Share of intervals that should hold the true crossing.
    """
    lead = a - b
    where = _first_reached(lead.mean(axis=0)[None])[0]
    resampled = np.sort(_first_reached(resample_means(lead, seed=seed, resamples=resamples)))
    # Order statistics, not interpolated percentiles: "beyond" has no distance to the last k.
    tail = tail_share(level, len(lead))
    low, high = (resampled[round(share * (resamples - 1))] for share in (tail, 1 - tail))
    named = [*ks, None]
    share = float(np.mean(resampled < len(ks)))
    return Crossing(named[where], named[low], named[high], share, ks[-1])


def _per_problem(
    call: str, correct: Bool[np.ndarray, "problem sample"], ks: Sequence[int]
) -> Float[np.ndarray, "problem k"]:
    if correct.size == 0:
        raise LatentReasoningError(
            f"{call}: found {correct.shape[0]} problems x {correct.shape[1]} samples, expected at "
            "least one of each"
        )
    return pass_at_k(correct.shape[1], correct.sum(axis=1), list(ks))


def _first_reached(lead: Float[np.ndarray, "resample k"]) -> Int[np.ndarray, " resample"]:
    # Equal curves computed from different n differ in the last digit.
    reached = lead >= -1e-12
    return np.where(reached.any(axis=1), reached.argmax(axis=1), lead.shape[1])
