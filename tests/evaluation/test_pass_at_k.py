import inspect
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.intervals import wilson
from latent_reasoning.evaluation.pass_at_k import (
    Crossing,
    coverage,
    crossing,
    mean_curve,
    pass_at_k,
    pass_at_k_curve,
    pass_at_k_each,
)


def test_it_is_the_share_of_subsets_that_hold_a_right_sample():
    n = 7
    counts = np.arange(n + 1)
    found = pass_at_k(n, counts, range(1, n + 1))
    for c in counts:
        for k in range(1, n + 1):
            subsets = list(combinations([True] * c + [False] * (n - c), k))
            assert found[c, k - 1] == pytest.approx(np.mean([any(s) for s in subsets]), abs=1e-12)


def test_it_is_exact_where_factorials_overflow():
    n, counts, ks = 2000, np.array([0, 1, 2, 50, 1000, 1999, 2000]), [1, 2, 64, 1000, 2000]
    expected = [[float(1 - _ratio(n - c, n, k)) for k in ks] for c in counts.tolist()]
    assert pass_at_k(n, counts, ks) == pytest.approx(np.array(expected), rel=1e-10, abs=1e-15)


def _ratio(left, n, k):
    return Fraction(comb(left, k), comb(n, k))


def test_small_chances_keep_their_digits():
    assert pass_at_k(10**6, np.array([1]), 3)[0] == pytest.approx(3e-6, rel=1e-12)


def test_one_k_gives_one_value_per_problem():
    counts = np.array([3, 0, 3])
    single, several = pass_at_k(5, counts, 2), pass_at_k(5, counts, [1, 2])
    assert single.shape == (3,)
    assert several.shape == (3, 2)
    assert np.array_equal(single, several[:, 1])
    assert np.allclose(several[:, 0], counts / 5)


def test_the_estimate_is_unbiased():
    solved = np.array([0.05, 0.2, 0.6])
    draws = np.random.default_rng(0).binomial(10, solved, size=(20_000, 3))
    for k in (1, 4, 10):
        mean = pass_at_k(10, draws.ravel(), k).reshape(draws.shape).mean(axis=0)
        assert mean == pytest.approx(1 - (1 - solved) ** k, abs=0.01)


@pytest.mark.parametrize(
    ("n", "counts", "k", "message"),
    [
        (4, [1], 5, "found k = 5 with 4 samples per problem, expected 1 <= k <= 4"),
        (4, [1], [1, 8], r"found k = \[1, 8\] with 4 samples"),
        (4, [1], 0, "found k = 0"),
        (4, [1], [], "found k = "),
        (4, [5], 1, r"found 5\.\.5 right samples of 4"),
        (4, [-1, 2], 1, r"found -1\.\.2 right samples of 4"),
    ],
)
def test_impossible_questions_are_refused(n, counts, k, message):
    with pytest.raises(LatentReasoningError, match=message):
        pass_at_k(n, np.array(counts), k)


