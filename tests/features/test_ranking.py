"""A planted feature tied to the label comes first; nothing comes first where nothing is planted."""

import inspect
from dataclasses import replace

import pytest
import torch

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.errors import ActivationError
from latent_reasoning.features.auroc import FeatureError, auroc
from latent_reasoning.features.directions import diff_mean
from latent_reasoning.features.ranking import (
    RankedFeature,
    contrast,
    rank_features,
    split_groups,
)

D_MODEL = 20
TIED, OPPOSED, DEAD = 7, 3, 11


def known_dictionary() -> SparseAutoencoder:
    """Orthonormal features: encoding returns exactly what was planted."""
    basis = torch.linalg.qr(
        torch.randn(D_MODEL, D_MODEL, generator=torch.Generator().manual_seed(0))
    ).Q
    return SparseAutoencoder(
        W_enc=basis.T.contiguous(),
        W_dec=basis.contiguous(),
        b_enc=torch.zeros(D_MODEL),
        b_dec=torch.full((D_MODEL,), 2.0),
        threshold=torch.full((D_MODEL,), 0.5),
        hook_point="blocks.1.hook_resid_post",
        model="planted",
        k=4,
    )


def planted(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows in which feature TIED fires mostly with the label, OPPOSED less often with it."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.rand(n, generator=generator) < 0.3
    chance = torch.full((n, D_MODEL), 0.2)
    chance[:, TIED] = torch.where(labels, 0.95, 0.02)
    chance[:, OPPOSED] = torch.where(labels, 0.1, 0.6)
    chance[:, DEAD] = 0
    fires = torch.rand(n, D_MODEL, generator=generator) < chance
    sizes = 1 + torch.rand(n, D_MODEL, generator=generator)
    return known_dictionary().decode(fires * sizes), labels


def named(ranked: list[RankedFeature], name: str) -> RankedFeature:
    return next(feature for feature in ranked if feature.name == name)


def test_planted_features_come_first_with_their_signs() -> None:
    acts, labels = planted(3000, seed=1)
    features = [f for f in rank_features(known_dictionary(), acts, labels) if f.kind == "feature"]
    assert [feature.feature_id for feature in features[:2]] == [TIED, OPPOSED]
    assert features[0].contrast > 1.5 > 0 > features[1].contrast
    assert features[0].auroc.low > 0.9 > 0.5 > features[1].auroc.high
    assert abs(features[2].contrast) < 0.2
    assert features[2].auroc.low < 0.5 < features[2].auroc.high


def test_directions_point_towards_the_label_whichever_way_a_feature_goes_with_it() -> None:
    sae, (acts, labels) = known_dictionary(), planted(3000, seed=1)
    ranked = rank_features(sae, acts, labels)
    towards = named(ranked, f"feature {TIED}")
    torch.testing.assert_close(towards.direction.vector, sae.W_dec[TIED])
    away = named(ranked, f"minus feature {OPPOSED}")
    torch.testing.assert_close(away.direction.vector, -sae.W_dec[OPPOSED])
    assert away.telling == 1 - away.auroc.value > 0.6


def test_a_set_of_features_holds_the_planted_ones_with_their_signs() -> None:
    acts, labels = planted(3000, seed=1)
    ranked = rank_features(known_dictionary(), acts, labels)
    pair = named(ranked, f"features +{TIED} -{OPPOSED}")
    assert pair.kind == "feature set"
    assert pair.feature_id is None
    best = named(ranked, f"feature {TIED}")
    assert pair.auroc.value > best.auroc.value
    assert [len(f.direction.feature_ids) for f in ranked if f.kind == "feature set"] == [2, 4, 8]


def test_baselines_stand_in_the_list_and_find_the_planted_direction() -> None:
    acts, labels = planted(3000, seed=2)
    ranked = rank_features(known_dictionary(), acts, labels)
    true = known_dictionary().W_dec[TIED]
    for name in ("diff mean", "linear probe"):
        found = named(ranked, name)
        assert found.direction.vector @ true > 0.85
        assert found.auroc.low > 0.95
        assert (found.feature_id, found.density, found.max_activation) == (None, None, None)
    sizes = [abs(feature.contrast) for feature in ranked]
    assert sizes == sorted(sizes, reverse=True)


def test_numbers_are_those_of_the_half_that_nothing_was_fitted_on() -> None:
    sae, (acts, labels) = known_dictionary(), planted(800, seed=3)
    groups = torch.arange(800) // 4
    ranked = rank_features(sae, acts, labels, groups, seed=5)
    first = split_groups(labels, groups, seed=5)
    fitted = diff_mean(acts[first], labels[first], hook_point=sae.hook_point)
    found = named(ranked, "diff mean")
    assert torch.equal(found.direction.vector, fitted.vector)
    assert found.auroc.value == auroc(acts[~first] @ fitted.vector, labels[~first])
    feature = named(ranked, f"feature {TIED}")
    values = sae.encode(acts[~first])[:, TIED]
    assert feature.auroc.value == auroc(values, labels[~first])
    assert feature.density == pytest.approx((values > 0).double().mean().item())
    assert feature.max_activation == values.max().item()
    assert feature.auroc.n == len(groups[~first].unique())


def test_a_probe_that_only_memorises_scores_chance() -> None:
    generator = torch.Generator().manual_seed(4)
    acts = torch.randn(44, D_MODEL, generator=generator) + 2
    labels = torch.rand(44, generator=generator) < 0.5
    found = named(rank_features(known_dictionary(), acts, labels), "linear probe")
    first = split_groups(labels, torch.arange(44), seed=0)
    assert auroc(acts[first] @ found.direction.vector, labels[first]) > 0.95
    assert found.auroc.low < 0.5 < found.auroc.high


def test_dead_features_are_left_out() -> None:
    acts, labels = planted(1000, seed=6)
    ids = {feature.feature_id for feature in rank_features(known_dictionary(), acts, labels)}
    assert ids == {None, *range(D_MODEL)} - {DEAD}


def test_effect_is_filled_in_later() -> None:
    acts, labels = planted(500, seed=7)
    feature = rank_features(known_dictionary(), acts, labels)[0]
    assert feature.effect is None
    assert replace(feature, effect=0.4).effect == 0.4


def test_groups_never_lie_on_both_sides_and_both_sides_have_their_share_of_labels() -> None:
    labels = torch.rand(900, generator=torch.Generator().manual_seed(8)) < 0.2
    groups = 10 * (torch.arange(900) % 300)
    first = split_groups(labels, groups, seed=0)
    assert not set(groups[first].tolist()) & set(groups[~first].tolist())
    assert len(groups[first].unique()) == 150
    assert abs(labels[first].float().mean() - labels[~first].float().mean()) < 0.02
    assert torch.equal(first, split_groups(labels, groups, seed=0))
    assert not torch.equal(first, split_groups(labels, groups, seed=1))


def test_contrast_is_bounded_and_proportional_to_the_point_biserial_correlation() -> None:
    generator = torch.Generator().manual_seed(9)
    labels = torch.rand(400, generator=generator) < 0.3
    scores = torch.randn(400, 3, generator=generator) + 0.5 * labels[:, None]
    share = labels.double().mean()
    found = contrast(scores, labels) * (share * (1 - share)).sqrt()
    for column in range(3):
        stacked = torch.stack([scores[:, column].double(), labels.double()])
        torch.testing.assert_close(found[column], torch.corrcoef(stacked)[0, 1])
    bound = contrast(labels[:, None].float(), labels)
    torch.testing.assert_close(bound[0], 1 / (share * (1 - share)).sqrt())
    assert contrast(torch.ones(400, 1), labels) == 0


def test_impossible_requests_are_refused() -> None:
    sae, (acts, labels) = known_dictionary(), planted(100, seed=10)
    with pytest.raises(FeatureError, match="0 of 100 rows have the label"):
        rank_features(sae, acts, torch.zeros(100, dtype=torch.bool))
    with pytest.raises(FeatureError, match=r"shape \(100, 19\).*expected \[token, 20\]"):
        rank_features(sae, acts[:, 1:], labels)
    with pytest.raises(FeatureError, match="rows to fit on: 0 of 50 rows"):
        rank_features(sae, acts, torch.arange(100) == 99)
    broken = acts.clone()
    broken[3, 4] = torch.inf
    with pytest.raises(ActivationError, match="rank_features: 1 of 100 rows hold NaN or inf"):
        rank_features(sae, broken, labels)
    with pytest.raises(FeatureError, match="none of 20 features fires on 50 rows"):
        rank_features(replace(sae, threshold=torch.full((D_MODEL,), 1e6)), acts, labels)


def test_lengths_that_differ_are_named_to_users_who_run_without_shape_checks() -> None:
    sae, (acts, labels) = known_dictionary(), planted(100, seed=11)
    unchecked = inspect.unwrap(rank_features)
    with pytest.raises(FeatureError, match="100 rows and 99 labels"):
        unchecked(sae, acts, labels[1:])
    with pytest.raises(FeatureError, match="with 99 groups"):
        unchecked(sae, acts, labels, torch.arange(99))
