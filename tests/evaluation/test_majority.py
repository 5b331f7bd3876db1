from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.majority import majority_at_k


def by_enumeration(right: int, wrong: list[int], blank: int, k: int) -> Fraction:
    """Every k-subset of the samples, its plurality taken and its ties shared out."""
    votes = [0] * right + [i + 1 for i, m in enumerate(wrong) for _ in range(m)] + [-1] * blank
    total, draws = Fraction(0), 0
    for drawn in combinations(votes, k):
        draws += 1
        counts = {v: drawn.count(v) for v in set(drawn) if v >= 0}
        if counts.get(0, 0) and counts[0] == max(counts.values()):
            total += Fraction(1, sum(c == counts[0] for c in counts.values()))
    return total / draws


@given(
    right=st.integers(0, 4),
    wrong=st.lists(st.integers(0, 3), max_size=4),
    blank=st.integers(0, 2),
)
@settings(max_examples=80, deadline=None)
def test_it_is_the_mean_over_all_draws(right: int, wrong: list[int], blank: int) -> None:
    n = right + sum(wrong) + blank
    if n:
        found = majority_at_k(right, wrong, blank, range(1, n + 1))
        expected = [float(by_enumeration(right, wrong, blank, k)) for k in range(1, n + 1)]
        assert found == pytest.approx(expected, abs=1e-12)


@given(
    right=st.integers(0, 40),
    wrong=st.lists(st.integers(1, 30), max_size=6),
    blank=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_one_vote_is_accuracy_and_all_votes_are_the_plurality(
    right: int, wrong: list[int], blank: int
) -> None:
    n = right + sum(wrong) + blank
    if n:
        one, everything = majority_at_k(right, wrong, blank, [1, n])
        assert one == pytest.approx(right / n)
        most = max(wrong, default=0)
        tied = sum(m == right for m in wrong)
        assert everything == pytest.approx((right >= most) / (1 + tied) if right else 0.0)


def test_it_agrees_with_drawing_at_random_where_subsets_cannot_be_enumerated() -> None:
    right, wrong, blank, k = 20, [18, 9, 9, 1, 1, 1], 5, 16
    votes = np.repeat(np.arange(-1, 7), [blank, right, *wrong])
    generator = np.random.default_rng(0)
    wins = []
    for _ in range(20_000):
        counts = np.bincount(generator.permutation(votes)[:k] + 1, minlength=8)[1:]
        wins.append((counts[0] == counts.max()) / (counts == counts.max()).sum())
    (found,) = majority_at_k(right, wrong, blank, [k])
    assert found == pytest.approx(np.mean(wins), abs=0.012)


def test_many_samples_do_not_overflow() -> None:
    found = majority_at_k(500, [400, 100], 24, [1, 32])
    assert found[0] == pytest.approx(500 / 1024)
    assert 0.6 < found[1] < 0.8


@pytest.mark.parametrize(
    ("right", "wrong", "k"), [(1, [1], 3), (1, [1], 0), (-1, [2], 1), (1, [-1], 1)]
)
def test_impossible_questions_are_refused(right: int, wrong: list[int], k: int) -> None:
    with pytest.raises(LatentReasoningError, match="majority_at_k: found"):
        majority_at_k(right, wrong, 0, [k])
