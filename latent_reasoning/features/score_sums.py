"""Sums over rows from which every score of a table follows.

Adding rows one piece after the other or all at once gives the same sums: they are taken in double
precision in the order of the rows. Memory is about 9 KiB a feature and does not grow with the rows.
"""

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.dictionaries.codes import Codes
from latent_reasoning.features.histograms import N_BINS, bins_of
from latent_reasoning.features.significance import N_BUCKETS


class FiringSums:
    """How often and how strongly every feature fires, label or not."""

    def __init__(self, d_sae: int) -> None:
        self.n_rows = 0
        self.fired = torch.zeros(d_sae, dtype=torch.int64)
        self.total = torch.zeros(d_sae, dtype=torch.float64)
        self.largest = torch.zeros(d_sae)

    def add(self, codes: Codes) -> None:
        """Count the features that fire on some rows."""
        self.n_rows += codes.n_rows
        self.fired.scatter_add_(0, codes.features, torch.ones_like(codes.features))
        self.total.scatter_add_(0, codes.features, codes.values.double())
        self.largest.scatter_reduce_(0, codes.features, codes.values.float(), "amax")


class LabelSums:
    """What connects every feature with one label."""

    def __init__(self, d_sae: int, n_words: int) -> None:
        self.d_sae = d_sae
        self.rows = torch.zeros(2, N_BUCKETS, dtype=torch.int64)
        self.sums = torch.zeros(2 * N_BUCKETS * d_sae, dtype=torch.float64)
        self.squares = torch.zeros(d_sae, dtype=torch.float64)
        self.counts = torch.zeros(2 * d_sae * N_BINS, dtype=torch.int32)
        self.word_rows = torch.zeros(n_words + 1, dtype=torch.int64)
        self.word_sums = torch.zeros((n_words + 1) * d_sae, dtype=torch.float64)

    def add(
        self,
        codes: Codes,
        labels: Bool[Tensor, " row"],
        buckets: Int[Tensor, " row"],
        windows: Int[Tensor, " row"],
    ) -> None:
        """Add some rows.

        Args:
            codes: The features that fire on them.
            labels: Whether they have the label.
            buckets: Bucket of their problem.
            windows: Bit i is set in a window of word i.
        """
        label = labels.long()
        place = label * N_BUCKETS + buckets
        self.rows.view(-1).scatter_add_(0, place, torch.ones_like(place))
        values = codes.values.double()
        self.sums.scatter_add_(0, place[codes.rows] * self.d_sae + codes.features, values)
        self.squares.scatter_add_(0, codes.features, values**2)
        cell = (label[codes.rows] * self.d_sae + codes.features) * N_BINS + bins_of(codes.values)
        self.counts.scatter_add_(0, cell, torch.ones_like(cell, dtype=torch.int32))
        for word in range(len(self.word_rows)):
            # The last set is any of the words.
            last = word == len(self.word_rows) - 1
            inside = windows != 0 if last else ((windows >> word) & 1).bool()
            self._add_word(word, codes, inside, values)

    def _add_word(
        self, word: int, codes: Codes, inside: Bool[Tensor, " row"], values: Float[Tensor, " entry"]
    ) -> None:
        n = int(inside.sum())
        if not n:
            return
        self.word_rows[word] += n
        kept = inside[codes.rows]
        row = self.word_sums[word * self.d_sae : (word + 1) * self.d_sae]
        row.scatter_add_(0, codes.features[kept], values[kept])

    def histogram(self, features: Int[np.ndarray, " some"]) -> Int[np.ndarray, "2 some bin"]:
        """Rows without and with the label in every bin of some features, zeros included."""
        counts = self.counts.view(2, self.d_sae, N_BINS).numpy()[:, features].astype(np.int64)
        by_label = self.rows.sum(dim=1).numpy()
        counts[:, :, 0] = by_label[:, None] - counts.sum(axis=2)
        return counts

    def bucket_sums(self) -> Float[np.ndarray, "2 bucket d_sae"]:
        """Sums of the activations without and with the label in every bucket."""
        return self.sums.view(2, N_BUCKETS, self.d_sae).numpy()

    def word_means(
        self,
    ) -> tuple[
        Float[np.ndarray, " d_sae"], Float[np.ndarray, " d_sae"], Float[np.ndarray, "word d_sae"]
    ]:
        """Mean activations within any window, outside of all, and within those of every word."""
        sums = self.word_sums.view(-1, self.d_sae).numpy()
        rows = self.word_rows.numpy()
        total, n = self.bucket_sums().sum(axis=(0, 1)), int(self.rows.sum())
        inside = sums[-1] / max(1, rows[-1])
        outside = (total - sums[-1]) / max(1, n - rows[-1])
        occur = rows[:-1] > 0
        return inside, outside, sums[:-1][occur] / rows[:-1][occur, None]
