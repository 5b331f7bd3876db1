"""Applying a plan: `with steer(model, plan): ...`.

1. A hook on the whole model sees how every forward call begins: how many tokens the cache already
   holds and which tokens are padding. That alone decides which positions are prompt and which are
   generated, so the same plan works with and without cache, and with padding on either side.
2. A hook at the hook point applies the operator there.
3. Both are removed on every exit. A plan that was never applied raises.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.errors import HookPointError, LatentReasoningError
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import CACHE_NAMES, LoadedModel
from latent_reasoning.steering import operators
from latent_reasoning.steering.plan import Positions, SteeringPlan


@dataclass
class _Call:
    """What is known about the forward call under way."""

    cached: int = 0
    """Tokens the cache held before the call."""
    mask: Tensor | None = None
    """Attention mask over cached and new tokens; None means no padding."""


@contextmanager
def steer(
    model: LoadedModel,
    plan: SteeringPlan,
    prompt_lengths: Int[Tensor, " batch"] | None = None,
) -> Iterator[None]:
    """Apply a plan to every forward call inside the block.

    Coefficient 0 of `add` leaves activations as they are, bit for bit.

    Args:
        model: The model to steer; it is as before once the block ends.
        plan: What to do.
        prompt_lengths: For whole texts without cache (prompt and completion in one call): real
            tokens of each prompt. Without it the first call of a cache is all prompt.

    Raises:
        HookPointError: The hook point does not exist, or the plan was never applied.
    """
    if plan.direction.vector.numel() != model.d_model:
        raise LatentReasoningError(
            f"steer: direction {plan.direction.name!r} has {plan.direction.vector.numel()} "
            f"dimensions, {model.name} has d_model {model.d_model}; use a direction of this model"
        )
    call, applied = _Call(), [0]
    direction = plan.direction.vector.to(model.device)
    delta = plan.delta.to(model.device)
    written = None if plan.written is None else plan.written.to(model.device, model.dtype)

    signature = inspect.signature(model.model.forward)

    def note(_: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = {**signature.bind_partial(*args, **kwargs).arguments, **kwargs}
        cache = next((given[name] for name in CACHE_NAMES if given.get(name) is not None), None)
        call.cached = 0 if cache is None else cache.get_seq_length()
        call.mask = given.get("attention_mask")

    def change(x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        where = chosen_positions(
            x.shape[:2], call.cached, call.mask, plan.positions, prompt_lengths
        )
        where = where.to(x.device)
        if not where.any():
            return x
        applied[0] += 1
        if plan.operator == "ablate":
            return operators.ablate(x, where, direction.to(x.dtype), plan.level, written)
        return x if plan.coefficient == 0 else operators.add(x, where, delta.to(x.dtype))

    handle = model.model.register_forward_pre_hook(note, with_kwargs=True)
    try:
        with edit(model, {plan.hook_point: change}):
            yield
    finally:
        handle.remove()
    if not applied[0]:
        raise HookPointError(
            f"steer: the plan at {plan.hook_point} ({plan.positions}) was never applied to "
            f"{model.name}; run the model inside the block, with text at those positions"
        )


def chosen_positions(
    shape: tuple[int, ...],
    cached: int,
    mask: Tensor | None,
    positions: Positions,
    prompt_lengths: Int[Tensor, " batch"] | None = None,
) -> Bool[Tensor, "batch pos"]:
    """Which of the new tokens of a forward call a plan changes; padding never.

    Args:
        shape: Batch size and number of new tokens.
        cached: Tokens already in the cache; above 0 every new token is generated.
        mask: Attention mask over cached and new tokens, 1 on real ones.
        positions: The plan's choice.
        prompt_lengths: Real tokens of each prompt, where prompt and completion come in one call.
    """
    real = torch.ones(shape, dtype=torch.bool) if mask is None else mask[:, cached:].bool()
    if positions == "all":
        return real
    if cached:
        return real if positions == "generated" else torch.zeros_like(real)
    # Counting real tokens gives each its place in the text, whichever side the padding is on.
    place = real.long().cumsum(dim=1)
    ends = place[:, -1:] if prompt_lengths is None else prompt_lengths.to(real.device)[:, None]
    prompt = real & (place <= ends)
    if positions == "prompt":
        return prompt
    return real & ~prompt if positions == "generated" else prompt & (place == ends)
