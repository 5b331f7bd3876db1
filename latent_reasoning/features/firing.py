"""Running totals of how features fire: histogram, tokens, place in the completion, company.

All are sums over rows, so that they do not depend on how rows are cut into batches (sums of
activations up to rounding).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

BINS = 64
SMALLEST_TOP = 2.0**-20


class Histograms:
    """Counts of the positive activations of every feature in equal bins from 0.

    A histogram ends at the smallest power of two that no activation reaches; when one does, pairs
    of bins are merged. So no pass is needed to find the range.
    """

    def __init__(self, n_features: int) -> None:
        self.top = torch.full((n_features,), SMALLEST_TOP)
        self.counts = torch.zeros(n_features, BINS, dtype=torch.long)

    def update(self, acts: Float[Tensor, "row feature"]) -> None:
        """Count the next rows."""
        acts = acts.float()
        largest = acts.amax(dim=0)
        while (small := largest >= self.top).any():
            pairs = self.counts[small].unflatten(1, (BINS // 2, 2)).sum(dim=2)
            self.counts[small] = torch.cat([pairs, torch.zeros_like(pairs)], dim=1)
            self.top[small] *= 2
        bins = (acts / self.top * BINS).long().clamp(0, BINS - 1)
        self.counts.scatter_add_(1, bins.T.contiguous(), (acts > 0).T.long())

    def of(self, feature: int) -> tuple[list[float], list[int]]:
        """Edges and counts up to the last bin that is not empty."""
        counts: list[int] = self.counts[feature].tolist()
        n = max((i + 1 for i, count in enumerate(counts) if count), default=0)
        width = float(self.top[feature]) / BINS
        return [i * width for i in range(n + 1)], counts[:n]


@dataclass(frozen=True)
class Places:
    """Where every row of a store lies in its completion."""

    tenth: Int[Tensor, " token"]
    """Tenth of the completion, from 0 to 9; -1 in the prompt."""

    @classmethod
    def of(
        cls,
        sequence: Int[Tensor, " token"],
        position: Int[Tensor, " token"],
        is_prompt: Bool[Tensor, " token"],
    ) -> "Places":
        """Places of rows from their columns; a completion is as long as its recorded rows."""
        n = int(sequence.max()) + 1
        end = torch.zeros(n, dtype=torch.long)
        end.scatter_reduce_(0, sequence, position + 1, "amax")
        start = torch.where(is_prompt, torch.iinfo(torch.long).max, position)
        begin = torch.full((n,), torch.iinfo(torch.long).max)
        begin.scatter_reduce_(0, sequence, start, "amin")
        length = (end - begin).clamp(min=1)[sequence]
        tenth = (position - begin[sequence]) * 10 // length
        return cls(torch.where(is_prompt, -1, tenth))


class FiringTotals:
    """What is summed over the rows of one pass, for some features of a dictionary."""

    def __init__(self, n_features: int, d_sae: int, n_tokens: int) -> None:
        self.n_rows = 0
        self.n_firing = torch.zeros(n_features, dtype=torch.long)
        self.total = torch.zeros(n_features, dtype=torch.float64)
        self.largest = torch.zeros(n_features)
        self.histograms = Histograms(n_features)
        # The prompt comes first, then the tenths of the completion.
        self.rows_at = torch.zeros(11, dtype=torch.long)
        self.firing_at = torch.zeros(11, n_features, dtype=torch.long)
        self.rows_of_token = torch.zeros(n_tokens, dtype=torch.long)
        self.firing_on_token = torch.zeros(n_tokens, n_features, dtype=torch.int32)
        self.total_on_token = torch.zeros(n_tokens, n_features)
        self.firing_of_all = torch.zeros(d_sae, dtype=torch.long)
        self.firing_together = torch.zeros(n_features, d_sae, dtype=torch.int32)

    def update(
        self,
        every: Float[Tensor, "row d_sae"],
        wanted: Int[Tensor, " feature"],
        token: Int[Tensor, " row"],
        tenth: Int[Tensor, " row"],
    ) -> None:
        """Add the next rows.

        Args:
            every: Activations of the whole dictionary.
            wanted: Numbers of the features looked at.
            token: Number of each row's token among those of the store.
            tenth: Tenth of the completion, -1 in the prompt.
        """
        acts = every[:, wanted]
        fired = acts > 0
        self.n_rows += len(acts)
        self.n_firing += fired.sum(dim=0)
        self.total += acts.sum(dim=0, dtype=torch.float64)
        self.largest = torch.maximum(self.largest, acts.amax(dim=0).float())
        self.histograms.update(acts)
        self.rows_at += (tenth + 1).bincount(minlength=11)
        self.firing_at.index_add_(0, tenth + 1, fired.long())
        self.rows_of_token += token.bincount(minlength=len(self.rows_of_token))
        self.firing_on_token.index_add_(0, token, fired.int())
        self.total_on_token.index_add_(0, token, acts.float())
        self.firing_of_all += (every > 0).sum(dim=0)
        some = fired.any(dim=1)
        # Whole numbers below 2^24 are exact in single precision, and its product is the fast one.
        together = fired[some].float().T @ (every[some] > 0).float()
        self.firing_together += together.int()
