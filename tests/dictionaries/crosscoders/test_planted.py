"""What is planted in two models is found, and what only looks new is unmasked."""

from dataclasses import replace

import pytest
import torch
from jaxtyping import Float
from planted_pairs import CONFIG, D_IN, SOURCES, Pair, directions, rotation
from torch import Tensor
from torch.nn.functional import normalize

from latent_reasoning.dictionaries.crosscoders import training
from latent_reasoning.dictionaries.crosscoders.checkpoints import Measured
from latent_reasoning.dictionaries.crosscoders.command import measured
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig
from latent_reasoning.dictionaries.crosscoders.source_rows import SourceRows
from latent_reasoning.dictionaries.crosscoders.training import fit_rows, new_trainer
from latent_reasoning.dictionaries.trainer import SparseTrainer

N, RATE = 24, 0.125
ONES = directions(N, 0)


def fit(rows: SourceRows, fresh: SourceRows, config: CrosscoderConfig = CONFIG) -> Measured:
    return measured(fit_rows(rows, config), torch.stack(fresh.rows, dim=1))


def cosines(found: Measured, column: int, planted: Float[Tensor, "feature d_in"]) -> Tensor:
    return normalize(found.crosscoder.W_dec[:, column], dim=1) @ normalize(planted, dim=1).T


def exclusive(found: Measured, *, scaled: bool) -> list[int]:
    return [
        record.feature_id
        for record in found.records
        if (record.kind if scaled else record.by_norm) in ("base-only", "tuned-only")
    ]


def test_shared_and_exclusive_features_are_recovered_under_a_rotation() -> None:
    turn = rotation(5)
    base, tuned = ONES.clone(), ONES @ turn
    base[20:], tuned[16:20] = 0, 0
    pair = Pair(base, tuned, RATE)
    found = fit(pair.rows(10_000, 0), pair.rows(4000, 1))
    in_base, in_tuned = cosines(found, 0, ONES), cosines(found, 1, ONES @ turn)
    planted = [("shared", in_base.minimum(in_tuned)[:, :16])]
    planted += [("base-only", in_base[:, 16:20]), ("tuned-only", in_tuned[:, 20:])]
    for kind, alike in planted:
        best = alike.max(dim=0)
        assert best.values.min() > 0.95, kind
        assert {found.records[i].kind for i in best.indices.tolist()} == {kind}
    assert found.metrics.l0 == pytest.approx(CONFIG.k, rel=0.1)
    assert max(found.metrics.fvu) < 0.02


def test_a_shared_feature_is_written_in_each_model_as_the_rotation_says() -> None:
    turn = rotation(7)
    pair = Pair(ONES, ONES @ turn, RATE)
    found = fit(pair.rows(10_000, 0), pair.rows(4000, 1))
    assert exclusive(found, scaled=False) == []
    best = cosines(found, 0, ONES).argmax(dim=0)
    decoder = normalize(found.crosscoder.W_dec[best], dim=2)
    assert torch.sum(decoder[:, 0] @ turn * decoder[:, 1], dim=1).min() > 0.98
    assert all(abs(found.records[i].norm_ratio - 0.5) < 0.02 for i in best.tolist())


def test_a_penalty_shrinks_a_weak_decoder_away_and_scaling_unmasks_it() -> None:
    weak = ONES.clone()
    weak[20:] *= 0.3
    pair = Pair(weak, ONES, RATE)
    rows, fresh = pair.rows(8000, 0), pair.rows(4000, 1)
    penalised = fit(rows, fresh, replace(CONFIG, architecture="l1", l1=1.5))
    false = exclusive(penalised, scaled=False)
    assert len(false) >= 4
    assert set(cosines(penalised, 1, ONES)[:, 20:].argmax(dim=0).tolist()) <= set(false)
    assert exclusive(penalised, scaled=True) == []
    for i in false:
        nu = penalised.records[i].nu_error["base"]
        assert nu is not None
        assert 0.2 < nu < 0.45
    assert exclusive(fit(rows, fresh), scaled=False) == []


def decoupled(n: int, seed: int) -> SourceRows:
    """Four concepts that fire on the same tokens in both models, each as strongly as it likes."""
    generator = torch.Generator().manual_seed(seed + 77)
    fires = Pair(ONES, ONES, RATE).fires(n, seed)
    base = fires * (1 + torch.rand(n, N, generator=generator))
    tuned = base.clone()
    tuned[:, 20:] = fires[:, 20:] * (1 + torch.rand(n, 4, generator=generator))
    noise = 0.02 * torch.randn(2, n, D_IN, generator=generator)
    return SourceRows.of(SOURCES, (base @ ONES + noise[0], tuned @ ONES + noise[1]))


def test_a_penalty_splits_one_concept_in_two_and_scaling_unmasks_it() -> None:
    rows, fresh = decoupled(8000, 0), decoupled(4000, 1)
    penalised = fit(rows, fresh, replace(CONFIG, architecture="l1", l1=0.25))
    false = [penalised.records[i] for i in exclusive(penalised, scaled=False)]
    assert len(false) >= 2
    assert exclusive(penalised, scaled=True) == []
    for record in false:
        written = min(nu for nu in record.nu_reconstruction.values() if nu is not None)
        assert written > 0.7
    # What the others leave says nothing here: the other half of the concept has taken it.
    errors = [nu for record in false for nu in record.nu_error.values() if nu is not None]
    assert min(errors) < 0.2
    assert exclusive(fit(rows, fresh), scaled=False) == []


@pytest.mark.parametrize("architecture", ["batchtopk", "l1"])
def test_identical_models_share_every_feature_evenly(architecture: str) -> None:
    rows = Pair(ONES, ONES, RATE).rows(4000, 0).rows[0]
    same = SourceRows.of(SOURCES, (rows, 3.0 * rows))
    config = replace(CONFIG, architecture=architecture, steps=200)
    found = measured(fit_rows(same, config), torch.stack(same.rows, dim=1))
    ratios = torch.tensor([record.norm_ratio for record in found.records])
    torch.testing.assert_close(ratios, torch.full_like(ratios, 0.5), rtol=0, atol=1e-6)
    assert {record.kind for record in found.records} <= {"shared", "dead"}
    scales = [record.nu_error for record in found.records if record.kind == "shared"]
    assert all(nu[role] == pytest.approx(1, abs=1e-3) for nu in scales for role in nu)


def test_identical_models_share_evenly_wherever_their_decoders_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def apart(rows: SourceRows, config: CrosscoderConfig) -> SparseTrainer:
        trainer = new_trainer(rows, config)
        lean = 0.3 + 1.4 * torch.rand(config.d_sae, 1, generator=torch.Generator().manual_seed(0))
        trainer.weights.decoder[:, :D_IN] *= lean
        return trainer

    rows = Pair(ONES, ONES, RATE).rows(6000, 0).rows[0]
    same = SourceRows.of(SOURCES, (rows, rows))
    monkeypatch.setattr(training, "new_trainer", apart)
    found = measured(fit_rows(same, CONFIG), torch.stack(same.rows, dim=1))
    live = [record.norm_ratio for record in found.records if record.density > 0.01]
    assert len(live) >= N
    assert max(abs(ratio - 0.5) for ratio in live) < 0.02


def test_independent_noise_alone_makes_no_exclusive_feature() -> None:
    pair = Pair(ONES, ONES, RATE)
    assert exclusive(fit(pair.rows(8000, 0), pair.rows(4000, 1)), scaled=False) == []
