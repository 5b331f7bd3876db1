"""On-policy distillation: the student writes, the teacher grades every token of it.

On completions y that the student itself samples, the loss is the reverse KL of the next-token
distributions, over the whole vocabulary,

    L = E_y sum over t of sum over v of p(v | y_<t) (log p(v | y_<t) - log q(v | y_<t)),

p being the student's distribution and q the teacher's; nothing flows back through the sampling
(GKD, 2306.13649, with reverse KL and student data alone; MiniLLM, 2306.08543, without its policy
gradient). The sum over the tokens of a completion is the reverse KL of whole completions; it is
divided by a constant and not by the length, which would make short completions count more.

What the student never samples it is never corrected on: the gradient on the logit of a token is
p(v) (log p(v) / q(v) - KL), and vanishes with p(v) however much the teacher prefers v.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError, PairError
from latent_reasoning.models.generation import Completion, SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.tokenization import tokenizer_difference
from latent_reasoning.organisms.pretraining import TYPICAL_TOKENS, Loss, Progress, train_on
from latent_reasoning.organisms.recipes import PretrainingConfig


@dataclass(frozen=True)
class OnPolicyConfig:
    """Settings of on-policy distillation."""

    steps: int = 200
    """Updates of the student."""
    batch_size: int = 64
    """Completions the student samples for each update, each of another prompt."""
    learning_rate: float = 3e-4
    """Peak learning rate; linear warm-up, cosine decay to a twentieth."""
    warmup_steps: int = 10
    """Updates of linear warm-up."""
    temperature: float = 1.0
    """Sampling temperature of the student."""
    max_new_tokens: int = 80
    """Longest completion."""
    weight_decay: float = 0.0
    """Decoupled weight decay of AdamW on matrices."""
    checkpoint_every: int = 25
    """Updates between checkpoints."""

    def __post_init__(self) -> None:
        if min(self.steps, self.batch_size, self.checkpoint_every) < 1:
            raise LatentReasoningError(
                f"OnPolicyConfig: {self.steps} steps, batch_size {self.batch_size}, "
                f"checkpoint_every {self.checkpoint_every}; expected at least 1 of each"
            )


def distil_on_policy(
    student: LoadedModel,
    teacher: LoadedModel,
    prompts: Sequence[str],
    config: OnPolicyConfig,
    seed: int,
    *,
    checkpoints: Path,
) -> Iterator[Progress]:
    """Train the student in place on what it writes itself, yielding after every update.

    A run that was stopped goes on from the newest checkpoint and ends with the weights of one that
    was not: prompts and random numbers of an update are decided by its number.

    Args:
        student: Trained in place.
        teacher: Of the same tokenizer; only read.
        prompts: Prompts to draw from.
        config: Settings of the run.
        seed: Of prompts and samples.
        checkpoints: Directory for the resumable state; removed by the caller when done.

    Raises:
        PairError: Student and teacher have different tokenizers.
        LatentReasoningError: There are fewer prompts than an update takes.
    """
    difference = tokenizer_difference(student.tokenizer, teacher.tokenizer)
    if difference is not None:
        raise PairError(
            f"distil_on_policy: the tokenizers of {student.name!r} and {teacher.name!r} differ: "
            f"{difference}; expected equal, for the teacher reads the student's tokens"
        )
    if len(prompts) < config.batch_size:
        raise LatentReasoningError(
            f"distil_on_policy: {len(prompts)} prompts; expected at least {config.batch_size}, "
            f"one for each completion of an update"
        )
    student.model.requires_grad_(True)

    def loss_at(step: int) -> Loss:
        chosen = random.Random(f"on-policy-{seed}-{step}").sample(prompts, config.batch_size)
        sampling = SamplingConfig(config.max_new_tokens, config.temperature, seed=seed)
        drawn = generate(student, chosen, 1, sampling, first=step * config.batch_size)
        written = [completion for (completion,) in drawn]
        read = sum(map(len, student.tokenizer(chosen).input_ids))
        n_tokens = read + sum(len(completion.tokens) for completion in written)
        return Loss(reverse_kl(student, teacher, chosen, written), n_tokens)

    return train_on(student.model, loss_at, PretrainingConfig.of(config), checkpoints)


def reverse_kl(
    student: LoadedModel,
    teacher: LoadedModel,
    prompts: Sequence[str],
    completions: Sequence[Completion],
) -> Float[Tensor, ""]:
    """Mean over completions of the summed per-token KL(student || teacher), in units of 32 nats.

    The end token counts as a token of a completion. Where the models have embeddings of different
    sizes, both distributions are over the tokens that both know.
    """
    ids, written = _batch(student, prompts, completions)
    with torch.no_grad():
        there = teacher.model(input_ids=ids.to(teacher.device), use_cache=False).logits
    here = student.model(input_ids=ids, use_cache=False).logits
    shared = min(here.shape[-1], there.shape[-1])
    # The logits at a position decide the token after it.
    log_p = torch.log_softmax(here[:, :-1, :shared].float(), dim=-1)
    log_q = torch.log_softmax(there[:, :-1, :shared].float().to(here.device), dim=-1)
    kl = (log_p.exp() * (log_p - log_q)).sum(dim=-1)
    return (kl * written[:, 1:]).sum() / (len(completions) * TYPICAL_TOKENS)


def _batch(
    model: LoadedModel, prompts: Sequence[str], completions: Sequence[Completion]
) -> tuple[Int[Tensor, "batch pos"], Bool[Tensor, "batch pos"]]:
    """Token ids padded on the right, and which of them the student wrote."""
    encoded = model.tokenizer(list(prompts)).input_ids
    rows = [[*p, *c.tokens] for p, c in zip(encoded, completions, strict=True)]
    # Padding stands on the right of a causal model, so no token that counts ever sees it.
    ids = torch.full((len(rows), max(map(len, rows))), model.pad_id)
    written = torch.zeros(ids.shape, dtype=torch.bool)
    for i, (prompt, row) in enumerate(zip(encoded, rows, strict=True)):
        ids[i, : len(row)] = torch.tensor(row)
        written[i, len(prompt) : len(row)] = True
    return ids.to(model.device), written.to(model.device)
