"""A resumable comparison that is stopped goes on and ends with the same numbers."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from unchecked import unchecked

from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.comparison.pipeline import compare
from latent_reasoning.errors import RunError
from latent_reasoning.progress import Meter, Progress

SMALL = CompareConfig(
    n_problems=40, samples=4, controls=20, null_pool=20, crosscoder_steps=60, resumable=True
)


class Stopping:
    """A progress bar that stops the run once so many completions were drawn."""

    def __init__(self, after: int) -> None:
        self.left = after

    def update(self, n: int, /) -> None:
        self.left -= n
        if self.left < 0:
            raise KeyboardInterrupt


def stopping(after: int) -> Progress:
    meter = Stopping(after)

    @contextmanager
    def progress(label: str, total: int) -> Iterator[Meter]:
        yield meter

    return progress


def numbers(folder: Path) -> dict[str, Any]:
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    del results["provenance"]
    return results


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    with unchecked():
        return compare(replace(SMALL, output=folder)).directory


def test_a_stopped_run_ends_with_the_numbers_of_an_uninterrupted_one(
    whole: Path, tmp_path: Path
) -> None:
    config = replace(SMALL, output=tmp_path / "run")
    after = random.Random(0).sample(range(200, 3500), 3)
    for place in sorted(after):
        with unchecked(), pytest.raises(KeyboardInterrupt):
            compare(config, stopping(place))
        assert [p.name for p in tmp_path.iterdir()] == [".run.partial"]
    compare(config)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
    assert numbers(tmp_path / "run") == numbers(whole)
    samples = [(f / "samples.jsonl").read_bytes() for f in (whole, tmp_path / "run")]
    assert samples[0] == samples[1]
    assert {p.name for p in (tmp_path / "run").iterdir()} == {p.name for p in whole.iterdir()}


def test_a_stopped_run_is_not_continued_with_other_settings(tmp_path: Path) -> None:
    config = replace(SMALL, output=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        compare(config, stopping(100))
    with pytest.raises(RunError, match="other settings \\(seed 0 -> 1\\)"):
        compare(replace(config, seed=1))
