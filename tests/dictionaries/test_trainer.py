"""The sparse training step is the dense one of SAELens, in fewer operations."""

from typing import Any

import pytest
import torch
from trainers import BATCH, D_IN, D_SAE, WIDTHS, K, dense_loss, start, their_trainer

from latent_reasoning.dictionaries import codes as codes_module
from latent_reasoning.dictionaries import selection
from latent_reasoning.dictionaries.codes import (
    Codes,
    Transposed,
    by_level,
    decode,
    live_products,
)
from latent_reasoning.dictionaries.gradients import gradients
from latent_reasoning.dictionaries.jumprelu import jumprelu_gradients
from latent_reasoning.dictionaries.jumprelu_config import JumpReluConfig
from latent_reasoning.dictionaries.selection import above, batch_top_k, top_k
from latent_reasoning.dictionaries.trainer import Architecture, SparseTrainer
from latent_reasoning.dictionaries.weights import Weights, initial_transcoder

JUMPS = [
    JumpReluConfig("step", 0.05, initial_threshold=0.05, bandwidth=0.1),
    JumpReluConfig("quadratic", 0.02, initial_threshold=0.2, bandwidth=0.3),
    JumpReluConfig("tanh", 0.05, initial_threshold=0.4, bandwidth=0.3, pre_act_coefficient=0.01),
]


