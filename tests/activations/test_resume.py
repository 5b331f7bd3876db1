"""A recording that is stopped anywhere goes on to the same bytes."""

import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from latent_reasoning.activations.ledger import committed
from latent_reasoning.activations.lock import only_writer
from latent_reasoning.activations.record import record_activations, record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.shard_recorder import ShardRecorder
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError, HookPointError
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.pair import ModelPair

POST = "blocks.1.hook_resid_post"
KILLS = Path(__file__).parents[2] / "experiments" / "benchmarks" / "kills.py"


def make_sequences(n: int = 30, seed: int = 0) -> list[TokenSequence]:
    rng = random.Random(seed)
    return [
        TokenSequence(tuple(rng.randrange(5, 60) for _ in range(rng.randrange(2, 20))), 2, f"p{i}")
        for i in range(n)
    ]


def record(pair: ModelPair, path: Path, source: Any = None, **settings: Any) -> ActivationStore:
    source = make_sequences() if source is None else source
    return record_pair(pair, source, [POST], path, **({"shard_rows": 40} | settings))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Interrupt:
    """A progress bar that presses Ctrl-C after some rows."""

    def __init__(self, after: int) -> None:
        self.left = after

    @contextmanager
    def __call__(self, _: str, __: int) -> Iterator["Interrupt"]:
        yield self

    def update(self, n: int, /) -> None:
        self.left -= n
        if self.left < 0:
            raise KeyboardInterrupt


def interrupted(pair: ModelPair, path: Path, after: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        record(pair, path, progress=Interrupt(after))


@pytest.mark.parametrize("after", [60, 130, 250])
def test_an_interrupted_recording_resumes_to_the_same_bytes(
    tiny_pair: ModelPair, tmp_path: Path, after: int
) -> None:
    whole = record(tiny_pair, tmp_path / "whole")
    interrupted(tiny_pair, tmp_path / "a", after)
    there = committed(tmp_path / "a")
    assert 0 < len(there) < len(whole.manifest.shards)
    with pytest.raises(ActivationError, match="is not finished; run the command"):
        ActivationStore.open(tmp_path / "a")
    record(tiny_pair, tmp_path / "a")
    assert contents(tmp_path / "a") == contents(tmp_path / "whole")


def run_kills(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, str(KILLS), *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_killed_recording_resumes_to_the_same_bytes() -> None:
    run_kills("--kills", "8", "--seed", str(random.SystemRandom().randrange(10**6)))


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing() -> None:
    run_kills("--kills", "200")


def test_a_finished_recording_is_given_back_untouched(tiny_pair: ModelPair, tmp_path: Path) -> None:
    first = record(tiny_pair, tmp_path / "a")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").glob("0*")}
    assert record(tiny_pair, tmp_path / "a").manifest == first.manifest
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_several_sources_make_one_store_and_resume(tiny_pair: ModelPair, tmp_path: Path) -> None:
    def both(path: Path) -> ActivationStore:
        with record_activations(tiny_pair.base, [POST], path, shard_rows=40) as recorder:
            recorder.record(make_sequences(10, seed=1))
            recorder.record(make_sequences(10, seed=2))
        return recorder.store

    whole = both(tmp_path / "whole")
    assert whole.sequences == (*make_sequences(10, seed=1), *make_sequences(10, seed=2))
    assert whole.rows.sequence.tolist() == sorted(whole.rows.sequence.tolist())
    with (
        pytest.raises(RuntimeError, match="stopped"),
        record_activations(tiny_pair.base, [POST], tmp_path / "a", shard_rows=40) as recorder,
    ):
        recorder.record(make_sequences(10, seed=1))
        raise RuntimeError("stopped")
    both(tmp_path / "a")
    assert contents(tmp_path / "a") == contents(tmp_path / "whole")


def test_another_source_is_refused_and_changes_nothing(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    interrupted(tiny_pair, tmp_path / "a", 130)
    before = contents(tmp_path / "a")
    other = make_sequences()
    other[0] = TokenSequence(other[0].tokens, 1, "p0")
    with pytest.raises(ActivationError, match="shard 0, .* was recorded from other sequences"):
        record(tiny_pair, tmp_path / "a", other)
    n = committed(tmp_path / "a")[0].n_sequences
    with pytest.raises(ActivationError, match="holds . shards, the sources given now fill 1"):
        record(tiny_pair, tmp_path / "a", make_sequences()[:n])
    assert {name: before[name] for name in before if name != "lock"} == {
        name: content for name, content in contents(tmp_path / "a").items() if name != "lock"
    }


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"positions": "prompt"}, "with positions 'all', this recording has 'prompt'"),
        ({"dtype": "bfloat16"}, "with dtype 'float32', this recording has 'bfloat16'"),
        ({"shard_rows": 41}, "with shard_rows 40, this recording has 41"),
        ({"batch_tokens": 7}, "with batch_tokens 4096"),
    ],
)
def test_other_settings_are_refused(
    tiny_pair: ModelPair, tmp_path: Path, settings: dict[str, Any], match: str
) -> None:
    interrupted(tiny_pair, tmp_path / "a", 130)
    with pytest.raises(ActivationError, match=match):
        record(tiny_pair, tmp_path / "a", **settings)
    record(tiny_pair, tmp_path / "b")
    with pytest.raises(ActivationError, match=match):
        record(tiny_pair, tmp_path / "b", **settings)


