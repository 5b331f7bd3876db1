"""Updates agree with autograd on the loss as it is written, and the schedules with their words."""

from dataclasses import replace

import pytest
import torch
from planted_pairs import CONFIG, Pair, directions

from latent_reasoning.dictionaries.crosscoders.stepping import (
    batch_top_k_step,
    l1_step,
    source_norms,
)
from latent_reasoning.dictionaries.crosscoders.training import first_k, k_at, new_trainer
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.weights import Weights

K, PENALTY, N_MODELS = 3, 0.7, 2


def start() -> tuple[torch.Tensor, SparseTrainer]:
    ones = directions(20, 1)
    rows = Pair(ones, ones.flip(0), 0.2).rows(300, 0)
    trainer = new_trainer(rows, CONFIG)
    # Decoders that differ between the models, so that the two norms of a feature do too.
    torch.manual_seed(0)
    trainer.weights.decoder[:, :32] *= 0.2 + torch.rand(CONFIG.d_sae, 1)
    trainer.weights.b_enc.normal_(std=0.1)
    return rows.batch(torch.arange(256)), trainer


def gradients_of(trainer: SparseTrainer, x: torch.Tensor, architecture: str) -> list[torch.Tensor]:
    """Gradients by autograd, from the definition of the loss."""
    weights = Weights(*(tensor.clone().requires_grad_() for tensor in trainer.weights))
    pre = weights.encode(x - weights.b_dec)
    norms = weights.decoder.unflatten(1, (N_MODELS, -1)).norm(dim=2).sum(dim=1)
    acts = pre.relu()
    if architecture == "batchtopk":
        compared = (acts * norms).flatten()
        kept = compared >= compared.topk(K * len(x)).values.min()
        acts = acts * kept.view_as(acts)
    loss = (acts @ weights.decoder + weights.b_dec - x).square().sum(dim=1).mean()
    if architecture == "l1":
        loss = loss + PENALTY * (acts * norms).sum(dim=1).mean()
    return list(torch.autograd.grad(loss, list(weights)))


@pytest.mark.parametrize("architecture", ["batchtopk", "l1"])
def test_an_update_follows_the_gradient_of_the_loss(
    architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, trainer = start()
    expected = gradients_of(trainer, x, architecture)
    taken: list[torch.Tensor] = []
    monkeypatch.setattr(trainer.adam, "step", lambda found, rate: taken.extend(found))
    if architecture == "l1":
        l1_step(trainer, x, N_MODELS, 1e-3, PENALTY)
    else:
        batch_top_k_step(trainer, x, N_MODELS, 1e-3, K)
    for name, ours, theirs in zip(Weights._fields, taken, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5, msg=name)


def test_features_are_selected_by_the_sum_of_their_norms_over_the_models() -> None:
    x, trainer = start()
    decoder = trainer.weights.decoder
    joint, summed = decoder.norm(dim=1), source_norms(decoder, N_MODELS).sum(dim=1)
    assert (summed / joint).std() > 0.01
    batch_top_k_step(trainer, x, N_MODELS, 0.0, K)
    acts = trainer.weights.encode(x - trainer.weights.b_dec).relu()
    limit = (acts * summed).flatten().topk(K * len(x)).values.min()
    fired = (acts * summed >= limit).any(dim=0)
    assert torch.equal(trainer.since_fired == 0, fired)


def test_k_falls_to_its_final_value_and_stays() -> None:
    config = replace(CONFIG, steps=100, anneal=0.4, k=4, k_start=20)
    ks = [k_at(step, config) for step in range(100)]
    assert ks == sorted(ks, reverse=True)
    assert (ks[0], ks[20], ks[40], ks[-1]) == (20, 12, 4, 4)
    assert {k_at(step, replace(config, anneal=0.0)) for step in range(100)} == {4}
    assert first_k(replace(CONFIG, k=30, d_sae=40)) == 40