def assert_same_weights(ours: SparseTrainer, theirs: Any) -> None:
    weights = ours.weights
    torch.testing.assert_close(weights.encoder.T, theirs.W_enc.data, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(weights.decoder, theirs.W_dec.data, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(weights.b_enc, theirs.b_enc.data, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(weights.b_dec, theirs.b_dec.data, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("architecture", ["batchtopk", "topk", "matryoshka_batchtopk"])
@pytest.mark.parametrize("dead_after", [1000, 2])
def test_twenty_steps_are_those_of_sae_lens(architecture: Architecture, dead_after: int) -> None:
    rows, weights = start()
    theirs = their_trainer(weights, architecture, dead_after, 20, 1e-3)
    widths = WIDTHS if architecture == "matryoshka_batchtopk" else ()
    ours = SparseTrainer(weights, K, architecture, dead_after, widths=widths)
    had_dead = False
    for batch in rows[: 20 * BATCH].split(BATCH):
        output = theirs.step(batch)
        loss = ours.step(batch, 1e-3)
        assert loss.item() == pytest.approx(output.losses["mse_loss"].item(), rel=1e-4)
        assert torch.equal(ours.since_fired, theirs.n_forward_passes_since_fired)
        had_dead |= bool(ours.dead.any())
    assert had_dead == (dead_after == 2)
    assert_same_weights(ours, theirs.sae)


@pytest.mark.parametrize("jump", JUMPS, ids=lambda jump: jump.sparsity_loss)
@pytest.mark.parametrize("crowded", [0.0, 2.0])
def test_twenty_steps_of_a_jumprelu_are_those_of_sae_lens(
    jump: JumpReluConfig, crowded: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_module, "CROWDED", crowded)
    rows, weights = start()
    theirs = their_trainer(weights, "jumprelu", 2, 20, 3e-3, jump)
    ours = SparseTrainer(weights, K, "jumprelu", 2, jumprelu=jump)
    for batch in rows[: 20 * BATCH].split(BATCH):
        output = theirs.step(batch)
        loss = ours.step(batch, 3e-3)
        assert loss.item() == pytest.approx(output.losses["mse_loss"].item(), rel=1e-4)
        assert torch.equal(ours.since_fired, theirs.n_forward_passes_since_fired)
    assert_same_weights(ours, theirs.sae)
    torch.testing.assert_close(ours.threshold, theirs.sae.threshold.data, rtol=1e-3, atol=1e-5)
    assert (ours.threshold - jump.initial_threshold).abs().max() > 0.005
    if jump.pre_act_coefficient:
        assert ours.dead.any()


@pytest.mark.parametrize("architecture", ["batchtopk", "topk", "matryoshka_batchtopk", "jumprelu"])
@pytest.mark.parametrize("transcodes", [False, True])
@pytest.mark.parametrize("jump", JUMPS[:2], ids=lambda jump: jump.sparsity_loss)
def test_gradients_are_those_of_a_dense_loss(
    architecture: Architecture, transcodes: bool, jump: JumpReluConfig
) -> None:
    rows, weights = start()
    x, target = rows[:BATCH], None
    if transcodes:
        target = rows[:BATCH, :20] * rows[:BATCH, 1:21]
        generator = torch.Generator().manual_seed(1)
        weights = initial_transcoder(x.mean(0), target.mean(0), D_SAE, generator)
    threshold = torch.full((D_SAE,), jump.initial_threshold)
    leaves = Weights(*(tensor.clone().requires_grad_() for tensor in weights))
    gate = threshold.clone().requires_grad_()
    dense_loss(architecture, leaves, gate, x, target, jump, K).backward()
    centred, goal = (x - weights.b_dec, None) if target is None else (x, target - weights.b_dec)
    none = torch.zeros(D_SAE, dtype=torch.bool)
    if architecture == "jumprelu":
        near = above(centred, weights.encode, threshold - jump.bandwidth / 2)
        found = jumprelu_gradients(
            centred, weights, threshold, near, none, jump, jump.l0_coefficient, K, goal
        )
        torch.testing.assert_close(found.thresholds, gate.grad, rtol=1e-4, atol=1e-6)
        assert found.thresholds.any()
    else:
        select = top_k if architecture == "topk" else batch_top_k
        codes = select(centred, weights.encode, weights.decoder.norm(dim=1), K)
        widths = WIDTHS if architecture == "matryoshka_batchtopk" else ()
        found = gradients(x, centred, weights, codes, none, goal=goal, widths=widths)
    for mine, theirs in zip(found.gradients, leaves, strict=True):
        torch.testing.assert_close(mine, theirs.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("chunk", [1, 700, 2**22])
@pytest.mark.parametrize("margin", [0.01, 1.4])
def test_selection_is_exact_whatever_the_guess_and_the_chunks(
    chunk: int, margin: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "CHUNK_VALUES", chunk)
    monkeypatch.setattr(selection, "MARGIN", margin)
    # The first rows are the largest, so that a guess made from them is too high.
    pre = torch.randn(50, D_SAE) * torch.linspace(5, 0.1, 50)[:, None]
    scale = torch.rand(D_SAE) + 0.5
    scaled = (pre * scale).relu()
    for select, expected in (
        (batch_top_k, scaled.flatten() >= scaled.flatten().topk(3 * 50).values.min()),
        (top_k, scaled >= scaled.topk(3, dim=1).values.min(1, keepdim=True).values),
    ):
        found = select(pre, lambda x: x, scale, 3)
        dense = torch.zeros(50, D_SAE)
        dense[found.rows, found.features] = found.values
        assert torch.equal(dense, pre * expected.view(50, D_SAE) * (pre > 0))
        assert torch.equal(found.rows, found.rows.sort().values)


@pytest.mark.parametrize("crowded", [0.0, 2.0])
def test_sparse_products_equal_dense_ones(crowded: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes_module, "CROWDED", crowded)
    dense = torch.randn(40, D_SAE) * (torch.rand(40, D_SAE) < 0.05)
    dense[3], dense[:, 5] = 0, 0
    rows, features = dense.nonzero(as_tuple=True)
    codes = Codes(rows, features, dense[rows, features], 40, D_SAE)
    table, other = torch.randn(D_SAE, D_IN), torch.randn(40, D_IN)
    torch.testing.assert_close(decode(codes, table), dense @ table)
    torch.testing.assert_close(
        live_products(codes, other, table), (other @ table.T)[rows, features]
    )
    torch.testing.assert_close(Transposed(codes).product(codes.values, other), dense.T @ other)
    levels = by_level(codes, WIDTHS)
    parts = decode(levels, table).unflatten(0, (3, 40))
    for width, prefix in zip(WIDTHS, parts.cumsum(0), strict=True):
        torch.testing.assert_close(prefix, dense[:, :width] @ table[:width])
    torch.testing.assert_close(Transposed(levels).product(levels.values, other), dense.T @ other)


def test_a_restored_state_goes_on_to_the_same_weights() -> None:
    rows, weights = start()
    whole = SparseTrainer(weights, K, "batchtopk", 2)
    batches = rows.split(BATCH)
    for batch in batches[:5]:
        whole.step(batch, 1e-3)
    resumed = SparseTrainer(start(seed=1)[1], K, "batchtopk", 2)
    resumed.restore({name: tensor.clone() for name, tensor in whole.state().items()})
    for batch in batches[5:10]:
        whole.step(batch, 1e-3)
        resumed.step(batch, 1e-3)
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, resumed.state()[name]), name
