"""Data-parallel training: what the processes that `torchrun` started tell each other.

Every process has the same weights and sees its share of the rows of every batch. What decides an
update is put together by torch.distributed: the largest activations of the whole batch, the mean of
the gradients, and which features fired. One process alone does nothing of this.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
import torch.distributed as dist
from jaxtyping import Float
from torch import Tensor


class Gathered(NamedTuple):
    """Values of all processes."""

    values: Float[Tensor, " all"]
    """Those of process 0, then those of process 1, and so on."""
    own: slice
    """Where those of this process stand."""


class Processes(NamedTuple):
    """The processes of a training."""

    rank: int
    """Number of this one, from 0."""
    count: int
    """How many there are."""

    @property
    def first(self) -> bool:
        """Whether this is the one that writes files."""
        return self.rank == 0

    def share(self, n: int) -> slice:
        """This process's part of n rows; n is a multiple of the number of processes."""
        size = n // self.count
        return slice(self.rank * size, (self.rank + 1) * size)

    def average_(self, tensors: Iterable[Tensor]) -> None:
        """Replace every tensor by its mean over the processes."""
        if self.count > 1:
            for tensor in tensors:
                dist.all_reduce(tensor)
                tensor /= self.count

    def least_(self, tensor: Tensor) -> None:
        """Replace every element by the smallest over the processes."""
        if self.count > 1:
            dist.all_reduce(tensor, dist.ReduceOp.MIN)

    def total(self, n: int, device: torch.device) -> int:
        """Sum of a count over the processes."""
        if self.count == 1:
            return n
        counted = torch.tensor(n, device=device)
        dist.all_reduce(counted)
        return int(counted)

    def gathered(self, values: Float[Tensor, " entry"]) -> Gathered:
        """The values of all processes, in the order of the processes."""
        if self.count == 1:
            return Gathered(values, slice(None))
        sizes = [torch.zeros((), dtype=torch.long, device=values.device) for _ in range(self.count)]
        dist.all_gather(sizes, torch.tensor(len(values), device=values.device))
        counts = [int(size) for size in sizes]
        padded = values.new_zeros(max(counts))
        padded[: len(values)] = values
        parts = [torch.empty_like(padded) for _ in counts]
        dist.all_gather(parts, padded)
        start = sum(counts[: self.rank])
        every = torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])
        return Gathered(every, slice(start, start + len(values)))

    def copy_first_(self, tensors: Iterable[Tensor]) -> None:
        """Replace every tensor by that of process 0."""
        if self.count > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)


ALONE = Processes(0, 1)


@contextmanager
def launched(device: str) -> Iterator[Processes]:
    """The processes of this `torchrun`, or this process alone where there is none.

    Args:
        device: What they compute on: GPUs talk through NCCL, processors through Gloo.
    """
    if not (dist.is_available() and dist.is_torchelastic_launched()):
        yield ALONE
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
