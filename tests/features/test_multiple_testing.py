"""Tests hold their level where rows of a problem depend on each other, and find what is planted."""

import math

import numpy as np
from scipy.stats import false_discovery_control

from latent_reasoning.features.significance import (
    RADEMACHER,
    benjamini_hochberg,
    contributions,
    sign_flips,
)


def drawn(rng: np.random.Generator, effect: float) -> np.ndarray:
    """`u` of 30 columns on 40 problems of 20 rows, where a problem has its own level and label."""
    labels = (rng.random(40) < 0.4).astype(float)
    acts = rng.normal(size=(40, 1, 30)) + 0.3 * rng.normal(size=(40, 20, 30))
    acts[:, :, 0] += effect * labels[:, None]
    rows = np.full(40, 20.0)
    sums = acts.sum(axis=1)
    return contributions(labels[:, None] * sums, sums, labels * 20, rows)


def test_contributions_add_up_to_the_covariance() -> None:
    rng = np.random.default_rng(1)
    labels, acts = rng.random(300) < 0.3, rng.normal(size=(300, 4))
    bucket = rng.integers(0, 6, size=300)
    by_bucket = np.eye(6)[bucket]
    u = contributions(
        by_bucket.T @ (acts * labels[:, None]),
        by_bucket.T @ acts,
        by_bucket.T @ labels,
        by_bucket.sum(axis=0),
    )
    centred = (labels - labels.mean())[:, None] * (acts - acts.mean(axis=0))
    np.testing.assert_allclose(u, by_bucket.T @ centred, atol=1e-9)


def test_nothing_is_found_where_nothing_is_planted() -> None:
    rng = np.random.default_rng(0)
    found = [sign_flips(drawn(rng, 0.0)) for _ in range(150)]
    wrong = np.mean([(one.p_max < 0.05).any() for one in found])
    assert wrong < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 150)
    assert np.mean([one.p_values < 0.05 for one in found]) < 0.05
    # A test over rows, as if they were independent, would find a connection nearly everywhere.
    assert np.mean([(one.q_values < 0.05).any() for one in found]) < 0.05


def test_what_is_planted_is_found_and_nothing_else() -> None:
    rng = np.random.default_rng(2)
    found = [sign_flips(drawn(rng, 3.0)) for _ in range(20)]
    assert all(one.p_max[0] <= 0.01 and one.q_values[0] < 0.05 for one in found)
    assert np.mean([(one.p_max[1:] < 0.05).any() for one in found]) < 0.25


def test_p_values_bound_the_tail_of_random_signs() -> None:
    rng = np.random.default_rng(3)
    for weights in (np.ones(4), np.array([3.0, 1.0, 1.0, 1.0, 0.5]), rng.random(12)):
        weights = weights / np.linalg.norm(weights)
        signs = rng.choice([-1.0, 1.0], size=(200_000, len(weights)))
        sums = np.abs(signs @ weights)
        for t in (0.5, 1.0, 1.5, 2.0):
            bound = RADEMACHER * math.erfc(t / math.sqrt(2))
            assert (sums >= t).mean() <= bound + 0.005


def test_false_discovery_rates_agree_with_scipy() -> None:
    p_values = np.random.default_rng(4).random(50) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p_values), false_discovery_control(p_values))
