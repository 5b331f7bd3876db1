"""Windows of text around chosen rows of a store, with the activation of a feature at every token.

Rows are chosen in one pass; the windows are read afterwards, only where they lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.contexts import Context
from latent_reasoning.features.readings import stored_rows
from latent_reasoning.features.token_spans import TokenTexts
from latent_reasoning.models.loading import LoadedModel

FEATURES_AT_ONCE = 16


@dataclass(frozen=True)
class Wanted:
    """A row to show, for one feature."""

    feature_id: int
    """Number of the feature."""
    row: int
    """Number of the row in the store."""
    activation: float
    """Activation there, as it was read in the pass."""


@dataclass(frozen=True)
class WindowReader:
    """Reads windows around rows of a store."""

    store: ActivationStore
    """The recording."""
    sae: SparseAutoencoder
    """The dictionary; its hook point is read."""
    model: LoadedModel
    """Whose tokenizer the tokens belong to."""
    role: str
    """Which recorded model is read."""
    before: int
    """Tokens shown before the row."""
    after: int
    """Tokens shown after it."""

    def read(self, wanted: Sequence[Wanted]) -> list[Context]:
        """One window for every row wanted, in their order."""
        rows = self.store.rows
        sequences = self.store.sequences_of(int(rows.sequence[one.row]) for one in wanted)
        ids = list(dict.fromkeys(one.feature_id for one in wanted))
        found: dict[int, Context] = {}
        for start in range(0, len(ids), FEATURES_AT_ONCE):
            some = set(ids[start : start + FEATURES_AT_ONCE])
            places = [i for i, one in enumerate(wanted) if one.feature_id in some]
            found |= self._windows(places, wanted, sequences)
        return [found[i] for i in range(len(wanted))]

    def _windows(
        self, places: list[int], wanted: Sequence[Wanted], sequences: dict[int, TokenSequence]
    ) -> dict[int, Context]:
        spans = {i: self._recorded(wanted[i].row) for i in places}
        needed = torch.tensor(sorted({row for span in spans.values() for row in span}))
        acts = stored_rows(self.store, self.sae, self.role, needed)
        place = {row: i for i, row in enumerate(needed.tolist())}
        found = {}
        for i, span in spans.items():
            window = acts[[place[row] for row in span]]
            values = dict(zip(span, _of_one(self.sae, wanted[i].feature_id, window), strict=True))
            # At a threshold rounding decides, so the row keeps what the pass has seen.
            values[wanted[i].row] = wanted[i].activation
            found[i] = self._context(wanted[i].row, values, sequences)
        return found

    def _recorded(self, row: int) -> list[int]:
        """Rows of the window, all of the same sequence."""
        sequence = self.store.rows.sequence
        near = range(max(0, row - self.before), min(len(sequence), row + self.after + 1))
        return [other for other in near if sequence[other] == sequence[row]]

    def _context(
        self, row: int, values: dict[int, float], sequences: dict[int, TokenSequence]
    ) -> Context:
        number = int(self.store.rows.sequence[row])
        at = int(self.store.rows.position[row])
        tokens = sequences[number].tokens
        shown = range(max(0, at - self.before), min(len(tokens), at + self.after + 1))
        # Recorded positions follow each other, so that rows and positions keep their distance.
        return Context(
            tokens=tuple(self._text.of(tokens[position]) for position in shown),
            activations=tuple(values.get(row + position - at) for position in shown),
            peak=at - shown.start,
            sequence=number,
            problem_id=sequences[number].problem_id,
        )

    @cached_property
    def _text(self) -> TokenTexts:
        return TokenTexts(self.model.tokenizer)


def _of_one(
    sae: SparseAutoencoder, feature_id: int, rows: Float[Tensor, "row d_in"]
) -> list[float]:
    pre = (rows.to(sae.W_enc.dtype) - sae.b_dec) @ sae.W_enc[:, feature_id] + sae.b_enc[feature_id]
    return (torch.relu(pre) * (pre > sae.threshold[feature_id])).tolist()
