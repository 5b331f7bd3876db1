"""Which rows of a stream are shown: the strongest, weakest and typical firings of each feature.

Rows come in the order they were recorded, in batches of any size, and what is kept does not depend
on that size.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

NONE = -1
"""Row number where a feature has fewer rows than could be kept."""


class ExtremeRows:
    """For every feature the n sequences in which it fires most, or least, and the row of each.

    A sequence counts by its most extreme firing; of equal ones the first.
    """

    def __init__(self, n_features: int, n: int, *, lowest: bool = False) -> None:
        self.n, self.sign = n, -1.0 if lowest else 1.0
        self.keys = torch.full((n_features, 0), -torch.inf)
        self.rows = torch.full((n_features, 0), NONE)
        self.sequences = torch.full((n_features, 0), NONE)

    def update(
        self,
        acts: Float[Tensor, "row feature"],
        rows: Int[Tensor, " row"],
        sequence: Int[Tensor, " row"],
    ) -> None:
        """Take in the next rows.

        Args:
            acts: Activation of every feature.
            rows: Numbers of the rows, in order.
            sequence: The sequence of each; rows of one sequence follow each other.
        """
        keys = torch.where(acts > 0, self.sign * acts.float(), -torch.inf)
        names, local = sequence.unique_consecutive(return_inverse=True)
        best = torch.full((len(names), keys.shape[1]), -torch.inf)
        best = best.scatter_reduce(0, local[:, None].expand_as(keys), keys, "amax")
        place = torch.arange(len(rows))[:, None].expand_as(keys)
        first = torch.where(keys == best[local], place, len(rows))
        at = torch.full((len(names), keys.shape[1]), len(rows))
        at = at.scatter_reduce(0, local[:, None].expand_as(keys), first, "amin")
        new_keys, new_rows = best.T.clone(), rows[at.T]
        new_sequences = names[None].expand_as(new_keys)
        # Only the first sequence of a batch can have begun in the one before.
        again = self.sequences == names[0]
        better = again & (new_keys[:, :1] > self.keys)
        self.keys = self.keys.masked_fill(better, -torch.inf)
        new_keys[:, 0].masked_fill_((again & ~better).any(dim=1), -torch.inf)
        self._keep(
            torch.cat([self.keys, new_keys], dim=1),
            torch.cat([self.rows, new_rows], dim=1),
            torch.cat([self.sequences, new_sequences], dim=1),
        )

    def of(self, feature: int) -> list[tuple[int, float]]:
        """Row and activation of what is kept for the feature in this place, most extreme first."""
        pairs = zip(self.rows[feature].tolist(), self.keys[feature].tolist(), strict=True)
        return [(row, self.sign * key) for row, key in pairs if key > -torch.inf]

    def _keep(self, keys: Tensor, rows: Tensor, sequences: Tensor) -> None:
        # Stable, so that of equally strong ones the earlier stays.
        order = keys.argsort(dim=1, descending=True, stable=True)[:, : self.n]
        self.keys = keys.gather(1, order)
        self.rows, self.sequences = rows.gather(1, order), sequences.gather(1, order)


class DrawnRows:
    """For every feature a uniform draw, without replacement, of n of the rows on which it fires.

    Every row has a random number of its own, a hash of its number; the smallest are kept.
    """

    def __init__(self, n_features: int, n: int, seed: int = 0) -> None:
        self.n, self.seed = n, seed
        self.keys = torch.full((n_features, 0), torch.inf, dtype=torch.float64)
        self.rows = torch.full((n_features, 0), NONE)
        self.acts = torch.zeros(n_features, 0)

    def update(self, acts: Float[Tensor, "row feature"], rows: Int[Tensor, " row"]) -> None:
        """Take in the next rows."""
        drawn = torch.from_numpy(_uniform(rows.numpy(), self.seed))
        new = torch.where(acts.T > 0, drawn[None], torch.inf)
        keys = torch.cat([self.keys, new], dim=1)
        order = keys.topk(min(self.n, keys.shape[1]), dim=1, largest=False).indices
        self.keys = keys.gather(1, order)
        self.rows = torch.cat([self.rows, rows[None].expand_as(new)], dim=1).gather(1, order)
        self.acts = torch.cat([self.acts, acts.T.float()], dim=1).gather(1, order)

    def typical(
        self, feature: int, n: int, sequence: Int[Tensor, " row"]
    ) -> list[tuple[int, float]]:
        """Rows drawn whose activation is nearest the median of the draw, one a sequence.

        Args:
            feature: Place of the feature.
            n: Most rows.
            sequence: The sequence of every row of the store.
        """
        kept = self.keys[feature].isfinite()
        rows, acts = self.rows[feature][kept], self.acts[feature][kept]
        if not len(rows):
            return []
        found: dict[int, tuple[int, float]] = {}
        for i in (acts - acts.median()).abs().argsort(stable=True).tolist():
            found.setdefault(int(sequence[rows[i]]), (int(rows[i]), float(acts[i])))
        return list(found.values())[:n]


def _uniform(rows: np.ndarray, seed: int) -> np.ndarray:
    """A number from [0, 1) for every row: the finaliser of SplitMix64 (Steele et al., 2014)."""
    # Seeds start far from each other, or one draw would be the next one shifted by a row.
    start = np.uint64((seed + 1) * 0xD1B54A32D192ED03 % 2**64)
    with np.errstate(over="ignore"):
        x = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2**53
