"""Decoding one token after another where many rows continue the same prompt.

1. The keys and values of a prompt are kept once and never repeated for its samples: the queries of
   all rows that continue it meet them in one matrix product.
2. The keys and values of what a row has written lie in a buffer that is written in place and
   doubles when it is full.
3. A row that has ended is overwritten by the last one, so that leaving the batch copies no other.

The steps are calls of the model itself, whose attention alone is exchanged; so every family, every
hook and every placement of layers on devices works as it does in an ordinary forward pass.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from transformers import AttentionInterface, DynamicCache

from latent_reasoning.models.loading import LoadedModel

ATTENTION = "latent_reasoning_shared_prompt"
FIRST_CAPACITY = 16


class BatchRows(NamedTuple):
    """Which completions the rows of a batch are, for hooks that tell them apart."""

    prompt: Int[Tensor, " batch"]
    """Place of the prompt of each row among all that were asked."""
    sample: Int[Tensor, " batch"] | None
    """Which completion of its prompt each row is; None where a prompt stands for all of them."""
    n_prompts: int
    """Prompts that were asked."""
    n_samples: int
    """Completions of each."""


class PromptCache(DynamicCache):
    """The cache that prompts are computed into, each once; it knows which they are."""

    def __init__(self, config: Any, rows: BatchRows) -> None:
        super().__init__(config=config)
        self.rows = rows


class SharedPromptCache:
    """Keys and values of prompts, each kept once, and of the rows that continue them.

    Stands in for a transformers cache while `shared_prompts` is in force, one token a step.
    """

    is_compileable = False

    def __init__(
        self,
        prompts: DynamicCache,
        real: Bool[Tensor, "prompt pos"],
        prompt_of: Int[Tensor, " batch"],
        rows: BatchRows | None = None,
    ) -> None:
        """Begin to continue prompts.

        Args:
            prompts: Their keys and values, padded on the left.
            real: Which of their positions are no padding.
            prompt_of: The prompt that each row continues.
            rows: Which completions the rows are, where a hook may ask.
        """
        self.rows = rows
        hidden = None if real.all() else torch.where(real, 0.0, -torch.inf)
        self._n_prompt = real.shape[1]
        self._n_written = 0
        self._clock: Int[Tensor, " one"] | None = None
        self._unwritten: Float[Tensor, " capacity"] | None = None
        self._prompt_of = prompt_of
        self._places = _Places(prompt_of, len(real))
        layers: list[Any] = prompts.layers
        self._layers = [
            _Layer(layer.keys, layer.values, hidden, len(prompt_of)) for layer in layers
        ]

    def get_seq_length(self, *_: Any) -> int:
        """Number of positions so far, padding included."""
        return self._n_prompt + self._n_written

    def update(
        self, keys: Tensor, values: Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple["_Read", None]:
        """Store the keys and values of the new token of every row.

        Returns:
            In the place of all keys so far what `_attend` reads; in the place of the values None.
        """
        layer = self._layers[layer_idx]
        if self._clock is None:
            layer.write(keys, values, self._n_written)
            return _Read(layer, self._places, self._n_written + 1), None
        layer.write_at(keys, values, self._clock)
        if layer_idx == 0:
            steps = torch.arange(layer.capacity, device=self._clock.device)
            self._unwritten = torch.zeros_like(steps, dtype=torch.float32).masked_fill(
                steps > self._clock, -torch.inf
            )
        return _Read(layer, self._places, layer.capacity, self._unwritten), None

    def advance(self) -> None:
        """Close a step: every layer has stored the token."""
        if self._clock is None:
            self._n_written += 1
        else:
            self._clock.add_(1)

    def count_on_device(self) -> int:
        """From now on the number of steps is kept on the device, so that a step can be recorded.

        Every step does the same operations: it writes where the number says, and reads the whole
        buffers with what is not yet written masked. The host is told of passed steps by `passed`.

        Returns:
            For how many steps there is room; call this again after them.
        """
        for layer in self._layers:
            layer.make_room(self._n_written)
        device = self._layers[0].keys.device
        self._clock = torch.tensor([self._n_written], device=device)
        return self._layers[0].capacity - self._n_written

    def passed(self, steps: int) -> None:
        """Steps were taken while they were counted on the device."""
        self._n_written += steps

    def keep(self, order: Int[Tensor, " kept"]) -> None:
        """Drop rows: row i is from now on what row `order[i]` was, as `packed` has it."""
        for layer in self._layers:
            layer.keep_rows(order, self._n_written)
        if self.rows is not None and self.rows.sample is not None:
            prompt, sample = self.rows.prompt[order], self.rows.sample[order]
            self.rows = self.rows._replace(prompt=prompt, sample=sample)
        self._prompt_of = self._prompt_of[order]
        n_prompts = len(self._layers[0].prompt_keys)
        lives = torch.zeros(n_prompts, dtype=torch.bool, device=order.device)
        lives[self._prompt_of] = True
        if not lives.all():
            prompts = packed(lives)
            for layer in self._layers:
                layer.keep_prompts(prompts)
            renumbered = torch.zeros(n_prompts, dtype=torch.long, device=order.device)
            renumbered[prompts] = torch.arange(len(prompts), device=order.device)
            self._prompt_of = renumbered[self._prompt_of]
            n_prompts = len(prompts)
        self._places = _Places(self._prompt_of, n_prompts)


def packed(alive: Bool[Tensor, " batch"]) -> Int[Tensor, " kept"]:
    """Which row stands where once the ended ones are gone: the last ones fill the holes.

    >>> packed(torch.tensor([True, False, True, False, True])).tolist()
    [0, 4, 2]
    """
    kept = int(alive.sum())
    order = torch.arange(kept, device=alive.device)
    order[~alive[:kept]] = alive[kept:].nonzero().squeeze(1) + kept
    return order


@contextmanager
def shared_prompts(model: LoadedModel) -> Iterator[None]:
    """Let the model attend through a SharedPromptCache inside the block."""
    config: Any = model.model.config
    usual = config._attn_implementation
    AttentionInterface.register(ATTENTION, _attend)
    config._attn_implementation = ATTENTION
    try:
        yield
    finally:
        config._attn_implementation = usual


class _Places:
    """Where rows stand when they are arranged by prompt, as many places for each as the most."""

    def __init__(self, prompt_of: Int[Tensor, " batch"], n_prompts: int) -> None:
        by_prompt = torch.argsort(prompt_of, stable=True)
        counts = torch.bincount(prompt_of, minlength=n_prompts)
        first = counts.cumsum(0) - counts
        self.n_prompts, self.width = n_prompts, int(counts.max())
        rank = torch.empty_like(prompt_of)
        rank[by_prompt] = (
            torch.arange(len(prompt_of), device=rank.device) - first[prompt_of[by_prompt]]
        )
        self.of_row = prompt_of * self.width + rank
        """The place of each row."""
        self.row_at = torch.zeros(n_prompts * self.width, dtype=torch.long, device=rank.device)
        """The row at each place; row 0 at those that are empty, whose results nobody reads."""
        self.row_at[self.of_row] = torch.arange(len(prompt_of), device=rank.device)
        self.in_order = torch.equal(self.row_at, torch.arange(len(prompt_of), device=rank.device))
        """Whether the places are the rows themselves."""

    def spread(
        self, x: Float[Tensor, "batch group query n"]
    ) -> Float[Tensor, "prompt group place_query n"]:
        """Arrange rows by prompt, the queries of all rows of a prompt side by side."""
        placed = x if self.in_order else x[self.row_at.to(x.device)]
        placed = placed.unflatten(0, (self.n_prompts, self.width))
        return placed.transpose(1, 2).flatten(2, 3)

    def gather(
        self, x: Float[Tensor, "prompt group place_query n"]
    ) -> Float[Tensor, "batch group query n"]:
        """Undo `spread`."""
        placed = x.unflatten(2, (self.width, -1)).transpose(1, 2).flatten(0, 1)
        return placed if self.in_order else placed[self.of_row.to(x.device)]


class _Layer:
    """Keys and values of one layer, on its device."""

    def __init__(
        self,
        keys: Float[Tensor, "prompt group pos d_head"],
        values: Float[Tensor, "prompt group pos d_head"],
        hidden: Float[Tensor, "prompt all_pos"] | None,
        n_rows: int,
    ) -> None:
        self.prompt_keys, self.prompt_values = keys.contiguous(), values.contiguous()
        # A layer with a sliding window keeps the last positions only.
        self.hidden = None if hidden is None else hidden[:, -keys.shape[2] :].to(keys)
        self.keys, self.values = (
            self._buffer(n_rows, FIRST_CAPACITY),
            self._buffer(n_rows, FIRST_CAPACITY),
        )

    def _buffer(self, n_rows: int, capacity: int) -> Float[Tensor, "batch group step d_head"]:
        _, groups, _, d_head = self.prompt_keys.shape
        return self.prompt_keys.new_empty(n_rows, groups, capacity, d_head)

    @property
    def capacity(self) -> int:
        """Steps that the buffers have room for."""
        return self.keys.shape[2]

    def write(self, keys: Tensor, values: Tensor, step: int) -> None:
        """Store the keys and values [batch, group, 1, d_head] of one step."""
        if step == self.capacity:
            self._widen(2 * step)
        self.keys[:, :, step] = keys[:, :, 0]
        self.values[:, :, step] = values[:, :, 0]

    def write_at(self, keys: Tensor, values: Tensor, step: Int[Tensor, " one"]) -> None:
        """Store the keys and values of the step that a tensor on the device tells."""
        self.keys.index_copy_(2, step, keys)
        self.values.index_copy_(2, step, values)

    def make_room(self, n_used: int) -> None:
        """Room for as many steps as were used and more, with nothing in it that is not finite."""
        if 2 * n_used > self.capacity:
            self._widen(2 * self.capacity)
        # A weight of zero does not silence what is not a number.
        self.keys[:, :, n_used:] = 0
        self.values[:, :, n_used:] = 0

    def _widen(self, capacity: int) -> None:
        for name in ("keys", "values"):
            old: Tensor = getattr(self, name)
            wider = self._buffer(len(old), capacity)
            wider[:, :, : old.shape[2]] = old
            setattr(self, name, wider)

    def keep_rows(self, order: Int[Tensor, " kept"], n_written: int) -> None:
        """Drop rows from the buffers."""
        self.keys = _filled(self.keys, order, n_written)
        self.values = _filled(self.values, order, n_written)

    def keep_prompts(self, order: Int[Tensor, " kept"]) -> None:
        """Drop prompts that no row continues any more."""
        length = self.prompt_keys.shape[2]
        self.prompt_keys = _filled(self.prompt_keys, order, length)
        self.prompt_values = _filled(self.prompt_values, order, length)
        if self.hidden is not None:
            self.hidden = self.hidden[order.to(self.hidden.device)]


def _filled(
    buffer: Float[Tensor, "batch group pos d_head"], order: Int[Tensor, " kept"], n_used: int
) -> Float[Tensor, "kept group pos d_head"]:
    """The first rows of a buffer, after the holes have been filled in place."""
    order = order.to(buffer.device)
    holes = (order != torch.arange(len(order), device=order.device)).nonzero().squeeze(1)
    used = buffer[:, :, :n_used]
    used.index_copy_(0, holes, used.index_select(0, order[holes]))
    return buffer[: len(order)]


class _Read:
    """What the attention of one layer reads in one step."""

    def __init__(
        self,
        layer: _Layer,
        places: _Places,
        n_written: int,
        unwritten: Float[Tensor, " capacity"] | None = None,
    ) -> None:
        self.layer, self.places, self.n_written = layer, places, n_written
        self.unwritten = unwritten


def _attend(
    _module: nn.Module,
    query: Float[Tensor, "batch head one d_head"],
    read: _Read,
    _values: None,
    _mask: None,
    scaling: float,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[Float[Tensor, "batch one head d_head"], None]:
    """Attention of the new token of every row over its prompt and what it has written.

    softmax(q k) v over both at once: the scores of the two parts stand side by side in one softmax,
    and each part of the weights meets its own values.
    """
    layer, places, n = read.layer, read.places, read.n_written
    groups, in_prompt = layer.keys.shape[1], layer.prompt_keys.shape[2]
    q = query.squeeze(2).unflatten(1, (groups, -1)) * scaling
    prompt_scores = places.spread(q) @ layer.prompt_keys.transpose(2, 3)
    if layer.hidden is not None:
        prompt_scores = prompt_scores + layer.hidden[:, None, None]
    written_scores = q @ layer.keys[:, :, :n].transpose(2, 3)
    if read.unwritten is not None:
        written_scores = written_scores + read.unwritten.to(q)
    scores = torch.cat([places.gather(prompt_scores), written_scores], dim=-1)
    if sliding_window is not None and scores.shape[-1] > sliding_window:
        scores[..., :-sliding_window] = -torch.inf
    weights = torch.softmax(scores, dim=-1, dtype=torch.float32).to(query.dtype)
    out = places.gather(places.spread(weights[..., :in_prompt]) @ layer.prompt_values)
    out = out + weights[..., in_prompt:] @ layer.values[:, :, :n]
    return out.flatten(1, 2)[:, None], None
