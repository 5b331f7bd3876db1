"""One way of reading recorded rows, or of recording and reading many; started by store.py."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peers import serve

BATCH = 4096
POINT = "blocks.0.hook_resid_post"
CONTEXT = 128


def ours(folder: str) -> Callable[[], int]:
    """Shuffled batches of one model, sinks left out as by default."""
    from latent_reasoning.activations.store import ActivationStore

    store = ActivationStore.open(Path(folder) / "store")
    seeds = iter(range(10**6))

    def work() -> int:
        batches = store.batches(POINT, batch_size=BATCH, seed=next(seeds))
        return sum(len(batch.rows) for batch in batches)

    return work


def _memmaps(folder: str) -> list[np.ndarray]:
    from latent_reasoning.activations.shards import tensor_name, tensor_offset
    from latent_reasoning.activations.store import ActivationStore
    from latent_reasoning.models.loading import DTYPES

    store = ActivationStore.open(Path(folder) / "store")
    name = tensor_name("base", POINT)
    width = store.manifest.d_model * DTYPES[store.manifest.dtype].itemsize
    found = []
    for shard in store.manifest.shards:
        path = store.path / shard.activations.file
        shape = (shard.n_rows, width)
        found.append(np.memmap(path, np.uint8, "r", tensor_offset(path, name), shape))
    return found


def copy_whole(folder: str) -> Callable[[], int]:
    """A plain copy of the memory maps into memory, in order."""
    maps = _memmaps(folder)
    return lambda: sum(map(len, [np.array(rows) for rows in maps]))


def copy_batches(folder: str) -> Callable[[], int]:
    """The same, a batch at a time; what was copied is dropped at once."""
    maps = _memmaps(folder)

    def work() -> int:
        seen = 0
        for rows in maps:
            for i in range(0, len(rows), BATCH):
                seen += len(np.array(rows[i : i + BATCH]))
        return seen

    return work


def sae_lens(folder: str) -> Callable[[], int]:
    """SAELens' store over the same rows as cached activations, through its mixing buffer."""
    from datasets import Dataset
    from sae_lens.config import CacheActivationsRunnerConfig
    from sae_lens.training.activations_store import ActivationsStore

    path = Path(folder) / "saelens"
    feature = Dataset.load_from_disk(str(path)).features[POINT]
    config = CacheActivationsRunnerConfig(
        dataset_path="",
        model_name="",
        model_batch_size=BATCH,
        hook_name=POINT,
        d_in=feature.shape[1],
        training_tokens=10**9,
        context_size=CONTEXT,
        new_cached_activations_path=str(path),
        device="cpu",
    )
    nothing: Any = torch.nn.Identity()
    store = ActivationsStore.from_cache_activations(nothing, config)
    # A batch of rows read at once, a buffer of eight; its own defaults give less than one batch.
    store.store_batch_size_prompts = BATCH // CONTEXT
    store.n_batches_in_buffer = 8 * BATCH // CONTEXT
    n = len(Dataset.load_from_disk(str(path))) * CONTEXT // BATCH * BATCH

    def work() -> int:
        seen = 0
        while seen < n:
            seen += len(store.next_batch())
        return seen

    return work


READERS = {
    "ours": ours,
    "memmap copy": copy_whole,
    "memmap copy, batch by batch": copy_batches,
    "sae_lens": sae_lens,
}


def memory(n_rows: int) -> dict[str, float]:
    """Peak memory of recording rows with a tiny model, and then of reading them."""
    from recorder import save_models

    from latent_reasoning.activations.record import record_activations
    from latent_reasoning.activations.sequences import TokenSequence
    from latent_reasoning.models.loading import load_model

    shape = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    shape |= {"num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 160}

    def stream() -> Iterator[TokenSequence]:
        for i in range(n_rows):
            yield TokenSequence(tuple(5 + (i + j) % 150 for j in range(CONTEXT)), 8, str(i))

    with tempfile.TemporaryDirectory() as folder:
        model = load_model(save_models(shape, Path(folder))[0])
        # Shards small enough that the smallest size has several.
        with record_activations(
            model, [POINT], Path(folder) / "store", shard_rows=2**15
        ) as recorder:
            recorder.record(stream(), max_rows=n_rows)
        recorded, private, read = _status("VmHWM"), 0.0, 0
        for batch in recorder.store.batches(POINT):
            read += len(batch.rows)
            private = max(private, _status("RssAnon"))
        return {
            "record": recorded,
            "read, its own": private,
            "read, with mapped pages of the file": _status("VmHWM"),
            "rows": read,
        }


def _status(name: str) -> float:
    """Memory of this process in MiB: VmHWM is its peak so far, RssAnon what is its own now.

    Of the kernel's account, as getrusage begins with the peak of the process it was started from.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory was used")


def main() -> None:
    """`store_peer.py PEER FOLDER` or `store_peer.py memory N_ROWS`."""
    name, argument = sys.argv[1:]
    if name == "memory":
        serve(lambda: memory(int(argument)))
        return
    work = READERS[name](argument)

    def once() -> dict[str, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        n = work()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return {"wall": n / wall, "cpu": n / cpu}

    serve(once)


if __name__ == "__main__":
    main()
