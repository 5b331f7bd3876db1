"""What steering does to text it should leave alone.

The model reads texts of its own, steered as when it generates, and unsteered:

    loss   mean of -log p_steered(token) over tokens of the completions, their first left out
    kl     mean of sum_v p_unsteered(v) log(p_unsteered(v) / p_steered(v)) over all their tokens

The first token is where a mode is chosen, which steering is there to change. What comes after it
follows from the text read so far, so a loss that rises there is damage.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.data.samples import Sample
from latent_reasoning.errors import ProblemError
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan

BATCH = 16
# Of a comparison; log-probabilities of the whole vocabulary are held at every token.
N_TEXTS, N_TOKENS = 16, 64


@dataclass(frozen=True)
class OffTask:
    """Damage done by one plan."""

    loss: float
    """Loss of the steered model, in nats a token."""
    loss_unsteered: float
    """Loss of the unsteered model on the same tokens."""
    kl: float
    """KL of the steered from the unsteered model, in nats a token."""


@dataclass(frozen=True, eq=False)
class _Batch:
    ids: Int[Tensor, "text pos"]
    mask: Int[Tensor, "text pos"]
    lengths: Int[Tensor, " text"]
    """Tokens of the prompts."""
    predicts: Bool[Tensor, "text pos"]
    """Tokens whose next one belongs to a completion."""
    later: Bool[Tensor, "text pos"]
    """The same, the first of each completion left out."""
    unsteered: list[Tensor] = field(default_factory=list)
    """Log-probabilities of the unsteered model, kept once they are computed."""


class OffTaskTexts:
    """Texts a model is read on under many plans."""

    def __init__(
        self, model: LoadedModel, samples: Sequence[Sample], longest: int | None = None
    ) -> None:
        """Tokenise the texts; of completions as many tokens as `longest` says, all if None.

        Raises:
            ProblemError: No text has a completion of two tokens.
        """
        self.model = model
        tokenizer = model.tokenizer
        read = [
            (
                tokenizer(sample.prompt).input_ids,
                tokenizer(sample.completion, add_special_tokens=False).input_ids[:longest],
            )
            for sample in samples
        ]
        read = [(prompt, rest) for prompt, rest in read if len(rest) > 1]
        if not read:
            raise ProblemError(
                "OffTaskTexts: found no completion of two tokens or more, expected at least one"
            )
        self.batches = [_batch(model, read[i : i + BATCH]) for i in range(0, len(read), BATCH)]

    @torch.inference_mode()
    def measure(self, plan: SteeringPlan) -> OffTask:
        """Damage done by a plan."""
        totals = torch.zeros(3, dtype=torch.double)
        counts = torch.zeros(2, dtype=torch.double)
        for batch in self.batches:
            if not batch.unsteered:
                batch.unsteered.append(self._read(batch, None))
            plain, steered = batch.unsteered[0], self._read(batch, plan)
            targets = batch.ids[:, 1:, None]
            later, predicts = batch.later[:, :-1], batch.predicts[:, :-1]
            losses = [-x[:, :-1].gather(2, targets).squeeze(2) for x in (steered, plain)]
            kl = (plain.exp() * (plain - steered)).sum(dim=-1)[:, :-1]
            found = (losses[0][later], losses[1][later], kl[predicts])
            totals += torch.stack([x.sum().double() for x in found]).cpu()
            counts += torch.tensor([later.sum(), predicts.sum()], dtype=torch.double)
        loss, plain_loss, kl_mean = (totals / counts[[0, 0, 1]]).tolist()
        return OffTask(loss, plain_loss, kl_mean)

    def _read(self, batch: _Batch, plan: SteeringPlan | None) -> Float[Tensor, "text pos d_vocab"]:
        # Few texts may have none of the spans that a plan acts at.
        spans = plan is not None and plan.positions == "spans"
        steering = steer(self.model, plan, batch.lengths, idle=spans) if plan else nullcontext()
        with steering:
            out = self.model.model(input_ids=batch.ids, attention_mask=batch.mask, use_cache=False)
        return torch.log_softmax(out.logits.float(), dim=-1)


def own_texts(model: LoadedModel, samples: Sequence[Sample]) -> OffTaskTexts:
    """The beginnings of a few of a model's own completions, the first of each problem."""
    first = [sample for sample in samples if sample.sample == 0]
    return OffTaskTexts(model, first[:N_TEXTS], N_TOKENS)


def _batch(model: LoadedModel, read: Sequence[tuple[list[int], list[int]]]) -> _Batch:
    longest = max(len(prompt) + len(rest) for prompt, rest in read)
    ids = torch.full((len(read), longest), model.pad_id)
    mask, predicts = torch.zeros_like(ids), torch.zeros(ids.shape, dtype=torch.bool)
    for row, (prompt, rest) in enumerate(read):
        end = len(prompt) + len(rest)
        ids[row, :end] = torch.tensor(prompt + rest)
        mask[row, :end] = 1
        predicts[row, len(prompt) - 1 : end - 1] = True
    lengths = torch.tensor([len(prompt) for prompt, _ in read])
    later = predicts.clone()
    later[torch.arange(len(read)), lengths - 1] = False
    device = model.device
    return _Batch(
        ids.to(device), mask.to(device), lengths.to(device), predicts.to(device), later.to(device)
    )
