"""Two workers on this machine, one of them killed while it works."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.comparison.sweep import sweep
from latent_reasoning.comparison.sweep_config import SweepConfig
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.errors import ActivationError
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.evaluation.distributed import Draw, run_condition_on
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.pair import ModelPair, load_pair
from latent_reasoning.organisms.grammar import organism_problems
from latent_reasoning.progress import Meter, no_progress

pytest.importorskip("ray", reason="the extra cluster is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

POINT = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def pair() -> ModelPair:
    return load_pair("organism:latent", "organism:latent/rl-truth")


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    import ray

    ray.shutdown()


def workers() -> list[int]:
    """Processes of Ray that hold a worker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if title.startswith("ray::") and "_Actor" in title:
            found.append(int(folder.name))
    return found


class Killer:
    """A progress bar that kills a worker when the first shard is there."""

    def __init__(self) -> None:
        self.killed: list[int] = []

    @contextmanager
    def __call__(self, _: str, __: int) -> Iterator["Killer"]:
        yield self

    def update(self, n: int, /) -> None:
        there = workers()
        if there and not self.killed:
            os.kill(there[0], signal.SIGKILL)
            self.killed.append(there[0])
            time.sleep(0.2)


def test_a_killed_worker_changes_nothing(pair: ModelPair, tmp_path: Path) -> None:
    from latent_reasoning.engines.cluster import RayEngine

    problems = organism_problems("held-out", 400, seed=0)
    whole = record_pair(pair, problems, [POINT], tmp_path / "local", shard_rows=200)
    killer = Killer()
    record_pair(
        pair,
        problems,
        [POINT],
        tmp_path / "ray",
        shard_rows=200,
        engine=RayEngine(2),
        progress=killer,
    )
    assert len(killer.killed) == 1
    assert len(whole.manifest.shards) > 16
    ActivationStore.open(tmp_path / "ray", verify=True)
    assert {p.name: p.read_bytes() for p in (tmp_path / "ray").iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "local").iterdir()
    }


def test_a_sweep_with_a_killed_worker_is_that_of_one_process(tmp_path: Path) -> None:
    settings = SweepConfig(
        hook_points=POINT,
        positions="last prompt token,all",
        coefficients="1,4",
        features=0,
        controls=2,
        n_problems=40,
        samples=1,
        output=tmp_path / "local",
    )
    whole = sweep(settings)
    killer = Killer()

    def progress(label: str, total: int) -> AbstractContextManager[Meter]:
        return (killer if label == "sweep: cells" else no_progress)(label, total)

    found = sweep(replace(settings, engine="ray", output=tmp_path / "ray"), progress)
    assert len(killer.killed) == 1
    assert len(found["cells"]) == 12
    assert found["cells"] == whole["cells"]
    assert found["unsteered"] == whole["unsteered"]
    files = {p.name: p.read_bytes() for p in (tmp_path / "ray" / "cells").iterdir()}
    assert files == {p.name: p.read_bytes() for p in (tmp_path / "local" / "cells").iterdir()}


def test_a_refusal_comes_back_as_one_line(pair: ModelPair, tmp_path: Path) -> None:
    from latent_reasoning.engines.cluster import RayEngine

    sequences = [TokenSequence((5, 10**6), 1, "far")]
    with pytest.raises(ActivationError, match="'far' has token ids from 5 to 1000000"):
        record_pair(pair, sequences, [POINT], tmp_path / "a", engine=RayEngine(2))
    assert not (tmp_path / "a").exists()


def test_samples_are_those_of_one_process(pair: ModelPair) -> None:
    from latent_reasoning.engines.cluster import RayEngine

    problems = organism_problems("held-out", 10, seed=0)
    variant, sampling = PromptVariant("quiz", "Quiz\n{question}\n"), SamplingConfig(seed=3)
    draw = Draw(Condition("base", "base"), variant, 2, sampling)
    here = run_condition(pair.base, draw.condition, problems, variant, 2, sampling)
    assert run_condition_on(RayEngine(2), pair.base, problems, draw, part_size=3) == here
