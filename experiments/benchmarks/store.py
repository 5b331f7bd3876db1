"""Area `store`: reading shuffled batches, and memory as stores grow.

Reads are of one model, from the page cache, in batches of 4096 rows: a case is the width and the
number format. `memmap copy` copies the same rows once, in order, into memory. `memmap copy, batch
by batch` drops every batch at once, so that its destination stays in the processor's cache: no
consumer could be so fast. SAELens reads the same rows, exported, through its mixing buffer; it has
no bfloat16 on disk, so the wide case gives it float32.

Memory is the peak of a process that records rows of a tiny model and then reads them.
"""

import sys
import tempfile
from pathlib import Path

import torch
from peers import Peer, interleaved
from rows import Row, compare
from store_peer import CONTEXT, POINT, READERS

from latent_reasoning.activations.ledger import close
from latent_reasoning.activations.manifest import FORMAT, Recording
from latent_reasoning.activations.plan import ShardTask
from latent_reasoning.activations.saelens import export_saelens
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.shard_recorder import ShardContents, ShardRecorder, row_norms
from latent_reasoning.activations.shards import tensor_name
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.models.loading import DTYPES


def write_store(folder: Path, d_model: int, dtype: str, n_rows: int, n_shards: int) -> None:
    """A store of random rows, and the same rows as SAELens keeps them."""
    recording = Recording(
        format=FORMAT,
        models={"base": "random"},
        computed_in=dtype,
        tokenizer_sha256="",
        hook_points=(POINT,),
        positions="all",
        dtype=dtype,
        d_model=d_model,
        batch_tokens=CONTEXT,
        shard_rows=n_rows // n_shards,
        sink_factor=10.0,
    )
    (folder / "store").mkdir()
    writer, name = ShardRecorder({}, recording, folder / "store"), tensor_name("base", POINT)
    n = n_rows // n_shards // CONTEXT
    generator = torch.Generator().manual_seed(0)
    shards = []
    for index in range(n_shards):
        x = torch.randn(n * CONTEXT, d_model, generator=generator).to(DTYPES[dtype])
        first = index * n
        sequences = tuple(TokenSequence(tuple(range(CONTEXT)), 1, str(first + i)) for i in range(n))
        task = ShardTask(index, first, sequences)
        shards.append(writer.write(ShardContents(task, {name: x}, {name: row_norms(x)})))
    close(folder / "store", recording, shards)
    store = ActivationStore.open(folder / "store")
    export_saelens(store, POINT, folder / "saelens", context_size=CONTEXT)


def reads(d_model: int, dtype: str, n_rows: int, n_shards: int, rounds: int) -> list[Row]:
    """Rows a second of every reader."""
    case = f"{d_model}-{dtype}, {n_shards} shard{'s' * (n_shards > 1)}"
    with tempfile.TemporaryDirectory() as folder:
        write_store(Path(folder), d_model, dtype, n_rows, n_shards)
        peers = [Peer("store_peer.py", [name, folder]) for name in READERS]
        found = interleaved(peers, rounds)
    return [
        compare(
            case,
            name,
            "shuffled reads",
            unit,
            [measured[kind] for measured in found["ours"]],
            [measured[kind] for measured in measurements],
        )
        for kind, unit in (("wall", "rows/s"), ("cpu", "rows/processor-s"))
        for name, measurements in found.items()
        if name != "ours"
    ]


def memory(sizes: list[int]) -> list[Row]:
    """Peak memory at every size beside that at the smallest."""
    peaks = {}
    for n_rows in sizes:
        peer = Peer("store_peer.py", ["memory", str(n_rows)])
        peaks[n_rows] = peer.run()
        peer.close()
        print(f"store: {n_rows} rows {peaks[n_rows]}", file=sys.stderr)
    first = peaks[sizes[0]]
    return [
        compare(
            f"{n_rows:.0e} rows",
            f"ours at {sizes[0]:.0e} rows",
            f"peak memory, {stage}",
            "MiB",
            [peaks[n_rows][stage]],
            [first[stage]],
            more_is_better=False,
        )
        for n_rows in sizes[1:]
        for stage in first
        if stage != "rows"
    ]


def run(quick: bool, _: dict[str, str]) -> list[Row]:
    """The rows of this area."""
    rounds, size = (3, 2**26) if quick else (7, 2**28)
    return [
        *reads(96, "float32", size // (96 * 4), 1, rounds),
        *reads(96, "float32", size // (96 * 4), 4, rounds),
        *reads(1536, "bfloat16", size // (1536 * 2), 1, rounds),
        *reads(1536, "bfloat16", size // (1536 * 2), 4, rounds),
        *memory([10**5, 10**6] if quick else [10**5, 10**6, 10**7]),
    ]
