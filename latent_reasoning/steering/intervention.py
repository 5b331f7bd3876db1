"""Applying plans: `with steer(model, plan): ...`.

1. A hook on the whole model sees how every forward call begins: how many tokens the cache already
   holds and which tokens are padding. That alone decides which positions are prompt and which are
   generated, so the same plan works with and without cache, and with padding on either side.
2. A hook at each hook point applies the operator there; plans on the same place apply in order.
3. All are removed on every exit. A plan that was never applied raises.
"""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.errors import HookPointError, LatentReasoningError
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import CACHE_NAMES, LoadedModel
from latent_reasoning.steering import operators
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.positions import chosen_positions


@contextmanager
def steer(
    model: LoadedModel,
    plan: SteeringPlan | Sequence[SteeringPlan],
    prompt_lengths: Int[Tensor, " batch"] | None = None,
    *,
    given: Bool[Tensor, "batch pos"] | None = None,
) -> Iterator[None]:
    """Apply one or several plans to every forward call inside the block.

    Coefficient 0 of `add` leaves activations as they are, bit for bit.

    Args:
        model: The model to steer; it is as before once the block ends.
        plan: What to do.
        prompt_lengths: For whole texts without cache (prompt and completion in one call): real
            tokens of each prompt. Without it the first call of a cache is all prompt.
        given: For whole texts without cache: the tokens that plans at `spans` change, and where
            oracle gates are open.

    Raises:
        HookPointError: A hook point does not exist, or a plan was never applied.
        LatentReasoningError: A direction has another width than the model, or a plan needs `given`.
    """
    plans = [plan] if isinstance(plan, SteeringPlan) else list(plan)
    for one in plans:
        _check(model, one, given)
    call = _Call(prompt_lengths=prompt_lengths, given=given)
    applied = [_Applied(one, call, model.device) for one in plans]
    with ExitStack() as stack:
        handle = model.model.register_forward_pre_hook(call.begin(model), with_kwargs=True)
        stack.callback(handle.remove)
        for one in applied:
            stack.enter_context(edit(model, {one.plan.hook_point: one}))
        yield
    for one in applied:
        if not one.times:
            raise HookPointError(
                f"steer: the plan at {one.plan.hook_point} ({one.plan.positions}) was never "
                f"applied to {model.name}; run the model inside the block, with text at those "
                f"positions"
            )


def _check(model: LoadedModel, plan: SteeringPlan, given: Tensor | None) -> None:
    """Refuse a plan before any hook is set."""
    if plan.direction.vector.numel() != model.d_model:
        raise LatentReasoningError(
            f"steer: direction {plan.direction.name!r} has {plan.direction.vector.numel()} "
            f"dimensions, {model.name} has d_model {model.d_model}; use a direction of this model"
        )
    if given is None and (plan.positions == "spans" or plan.gate.kind == "oracle"):
        raise LatentReasoningError(
            f"steer: the plan {plan.direction.name!r} acts at {plan.positions!r} with a gate of "
            f"kind {plan.gate.kind!r}; pass those tokens as `given`"
        )


@dataclass
class _Call:
    """What is known about the forward call under way."""

    prompt_lengths: Tensor | None
    """Real tokens of each prompt, where the user gave them."""
    given: Tensor | None
    """Tokens the user gave."""
    cached: int = 0
    """Tokens the cache held before the call."""
    mask: Tensor | None = None
    """Attention mask over cached and new tokens; None means no padding."""
    generated: int = 0
    """Tokens generated before the call."""
    _generated_after: int = 0

    def begin(self, model: LoadedModel) -> Any:
        """A hook on the model that notes how a call begins."""
        signature = inspect.signature(model.model.forward)

        def note(_: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            bound = signature.bind_partial(*args).arguments if args else {}
            named = {**bound, **kwargs}
            cache = next((named[name] for name in CACHE_NAMES if named.get(name) is not None), None)
            self.cached = 0 if cache is None else cache.get_seq_length()
            self.mask = named.get("attention_mask")
            tokens = named.get("input_ids")
            tokens = named["inputs_embeds"] if tokens is None else tokens
            self.generated = self._generated_after if self.cached else 0
            self._generated_after = self.generated + tokens.shape[1] if self.cached else 0

        return note

    def tokens(self, plan: SteeringPlan, x: Tensor) -> Bool[Tensor, "batch pos"] | None:
        """Where a plan applies, gates that look at activations aside; None for nowhere."""
        shape = x.shape[:2]
        # Most plans act on the prompt alone, and most calls come after it.
        if self.cached and plan.positions in ("prompt", "last prompt token"):
            return None
        oracle = plan.gate.kind == "oracle"
        if (oracle or plan.positions == "spans") and (
            self.cached or self.given is None or self.given.shape != shape
        ):
            found = None if self.given is None else tuple(self.given.shape)
            raise LatentReasoningError(
                f"steer: `given` has shape {found}, a forward call with {self.cached} cached "
                f"tokens has {tuple(shape)}; expected whole texts of the same shape, without cache"
            )
        where = chosen_positions(
            shape,
            self.cached,
            self.mask,
            plan.positions,
            self.prompt_lengths,
            generated=self.generated,
            every=plan.every,
            given=self.given,
            permuted=plan.permuted,
        ).to(x.device)
        if oracle and self.given is not None:
            where = where & self.given.to(x.device)
        return where if where.any() else None


class _Applied:
    """A plan at work."""

    def __init__(self, plan: SteeringPlan, call: _Call, device: torch.device) -> None:
        self.plan, self.call = plan.to(device), call
        self.delta = self.plan.delta
        self.times = 0

    def __call__(self, x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        where = self.call.tokens(self.plan, x)
        if where is None:
            return x
        opened = self.plan.gate.open(x)
        if opened is not None:
            # A closed gate is a decision, so the plan counts as applied all the same.
            where = where & opened
        self.times += 1
        if self.plan.radial:
            norms = (self._change(x, where) - x).norm(dim=-1, keepdim=True)
            return x + norms * torch.nn.functional.normalize(x, dim=-1)
        return self._change(x, where)

    def _change(
        self, x: Float[Tensor, "batch pos d_model"], where: Bool[Tensor, "batch pos"]
    ) -> Float[Tensor, "batch pos d_model"]:
        plan = self.plan
        direction = plan.direction.vector.to(x)
        written = None if plan.written is None else plan.written.to(x)
        if plan.operator == "add":
            return x if plan.coefficient == 0 else operators.add(x, where, self.delta.to(x))
        if plan.operator == "swap":
            assert plan.partner is not None, "checked when the plan was made"
            return operators.swap(x, where, direction, plan.partner.to(x), written)
        if plan.reader is not None:
            strength = plan.coefficient if plan.operator == "clamp" else 0.0
            activation = strength * plan.reader.max_activation
            reader = plan.reader.to(x.device)
            return operators.clamp(x, where, reader, activation, direction, written)
        if plan.subspace is not None:
            return operators.remove_subspace(x, where, plan.subspace.to(x), written)
        return operators.ablate(x, where, direction, plan.level, written)
