"""SAELens' own trainer runs on the sparse architectures and arrives where its dense ones do."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sae_lens import SAE
from sae_lens.config import LoggingConfig, SAETrainerConfig
from sae_lens.training.sae_trainer import SAETrainer
from trainers import BATCH, D_IN, D_SAE, WIDTHS, K, start, their_trainer

from latent_reasoning.dictionaries.loading import load_dictionary
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.saelens_training import (
    SparseBatchTopK,
    SparseBatchTopKConfig,
    SparseMatryoshka,
    SparseMatryoshkaConfig,
)
from latent_reasoning.dictionaries.trainer import Architecture


def sparse_sae(architecture: Architecture) -> SparseBatchTopK | SparseMatryoshka:
    if architecture == "batchtopk":
        return SparseBatchTopK(SparseBatchTopKConfig(d_in=D_IN, d_sae=D_SAE, k=float(K)))
    widths = list(WIDTHS)
    config = SparseMatryoshkaConfig(d_in=D_IN, d_sae=D_SAE, k=float(K), matryoshka_widths=widths)
    return SparseMatryoshka(config)


@pytest.mark.parametrize("architecture", ["batchtopk", "matryoshka_batchtopk"])
@pytest.mark.parametrize("dead_after", [1000, 2])
def test_their_trainer_arrives_at_the_same_weights(
    architecture: Architecture, dead_after: int, tmp_path: Path
) -> None:
    rows, weights = start()
    dense = their_trainer(weights, architecture, dead_after, 20, 1e-3)
    sae = sparse_sae(architecture)
    sae.load_state_dict({name: t.clone() for name, t in dense.sae.state_dict().items()})
    sparse = SAETrainer(cfg=dense.cfg, sae=sae, data_provider=iter([]))
    for batch in rows[: 20 * BATCH].split(BATCH):
        expected, found = dense.step(batch), sparse.step(batch)
        assert found.losses["mse_loss"].item() == pytest.approx(
            expected.losses["mse_loss"].item(), rel=1e-4
        )
        torch.testing.assert_close(found.sae_out, expected.sae_out, rtol=1e-3, atol=1e-3)
    for name, tensor in dense.sae.state_dict().items():
        torch.testing.assert_close(
            sae.state_dict()[name], tensor, rtol=1e-3, atol=1e-5, check_dtype=False, msg=name
        )
    assert torch.equal(sparse.act_freq_scores, dense.act_freq_scores)
    assert torch.equal(sparse.n_forward_passes_since_fired, dense.n_forward_passes_since_fired)
    sae.cfg.metadata.model_name, sae.cfg.metadata.hook_name = "m", "blocks.0.hook_resid_post"
    sae.save_inference_model(tmp_path)
    x = rows[:100]
    theirs = SAE.load_from_disk(tmp_path)
    torch.testing.assert_close(
        load_dictionary(tmp_path).encode(x), theirs.encode(x), rtol=0, atol=1e-4
    )


def test_a_whole_training_runs() -> None:
    rows, _ = start()
    config = SAETrainerConfig(
        total_training_samples=4 * BATCH,
        train_batch_size_samples=BATCH,
        lr=1e-3,
        lr_end=1e-4,
        logger=LoggingConfig(log_to_wandb=False),
    )
    provider = iter(rows.split(BATCH))
    trained = SAETrainer(cfg=config, sae=sparse_sae("batchtopk"), data_provider=provider).fit()
    assert trained.W_dec.isfinite().all()


def test_a_loss_that_is_not_computed_sparsely_is_refused() -> None:
    config = SparseBatchTopKConfig(d_in=D_IN, d_sae=D_SAE, k=float(K))
    for wrong in (
        {"aux_loss_coefficient": 0.5},
        {"k": 2.5},
        {"normalize_activations": "layer_norm"},
    ):
        with pytest.raises(DictionaryError, match="sparse_batchtopk: .*expected"):
            SparseBatchTopK(replace(config, **wrong))
