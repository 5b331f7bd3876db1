"""Windows around planted peaks."""

import pytest
import torch

from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.contexts import Context, top_contexts

LENGTH = 10


def four_sequences() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, list[str]]:
    sequence = torch.arange(4).repeat_interleave(LENGTH)
    position = torch.arange(LENGTH).repeat(4)
    text = [f"s{s}p{p}" for s, p in zip(sequence.tolist(), position.tolist(), strict=True)]
    acts = torch.zeros(4 * LENGTH)
    acts[0 * LENGTH + 5] = 2.0
    acts[1 * LENGTH + 0] = 3.0
    acts[2 * LENGTH + 9] = 1.0
    acts[1 * LENGTH + 4] = 2.5
    return acts, sequence, position, text


def test_strongest_first_one_per_sequence_cut_at_the_ends_of_the_sequence() -> None:
    found = top_contexts(*four_sequences(), n=3, before=2, after=1)
    assert found == [
        Context(("s1p0", "s1p1"), (3.0, 0.0), 0, 1),
        Context(("s0p3", "s0p4", "s0p5", "s0p6"), (0.0, 0.0, 2.0, 0.0), 2, 0),
        Context(("s2p7", "s2p8", "s2p9"), (0.0, 0.0, 1.0), 2, 2),
    ]


def test_sequences_in_which_the_feature_is_silent_are_never_shown() -> None:
    acts, sequence, position, text = four_sequences()
    assert [c.sequence for c in top_contexts(acts, sequence, position, text, n=9)] == [1, 0, 2]
    assert top_contexts(torch.zeros_like(acts), sequence, position, text) == []
    assert [c.sequence for c in top_contexts(acts, sequence, position, text, n=1)] == [1]


def test_the_order_of_the_rows_does_not_matter() -> None:
    acts, sequence, position, text = four_sequences()
    order = torch.randperm(len(acts), generator=torch.Generator().manual_seed(0))
    shuffled = [text[row] for row in order.tolist()]
    found = top_contexts(acts[order], sequence[order], position[order], shuffled)
    assert found == top_contexts(acts, sequence, position, text)


def test_positions_that_were_not_recorded_are_missing() -> None:
    acts, sequence, position, text = four_sequences()
    kept = [row for row in range(len(text)) if row != 4]
    found = top_contexts(
        acts[kept], sequence[kept], position[kept], [text[row] for row in kept], before=2, after=0
    )
    assert found[1] == Context(("s0p3", "s0p5"), (0.0, 2.0), 1, 0)


def test_lengths_that_differ_are_refused() -> None:
    acts, sequence, position, text = four_sequences()
    with pytest.raises(FeatureError, match=r"lengths \[40, 40, 40, 39\]"):
        top_contexts(acts, sequence, position, text[1:])
