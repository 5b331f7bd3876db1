"""Ratios of sums over problems: rates where problems differ in their numbers of outcomes.

Accuracy over rows, accuracy among the rows that show a behaviour, the share of answered rows: each
is a sum over problems divided by another, and both are resampled together.
"""

import numpy as np
from jaxtyping import Float

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.bootstrap import RESAMPLES, resample_means, tail_share
from latent_reasoning.evaluation.intervals import Rate, score_bounds, wilson


def clustered_ratios(
    parts: Float[np.ndarray, "problem stat"],
    totals: Float[np.ndarray, "problem stat"],
    *,
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> list[Rate | None]:
    """Sum of parts over sum of totals for every statistic, with a bootstrap over problems.

    At most one outcome per problem gives Wilson's interval, and so do problems that all have the
    same ratio: a bootstrap of equal values has no width. Problems without any outcome take part in
    neither. Statistics share their resamples.

    Args:
        parts: Outcomes of each problem that count, e.g. right rows.
        totals: All its outcomes, e.g. graded rows.
        level: Share of intervals that should hold the true ratio.
        seed: Decides the resamples.
        resamples: Number of resamples.

    Returns:
        One rate per statistic; None where there is no outcome at all.

    Raises:
        LatentReasoningError: A part is negative or above its total.
    """
    if np.any(parts < 0) or np.any(parts > totals):
        raise LatentReasoningError(
            "clustered_ratios: found a part that is negative or above its total, expected "
            "0 <= part <= total; count the outcomes again"
        )
    n_stats = parts.shape[1]
    means = np.empty((0, 2 * n_stats))
    if _needs_bootstrap(parts, totals).any():
        both = np.concatenate([parts, totals], axis=1)
        means = resample_means(both, seed=seed, resamples=resamples)
    return [
        _rate(parts[:, i], totals[:, i], means[:, i], means[:, n_stats + i], level)
        for i in range(n_stats)
    ]


def _needs_bootstrap(
    parts: Float[np.ndarray, "problem stat"], totals: Float[np.ndarray, "problem stat"]
) -> np.ndarray:
    return (totals.max(axis=0, initial=0) > 1) & ~_all_equal(parts, totals)


def _all_equal(
    parts: Float[np.ndarray, "problem stat"], totals: Float[np.ndarray, "problem stat"]
) -> np.ndarray:
    # part / total is the same everywhere where part * sum(total) == total * sum(part).
    return np.all(parts * totals.sum(axis=0) == totals * parts.sum(axis=0), axis=0)


def _rate(
    parts: Float[np.ndarray, " problem"],
    totals: Float[np.ndarray, " problem"],
    resampled_parts: Float[np.ndarray, " resample"],
    resampled_totals: Float[np.ndarray, " resample"],
    level: float,
) -> Rate | None:
    part, total, clusters = float(parts.sum()), float(totals.sum()), int((totals > 0).sum())
    if total == 0:
        return None
    if totals.max() <= 1:
        return wilson(int(part), int(total), level)
    value = part / total
    if _all_equal(parts[:, None], totals[:, None])[0]:
        low, high = score_bounds(value, clusters, level)
        return Rate(value, low, high, int(total), clusters)
    drawn = resampled_totals > 1e-12
    ratios = resampled_parts[drawn] / resampled_totals[drawn]
    tail = tail_share(level, clusters)
    low, high = np.clip(np.quantile(ratios, [tail, 1 - tail]), 0.0, 1.0)
    return Rate(value, float(low), float(high), int(total), clusters)
