"""The same command under `accelerate launch`: two processes on one machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from latent_reasoning.organisms.registry import organism_directory

pytestmark = pytest.mark.slow
TUNE = ["tune", "--base", "latent", "--arm", "rl-random", "--updates", "8", "--batch-size", "32"]


def launch(output: Path, processes: int) -> subprocess.CompletedProcess[str]:
    module = ["-m", "latent_reasoning.cli", *TUNE, "--output", str(output)]
    several = [
        *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_machines", "1"),
        *("--mixed_precision", "no", "--dynamo_backend", "no"),
        *("--num_processes", str(processes)),
    ]
    return subprocess.run(
        [sys.executable, *(several if processes > 1 else []), *module],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_two_processes_tune_one_model_on_twice_the_completions(tmp_path: Path) -> None:
    read, logs = {}, {}
    for processes in (1, 2):
        done = launch(tmp_path / str(processes), processes)
        assert done.returncode == 0, done.stderr[-2000:]
        folder = tmp_path / str(processes) / "latent" / "rl-random" / "seed-0"
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        read[processes] = card["log"][0]["num_tokens"]
        logs[processes] = card["log"][0]
        after = load_file(folder / "model.safetensors")
        before = load_file(organism_directory("latent") / "model.safetensors")
        assert any(not after[name].equal(before[name]) for name in before)
        assert not folder.with_name("seed-0.building").exists()
    assert read[2] == pytest.approx(2 * read[1], rel=0.05)
    # Had both ranks thrown the same coins or drawn the same samples, the means would be equal.
    assert logs[1]["reward"] != logs[2]["reward"]
    assert "rewards/truth_reward/mean" in logs[2]
