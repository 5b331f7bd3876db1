from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from latent_reasoning.activations import batches as reading
from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.pair import ModelPair

POST = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module", params=[10_000, 64], ids=["one shard", "many shards"])
def store(
    request: pytest.FixtureRequest,
    tiny_pair: ModelPair,
    tmp_path_factory: pytest.TempPathFactory,
) -> ActivationStore:
    sequences = [
        TokenSequence(tuple(5 + (i * j) % 50 for j in range(1, 8 + i % 5)), 3, f"p{i}")
        for i in range(60)
    ]
    path = tmp_path_factory.mktemp("batches") / "store"
    return record_pair(tiny_pair, sequences, [POST], path, shard_rows=request.param)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    # 7 rows of 32 float32 numbers, and pages given back after every other batch.
    monkeypatch.setattr(reading, "BLOCK_BYTES", 7 * 128)
    monkeypatch.setattr(reading, "RESIDENT_BYTES", 5000)


@pytest.mark.parametrize("batch_size", [1, 13, 64, 10_000])
@pytest.mark.parametrize("buffer_rows", [1, 50, 10_000])
def test_every_row_comes_once_a_pass_in_both_models(
    store: ActivationStore, batch_size: int, buffer_rows: int
) -> None:
    found = list(store.batches(POST, batch_size=batch_size, buffer_rows=buffer_rows))
    rows = torch.cat([batch.rows for batch in found])
    assert torch.equal(rows.sort().values, torch.arange(len(store)))
    assert {len(batch.rows) for batch in found[:-1]} <= {batch_size}
    for batch in found:
        for role, x in batch.activations.items():
            assert torch.equal(x, store.activations(POST, role, batch.rows))


def test_the_order_is_that_of_the_seed(store: ActivationStore) -> None:
    def order(seed: int | None) -> list[int]:
        return torch.cat([b.rows for b in store.batches(POST, seed=seed, batch_size=20)]).tolist()

    assert order(3) == order(3)
    assert order(3) != order(4)
    assert order(None) == list(range(len(store)))
    # Neighbours are far apart: on average a third of the store, as in a random order.
    steps = [abs(a - b) for a, b in zip(order(3), order(3)[1:], strict=False)]
    assert sum(steps) / len(steps) == pytest.approx(len(store) / 3, rel=0.15)


def test_sinks_are_left_out_unless_asked_for(
    store: ActivationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = store.manifest.median_norms["base"]
    monkeypatch.setitem(limits, POST, limits[POST] / store.manifest.sink_factor)
    fresh = ActivationStore(store.path, store.manifest)
    sinks = fresh.rows.is_sink
    assert 0 < int(sinks.sum()) < len(store)
    kept = torch.cat([batch.rows for batch in fresh.batches(POST, batch_size=50)])
    assert torch.equal(kept.sort().values, (~sinks).nonzero().squeeze(1))
    every = torch.cat([batch.rows for batch in fresh.batches(POST, sinks=True)])
    assert len(every) == len(store)


def test_what_cannot_be_read_is_refused(store: ActivationStore) -> None:
    with pytest.raises(ActivationError, match="batch_size 0"):
        next(store.batches(POST, batch_size=0))
    with pytest.raises(ActivationError, match="'reference' at"):
        store.batches(POST, ["reference"])


def test_a_loader_reads_rows_by_number(store: ActivationStore) -> None:
    loader = DataLoader(store.dataset(POST, "tuned"), batch_size=50)
    assert torch.equal(torch.cat(list(loader)), store.activations(POST, "tuned"))
    with pytest.raises(IndexError):
        store.dataset(POST)[len(store)]


@pytest.mark.filterwarnings("ignore:This DataLoader will create 2 worker processes")
@pytest.mark.parametrize("workers", [0, 2])
def test_the_workers_of_a_loader_share_out_the_rows(store: ActivationStore, workers: int) -> None:
    view = store.shuffled_dataset(POST, batch_size=30)
    rows = torch.cat([batch.rows for batch in DataLoader(view, None, num_workers=workers)])
    assert torch.equal(rows.sort().values, torch.arange(len(store)))
    view.set_epoch(1)
    again = torch.cat([batch.rows for batch in DataLoader(view, None, num_workers=workers)])
    assert not torch.equal(again, rows)


def test_normalisation_is_computed_once_and_kept(store: ActivationStore) -> None:
    x = store.activations(POST, "tuned").double()
    found = store.normalisation(POST, "tuned")
    torch.testing.assert_close(found.mean, x.mean(dim=0).float())
    assert found.mean_norm == pytest.approx(x.norm(dim=1).mean().item(), rel=1e-6)
    assert found(x).mean(dim=0).abs().max() < 1e-5
    file = Path(store.path) / f"normalisation.tuned.{POST}.safetensors"
    written = file.stat().st_mtime_ns
    assert torch.equal(store.normalisation(POST, "tuned").mean, found.mean)
    assert file.stat().st_mtime_ns == written
