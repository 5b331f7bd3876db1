"""Recovery measures against SAELens', against direct counts, and on planted truth."""

import pytest
import torch

from latent_reasoning.dictionaries.metrics import density
from latent_reasoning.dictionaries.recovery import (
    f1_scores,
    matched,
    mean_correlation_coefficient,
    variable_recovery,
)
from latent_reasoning.dictionaries.sae import SparseAutoencoder


def test_mcc_is_that_of_sae_lens() -> None:
    from sae_lens.synthetic import mean_correlation_coefficient as theirs

    for n, m in ((20, 20), (12, 30), (30, 12)):
        one, other = torch.randn(n, 8), torch.randn(m, 8)
        assert mean_correlation_coefficient(one, other) == pytest.approx(theirs(one, other))


def test_mcc_of_the_same_features_in_another_order_and_sign_is_1() -> None:
    one, order = torch.randn(10, 6), torch.randperm(10)
    other = -3 * one[order]
    assert mean_correlation_coefficient(one, other) == pytest.approx(1)
    pairs = matched(one, other)
    assert torch.equal(order[pairs.second], pairs.first)


def test_f1_counts_hits_false_alarms_and_misses() -> None:
    fires, truth = torch.rand(200, 5) < 0.3, torch.rand(200, 5) < 0.3
    fires[:, 4] = truth[:, 4] = False
    for i, score in enumerate(f1_scores(fires, truth).tolist()):
        hits = int((fires[:, i] & truth[:, i]).sum())
        wrong = int((fires[:, i] != truth[:, i]).sum())
        assert score == pytest.approx(2 * hits / (2 * hits + wrong) if hits else 0)


def test_a_variable_with_a_feature_for_every_value_is_recovered_and_noise_is_not() -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.randint(0, 3, (600,), generator=generator)
    acts = torch.rand(600, 40, generator=generator) * (
        torch.rand(600, 40, generator=generator) < 0.1
    )
    noise = variable_recovery(acts, values)
    acts[:, 5:8] = torch.nn.functional.one_hot(values, 3) * 2.0
    found = variable_recovery(acts, values)
    assert noise is not None
    assert found is not None
    assert (found.n_values, found.f1) == (3, pytest.approx(1))
    assert found.correlation == pytest.approx(1, abs=1e-5)
    assert found.chance == pytest.approx(0.5, abs=0.05)
    assert noise.f1 < 0.25
    assert noise.correlation < 0.25


def test_values_that_are_too_rare_are_left_out() -> None:
    values = torch.tensor([0] * 100 + [1] * 100 + [2] * 30)
    found = variable_recovery(torch.rand(230, 4), values)
    assert found is not None
    assert found.n_values == 2
    assert variable_recovery(torch.rand(230, 4), values.clamp(max=0)) is None


def test_density_counts_how_often_features_fire(untrained: SparseAutoencoder) -> None:
    rows = torch.randn(500, 6) * 3
    shares = (untrained.encode(rows) > 0).double().mean(0)
    found = density(untrained, rows)
    assert found.median == pytest.approx(shares[shares > 0].median().item())
    assert found.dense == pytest.approx((shares[shares > 0] > 0.1).double().mean().item())
