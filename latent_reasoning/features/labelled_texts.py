"""Texts of a store with and without a behaviour, a bounded number of each, drawn at random."""

import random
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.features.labelling import Positions, TokenLabeller, each_sequence
from latent_reasoning.features.splits import part_of


@dataclass(frozen=True, eq=False)
class LabelledText:
    """A prompt with a completion and the tokens that count."""

    tokens: tuple[int, ...]
    """Prompt and completion; the prompt alone where its last token is what counts."""
    start: int
    """First position that counts or may."""
    labelled: np.ndarray
    """Positions that show the behaviour."""
    others: np.ndarray
    """Positions that count and do not show it."""
    sequence: TokenSequence
    """Where it comes from."""


class Texts(NamedTuple):
    """Texts by whether they show a behaviour."""

    shown: list[LabelledText]
    """They show it."""
    silent: list[LabelledText]
    """They do not."""


def labelled_text(
    sequence: TokenSequence, labeller: TokenLabeller, positions: Positions
) -> LabelledText:
    """The positions of one sequence that count."""
    found = labeller.label(sequence.tokens[sequence.n_prompt :])
    if positions == "last_prompt":
        last = np.array([sequence.n_prompt - 1])
        none = last[:0]
        shown = bool(found.shown.any())
        return LabelledText(
            tokens=sequence.tokens[: sequence.n_prompt],
            start=sequence.n_prompt - 1,
            labelled=last if shown else none,
            others=none if shown else last,
            sequence=sequence,
        )
    return LabelledText(
        tokens=sequence.tokens,
        start=sequence.n_prompt,
        labelled=np.flatnonzero(found.counted & found.shown) + sequence.n_prompt,
        others=np.flatnonzero(found.counted & ~found.shown) + sequence.n_prompt,
        sequence=sequence,
    )


def labelled_texts(
    store: ActivationStore,
    labeller: TokenLabeller,
    positions: Positions,
    most: int,
    seed: int = 0,
    sequences: Bool[np.ndarray, " sequence"] | None = None,
) -> Texts:
    """At most so many texts of either kind, each equally likely.

    Of the sequences marked, or else of those of the selection part.
    """
    rng, texts, seen = random.Random(f"texts {seed}"), Texts([], []), [0, 0]
    for number, sequence in enumerate(each_sequence(store)):
        if sequences is None:
            inside = part_of(sequence.problem_id, seed) == "selection"
        else:
            inside = bool(sequences[number])
        if not inside:
            continue
        if len(sequence.tokens) == sequence.n_prompt:
            continue
        text = labelled_text(sequence, labeller, positions)
        kind = 0 if len(text.labelled) else 1
        seen[kind] += 1
        # Reservoir sampling: the i-th replaces one of the kept with chance most / i.
        if len(texts[kind]) < most:
            texts[kind].append(text)
        elif (place := rng.randrange(seen[kind])) < most:
            texts[kind][place] = text
    return texts