def planted(rates: list[float], n_problems: int, n_samples: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    solved = np.resize(rates, n_problems)[:, None]
    return generator.random((n_problems, n_samples)) < solved


def test_a_curve_rises_and_its_interval_holds_it():
    ks = [1, 2, 4, 8, 16]
    curve = pass_at_k_curve(planted([0.0, 0.1, 0.5, 0.9], 60, 16, seed=1), ks)
    values = [point.value for point in curve]
    assert [point.k for point in curve] == ks
    assert values == sorted(values)
    assert all(0 <= point.low < point.value < point.high <= 1 for point in curve)


def test_the_interval_of_a_curve_covers_the_true_value():
    generator = np.random.default_rng(2)
    covered = np.zeros(2)
    for trial in range(200):
        solved = generator.beta(1.0, 1.0, size=(40, 1))
        curve = pass_at_k_curve(generator.random((40, 8)) < solved, [1, 3], trial, resamples=300)
        # E[1 - (1 - p)^k] for p uniform is k / (k + 1).
        covered += [point.low <= point.k / (point.k + 1) <= point.high for point in curve]
    assert np.all(covered / 200 > 0.90)
    assert np.all(covered / 200 < 0.985)


def test_a_curve_at_its_ceiling_still_has_an_interval():
    (point,) = pass_at_k_curve(np.ones((12, 4), dtype=bool), [4])
    assert (point.value, point.low, point.high) == (1.0, wilson(12, 12).low, 1.0)


def test_a_planted_crossing_is_found_inside_its_interval():
    # pass@k of base is 1 - 0.8^k everywhere, of tuned 0.75 at every k: base passes it at k = 7.
    base = planted([0.2], 300, 64, seed=3)
    tuned = planted([1.0, 1.0, 1.0, 0.0], 300, 32, seed=4)
    found = crossing(base, tuned, range(1, 33))
    assert found.k is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 7 <= found.high
    assert abs(found.k - 7) <= 1
    assert found.low <= found.k <= found.high
    assert found.share == 1.0
    assert found.describe() == f"crossing at {found.k} [{found.low}, {found.high}]"


def test_no_crossing_is_said_so():
    found = crossing(planted([0.05], 100, 16, 5), planted([0.9], 100, 16, 6), [16, 1, 4])
    assert found[:5] == (None, None, None, 0.0, 16)
    assert found.describe() == "no crossing up to 16"


def test_an_uncertain_crossing_has_an_open_end():
    base = planted([0.3, 0.0], 24, 16, seed=7)
    tuned = planted([0.5, 0.0], 24, 16, seed=8)
    tuned[1] = True
    base[1] = False
    base[3, 0] = True
    found = crossing(base, tuned, [1, 2, 4, 8, 16])
    assert 0 < found.share < 1
    assert found.high is None
    assert found.low is not None
    assert found.k is None or found.describe().endswith("beyond 16]")


def test_an_interval_that_reaches_a_crossing_is_said_though_the_curves_do_not_cross() -> None:
    found = Crossing(k=None, low=8, high=None, share=0.3, largest_k=16)
    assert found.describe() == "no crossing up to 16 [8, beyond 16]"


def test_a_curve_reaches_itself_at_once_whatever_the_number_of_samples():
    correct = planted([0.2, 0.5], 50, 8, seed=9)
    assert crossing(correct, correct, [1, 2, 8])[:4] == (1, 1, 1, 1.0)
    doubled = np.repeat(correct, 2, axis=1)
    assert crossing(doubled, correct, [1])[:4] == (1, 1, 1, 1.0)


def test_curves_that_cannot_be_compared_are_refused():
    with pytest.raises(LatentReasoningError, match="found 3 and 4 problems"):
        # Undecorated: outside tests no shape checker stands before the library's own message.
        inspect.unwrap(crossing)(np.ones((3, 2), dtype=bool), np.ones((4, 2), dtype=bool), [1])
    with pytest.raises(LatentReasoningError, match="found 0 problems x 2 samples"):
        pass_at_k_curve(np.ones((0, 2), dtype=bool), [1])
    with pytest.raises(LatentReasoningError, match="with 2 samples per problem"):
        pass_at_k_curve(np.ones((3, 2), dtype=bool), [4])


@given(st.lists(st.integers(1, 12), min_size=1, max_size=20), st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_problems_with_other_numbers_of_samples_get_their_own_value(sizes, seed):
    n = np.array(sizes)
    c = np.random.default_rng(seed).integers(0, n + 1)
    ks = [1, 2, 5, 12]
    found = pass_at_k_each(n, c, ks)
    for i, size in enumerate(sizes):
        for j, k in enumerate(ks):
            if k > size:
                assert np.isnan(found[i, j])
            else:
                assert found[i, j] == pytest.approx(float(1 - _ratio(int(size - c[i]), size, k)))
    curve = mean_curve(found, ks, resamples=50)
    assert [point.k for point in curve] == [k for k in ks if k <= max(sizes)]
    for point in curve:
        assert point.n == sum(size >= point.k for size in sizes)
        assert 0 <= point.low <= point.high <= 1


@given(st.integers(1, 30), st.data())
def test_pass_at_k_rises_with_k_and_with_right_samples(n, data):
    c = data.draw(st.integers(0, n))
    values = pass_at_k(n, np.array([c, min(c + 1, n)]), range(1, n + 1))
    assert np.all(np.diff(values[0]) >= -1e-12)
    assert np.all(values[1] >= values[0] - 1e-12)
    assert values[0, 0] == pytest.approx(c / n)
    assert values[0, -1] == pytest.approx(float(c > 0))


def test_coverage_is_the_share_of_problems_ever_solved():
    correct = planted([0.0, 0.05, 0.3], 90, 16, seed=10)
    found = coverage(correct)
    assert found.value == correct.any(axis=1).mean()
    assert (found.k, found.n) == (16, 90)
