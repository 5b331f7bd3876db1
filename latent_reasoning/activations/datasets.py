"""Views of a store for `torch.utils.data`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import Dataset, IterableDataset, get_worker_info

from latent_reasoning.activations.batches import Batch, shuffled_batches
from latent_reasoning.activations.shards import tensor_name

if TYPE_CHECKING:
    from latent_reasoning.activations.store import ActivationStore


class RowDataset(Dataset):
    """Item i is row i of one model at one hook point."""

    def __init__(self, store: "ActivationStore", hook_point: str, model: str) -> None:
        self._store = store
        self._hook_point = hook_point
        self._model = model

    def __len__(self) -> int:
        return len(self._store)

    def __getitem__(self, i: int) -> Float[Tensor, " d_model"]:
        if not -len(self) <= i < len(self):
            raise IndexError(f"row {i} of {len(self)}")
        return self.__getitems__([i])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Float[Tensor, " d_model"]]:
        """Many rows at once, as a DataLoader asks for them."""
        rows = self._store.activations(self._hook_point, self._model, torch.tensor(indices))
        return list(rows)


class ShuffledDataset(IterableDataset):
    """Shuffled batches of all models; every pass has another order."""

    def __init__(
        self, store: "ActivationStore", hook_point: str, batch_size: int, seed: int
    ) -> None:
        self._store = store
        self._batch_size = batch_size
        self._seed = seed
        self._names = {role: tensor_name(role, hook_point) for role in store.manifest.models}
        self._skipped = store.sink_rows
        for role in self._names:
            store.manifest.require(role, hook_point)

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of the next pass."""
        self._seed = epoch

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        share = (0, 1) if worker is None else (worker.id, worker.num_workers)
        return shuffled_batches(
            self._store.path,
            self._store.manifest,
            self._names,
            self._skipped,
            self._batch_size,
            self._seed,
            2**18,
            share,
        )
