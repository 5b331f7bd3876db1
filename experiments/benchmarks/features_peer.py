"""One way of computing scores or statistics of features; started by features.py."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import itertools
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from peers import serve

D_IN, D_SAE, K, CONTEXT = 128, 16384, 64, 128
POINT = "blocks.0.hook_resid_post"
FEATURES, FEATURES_AT_ONCE = 512, 64


def random_sae():
    """A dictionary of which 64 features fire on a random row, on average."""
    from latent_reasoning.dictionaries.sae import SparseAutoencoder

    generator = torch.Generator().manual_seed(0)
    rows = torch.nn.functional.normalize(torch.randn(D_SAE, D_IN, generator=generator), dim=1)
    # Of a standard normal variable, 64 of 16384 lie above.
    return SparseAutoencoder(
        W_enc=rows.T.contiguous(),
        W_dec=rows,
        b_enc=torch.zeros(D_SAE),
        b_dec=torch.zeros(D_IN),
        threshold=torch.full((D_SAE,), 2.66),
        hook_point=POINT,
        model="random",
        k=K,
    )


def write_random_store(folder: Path, n_rows: int) -> None:
    """A store of random rows whose tokens are those of an organism."""
    from latent_reasoning.activations.ledger import close
    from latent_reasoning.activations.manifest import FORMAT, Recording
    from latent_reasoning.activations.plan import ShardTask
    from latent_reasoning.activations.sequences import TokenSequence
    from latent_reasoning.activations.shard_recorder import (
        ShardContents,
        ShardRecorder,
        row_norms,
    )
    from latent_reasoning.activations.shards import tensor_name

    n_shards = max(1, n_rows // 2**17)
    recording = Recording(
        format=FORMAT,
        models={"base": "random"},
        computed_in="float32",
        tokenizer_sha256="",
        hook_points=(POINT,),
        positions="all",
        dtype="float32",
        d_model=D_IN,
        batch_tokens=CONTEXT,
        shard_rows=n_rows // n_shards,
        sink_factor=10.0,
    )
    folder.mkdir()
    writer, name = ShardRecorder({}, recording, folder), tensor_name("base", POINT)
    names, generator = _names(), torch.Generator().manual_seed(0)
    n, shards = -(-n_rows // (n_shards * CONTEXT)), []
    for index in range(n_shards):
        x = torch.randn(n * CONTEXT, D_IN, generator=generator)
        tokens = torch.randint(3, 150, (n, CONTEXT), generator=generator).tolist()
        sequences = tuple(TokenSequence(tuple(row), 1, next(names)) for row in tokens)
        task = ShardTask(index, index * n, sequences)
        shards.append(writer.write(ShardContents(task, {name: x}, {name: row_norms(x)})))
    close(folder, recording, shards)


def _names() -> Iterator[str]:
    """Problems of which nine in ten are scored and one is fitted on."""
    from latent_reasoning.features.splits import part_of

    parts = {"selection": iter(()), "fitting": iter(())}
    for part in parts:
        parts[part] = filter(
            lambda name, part=part: part_of(name) == part, map(str, itertools.count())
        )
    for number in itertools.count():
        yield next(parts["fitting" if number % 10 == 0 else "selection"])


def ours(_: int, folder: str) -> Callable[[], int]:
    """Score a store for one behaviour."""
    from latent_reasoning.activations.store import ActivationStore
    from latent_reasoning.features.behaviours import LabelledBehaviour
    from latent_reasoning.features.scores import score_store
    from latent_reasoning.models.loading import load_model
    from latent_reasoning.traces.spans import Span

    def find(text: str, _: Sequence[Span]) -> list[Span]:
        half = len(text) // 2
        return [Span(0, half)] if text[:1] < "k" else [Span(half, len(text))]

    behaviour = LabelledBehaviour("half", "half of a text", find, words=("x", "#", "the", "are"))
    tokenizer, sae = load_model("organism:latent").tokenizer, random_sae()

    def work() -> int:
        table = score_store(ActivationStore.open(folder), sae, [behaviour], tokenizer)[0]
        return table.n_rows

    return work


def floor(n_rows: int) -> Callable[[], int]:
    """The dense encoder product alone."""
    sae = random_sae()

    def work() -> int:
        for _ in range(0, n_rows, 1024):
            sae.pre_activations(torch.randn(1024, D_IN))
        return n_rows

    return work


def sae_dashboard(n_rows: int) -> Callable[[], int]:
    """Statistics of the dashboards, from encoded rows."""
    from sae_dashboard.utils_fns import FeatureStatistics  # pyright: ignore[reportMissingImports]

    sae, x = random_sae(), torch.randn(n_rows, D_IN)

    def work() -> int:
        for first in range(0, FEATURES, FEATURES_AT_ONCE):
            part = slice(first, first + FEATURES_AT_ONCE)
            pre = x @ sae.W_enc[:, part]
            acts = torch.relu(pre) * (pre > sae.threshold[part])
            # torch.quantile takes 16 million values at once.
            FeatureStatistics.create(acts.T.contiguous(), batch_size=2**24 // n_rows)
        # As if for all features.
        return n_rows * FEATURES // D_SAE

    return work


def main() -> None:
    """Be the peer that the command line names."""
    name, n_rows, *rest = sys.argv[1:]
    makers = {"ours": ours, "floor": floor, "sae_dashboard": sae_dashboard}
    work = makers[name](int(n_rows), *rest)
    torch.set_num_threads(1)

    def measured() -> dict[str, float]:
        began, wall = time.process_time(), time.perf_counter()
        rows = work()
        spent = time.process_time() - began
        return {
            "million": spent * 10**6 / rows,
            "wall": time.perf_counter() - wall,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    serve(measured)


if __name__ == "__main__":
    main()
