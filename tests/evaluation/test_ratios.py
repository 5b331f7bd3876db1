import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.bootstrap import GROUPED_FROM, resample_means
from latent_reasoning.evaluation.intervals import clustered_rate, wilson
from latent_reasoning.evaluation.ratios import clustered_ratios

outcomes = st.lists(st.lists(st.booleans(), max_size=6), min_size=1, max_size=25)


@given(outcomes)
@settings(max_examples=60, deadline=None)
def test_a_ratio_is_the_share_of_all_rows_inside_its_interval(problems: list[list[bool]]) -> None:
    parts = np.array([[sum(p)] for p in problems], dtype=float)
    totals = np.array([[len(p)] for p in problems], dtype=float)
    (found,) = clustered_ratios(parts, totals, resamples=200)
    flat = [ok for p in problems for ok in p]
    if not flat:
        assert found is None
        return
    assert found is not None
    assert found.value == pytest.approx(np.mean(flat))
    assert (found.n, found.clusters) == (len(flat), sum(map(bool, problems)))
    assert 0 <= found.low <= found.high <= 1
    if max(map(len, problems)) == 1:
        assert found == wilson(sum(flat), len(flat))


def test_equal_numbers_of_rows_give_the_clustered_rate() -> None:
    correct = np.random.default_rng(0).random((50, 4)) < np.linspace(0, 1, 50)[:, None]
    parts, totals = correct.sum(axis=1, keepdims=True).astype(float), np.full((50, 1), 4.0)
    (found,) = clustered_ratios(parts, totals)
    expected = clustered_rate(correct)
    assert found is not None
    assert found == pytest.approx(expected)


def test_the_interval_covers_the_true_ratio_where_rows_differ_in_number() -> None:
    generator, covered = np.random.default_rng(1), 0
    for trial in range(300):
        solved = generator.beta(1, 1, size=40)
        totals = generator.integers(1, 9, size=40)
        parts = generator.binomial(totals, solved)
        (found,) = clustered_ratios(
            parts[:, None].astype(float), totals[:, None].astype(float), seed=trial, resamples=300
        )
        assert found is not None
        covered += found.low <= 0.5 <= found.high
    assert 0.915 < covered / 300 < 0.985


def test_more_parts_than_outcomes_are_refused() -> None:
    with pytest.raises(LatentReasoningError, match="0 <= part <= total"):
        clustered_ratios(np.array([[2.0]]), np.array([[1.0]]))


def test_drawing_equal_problems_as_groups_changes_nothing_but_the_cost() -> None:
    values = np.random.default_rng(2).integers(0, 3, size=(GROUPED_FROM + 1, 2)) / 2
    means = resample_means(values, resamples=4000)
    n = len(values)
    assert means.mean(axis=0) == pytest.approx(values.mean(axis=0), abs=1e-3)
    assert means.std(axis=0) == pytest.approx(values.std(axis=0, ddof=1) / n**0.5, rel=0.04)
    assert np.corrcoef(means.T)[0, 1] == pytest.approx(np.corrcoef(values.T)[0, 1], abs=0.05)
