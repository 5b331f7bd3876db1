"""Planning a recording: which rows there will be, in which order, computed in which batches."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

import torch
from torch import Tensor

from latent_reasoning.activations.sequences import Positions, TokenSequence
from latent_reasoning.errors import ActivationError, one_of
from latent_reasoning.models.hook_points import HookPoint, parse_hook_point
from latent_reasoning.models.loading import LoadedModel


@dataclass(frozen=True)
class RecordingPlan:
    """What is recorded, the same for every model."""

    sequences: tuple[TokenSequence, ...]
    """The sequences, in the order of the rows."""
    points: tuple[HookPoint, ...]
    """Hook points to record."""
    positions: Positions
    """Which positions of each sequence are kept."""
    offsets: tuple[int, ...]
    """Row of the first kept position of each sequence."""
    n_rows: int
    """Number of rows in all."""
    batches: list[list[int]]
    """Indices of the sequences computed together."""

    def needed(self, i: int) -> tuple[int, ...]:
        """Tokens of a sequence up to the last kept position; later ones change nothing before."""
        kept = self.sequences[i].kept(self.positions)
        return self.sequences[i].tokens[: kept.stop]

    def columns(self) -> dict[str, Tensor]:
        """Where each row comes from: columns of length `n_rows`, named as in the store."""
        origins = [
            (i, position, sequence.tokens[position], sequence.n_prompt)
            for i, sequence in enumerate(self.sequences)
            for position in sequence.kept(self.positions)
        ]
        sequence, position, token_id, n_prompt = torch.tensor(origins).unbind(dim=1)
        return {
            "sequence": sequence.contiguous(),
            "position": position.contiguous(),
            "token_id": token_id.contiguous(),
            "is_prompt": position < n_prompt,
            "is_last_prompt": position == n_prompt - 1,
        }


def plan_recording(
    model: LoadedModel,
    sequences: Iterable[TokenSequence],
    hook_points: Iterable[str | HookPoint],
    positions: Positions,
    batch_size: int,
) -> RecordingPlan:
    """Check what is to be recorded and batch sequences of similar length.

    Raises:
        ActivationError: Nothing is to be recorded, a token id lies outside the vocabulary, or an
            option is out of range.
        HookPointError: A hook point is unknown to the model.
    """
    sequences = tuple(sequences)
    if positions not in get_args(Positions):
        raise ActivationError(
            one_of("record", "choice of positions", positions, get_args(Positions))
        )
    points = tuple(dict.fromkeys(parse_hook_point(name, model.n_layers) for name in hook_points))
    lengths = [len(sequence.kept(positions)) for sequence in sequences]
    if not points or not sum(lengths) or batch_size < 1:
        raise ActivationError(
            f"record: {len(points)} hook points, {sum(lengths)} tokens ({positions}) of "
            f"{len(sequences)} sequences, batches of {batch_size}; expected at least one of each"
        )
    for sequence in sequences:
        if not 0 <= min(sequence.tokens) <= max(sequence.tokens) < model.d_vocab:
            raise ActivationError(
                f"record: problem {sequence.problem_id!r} has token ids from "
                f"{min(sequence.tokens)} to {max(sequence.tokens)}; expected 0 to "
                f"{model.d_vocab - 1}, encode it with the tokenizer of {model.name!r}"
            )
    computed = [i for i, length in enumerate(lengths) if length]
    computed.sort(key=lambda i: sequences[i].kept(positions).stop)
    offsets = tuple(itertools.accumulate(lengths, initial=0))[:-1]
    batches = [computed[i : i + batch_size] for i in range(0, len(computed), batch_size)]
    return RecordingPlan(sequences, points, positions, offsets, sum(lengths), batches)
