"""Directions against closed forms, another optimiser, and planted truth."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError, auroc
from latent_reasoning.features.directions import (
    Direction,
    diff_mean,
    feature_direction,
    feature_set_direction,
    linear_probe,
    random_directions,
)

HOOK = "blocks.1.hook_resid_post"


def two_clouds(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows whose labels are shifted along one known direction, under unequal noise."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.rand(n, generator=generator) < 0.4
    true = torch.nn.functional.normalize(torch.tensor([1.0, -2.0, 0.0, 0.5, 0.0]), dim=0)
    noise = torch.randn(n, 5, generator=generator) * torch.tensor([1.0, 0.5, 4.0, 1.0, 0.2])
    return noise + 3.0 + 2.0 * labels[:, None] * true, labels, true


def small_sae() -> SparseAutoencoder:
    decoder = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    zeros = torch.zeros(7)
    return SparseAutoencoder(decoder.T, decoder, zeros, torch.zeros(5), zeros, HOOK, "m", 2)


def test_diff_mean_is_the_normalised_difference_of_the_two_means() -> None:
    acts, labels, _ = two_clouds(500, seed=0)
    difference = acts[labels].mean(0) - acts[~labels].mean(0)
    found = diff_mean(acts, labels, hook_point=HOOK)
    torch.testing.assert_close(found.vector, difference / difference.norm())
    assert (found.kind, found.feature_ids, found.hook_point) == ("diff mean", (), HOOK)


def test_diff_mean_finds_the_planted_shift_and_turns_with_the_labels() -> None:
    acts, labels, true = two_clouds(200_000, seed=1)
    found = diff_mean(acts, labels, hook_point=HOOK).vector
    assert found @ true > 0.999
    torch.testing.assert_close(diff_mean(acts, ~labels, hook_point=HOOK).vector, -found)


def test_linear_probe_reaches_the_optimum_that_scipy_finds() -> None:
    acts, labels, _ = two_clouds(400, seed=2)
    x = acts.double().numpy()
    z = (x - x.mean(0)) / x.std(0)
    y = np.where(labels.numpy(), 1.0, -1.0)

    def loss(parameters: np.ndarray) -> float:
        weights, bias = parameters[:-1], parameters[-1]
        return np.logaddexp(0, -y * (z @ weights + bias)).mean() + 0.05 / 2 * (weights**2).sum()

    best = minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-9}).x[:-1] / x.std(0)
    found = linear_probe(acts, labels, hook_point=HOOK, l2=0.05)
    np.testing.assert_allclose(found.vector.numpy(), best / np.linalg.norm(best), atol=1e-5)


def test_linear_probe_finds_a_shift_that_larger_noise_hides_from_the_eye() -> None:
    generator = torch.Generator().manual_seed(3)
    labels = torch.rand(3000, generator=generator) < 0.5
    acts = torch.randn(3000, 6, generator=generator)
    acts[:, 0] *= 50
    acts[:, 3] = 0.01 * acts[:, 3] + 0.04 * labels
    found = linear_probe(acts, labels, hook_point=HOOK).vector
    assert found[3] > 0.99
    assert auroc(acts @ found, labels) > 0.99


def test_linear_probe_does_not_care_about_shift_or_constant_inputs() -> None:
    acts, labels, _ = two_clouds(300, seed=4)
    plain = linear_probe(acts, labels, hook_point=HOOK).vector
    moved = torch.cat([acts + 100, torch.full((300, 1), 7.3)], dim=1)
    found = linear_probe(moved, labels, hook_point=HOOK).vector
    torch.testing.assert_close(found[:5], plain, rtol=0, atol=1e-4)
    assert found[5] == 0


def test_linear_probe_works_where_gradients_are_off() -> None:
    acts, labels, _ = two_clouds(300, seed=5)
    expected = linear_probe(acts, labels, hook_point=HOOK).vector
    with torch.no_grad():
        assert torch.equal(linear_probe(acts, labels, hook_point=HOOK).vector, expected)


def test_feature_direction_is_the_unit_decoder_row() -> None:
    sae = small_sae()
    found = feature_direction(sae, 4)
    torch.testing.assert_close(found.vector * sae.W_dec[4].norm(), sae.W_dec[4])
    assert (found.kind, found.name, found.feature_ids) == ("feature", "feature 4", (4,))
    assert feature_direction(sae, 4, kind="random feature").name == "random feature 4"
    for missing in (-1, 7):
        with pytest.raises(FeatureError, match="expected 0 to 6"):
            feature_direction(sae, missing)
    away = feature_direction(sae, 4, sign=-1)
    assert torch.equal(away.vector, -found.vector)
    assert away.name == "minus feature 4"


def test_a_feature_set_is_the_weighted_sum_of_its_decoder_rows() -> None:
    sae = small_sae()
    weights = torch.tensor([0.1, -3.0, 0.0, 2.0, 0.0, 0.5, 0.0])
    found = feature_set_direction(sae, weights, 2)
    expected = 2 * sae.W_dec[3] - 3 * sae.W_dec[1]
    torch.testing.assert_close(found.vector, expected / expected.norm())
    assert (found.kind, found.name) == ("feature set", "features -1 +3")
    assert found.feature_ids == (1, 3)
    whole = feature_set_direction(sae, weights, 4).vector
    torch.testing.assert_close(whole, torch.nn.functional.normalize(weights @ sae.W_dec, dim=0))


def test_random_directions_are_isotropic_unit_vectors_fixed_by_their_seed() -> None:
    found = random_directions(8, 500, seed=0, hook_point=HOOK)
    vectors = torch.stack([direction.vector for direction in found])
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(500))
    torch.testing.assert_close(vectors.mean(0), torch.zeros(8), rtol=0, atol=0.07)
    torch.testing.assert_close(vectors.T @ vectors / 500, torch.eye(8) / 8, rtol=0, atol=0.03)
    again = random_directions(8, 500, seed=0, hook_point=HOOK)
    assert all(torch.equal(a.vector, b.vector) for a, b in zip(found, again, strict=True))
    other = random_directions(8, 1, seed=1, hook_point=HOOK)[0]
    assert not torch.equal(other.vector, found[0].vector)


def test_a_direction_that_is_none_is_refused() -> None:
    labels = torch.tensor([True, False, True])
    with pytest.raises(FeatureError, match="norm 2; expected 1"):
        Direction(torch.tensor([2.0, 0.0]), "random", "x", (), HOOK)
    with pytest.raises(FeatureError, match="norm nan"):
        Direction(torch.tensor([torch.nan]), "random", "x", (), HOOK)
    for find in (diff_mean, linear_probe):
        with pytest.raises(FeatureError, match="rows do not differ with the label"):
            find(torch.ones(3, 4), labels, hook_point=HOOK)
        with pytest.raises(FeatureError, match="0 of 3 rows have the label"):
            find(torch.randn(3, 4), torch.zeros(3, dtype=torch.bool), hook_point=HOOK)
