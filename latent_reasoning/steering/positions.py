"""Which tokens of a forward call a plan changes."""

from typing import Literal

import torch
from jaxtyping import Bool, Int
from torch import Tensor

Positions = Literal["last prompt token", "first generated", "prompt", "generated", "all", "spans"]


def chosen_positions(
    shape: tuple[int, ...],
    cached: int,
    mask: Tensor | None,
    positions: Positions,
    prompt_lengths: Int[Tensor, " batch"] | None = None,
    *,
    generated: int = 0,
    every: int = 1,
    given: Bool[Tensor, "batch pos"] | None = None,
    permuted: int | None = None,
) -> Bool[Tensor, "batch pos"]:
    """Which of the new tokens of a forward call a plan changes; padding never.

    Args:
        shape: Batch size and number of new tokens.
        cached: Tokens already in the cache; above 0 every new token is generated.
        mask: Attention mask over cached and new tokens, 1 on real ones.
        positions: The plan's choice.
        prompt_lengths: Real tokens of each prompt, where prompt and completion come in one call.
        generated: Tokens generated before the call, where there is a cache.
        every: Only every n-th of them, counted within the prompt and anew within what is generated.
        given: For `spans`: the tokens themselves.
        permuted: Seed of a draw of as many tokens of the same part of the text instead.
    """
    real = torch.ones(shape, dtype=torch.bool) if mask is None else mask[:, cached:].bool()
    if positions == "spans":
        assert given is not None, "steer refuses such plans without a mask"
        chosen = real & given.to(real.device)
    elif positions == "all":
        chosen = real
    else:
        chosen = _part(real, cached, positions, prompt_lengths, generated)
    if every > 1:
        chosen = chosen & (_places(real, cached, prompt_lengths, generated)[1] % every == 0)
    if permuted is None:
        return chosen
    prompt, index = _places(real, cached, prompt_lengths, generated)
    drawn = torch.zeros_like(chosen)
    for part in (prompt, real & ~prompt):
        drawn |= drawn_places(chosen & part, part, index, permuted)
    return drawn


def drawn_places(
    chosen: Bool[Tensor, "batch pos"],
    part: Bool[Tensor, "batch pos"],
    index: Int[Tensor, "batch pos"],
    seed: int,
) -> Bool[Tensor, "batch pos"]:
    """As many tokens of the part as were chosen; what is drawn depends on their places alone."""
    generator = torch.Generator().manual_seed(seed)
    keys = torch.rand(int(index.max()) + 1, generator=generator).to(index.device)
    ranked = torch.where(part, keys[index.clamp(min=0)], -1.0).argsort(dim=1, descending=True)
    rank = ranked.argsort(dim=1)
    return part & (rank < chosen.sum(dim=1, keepdim=True))


def _part(
    real: Bool[Tensor, "batch pos"],
    cached: int,
    positions: Positions,
    prompt_lengths: Int[Tensor, " batch"] | None,
    generated: int,
) -> Bool[Tensor, "batch pos"]:
    if cached and positions in ("prompt", "last prompt token"):
        return torch.zeros_like(real)
    if cached and positions == "generated":
        return real
    prompt, index = _places(real, cached, prompt_lengths, generated)
    if positions == "prompt":
        return prompt
    if positions == "generated":
        return real & ~prompt
    if positions == "first generated":
        return real & ~prompt & (index == 0)
    ends = prompt.sum(dim=1, keepdim=True)
    return prompt & (index == ends - 1)


def _places(
    real: Bool[Tensor, "batch pos"],
    cached: int,
    prompt_lengths: Int[Tensor, " batch"] | None,
    generated: int,
) -> tuple[Bool[Tensor, "batch pos"], Int[Tensor, "batch pos"]]:
    """Which tokens are prompt, and the place of each in its part, from 0."""
    # Counting real tokens gives each its place in the text, whichever side the padding is on.
    place = real.long().cumsum(dim=1)
    if cached:
        return torch.zeros_like(real), place - 1 + generated
    ends = place[:, -1:] if prompt_lengths is None else prompt_lengths.to(real.device)[:, None]
    prompt = real & (place <= ends)
    return prompt, torch.where(prompt, place - 1, place - ends - 1)
