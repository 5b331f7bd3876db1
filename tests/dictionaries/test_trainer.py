"""The sparse training step is the dense one of SAELens, in fewer operations."""

from typing import Any

import pytest
import torch
from jaxtyping import Float
from planted_rows import planted_rows
from torch import Tensor

from latent_reasoning.dictionaries import selection
from latent_reasoning.dictionaries.codes import Codes, Transposed, decode, live_products
from latent_reasoning.dictionaries.selection import batch_top_k, top_k
from latent_reasoning.dictionaries.trainer import Architecture, SparseTrainer
from latent_reasoning.dictionaries.weights import Weights, initial_weights

D_IN, D_SAE, K, BATCH = 32, 96, 4, 128


def their_trainer(
    weights: Weights, architecture: Architecture, dead_after: int, steps: int, rate: float
) -> Any:
    from sae_lens import (
        BatchTopKTrainingSAE,
        BatchTopKTrainingSAEConfig,
        TopKTrainingSAE,
        TopKTrainingSAEConfig,
    )
    from sae_lens.config import LoggingConfig, SAETrainerConfig
    from sae_lens.training.sae_trainer import SAETrainer

    d_sae, d_in = weights.decoder.shape
    sae = (
        BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(d_in=d_in, d_sae=d_sae, k=float(K)))
        if architecture == "batchtopk"
        else TopKTrainingSAE(TopKTrainingSAEConfig(d_in=d_in, d_sae=d_sae, k=K))
    )
    sae.W_enc.data.copy_(weights.encoder.T)
    sae.W_dec.data.copy_(weights.decoder)
    sae.b_enc.data.copy_(weights.b_enc)
    sae.b_dec.data.copy_(weights.b_dec)
    config = SAETrainerConfig(
        total_training_samples=steps * BATCH,
        train_batch_size_samples=BATCH,
        lr=rate,
        lr_end=rate,
        lr_warm_up_steps=0,
        lr_decay_steps=0,
        dead_feature_window=dead_after,
        device="cpu",
        logger=LoggingConfig(log_to_wandb=False),
    )
    return SAETrainer(cfg=config, sae=sae, data_provider=iter([]))


def start(seed: int = 0) -> tuple[Float[Tensor, "token d_in"], Weights]:
    rows = planted_rows(4096, seed)
    rows = rows * (D_IN**0.5 / rows.norm(dim=1).mean())
    generator = torch.Generator().manual_seed(seed)
    return rows, initial_weights(D_IN, D_SAE, rows.mean(0), generator)


@pytest.mark.parametrize("architecture", ["batchtopk", "topk"])
@pytest.mark.parametrize("dead_after", [1000, 2])
def test_twenty_steps_are_those_of_sae_lens(architecture: Architecture, dead_after: int) -> None:
    rows, weights = start()
    theirs = their_trainer(weights, architecture, dead_after, 20, 1e-3)
    ours = SparseTrainer(weights, K, architecture, dead_after)
    had_dead = False
    for batch in rows[: 20 * BATCH].split(BATCH):
        output = theirs.step(batch)
        loss = ours.step(batch, 1e-3)
        assert loss.item() == pytest.approx(output.losses["mse_loss"].item(), rel=1e-4)
        assert torch.equal(ours.since_fired, theirs.n_forward_passes_since_fired)
        had_dead |= bool(ours.dead.any())
    assert had_dead == (dead_after == 2)
    torch.testing.assert_close(weights.encoder.T, theirs.sae.W_enc.data, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(weights.decoder, theirs.sae.W_dec.data, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(weights.b_enc, theirs.sae.b_enc.data, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(weights.b_dec, theirs.sae.b_dec.data, rtol=1e-3, atol=1e-5)


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


def test_sparse_products_equal_dense_ones() -> None:
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
