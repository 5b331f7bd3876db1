import inspect
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.significance import benjamini_hochberg, mcnemar, sign_flips

shares = st.floats(0, 1, allow_nan=False)


@given(arrays(bool, st.tuples(st.just(2), st.integers(1, 60))))
def test_mcnemar_is_the_binomial_test_of_scipy(solved: np.ndarray) -> None:
    found = mcnemar(solved[0], solved[1])
    only_a, only_b = (solved[0] & ~solved[1]).sum(), (solved[1] & ~solved[0]).sum()
    assert (found.only_a, found.only_b) == (only_a, only_b)
    n = int(only_a + only_b)
    expected = stats.binomtest(int(only_a), n).pvalue if n else 1.0
    assert found.p_value == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_a_published_table() -> None:
    """Approval ratings of Agresti, Categorical Data Analysis, chapter 10: z^2 is 17.36."""
    a = np.repeat([True, True, False], [794, 150, 86 + 570])
    b = np.repeat([True, False, True, False], [794, 150, 86, 570])
    found = mcnemar(a, b)
    assert (found.only_a, found.only_b) == (150, 86)
    z = (86 - 150) / (86 + 150) ** 0.5
    assert z**2 == pytest.approx(17.36, abs=0.01)
    assert found.p_value == pytest.approx(stats.chi2.sf(z**2, 1), rel=0.5)


def test_mcnemar_of_a_million_problems_is_a_number() -> None:
    generator = np.random.default_rng(0)
    a, b = generator.random((2, 1_000_000)) < 0.5
    assert 0 < mcnemar(a, b).p_value <= 1


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 8), st.integers(1, 3)),
        elements=st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0]),
    )
)
@settings(max_examples=30, deadline=None)
def test_sign_flips_are_the_share_of_all_signs(differences: np.ndarray) -> None:
    n = len(differences)
    spread = np.sqrt((differences**2).sum(axis=0))
    scaled = differences / np.where(spread > 0, spread, 1)
    sums = np.abs(np.array(list(product([-1, 1], repeat=n))) @ scaled)
    observed = np.abs(scaled.sum(axis=0)) - 1e-9
    found = sign_flips(differences, draws=20_000)
    assert found.p_values == pytest.approx((sums >= observed).mean(axis=0), abs=0.02)
    assert found.p_max == pytest.approx(
        (sums.max(axis=1)[:, None] >= observed).mean(axis=0), abs=0.02
    )


@given(arrays(np.float64, st.tuples(st.integers(2, 30), st.integers(1, 5)), elements=shares))
@settings(max_examples=30, deadline=None)
def test_the_maximum_statistic_never_flatters(differences: np.ndarray) -> None:
    found = sign_flips(differences, draws=500)
    assert np.all(found.p_max >= found.p_values)
    assert np.all((found.p_values > 0) & (found.p_max <= 1))


def test_sign_flips_hold_their_level_and_find_a_planted_difference() -> None:
    generator = np.random.default_rng(1)
    false = [
        sign_flips(generator.normal(size=(30, 4)), seed=i, draws=200).p_max.min() <= 0.05
        for i in range(300)
    ]
    assert np.mean(false) < 0.085
    planted = generator.normal(size=(60, 3)) + np.array([0.0, 0.8, 0.0])
    found = sign_flips(planted)
    assert found.p_max[1] < 0.01
    assert found.p_values[0] > 0.01


def test_the_order_of_problems_does_not_matter() -> None:
    differences = np.random.default_rng(2).integers(-2, 3, size=(400, 2)) / 4
    assert np.array_equal(sign_flips(differences)[0], sign_flips(differences[::-1])[0])


@given(st.lists(shares, min_size=1, max_size=30))
def test_benjamini_hochberg_is_that_of_scipy(p_values: list[float]) -> None:
    found = benjamini_hochberg(np.array(p_values))
    assert found == pytest.approx(stats.false_discovery_control(p_values, method="bh"))
    assert np.all(found >= np.array(p_values))


def test_benjamini_hochberg_of_the_first_paper() -> None:
    """Fifteen p-values of Benjamini and Hochberg 1995, section 3.2: four are claimed at 0.05."""
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p_values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (benjamini_hochberg(np.array(p_values)) <= 0.05).sum() == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inspect.unwrap(mcnemar)(np.ones(2, bool), np.ones(3, bool)), "found 2 and 3"),
        (lambda: mcnemar(np.ones(0, bool), np.ones(0, bool)), "found 0 and 0 problems"),
        (lambda: sign_flips(np.zeros((0, 2))), "found 0 problems x 2"),
        (lambda: sign_flips(np.array([[np.nan]])), "finite values"),
        (lambda: benjamini_hochberg(np.array([1.5])), "between 0 and 1"),
    ],
)
def test_input_without_an_answer_is_refused(call, message: str) -> None:
    with pytest.raises(LatentReasoningError, match=message):
        call()