def test_a_model_that_computes_something_else_is_refused(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    interrupted(tiny_pair, tmp_path / "a", 130)
    with (
        edit(tiny_pair.tuned, {POST: lambda x: x * 1.001}),
        pytest.raises(ActivationError, match=f"tuned/{POST} of problem .* differs by up to"),
    ):
        record(tiny_pair, tmp_path / "a")
    record(tiny_pair, tmp_path / "a")


@contextmanager
def scaled_weights(model: LoadedModel, by: float) -> Iterator[None]:
    """The model with what its MLPs write scaled, until the block ends."""
    scaled = [v for name, v in model.model.named_parameters() if "down_proj" in name]
    before = [value.detach().clone() for value in scaled]
    with torch.no_grad():
        for value in scaled:
            value.mul_(by)
        yield
        for value, old in zip(scaled, before, strict=True):
            value.copy_(old)


class Elsewhere:
    """An engine whose workers are not in this process, as far as a recorder knows."""

    remote = True

    def __init__(self, pair: ModelPair) -> None:
        self.models = {"base": pair.base, "tuned": pair.tuned}

    def run(self, start: Any, tasks: Iterator[Any]) -> Iterator[Any]:
        _, recording, folder = start.args
        worker = ShardRecorder(self.models, recording, folder)
        for task in tasks:
            yield worker.write(worker.compute(task))


def test_changed_weights_are_refused_where_workers_record_and_rounding_is_not(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    interrupted(tiny_pair, tmp_path / "a", 130)
    engine = Elsewhere(tiny_pair)
    with (
        scaled_weights(tiny_pair.tuned, 1.1),
        pytest.raises(ActivationError, match=f"tuned/{POST} of problem .* differs by up to"),
    ):
        record(tiny_pair, tmp_path / "a", engine=engine)
    with scaled_weights(tiny_pair.tuned, 1 + 1e-6):
        record(tiny_pair, tmp_path / "a", engine=engine)


def test_a_model_being_steered_is_refused_where_workers_record(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    refusal = "record: .* has hooks set here, and workers elsewhere"
    with (
        pytest.raises(HookPointError, match=refusal),
        edit(tiny_pair.tuned, {POST: lambda x: x * 1.1}),
    ):
        record(tiny_pair, tmp_path / "a", engine=Elsewhere(tiny_pair))
    record(tiny_pair, tmp_path / "a", engine=Elsewhere(tiny_pair))


def test_a_second_writer_is_refused(tiny_pair: ModelPair, tmp_path: Path) -> None:
    interrupted(tiny_pair, tmp_path / "a", 130)
    with (
        only_writer(tmp_path / "a"),
        pytest.raises(ActivationError, match=f"is being written by process {os.getpid()} on"),
    ):
        record(tiny_pair, tmp_path / "a")
    record(tiny_pair, tmp_path / "a")


def test_a_full_disk_stops_cleanly_and_says_how_much_is_needed(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    record(tiny_pair, tmp_path / "whole")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The system refuses to let a file grow beyond this, as it does on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, hard))
    try:
        with pytest.raises(ActivationError) as error:
            record(tiny_pair, tmp_path / "a", shard_rows=18)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    message = str(error.value)
    assert "is full" in message
    assert "more is needed" in message
    assert "\n" not in message
    left = [path.name for path in tmp_path.rglob("*") if "partial" in path.name]
    assert left == []


def test_a_disk_too_small_is_refused_before_anything_is_computed(
    tiny_pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latent_reasoning.activations.space.free_bytes", lambda _: 1000)
    with pytest.raises(
        ActivationError, match=r"needs about .* more for .* rows, the disk has 1 kB free"
    ):
        record(tiny_pair, tmp_path / "a")
    assert not (tmp_path / "a").exists()
