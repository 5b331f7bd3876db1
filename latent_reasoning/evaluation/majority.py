"""Majority@k: the chance that the commonest answer among k samples is the right one.

k of the n samples of a problem are drawn without replacement, those without an answer do not vote,
and a tie is broken by chance. The value is exact, over all C(n, k) draws: numbers of votes drawn
from the classes of answers are independent binomials, conditional on their sum being k. So for each
number j of right votes the classes of wrong answers are convolved, each kept below j votes or, with
a mark y, at j; t classes at j leave the chance 1 / (t + 1), the integral of y^t from 0 to 1, which
Gauss-Legendre quadrature gives exactly.
"""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from latent_reasoning.errors import LatentReasoningError


def majority_at_k(
    right: int, wrong: Sequence[int], blank: int, ks: Sequence[int]
) -> Float[np.ndarray, " k"]:
    """Chance of a right majority for one problem, for every k.

    Args:
        right: Samples with the right answer.
        wrong: Samples with each of the wrong answers.
        blank: Samples without an answer.
        ks: Numbers of votes.

    Raises:
        LatentReasoningError: A count is negative, or a k is not in 1..n.

    >>> majority_at_k(2, [1], 0, [1, 3]).round(3), majority_at_k(1, [1], 0, [2])
    (array([0.667, 1.   ]), array([0.5]))
    """
    n = right + sum(wrong) + blank
    if min([right, blank, *wrong]) < 0 or not ks or min(ks) < 1 or max(ks) > n:
        raise LatentReasoningError(
            f"majority_at_k: found {right} right, {list(wrong)} wrong, {blank} blank and k "
            f"{list(ks)}; expected counts of at least 0 and 1 <= k <= {n}"
        )
    classes = [count for count in wrong if count]
    return np.array([_chance(right, classes, blank, n, k) for k in ks])


def _chance(right: int, wrong: Sequence[int], blank: int, n: int, k: int) -> float:
    most = min(right, k)
    if most == 0:
        return 0.0
    # With at least j votes for each of them, no more than k / j - 1 classes tie with the right one.
    ties = min(len(wrong), k - 1)
    nodes, weights = np.polynomial.legendre.leggauss(ties // 2 + 1)
    nodes, weights = (nodes + 1) / 2, weights / 2
    p, votes = k / n, np.arange(1, most + 1)
    others = np.zeros((most, len(nodes), k + 1))
    blanks = _binomial(blank, p)[: k + 1]
    others[:, :, : len(blanks)] = blanks
    for count in wrong:
        others = _with_class(others, _binomial(count, p), votes, nodes)
    left = others[np.arange(most), :, k - votes] @ weights
    chances = _binomial(right, p)[1 : most + 1] * left
    return float(np.clip(chances.sum() / _binomial(n, p)[k], 0.0, 1.0))


def _with_class(
    others: Float[np.ndarray, "votes node drawn"],
    shares: Float[np.ndarray, " drawn_of_class"],
    votes: np.ndarray,
    nodes: Float[np.ndarray, " node"],
) -> Float[np.ndarray, "votes node drawn"]:
    found = others * shares[0]
    width = others.shape[2]
    for i in range(1, min(len(shares), width, votes[-1] + 1)):
        below = (votes > i)[:, None] + (votes == i)[:, None] * nodes
        found[:, :, i:] += others[:, :, : width - i] * (shares[i] * below)[:, :, None]
    return found


def _binomial(n: int, p: float) -> Float[np.ndarray, " count"]:
    if p == 1:
        return np.eye(1, n + 1, n)[0]
    return np.array(
        [
            math.exp(
                math.lgamma(n + 1)
                - math.lgamma(i + 1)
                - math.lgamma(n - i + 1)
                + i * math.log(p)
                + (n - i) * math.log1p(-p)
            )
            for i in range(n + 1)
        ]
    )
