"""The sparse training step inside SAELens: architectures its `SAETrainer` takes as its own.

Importing this module registers `sparse_batchtopk` and `sparse_matryoshka_batchtopk`. They train as
`batchtopk` and `matryoshka_batchtopk` do and are saved as the same JumpReLU; only the arithmetic
differs. The optimiser, the schedule and the moving average of the threshold are those of SAELens.

This is the one module that imports sae_lens as it is imported, since its classes derive from it;
nothing else of the package imports this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sae_lens import (
    BatchTopKTrainingSAE,
    BatchTopKTrainingSAEConfig,
    MatryoshkaBatchTopKTrainingSAE,
    MatryoshkaBatchTopKTrainingSAEConfig,
    register_sae_training_class,
)
from sae_lens.saes.sae import TrainStepInput, TrainStepOutput
from torch import Tensor
from typing_extensions import override

from latent_reasoning.dictionaries.codes import Codes, decode
from latent_reasoning.dictionaries.gradients import gradients
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.selection import batch_top_k
from latent_reasoning.dictionaries.weights import Weights


@dataclass
class SparseBatchTopKConfig(BatchTopKTrainingSAEConfig):
    """Settings as those of `BatchTopKTrainingSAEConfig`."""

    @override
    @classmethod
    def architecture(cls) -> str:
        return "sparse_batchtopk"


@dataclass
class SparseMatryoshkaConfig(MatryoshkaBatchTopKTrainingSAEConfig):
    """Settings as those of `MatryoshkaBatchTopKTrainingSAEConfig`."""

    @override
    @classmethod
    def architecture(cls) -> str:
        return "sparse_matryoshka_batchtopk"


class SparseBatchTopK(BatchTopKTrainingSAE):
    """`BatchTopKTrainingSAE` whose update is computed from the live entries only."""

    def __init__(self, cfg: SparseBatchTopKConfig, use_error_term: bool = False) -> None:
        _refuse_other_losses(cfg)
        super().__init__(cfg, use_error_term)

    @override
    def training_forward_pass(self, step_input: TrainStepInput) -> TrainStepOutput:
        return _sparse_pass(self, step_input, ())


class SparseMatryoshka(MatryoshkaBatchTopKTrainingSAE):
    """`MatryoshkaBatchTopKTrainingSAE` whose update is computed from the live entries only."""

    def __init__(self, cfg: SparseMatryoshkaConfig, use_error_term: bool = False) -> None:
        _refuse_other_losses(cfg)
        super().__init__(cfg, use_error_term)

    @override
    def training_forward_pass(self, step_input: TrainStepInput) -> TrainStepOutput:
        return _sparse_pass(self, step_input, self.cfg.matryoshka_widths)


def _refuse_other_losses(cfg: BatchTopKTrainingSAEConfig) -> None:
    expected = {
        "apply_b_dec_to_input": True,
        "rescale_acts_by_decoder_norm": True,
        "aux_loss_coefficient": 1.0,
        "use_matryoshka_aux_loss": False,
        "dtype": "float32",
    }
    found = {name: getattr(cfg, name, value) for name, value in expected.items()}
    plain = cfg.normalize_activations in ("none", "expected_average_only_in")
    if found != expected or not plain or float(cfg.k) != round(cfg.k):
        raise DictionaryError(
            f"{cfg.architecture()}: {found}, normalize_activations {cfg.normalize_activations!r}, "
            f"k {cfg.k}; expected {expected}, 'none' or 'expected_average_only_in', and a whole k"
        )


class _Loss(torch.autograd.Function):
    """The loss of a batch, whose gradients were computed along with it."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, found: Weights, *_: Tensor) -> Tensor:
        ctx.found = found
        return loss

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore
        encoder, *others = (tensor.mul_(grad) for tensor in ctx.found)
        return None, None, encoder.T, *others


def _sparse_pass(
    sae: BatchTopKTrainingSAE, step_input: TrainStepInput, widths: Sequence[int]
) -> TrainStepOutput:
    x, dead = step_input.sae_in, step_input.dead_neuron_mask
    parameters = (sae.W_enc, sae.W_dec, sae.b_enc, sae.b_dec)
    with torch.no_grad():
        weights = Weights(sae.W_enc.T, sae.W_dec, sae.b_enc, sae.b_dec)
        centred, norms = x - sae.b_dec, sae.W_dec.norm(dim=1)
        codes = batch_top_k(centred, weights.encode, norms, round(sae.cfg.k))
        dead = torch.zeros_like(norms, dtype=torch.bool) if dead is None else dead
        found = gradients(x, centred, weights, codes, dead, widths=widths)
        acts = _as_matrix(codes, norms)
        made = decode(codes, sae.W_dec) + sae.b_dec
        sae.update_topk_threshold(acts.values())
    loss: Tensor = _Loss.apply(found.loss, found.gradients, *parameters)  # pyright: ignore
    return TrainStepOutput(
        sae_in=x,
        sae_out=made,
        feature_acts=acts,
        hidden_pre=acts,
        loss=loss,
        losses={"mse_loss": found.loss},
        metrics={"topk_threshold": sae.topk_threshold},
    )


def _as_matrix(codes: Codes, norms: Tensor) -> Tensor:
    """Activations in units of the decoder norms, as SAELens has them, as a sparse matrix."""
    values = codes.values * norms[codes.features]
    index = torch.stack([codes.rows, codes.features])
    shape = (codes.n_rows, codes.d_sae)
    return torch.sparse_coo_tensor(index, values, shape, check_invariants=False).coalesce()


for _class, _config in (
    (SparseBatchTopK, SparseBatchTopKConfig),
    (SparseMatryoshka, SparseMatryoshkaConfig),
):
    register_sae_training_class(_config.architecture(), _class, _config)
