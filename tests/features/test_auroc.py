"""AUROC against scipy and brute force; intervals against their equation and by simulation."""

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu

from latent_reasoning.errors import ActivationError
from latent_reasoning.features import auroc as module
from latent_reasoning.features.auroc import (
    FeatureError,
    auroc,
    auroc_interval,
    auroc_per_feature,
    check_labels,
)


def labelled(n: int, share: float, seed: int) -> torch.Tensor:
    return torch.rand(n, generator=torch.Generator().manual_seed(seed)) < share


def sparse_acts(n: int, d_sae: int, seed: int) -> torch.Tensor:
    """Activations with many zeros and many ties, as a dictionary's are."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.randint(-3, 5, (n, d_sae), generator=generator)
    return values.clamp(min=0).float()


def test_every_feature_agrees_with_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_VALUES", 900)
    acts, labels = sparse_acts(300, 17, seed=0), labelled(300, 0.3, seed=1)
    x = acts.double().numpy()
    statistic = mannwhitneyu(x[labels.numpy()], x[~labels.numpy()], axis=0).statistic
    expected = statistic / (labels.sum().item() * (~labels).sum().item())
    np.testing.assert_allclose(auroc_per_feature(acts, labels).numpy(), expected, rtol=1e-12)


def test_auroc_is_the_share_of_pairs_in_order_ties_half() -> None:
    scores, labels = sparse_acts(30, 1, seed=2)[:, 0], labelled(30, 0.5, seed=3)
    pairs = [(p, n) for p in scores[labels].tolist() for n in scores[~labels].tolist()]
    expected = sum((p > n) + 0.5 * (p == n) for p, n in pairs) / len(pairs)
    assert auroc(scores, labels) == pytest.approx(expected)
    assert auroc(scores.numpy(), labels.numpy()) == pytest.approx(expected)


def test_auroc_of_order_and_its_reverse() -> None:
    scores, labels = torch.randn(50, dtype=torch.float64), labelled(50, 0.4, seed=4)
    area = auroc(scores, labels)
    assert auroc(scores.exp(), labels) == area
    assert auroc(-scores, labels) == pytest.approx(1 - area)
    assert auroc(labels.double(), labels) == 1
    assert auroc(torch.zeros(50), labels) == 0.5


def test_interval_ends_solve_their_equation() -> None:
    labels = labelled(80, 0.25, seed=5)
    positive, negative = labels.sum().item(), (~labels).sum().item()
    (area,) = auroc_interval(torch.tensor([0.8]), labels)
    for end in (area.low, area.high):
        # Hanley and McNeil's two probabilities, with the mean of the two sample sizes for each.
        first, second = end / (2 - end), 2 * end**2 / (1 + end)
        m = (positive + negative) / 2 - 1
        spread = end * (1 - end) + m * (first - end**2) + m * (second - end**2)
        assert abs(end - 0.8) == pytest.approx(
            1.96 * (spread / positive / negative) ** 0.5, rel=1e-5
        )
    assert area.low < 0.8 < area.high
    assert area.n == 80


def test_interval_of_an_area_of_one_or_zero_still_has_a_width() -> None:
    few, many = labelled(20, 0.5, seed=6), labelled(2000, 0.5, seed=6)
    one, zero = auroc_interval(torch.tensor([1.0, 0.0]), few)
    assert (one.high, zero.low) == (1, 0)
    assert zero.high == pytest.approx(1 - one.low)
    assert 0.5 < one.low < auroc_interval(torch.tensor([1.0]), many)[0].low < 1


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_interval_covers_the_truth_as_often_as_it_says(shift: float) -> None:
    from scipy.stats import norm

    truth = norm.cdf(shift / 2**0.5)
    labels = torch.arange(60) < 25
    generator = torch.Generator().manual_seed(7)
    scores = torch.randn(60, 2000, generator=generator) + shift * labels[:, None]
    areas = auroc_interval(auroc_per_feature(scores, labels), labels)
    covered = sum(area.low <= truth <= area.high for area in areas) / len(areas)
    assert 0.93 < covered < 0.985


def test_rows_of_one_group_count_once() -> None:
    labels = labelled(40, 0.5, seed=8)
    (apart,) = auroc_interval(torch.tensor([0.7]), labels)
    copies, groups = labels.repeat_interleave(9), torch.arange(40).repeat_interleave(9)
    (together,) = auroc_interval(torch.tensor([0.7]), copies, groups)
    assert together == apart


def test_impossible_labels_are_refused() -> None:
    with pytest.raises(FeatureError, match="0 of 5 rows have the label; expected some with"):
        auroc(torch.randn(5), torch.zeros(5, dtype=torch.bool))
    with pytest.raises(FeatureError, match="5 of 5 rows"):
        auroc_interval(torch.ones(1), torch.ones(5, dtype=torch.bool))
    with pytest.raises(FeatureError, match="call: 4 rows and 5 labels"):
        check_labels("call", 4, torch.ones(5, dtype=torch.bool))
    with pytest.raises(ActivationError, match="1 of 2 rows hold NaN or inf"):
        auroc(torch.tensor([0.0, torch.nan]), torch.tensor([True, False]))
