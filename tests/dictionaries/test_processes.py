"""Two processes that train together arrive where one arrives alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from together import trained

from latent_reasoning.dictionaries.processes import ALONE

pytestmark = pytest.mark.slow
POINTS = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]
FIT = ("--d-sae", "64", "--k", "4", "--batch-size", "128", "--held-out", "0.2", "--device", "cpu")


def torchrun(*words: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        *words,
    ]


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)


def fit_words(store: Path, output: Path, *words: str) -> list[str]:
    return [
        *("-m", "latent_reasoning.cli", "fit", str(store), *FIT, *words, "--output", str(output))
    ]


def test_two_processes_make_the_updates_of_one(tmp_path: Path) -> None:
    done = run(torchrun(str(Path(__file__).parent / "together.py"), str(tmp_path)))
    assert done.returncode == 0, done.stderr
    alone = trained(ALONE)
    for rank in (0, 1):
        together = load_file(tmp_path / f"{rank}.safetensors")
        for name, tensor in alone.items():
            torch.testing.assert_close(together[name], tensor, rtol=1e-7, atol=1e-9, msg=name)
    assert (alone["batchtopk.since_fired"] > 3).any()


def test_a_fit_of_two_processes_is_that_of_one(store: Path, tmp_path: Path) -> None:
    words = ("--steps", "60", "--k-start", "12")
    for start, name in (([sys.executable], "1"), (torchrun(), "2")):
        done = run([*start, *fit_words(store, tmp_path / name, *words)])
        assert done.returncode == 0, done.stderr
    names = sorted(path.parent.name for path in (tmp_path / "1").glob("*/cfg.json"))
    assert names == sorted(path.parent.name for path in (tmp_path / "2").glob("*/cfg.json"))
    assert len(names) == 2
    for name in names:
        alone, together = (
            load_file(tmp_path / count / name / "sae_weights.safetensors") for count in "12"
        )
        # In single precision the order of a sum can decide which activation is the last to stay.
        for key, tensor in alone.items():
            assert (tensor - together[key]).norm() < 1e-2 * tensor.norm(), (name, key)
    losses = [
        [
            json.loads(line)["loss"]
            for line in (tmp_path / n / "metrics.jsonl").read_text().splitlines()
        ]
        for n in "12"
    ]
    assert len(losses[0]) == 60 * len(names)
    assert losses[1] == pytest.approx(losses[0], rel=1e-2)


def test_a_batch_that_cannot_be_divided_is_refused(store: Path, tmp_path: Path) -> None:
    done = run(torchrun(*fit_words(store, tmp_path / "odd", "--batch-size", "127")))
    assert done.returncode != 0
    assert "--batch-size 127 with 2 processes" in done.stderr
    assert not list(tmp_path.iterdir())
