"""Training steps to compare with: SAELens' own, and dense ones by automatic differentiation."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from planted_rows import planted_rows
from torch import Tensor

from latent_reasoning.dictionaries.jumprelu_config import JumpReluConfig
from latent_reasoning.dictionaries.trainer import Architecture
from latent_reasoning.dictionaries.weights import Weights, initial_weights

D_IN, D_SAE, K, BATCH = 32, 96, 4, 128
WIDTHS = (8, 32, 96)


def start(seed: int = 0) -> tuple[Float[Tensor, "token d_in"], Weights]:
    rows = planted_rows(4096, seed)
    rows = rows * (D_IN**0.5 / rows.norm(dim=1).mean())
    generator = torch.Generator().manual_seed(seed)
    return rows, initial_weights(D_IN, D_SAE, rows.mean(0), generator)


def their_sae(architecture: Architecture, d_in: int, d_sae: int, jump: JumpReluConfig, k: int):
    import sae_lens as lens

    if architecture == "batchtopk":
        config = lens.BatchTopKTrainingSAEConfig(d_in=d_in, d_sae=d_sae, k=float(k))
        return lens.BatchTopKTrainingSAE(config)
    if architecture == "topk":
        return lens.TopKTrainingSAE(lens.TopKTrainingSAEConfig(d_in=d_in, d_sae=d_sae, k=k))
    if architecture == "matryoshka_batchtopk":
        config = lens.MatryoshkaBatchTopKTrainingSAEConfig(
            d_in=d_in, d_sae=d_sae, k=float(k), matryoshka_widths=list(WIDTHS)
        )
        return lens.MatryoshkaBatchTopKTrainingSAE(config)
    config = lens.JumpReLUTrainingSAEConfig(
        d_in=d_in,
        d_sae=d_sae,
        jumprelu_init_threshold=jump.initial_threshold,
        jumprelu_bandwidth=jump.bandwidth,
        jumprelu_sparsity_loss_mode=jump.sparsity_loss,
        l0_coefficient=jump.l0_coefficient,
        jumprelu_tanh_scale=jump.tanh_scale,
        pre_act_loss_coefficient=jump.pre_act_coefficient or None,
        target_l0=float(k) if jump.sparsity_loss == "quadratic" else None,
    )
    return lens.JumpReLUTrainingSAE(config)


def their_trainer(
    weights: Weights,
    architecture: Architecture,
    dead_after: int,
    steps: int,
    rate: float,
    jump: JumpReluConfig | None = None,
) -> Any:
    from sae_lens.config import LoggingConfig, SAETrainerConfig
    from sae_lens.training.sae_trainer import SAETrainer

    d_sae, d_in = weights.decoder.shape
    sae = their_sae(architecture, d_in, d_sae, jump or JumpReluConfig(), K)
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


class _Gate(torch.autograd.Function):
    """`h` where it passes its threshold, with the straight-through estimate for the threshold."""

    @staticmethod
    def forward(ctx: Any, h: Tensor, threshold: Tensor, width: float, passes: bool) -> Tensor:
        ctx.save_for_backward(h, threshold)
        ctx.width, ctx.passes = width, passes
        return torch.where(h > threshold, h if passes else torch.ones_like(h), 0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore
        h, threshold = ctx.saved_tensors
        ramp = ((h - threshold).abs() < ctx.width / 2) * grad / ctx.width
        if not ctx.passes:
            return None, -ramp.sum(0), None, None
        return grad * (h > threshold), -(threshold * ramp).sum(0), None, None


def dense_loss(
    architecture: Architecture,
    weights: Weights,
    threshold: Tensor,
    x: Tensor,
    target: Tensor | None,
    jump: JumpReluConfig,
    k: int,
) -> Tensor:
    """The loss of a batch without dead features, written densely from the papers."""
    centred = x - weights.b_dec if target is None else x
    wanted = x if target is None else target
    h = centred @ weights.encoder.T + weights.b_enc
    norms = weights.decoder.norm(dim=1)

    def error(acts: Tensor) -> Tensor:
        return (acts @ weights.decoder + weights.b_dec - wanted).square().sum(1).mean()

    if architecture == "jumprelu":
        acts: Tensor = _Gate.apply(h, threshold, jump.bandwidth, True)  # pyright: ignore
        l0: Tensor = _Gate.apply(h, threshold, jump.bandwidth, False).sum(1)  # pyright: ignore
        penalties: dict[str, Callable[[], Tensor]] = {
            "step": lambda: l0,
            "quadratic": lambda: 2 * (l0 - k) ** 2 / k,
            "tanh": lambda: torch.tanh(jump.tanh_scale * acts * norms).sum(1),
        }
        return error(acts) + jump.l0_coefficient * penalties[jump.sparsity_loss]().mean()
    ranked = (h * norms).detach().relu()
    kept = (
        ranked >= ranked.topk(k, dim=1).values[:, -1:]
        if architecture == "topk"
        else ranked >= ranked.flatten().topk(k * len(x)).values[-1]
    ) & (ranked > 0)
    acts = h * kept
    widths = WIDTHS if architecture == "matryoshka_batchtopk" else (len(norms),)
    inside = torch.arange(len(norms))
    return torch.stack([error(acts * (inside < width)) for width in widths]).sum()
