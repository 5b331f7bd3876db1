"""Sampling completions from a loaded model with a key-value cache.

1. Prompts are sorted by length and padded on the left, a batch at a time.
2. Each prompt is computed once; its cache is then repeated for its samples.
3. One uniform number per (prompt, sample, step), drawn from the seed alone, picks each token by the
   inverse of the cumulative distribution. So a sample does not depend on the batch it was drawn in,
   and two conditions with the same seed share their random numbers, which tightens every paired
   comparison between them.
4. Rows that have ended leave the batch, so that short completions do not wait for long ones.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import DynamicCache

from latent_reasoning.errors import ProblemError
from latent_reasoning.models.loading import LoadedModel


@dataclass(frozen=True)
class SamplingConfig:
    """How completions are drawn."""

    max_new_tokens: int = 96
    """Longest completion, in tokens."""
    temperature: float = 1.0
    """Divides the logits; 0 takes the likeliest token."""
    top_p: float = 1.0
    """Smallest probability mass sampled from; 1 keeps the whole distribution."""
    seed: int = 0
    """Decides every random number; equal seeds give equal random numbers in every condition."""
    batch_size: int = 512
    """Most completions drawn at once."""

    def __post_init__(self) -> None:
        counts = min(self.max_new_tokens, self.batch_size)
        # Written so that NaN is refused as well.
        if not (0 <= self.temperature < math.inf and 0 < self.top_p <= 1 and counts >= 1):
            raise ProblemError(
                f"SamplingConfig: temperature {self.temperature}, top_p {self.top_p}, "
                f"max_new_tokens {self.max_new_tokens}, batch_size {self.batch_size}; "
                "expected >= 0, in (0, 1], >= 1, >= 1"
            )


@dataclass(frozen=True)
class Completion:
    """What a model wrote after a prompt."""

    text: str
    """The completion, without special tokens."""
    tokens: tuple[int, ...]
    """Its token ids, the end token included if it was reached."""
    finished: bool
    """Whether the end token was reached within the limit."""
    margins: tuple[float, ...] = ()
    """For each token p(likeliest) - p(second likeliest) where it was chosen; only of branches."""
    first_probability: float | None = None
    """Probability of the first token; only of branches."""


def generate(
    model: LoadedModel,
    prompts: Sequence[str],
    n_samples: int = 1,
    config: SamplingConfig | None = None,
    *,
    prefix: str = "",
    first: int = 0,
    branch: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> list[list[Completion]]:
    """Draw completions: one list of `n_samples` per prompt, in the order of the prompts.

    Args:
        model: The model, possibly inside a `steer` block.
        prompts: Texts to continue.
        n_samples: Completions per prompt.
        config: How to draw them.
        prefix: Text every completion is forced to start with; part of the completion.
        first: Number of the first prompt: the prompts from number `first` of a longer list draw the
            random numbers that they draw within it.
        branch: Sample s begins with the s-th likeliest token, from 0, instead of a drawn one; the
            margins of its tokens and the probability of its first come with it.
        advance: Called with the number of completions just finished.

    Raises:
        ProblemError: There are no prompts, a prompt has no tokens, or there are more branches than
            tokens.
    """
    config = config or SamplingConfig()
    encoded = _encode(model, prompts)
    forced = model.tokenizer(prefix, add_special_tokens=False).input_ids if prefix else []
    if branch and (prefix or n_samples > model.d_vocab):
        raise ProblemError(
            f"generate: {n_samples} branches with prefix {prefix!r}; expected no prefix and at "
            f"most {model.d_vocab} branches, one for each token"
        )
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    found: dict[tuple[int, int], Completion] = {}
    for rows in _batches([(i, s) for i in order for s in range(n_samples)], config.batch_size):
        ranks = torch.tensor([s for _, s in rows], device=model.device)
        branches = _Branches(ranks) if branch else None
        tokens = _sample_batch(model, encoded, rows, forced, config, first, branches)
        for place, (row, ids) in enumerate(zip(rows, tokens, strict=True)):
            text = model.decode(ids)
            completion = Completion(text, tuple(ids), ids[-1] in model.end_ids)
            found[row] = branches.described(completion, place) if branches else completion
        advance(len(rows))
    return [[found[i, s] for s in range(n_samples)] for i in range(len(prompts))]


def _encode(model: LoadedModel, prompts: Sequence[str]) -> list[list[int]]:
    if not prompts:
        raise ProblemError("generate: found 0 prompts, expected at least one")
    encoded = model.tokenizer(list(prompts)).input_ids
    for i, ids in enumerate(encoded):
        if not ids:
            raise ProblemError(f"generate: prompt {i} ({prompts[i]!r}) has no tokens")
    return encoded


def _batches(rows: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@dataclass
class _Rows:
    """Completions still being drawn."""

    cache: DynamicCache
    """Keys and values of every token so far."""
    mask: Int[Tensor, "batch pos"]
    """1 on real tokens, 0 on padding."""
    index: Int[Tensor, " batch"]
    """Which row of the batch each one is."""
    uniforms: Float[Tensor, "batch step"]
    """The random numbers of each row."""
    positions: Int[Tensor, " batch"]
    """Position of the next token of each row."""
    tokens: list[list[int]] = field(default_factory=list)
    """Tokens drawn so far, for every row of the batch."""

    def keep(self, alive: Bool[Tensor, " batch"]) -> None:
        """Drop rows that have ended."""
        chosen = alive.nonzero().squeeze(1)
        _select(self.cache, chosen)
        self.mask, self.index = self.mask[chosen], self.index[chosen]
        self.uniforms, self.positions = self.uniforms[chosen], self.positions[chosen]


@dataclass
class _Branches:
    """Which first token each row takes, and how certain every token of it was."""

    rank: Int[Tensor, " batch"]
    """How many tokens were likelier than the first of each row."""
    margins: list[list[float]] = field(default_factory=list)
    """p(likeliest) - p(second likeliest), for every row and token."""
    first: list[float] = field(default_factory=list)
    """Probability of the first token of every row."""

    def start(self, logits: Float[Tensor, "batch d_vocab"]) -> Int[Tensor, " batch"]:
        """First token of each row."""
        # A stable sort, so that of equally likely tokens none is taken twice.
        order = logits.argsort(dim=-1, descending=True, stable=True)
        tokens = order.gather(1, self.rank[:, None])
        probabilities = torch.softmax(logits.float(), dim=-1).gather(1, tokens)
        self.first = probabilities.squeeze(1).tolist()
        self.margins = [[] for _ in self.first]
        return tokens.squeeze(1)

    def note(self, logits: Float[Tensor, "batch d_vocab"], index: Int[Tensor, " batch"]) -> None:
        """Keep the margin of the next token of the rows still being drawn."""
        likeliest = torch.softmax(logits.float(), dim=-1).topk(2).values
        margins = (likeliest[:, 0] - likeliest[:, 1]).tolist()
        for row, margin in zip(index.tolist(), margins, strict=True):
            self.margins[row].append(margin)

    def described(self, completion: Completion, row: int) -> Completion:
        """The completion of one row with its margins and the probability of its first token."""
        return replace(
            completion, margins=tuple(self.margins[row]), first_probability=self.first[row]
        )


@torch.inference_mode()
def _sample_batch(
    model: LoadedModel,
    encoded: list[list[int]],
    rows: list[tuple[int, int]],
    forced: list[int],
    config: SamplingConfig,
    first: int,
    branches: _Branches | None,
) -> list[list[int]]:
    limit, cache_name = config.max_new_tokens, model.cache_name
    state, logits = _prefill(model, encoded, rows, config, first)
    ends = torch.tensor(sorted(model.end_ids), device=model.device)
    for step in range(limit):
        if branches and step == 0:
            drawn = branches.start(logits)
        elif step < len(forced):
            drawn = torch.full_like(state.index, forced[step])
        else:
            drawn = pick(logits, state.uniforms[:, step], config)
        if branches:
            branches.note(logits, state.index)
        for row, token in zip(state.index.tolist(), drawn.tolist(), strict=True):
            state.tokens[row].append(token)
        alive = ~torch.isin(drawn, ends)
        if step + 1 == limit or not alive.any():
            break
        if not alive.all():
            state.keep(alive)
            drawn = drawn[alive]
        state.mask = torch.cat([state.mask, state.mask.new_ones(len(drawn), 1)], dim=1)
        logits = (
            model.model(
                input_ids=drawn[:, None],
                attention_mask=state.mask,
                position_ids=state.positions[:, None],
                use_cache=True,
                **{cache_name: state.cache},
            )
            .logits[:, -1]
            .to(model.device)
        )
        state.positions = state.positions + 1
    return state.tokens


def _prefill(
    model: LoadedModel,
    encoded: list[list[int]],
    rows: list[tuple[int, int]],
    config: SamplingConfig,
    first: int,
) -> tuple[_Rows, Float[Tensor, "batch d_vocab"]]:
    """Compute each prompt once, then repeat its cache for each of its samples."""
    prompts = list(dict.fromkeys(i for i, _ in rows))
    longest = max(len(encoded[i]) for i in prompts)
    ids = torch.full((len(prompts), longest), model.pad_id, device=model.device)
    mask = torch.zeros_like(ids)
    for row, i in enumerate(prompts):
        ids[row, longest - len(encoded[i]) :] = torch.tensor(encoded[i], device=model.device)
        mask[row, longest - len(encoded[i]) :] = 1
    cache = DynamicCache(config=model.model.config)
    logits = (
        model.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=(mask.cumsum(dim=1) - 1).clamp(min=0),
            use_cache=True,
            **{model.cache_name: cache},
            logits_to_keep=1,
        )
        .logits[:, -1]
        .to(model.device)
    )
    place = {i: row for row, i in enumerate(prompts)}
    source = torch.tensor([place[i] for i, _ in rows], device=model.device)
    _select(cache, source)
    uniforms = torch.stack([_uniforms(config, first + i, s) for i, s in rows]).to(model.device)
    state = _Rows(
        cache=cache,
        mask=mask[source],
        index=torch.arange(len(rows), device=model.device),
        uniforms=uniforms,
        positions=mask.sum(dim=1)[source],
        tokens=[[] for _ in rows],
    )
    return state, logits[source]


def _select(cache: DynamicCache, rows: Int[Tensor, " batch"]) -> None:
    """Keep rows of a cache whose layers may lie on several devices."""
    layers: list[Any] = cache.layers
    for layer in layers:
        if layer.keys is not None:
            layer.batch_select_indices(rows.to(layer.keys.device))


def _uniforms(config: SamplingConfig, prompt: int, sample: int) -> Float[Tensor, " step"]:
    digest = hashlib.blake2b(f"{config.seed}/{prompt}/{sample}".encode(), digest_size=8).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
    return torch.rand(config.max_new_tokens, generator=generator)


def pick(
    logits: Float[Tensor, "batch d_vocab"],
    uniforms: Float[Tensor, " batch"],
    config: SamplingConfig,
) -> Int[Tensor, " batch"]:
    """Token whose cumulative probability first exceeds the row's uniform number.

    At temperature 0 the likeliest token; with `top_p` < 1 only the smallest set of likeliest
    tokens whose mass reaches `top_p` is drawn from.
    """
    if config.temperature == 0:
        return logits.argmax(dim=-1)
    probabilities = torch.softmax(logits.float() / config.temperature, dim=-1)
    if config.top_p < 1:
        ranked, places = probabilities.sort(dim=-1, descending=True)
        outside = ranked.cumsum(dim=-1) - ranked >= config.top_p
        probabilities = probabilities.scatter(-1, places, ranked.masked_fill(outside, 0.0))
    cumulative = probabilities.cumsum(dim=-1)
    targets = (uniforms * cumulative[:, -1])[:, None].contiguous()
    # The last token with any probability bounds the search where rounding pushes past it.
    last = probabilities.shape[-1] - 1
    return torch.searchsorted(cumulative, targets, right=True).squeeze(1).clamp(max=last)
