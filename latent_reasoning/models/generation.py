"""Sampling completions from a loaded model with a key-value cache.

1. Prompts are sorted by length and padded on the left, a batch at a time.
2. Each prompt is computed once, and its samples read its keys and values where they are.
3. One uniform number per (prompt, sample, step), drawn from the seed alone, picks each token by the
   inverse of the cumulative distribution. So a sample does not depend on the batch it was drawn in,
   and two conditions with the same seed share their random numbers, which tightens every paired
   comparison between them.
4. Rows that have ended leave the batch, so that short completions do not wait for long ones.
5. On a GPU a step is recorded once and replayed (`models.replaying`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.errors import ProblemError
from latent_reasoning.models.decoding import (
    BatchRows,
    PromptCache,
    SharedPromptCache,
    packed,
    shared_prompts,
)
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.picking import SamplingConfig, pick, uniforms
from latent_reasoning.models.replaying import Replaying, can_replay
from latent_reasoning.models.stepping import Rows, take_step

Begin = Callable[[Sequence[int]], object]
"""Told the place of the prompt of every row of a batch."""


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
    firsts: Sequence[Sequence[int]] = (),
    first: int = 0,
    branch: bool = False,
    numbers: Sequence[int] | None = None,
    begin: Begin | None = None,
    replay: bool = True,
    advance: Callable[[int], object] = lambda _: None,
) -> list[list[Completion]]:
    """Draw completions: one list of `n_samples` per prompt, in the order of the prompts.

    Args:
        model: The model, possibly inside a `steer` block.
        prompts: Texts to continue.
        n_samples: Completions per prompt.
        config: How to draw them.
        prefix: Text every completion is forced to start with; part of the completion.
        firsts: First token of each completion, by prompt, in place of a drawn one; none if empty.
        first: Number of the first prompt: the prompts from number `first` of a longer list draw the
            random numbers that they draw within it.
        branch: Sample s begins with the s-th likeliest token, from 0, instead of a drawn one; the
            margins of its tokens and the probability of its first come with it.
        numbers: Number of each prompt, for prompts that are no stretch of a longer list; `first` is
            added to each. Prompts of equal number draw the same random numbers.
        begin: For prompts that are equal and treated differently at their last token: each text is
            computed once up to there, then this is called with the place in `prompts` of each row,
            then every row's last token is computed, all in one call. Not within `steer`.
        replay: Whether steps may be recorded and replayed where that pays: on one GPU, under hooks
            that do the same in every step, as those of `steer` at most positions do.
        advance: Called with the number of completions just finished.

    Raises:
        ProblemError: There are no prompts, a prompt has no tokens, or there are more branches than
            tokens.
    """
    config = config or SamplingConfig()
    encoded = _encode(model, prompts)
    forced = model.tokenizer(prefix, add_special_tokens=False).input_ids if prefix else []
    if firsts and (prefix or branch or [len(row) for row in firsts] != [n_samples] * len(prompts)):
        raise ProblemError(
            f"generate: found first tokens of {len(firsts)} prompts, with prefix {prefix!r}; "
            f"expected {n_samples} for each of {len(prompts)}, and no prefix or branches"
        )
    if branch and (prefix or n_samples > model.d_vocab):
        raise ProblemError(
            f"generate: {n_samples} branches with prefix {prefix!r}; expected no prefix and at "
            f"most {model.d_vocab} branches, one for each token"
        )
    numbers = range(len(prompts)) if numbers is None else numbers
    if len(numbers) != len(prompts):
        raise ProblemError(
            f"generate: found {len(numbers)} numbers for {len(prompts)} prompts; expected one each"
        )
    asked = _Asked(encoded, [first + number for number in numbers], n_samples, begin, replay)
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    found: dict[tuple[int, int], Completion] = {}
    texts: dict[tuple[int, ...], str] = {}
    for rows in _batches([(i, s) for i in order for s in range(n_samples)], config.batch_size):
        ranks = torch.tensor([s for _, s in rows], device=model.device)
        branches = _Branches(ranks) if branch else None
        beginnings = [[firsts[i][s]] for i, s in rows] if firsts else [forced] * len(rows)
        tokens = _sample_batch(model, asked, rows, beginnings, config, branches)
        for place, (row, ids) in enumerate(zip(rows, tokens, strict=True)):
            if (written := tuple(ids)) not in texts:
                texts[written] = model.decode(ids)
            completion = Completion(texts[written], written, ids[-1] in model.end_ids)
            found[row] = branches.described(completion, place) if branches else completion
        advance(len(rows))
    return [[found[i, s] for s in range(n_samples)] for i in range(len(prompts))]


def _encode(model: LoadedModel, prompts: Sequence[str]) -> list[list[int]]:
    if not prompts:
        raise ProblemError("generate: found 0 prompts, expected at least one")
    # Conditions that are drawn together ask the same prompts.
    texts = list(dict.fromkeys(prompts))
    ids = dict(zip(texts, model.tokenizer(texts).input_ids, strict=True))
    for i, prompt in enumerate(prompts):
        if not ids[prompt]:
            raise ProblemError(f"generate: prompt {i} ({prompt!r}) has no tokens")
    return [ids[prompt] for prompt in prompts]


def _batches(rows: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@dataclass(frozen=True)
class _Asked:
    """The prompts of one call."""

    encoded: list[list[int]]
    """Their token ids."""
    numbers: list[int]
    """Their numbers, which decide their random numbers."""
    n_samples: int
    """Completions of each."""
    begin: Begin | None
    """Told which of them each row is, before their last tokens are computed apart."""
    replay: bool
    """Whether steps may be replayed."""

    @property
    def n_last(self) -> int:
        """Tokens at the end of each prompt that are computed apart; none where one is all."""
        return int(self.begin is not None and min(map(len, self.encoded)) > 1)


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
    asked: _Asked,
    rows: list[tuple[int, int]],
    beginnings: list[list[int]],
    config: SamplingConfig,
    branches: _Branches | None,
) -> list[list[int]]:
    state, logits = _prefill(model, asked, rows, config)
    ends = torch.tensor(sorted(model.end_ids), dtype=torch.long, device=model.device)
    written = torch.zeros(len(rows), config.max_new_tokens, dtype=torch.long, device=model.device)
    lengths = torch.full_like(state.index, config.max_new_tokens)
    forced = torch.tensor(beginnings, dtype=torch.long, device=model.device)
    replaying = Replaying(model, config, written, lengths, ends)
    # Asked once: it looks through the hooks of all modules.
    replays = asked.replay and not branches and can_replay(model)
    first_replayed = max(1, forced.shape[1])
    with shared_prompts(model):
        for step in range(config.max_new_tokens):
            if branches and step == 0:
                drawn = branches.start(logits)
            elif step < forced.shape[1]:
                drawn = forced[state.index, step]
            else:
                drawn = pick(logits, state.uniforms[:, step], config)
            if branches:
                branches.note(logits, state.index)
            written[state.index, step] = drawn
            ended = torch.isin(drawn, ends)
            if ended.any():
                lengths[state.index[ended]] = step + 1
                if ended.all():
                    break
                drawn = drawn[packed(~ended)]
                state.keep(~ended)
            if step + 1 == config.max_new_tokens:
                break
            # What hooks do may change from the first step to the second, and not later.
            if replays and step >= first_replayed:
                replaying.finish(state, drawn, step)
                break
            logits = take_step(model, state, drawn)
    pairs = zip(written.tolist(), lengths.tolist(), strict=True)
    return [tokens[:length] for tokens, length in pairs]


def _prefill(
    model: LoadedModel,
    asked: _Asked,
    rows: list[tuple[int, int]],
    config: SamplingConfig,
) -> tuple[Rows, Float[Tensor, "batch d_vocab"]]:
    """Compute each prompt once, for all of its samples."""
    encoded, n_last = asked.encoded, asked.n_last
    starts = {i: tuple(encoded[i][:-1]) if n_last else i for i, _ in rows}
    prompts = list({start: i for i, start in starts.items()}.values())
    if asked.begin and not n_last:
        asked.begin(prompts)
    of_prompts = BatchRows(
        torch.tensor(prompts, device=model.device), None, len(encoded), asked.n_samples
    )
    cache = PromptCache(model.model.config, of_prompts)
    logits, mask = _read(model, [encoded[i][: len(encoded[i]) - n_last] for i in prompts], cache)
    place = {starts[i]: row for row, i in enumerate(prompts)}
    source = torch.tensor([place[starts[i]] for i, _ in rows], device=model.device)
    numbers = torch.stack([uniforms(config, asked.numbers[i], s) for i, s in rows]).to(model.device)
    of_rows = of_prompts._replace(
        prompt=torch.tensor([i for i, _ in rows], device=model.device),
        sample=torch.tensor([s for _, s in rows], device=model.device),
    )
    state = Rows(
        cache=SharedPromptCache(cache, mask.bool(), source, of_rows),
        index=torch.arange(len(rows), device=model.device),
        uniforms=numbers,
        positions=mask.sum(dim=1)[source],
    )
    if not n_last:
        return state, logits[source]
    assert asked.begin is not None, "tokens are computed apart for it alone"
    asked.begin([i for i, _ in rows])
    last = torch.tensor([encoded[i][-1] for i, _ in rows], device=model.device)
    with shared_prompts(model):
        return state, take_step(model, state, last)


def _read(
    model: LoadedModel, texts: list[list[int]], cache: PromptCache
) -> tuple[Float[Tensor, "prompt d_vocab"], Int[Tensor, "prompt pos"]]:
    """Read texts into a cache, padded on the left; logits of what follows, and the mask."""
    longest = max(map(len, texts))
    ids = torch.full((len(texts), longest), model.pad_id, device=model.device)
    mask = torch.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, longest - len(text) :] = torch.tensor(text, device=model.device)
        mask[row, longest - len(text) :] = 1
    out = model.model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=(mask.cumsum(dim=1) - 1).clamp(min=0),
        use_cache=True,
        **{model.cache_name: cache},
        logits_to_keep=1,
    )
    return out.logits[:, -1].to(model.device), mask
