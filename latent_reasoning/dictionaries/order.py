"""The order in which rows are visited, as a function of the number of the update."""

import torch
from jaxtyping import Int
from torch import Tensor


class RowOrder:
    """Held-out rows, and shuffled epochs over the others in whole batches."""

    def __init__(self, n_rows: int, held_out: float, batch_size: int, seed: int) -> None:
        order = torch.randperm(n_rows, generator=torch.Generator().manual_seed(seed))
        n = int(n_rows * held_out)
        self.held_out, self._kept = order[:n], order[n:]
        self._batch_size, self._seed = batch_size, seed
        self._epoch = -1
        self._shuffled = self._kept

    def batch(self, step: int) -> Int[Tensor, " row"]:
        """Rows of one update; it depends on nothing that was asked before."""
        epoch, i = divmod(step, len(self._kept) // self._batch_size)
        if epoch != self._epoch:
            # Far apart, so that epochs of neighbouring seeds do not coincide.
            generator = torch.Generator().manual_seed(self._seed * 1_000_003 + epoch + 1)
            self._shuffled = self._kept[torch.randperm(len(self._kept), generator=generator)]
            self._epoch = epoch
        return self._shuffled[i * self._batch_size : (i + 1) * self._batch_size]
