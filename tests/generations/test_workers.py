import subprocess
import sys
from pathlib import Path

import pytest
from foreign_files import flat, lines, make_rows

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.generations.config import EvaluateConfig
from latent_reasoning.generations.pipeline import evaluate


def test_several_processes_write_the_same_rows_in_the_same_order(tmp_path: Path) -> None:
    rows = flat(make_rows(150, 4))
    rows[7]["completion"] = None
    path = lines(tmp_path / "g.jsonl", rows)
    found = []
    for workers in (1, 2):
        out = tmp_path / f"rows-{workers}.jsonl"
        config = EvaluateConfig(json=True, rows=out, workers=workers, skip_bad=True)
        results = evaluate([path], config).results
        found.append((results["conditions"], results["skipped"], out.read_bytes()))
    assert found[0] == found[1]
    with pytest.raises(LatentReasoningError, match="workers is 0, expected at least 1"):
        EvaluateConfig(workers=0)


def test_a_reader_that_has_enough_ends_the_command_quietly(tmp_path: Path) -> None:
    path = lines(tmp_path / "g.jsonl", flat(make_rows(20, 2)))
    words = [sys.executable, "-m", "latent_reasoning.cli", "evaluate", str(path), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert b"Error" not in running.stderr.read()
    assert running.returncode == 0
