"""Bootstrap over problems: the unit of chance is the problem, with all its samples.

1. Each of R resamples gives every problem a count (multinomial), and so a weighted mean.
2. The deviations of the R means from the observed mean are stretched by sqrt(n / (n - 1)), because
   the variance of a resampled mean is (n - 1) / n of the unbiased one (n problems).
3. An interval runs between percentiles of the R means, moved outwards from the normal to Student's
   quantile with n - 1 degrees of freedom (the expanded percentile interval of Hesterberg 2015,
   The American Statistician 69, 371-386): with few problems the plain one is too narrow.

The same seed and number of problems draw the same resamples, so statistics stay paired. Of more
than GROUPED_FROM problems those with equal values are drawn as one group, whose count is binomial:
the same distribution at a cost that no longer grows with the problems.
"""

import math
from statistics import NormalDist

import numpy as np
from jaxtyping import Float

from latent_reasoning.errors import LatentReasoningError

RESAMPLES = 2000
GROUPED_FROM = 2000
_BLOCK = 1 << 24


def resample_means(
    values: Float[np.ndarray, "problem stat"], *, seed: int = 0, resamples: int = RESAMPLES
) -> Float[np.ndarray, "resample stat"]:
    """Means over resampled problems, their deviations stretched by sqrt(n / (n - 1)).

    All statistics of a problem are drawn together, so functions of several means stay joint.
    """
    n = len(values)
    observed = values.mean(axis=0)
    patterns, sizes = values, np.ones(n)
    if n > GROUPED_FROM:
        patterns, sizes = np.unique(values, axis=0, return_counts=True)
    generator, deviations = np.random.default_rng(seed), patterns - observed
    # In blocks, so that the counts of many problems never stand in memory all at once.
    block = max(1, _BLOCK // len(sizes))
    sums = [
        generator.multinomial(n, sizes / n, size=min(block, resamples - done)) @ deviations
        for done in range(0, resamples, block)
    ]
    stretch = math.sqrt(n / (n - 1)) if n > 1 else 1.0
    return observed + stretch * np.concatenate(sums) / n


def percentile_bounds(
    means: Float[np.ndarray, "resample stat"], level: float, n_problems: int
) -> tuple[Float[np.ndarray, " stat"], Float[np.ndarray, " stat"]]:
    """Bounds that leave `tail_share` of the resamples outside on either side.

    Raises:
        LatentReasoningError: The level is not between 0 and 1.
    """
    tail = tail_share(level, n_problems)
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def tail_share(level: float, n_problems: int) -> float:
    """Share of resamples beyond each bound: Phi(-t), t Student's quantile for n - 1 degrees.

    One problem has no spread, and no correction.

    Raises:
        LatentReasoningError: The level is not between 0 and 1.
    """
    require_level("tail_share", level)
    if n_problems < 2:
        return NormalDist().cdf(-NormalDist().inv_cdf((1 + level) / 2))
    return NormalDist().cdf(-student_quantile(level, n_problems - 1))


def student_quantile(level: float, degrees: int) -> float:
    """Two-sided quantile of Student's t: a share `level` of the distribution lies within -+ it.

    For 1 and 2 degrees in closed form, beyond that expanded around the normal quantile z in powers
    of 1 / degrees (Abramowitz and Stegun 26.7.5), within 1 percent from 5 degrees on.

    Raises:
        LatentReasoningError: The level is not between 0 and 1.
    """
    require_level("student_quantile", level)
    if degrees == 1:
        return math.tan(math.pi * level / 2)
    if degrees == 2:
        return level * math.sqrt(2 / (1 - level**2))
    z = NormalDist().inv_cdf((1 + level) / 2)
    t = z + (z**3 + z) / (4 * degrees)
    t += (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    return t + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)


def require_level(call: str, level: float) -> None:
    """Refuse a level outside 0..1, such as 95.

    Raises:
        LatentReasoningError: The level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise LatentReasoningError(
            f"{call}: found level {level}, expected a share between 0 and 1 such as 0.95"
        )
