"""The pass over a store from which tables are made: one dense encode a block of rows and model.

Any number of behaviours is scored in the same pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.codes import Codes
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import check_labels
from latent_reasoning.features.labelling import Labelling
from latent_reasoning.features.live_entries import block_rows, in_blocks, live_entries
from latent_reasoning.features.rivals import RivalSums, fit_rivals, fit_rows
from latent_reasoning.features.score_sums import FiringSums, LabelSums
from latent_reasoning.features.significance import N_BUCKETS

READ_ROWS = 8192
ROW = "row"
"""Key of the row numbers in a piece, beside the roles."""


@dataclass(frozen=True, eq=False)
class ScoredLabel:
    """One behaviour with the rows it is scored on and the sums over them."""

    labelling: Labelling
    """The labels."""
    chosen: np.ndarray
    """bool [token]: rows of the store that are scored."""
    label_sums: LabelSums
    """Of the model whose rows are scored."""
    rivals: RivalSums
    """The directions that features have to beat."""
    firing: Mapping[str, FiringSums]
    """By role."""

    def add(self, codes: Mapping[str, Codes], x: Tensor, row: Tensor, bucket: Tensor) -> None:
        """Add a block of rows.

        Args:
            codes: Live entries by role; the first is the role whose rows are scored.
            x: Rows of that role.
            row: Their numbers in the store.
            bucket: Bucket of every row of the store.
        """
        inside = torch.from_numpy(self.chosen)[row]
        if not inside.any():
            return
        row = row[inside]
        labels = torch.from_numpy(self.labelling.labels)[row]
        windows = torch.from_numpy(self.labelling.windows)[row]
        for number, (role, entries) in enumerate(codes.items()):
            kept = _kept(entries, inside)
            self.firing[role].add(kept)
            if number == 0:
                self.label_sums.add(kept, labels, bucket[row], windows)
        self.rivals.add(x[inside], labels, bucket[row])


def start(
    store: ActivationStore,
    sae: SparseAutoencoder,
    labelling: Labelling,
    parts: Mapping[str, np.ndarray],
    roles: Sequence[str],
    seed: int,
) -> ScoredLabel:
    """Fit the rivals of one behaviour and make its sums ready.

    Args:
        store: The recording.
        sae: The dictionary.
        labelling: The labels.
        parts: Rows of the fitting and of the selection part, sinks left out.
        roles: Recorded models; the first is scored.
        seed: Of the pairing of rows.

    Raises:
        FeatureError: In a part, no row or every row has the label.
    """
    name = labelling.behaviour.name
    labels = torch.from_numpy(labelling.labels)
    for part, inside in parts.items():
        rows = torch.from_numpy(inside & labelling.counts)
        check_labels(f"features of {name!r}, {part} part", int(rows.sum()), labels[rows])
    chosen = fit_rows(parts["fitting"] & labelling.counts, sae.d_model)
    x = store.activations(sae.hook_point, roles[0], chosen)
    rivals = RivalSums(fit_rivals(x, labels[chosen], sae.hook_point, seed), x)
    return ScoredLabel(
        labelling,
        parts["selection"] & labelling.counts,
        LabelSums(sae.d_sae, len(labelling.words)),
        rivals,
        {role: FiringSums(sae.d_sae) for role in encoded_roles(sae, roles)},
    )


def encoded_roles(sae: SparseAutoencoder, roles: Sequence[str]) -> Sequence[str]:
    """Models with activations of their own: those of a crosscoder are the same for all."""
    return roles if len(sae.roles_read(roles[0])) == 1 else roles[:1]


def buckets_of(problems: np.ndarray) -> Tensor:
    """Bucket of every row: problems are dealt out in turn, in order of appearance."""
    return torch.from_numpy(problems % N_BUCKETS)


def stored_pieces(
    store: ActivationStore, hook_point: str, roles: Sequence[str], chosen: np.ndarray
) -> Iterator[dict[str, Tensor]]:
    """Chosen rows of a store in the order recorded, in memory that does not grow with it."""
    wanted = torch.from_numpy(chosen)
    for batch in store.batches(hook_point, roles, batch_size=READ_ROWS, seed=None):
        inside = wanted[batch.rows]
        if inside.any():
            yield {role: x[inside] for role, x in batch.activations.items()} | {
                ROW: batch.rows[inside]
            }


def run_pass(
    pieces: Iterable[dict[str, Tensor]],
    sae: SparseAutoencoder,
    scored: Sequence[ScoredLabel],
    roles: Sequence[str],
    bucket: Tensor,
) -> None:
    """Add rows to the sums of every behaviour; pieces of any size give the same sums."""
    for block in in_blocks(pieces, block_rows(sae.d_sae)):
        codes = {
            role: live_entries(sae, sae.rows_of(block, role)) for role in encoded_roles(sae, roles)
        }
        for one in scored:
            one.add(codes, block[roles[0]], block[ROW], bucket)


def _kept(codes: Codes, inside: Tensor) -> Codes:
    """Entries of some of the rows, numbered anew."""
    if inside.all():
        return codes
    number = inside.cumsum(0) - 1
    kept = inside[codes.rows]
    return codes._replace(
        rows=number[codes.rows[kept]],
        features=codes.features[kept],
        values=codes.values[kept],
        n_rows=int(inside.sum()),
    )
