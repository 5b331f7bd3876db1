"""ReasonScore: which features fire around the words of a behaviour, and around all of them.

Galichin et al. (2503.18878). With D+ the tokens from one before to two after any of the words and
D- the rest, mu_i the mean activation of feature i over a set, and mu_i(r) that over the windows of
word r,

    p_i(r)  = mu_i(r) / sum_r mu_i(r)
    H_i     = -sum_r p_i(r) ln p_i(r) / ln |R|
    score_i = mu+_i / sum_j mu+_j * H_i**alpha - mu-_i / sum_j mu-_j.

The entropy takes down features that fire around one word only; with a single word it is 1.
"""

import numpy as np
from jaxtyping import Float

ALPHA = 0.7


def reason_score(
    inside: Float[np.ndarray, " d_sae"],
    outside: Float[np.ndarray, " d_sae"],
    by_word: Float[np.ndarray, "word d_sae"],
    alpha: float = ALPHA,
) -> Float[np.ndarray, " d_sae"]:
    """ReasonScore from mean activations.

    Args:
        inside: Mean of every feature on D+.
        outside: Mean on D-.
        by_word: Mean on the windows of every word that occurs.
        alpha: How much the entropy counts.
    """
    return _share(inside) * entropy(by_word) ** alpha - _share(outside)


def entropy(by_word: Float[np.ndarray, "word d_sae"]) -> Float[np.ndarray, " d_sae"]:
    """How evenly a feature fires around the words: 0 for one of them only, 1 for all alike."""
    if len(by_word) == 1:
        return np.ones(by_word.shape[1])
    total = by_word.sum(axis=0)
    p = np.divide(by_word, total, out=np.zeros_like(by_word), where=total > 0)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    return np.maximum(-(p * logs).sum(axis=0), 0.0) / np.log(len(by_word))


def _share(means: Float[np.ndarray, " d_sae"]) -> Float[np.ndarray, " d_sae"]:
    total = means.sum()
    return means / total if total > 0 else np.zeros_like(means)
