"""The command on a recorded store: killed, it goes on to the same weights; wrong, it says so."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.cli import main
from latent_reasoning.dictionaries.crosscoders import command
from latent_reasoning.dictionaries.crosscoders.checkpoints import load_crosscoder, read_records
from latent_reasoning.dictionaries.crosscoders.command import run_crosscoder
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig, CrosscoderRun
from latent_reasoning.dictionaries.crosscoders.training import fit_crosscoder
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.errors import ActivationError, LatentReasoningError, RunError

POINTS = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]
CONFIG = CrosscoderConfig(
    hook_points=POINTS[1], d_sae=64, k=4, steps=40, batch_size=128, held_out=0.2
)


def words(store: Path, output: Path, config: CrosscoderConfig = CONFIG) -> list[str]:
    given = ["crosscoder", str(store), "--output", str(output), "--save-every", "7"]
    for name in ("hook_points", "d_sae", "k", "steps", "batch_size", "held_out"):
        given += [f"--{name.replace('_', '-')}", str(getattr(config, name))]
    return given


def weights(folder: Path) -> bytes:
    return (folder / "crosscoder_weights.safetensors").read_bytes()


def test_the_command_writes_what_the_library_fits(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(store, tmp_path / "one")) == 0
    told = capsys.readouterr().out
    loaded = load_crosscoder(tmp_path / "one")
    fitted = fit_crosscoder(ActivationStore.open(store), CONFIG)
    for name in ("W_enc", "W_dec", "b_enc", "b_dec", "threshold", "scale"):
        assert torch.equal(getattr(loaded, name), getattr(fitted, name)), name
    assert loaded.sources == fitted.sources
    assert [source.role for source in loaded.sources] == ["base", "tuned"]
    metrics = json.loads((tmp_path / "one" / "metrics.json").read_text())
    assert f"l0 {metrics['l0']:.2f}" in told
    assert metrics["l0"] == pytest.approx(CONFIG.k, rel=0.15)
    records = read_records(tmp_path / "one")
    assert len(records) == sum(metrics["kinds"].values()) == CONFIG.d_sae
    assert f"| uneven | {metrics['kinds_by_norm']['uneven']} | {metrics['kinds']['uneven']} |" in (
        tmp_path / "one" / "README.md"
    ).read_text(encoding="utf-8")
    lines = [json.loads(s) for s in (tmp_path / "one" / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, 41))
    assert (lines[0]["k"], lines[-1]["k"]) == (32, 4)
    assert lines[-1]["loss"] < lines[0]["loss"]


def test_layers_of_one_model_are_sources_too(store: Path, tmp_path: Path) -> None:
    config = replace(CONFIG, models="tuned", hook_points="")
    found = run_crosscoder(store, config, CrosscoderRun(output=tmp_path / "layers"))
    places = [source.hook_point for source in load_crosscoder(tmp_path / "layers").sources]
    assert places == POINTS
    assert not found.records
    assert "It does not compare base and tuned" in (tmp_path / "layers/README.md").read_text()
    assert "kinds" not in json.loads((tmp_path / "layers" / "metrics.json").read_text())


def test_a_fit_killed_at_any_instant_ends_at_the_same_weights(store: Path, tmp_path: Path) -> None:
    config = replace(CONFIG, steps=150)
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    whole = CrosscoderRun(output=tmp_path / "whole", save_every=7)
    run_crosscoder(store, config, whole)
    given = words(store, tmp_path / "killed", config)
    command_line = [sys.executable, "-m", "latent_reasoning.cli", *given]
    log = tmp_path / ".killed.partial" / "metrics.jsonl"
    process = subprocess.Popen(command_line, env=environment, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (log.exists() and log.stat().st_size):
        time.sleep(0.002)
    time.sleep(random.Random(1).uniform(0, 0.2))
    process.kill()
    assert process.wait() == -signal.SIGKILL
    if not (tmp_path / "killed").exists():
        subprocess.run(command_line, env=environment, check=True, capture_output=True)
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    for name in ("metrics.jsonl", "features.jsonl", "metrics.json"):
        assert (tmp_path / "killed" / name).read_text() == (tmp_path / "whole" / name).read_text()


def test_another_fit_is_not_taken_up(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "write_crosscoder", stop)
    with pytest.raises(KeyboardInterrupt):
        run_crosscoder(store, CONFIG, CrosscoderRun(output=tmp_path / "x"))
    assert load_file(tmp_path / ".x.partial" / "state.safetensors")
    with pytest.raises(DictionaryError, match="holds a fit begun with"):
        run_crosscoder(store, replace(CONFIG, k=5), CrosscoderRun(output=tmp_path / "x"))


@pytest.mark.parametrize(
    ("wrong", "error", "match"),
    [
        ({"architecture": "topk"}, DictionaryError, "'topk' is not a known architecture"),
        ({"k": 100}, DictionaryError, "k <= k_start <= d_sae"),
        ({"k_start": 2}, DictionaryError, "k <= k_start <= d_sae"),
        ({"held_out": 1.0}, DictionaryError, "held_out 1.0"),
        ({"learning_rate": 0.0}, DictionaryError, "positive rate"),
        ({"models": ""}, DictionaryError, "at least one model"),
        ({"models": "base,base"}, DictionaryError, "names that differ"),
        ({"batch_size": 5000}, DictionaryError, "expected at least 5000 to train on"),
        ({"models": "base,best"}, ActivationError, "best"),
        ({"hook_points": "blocks.2.hook_resid_post"}, ActivationError, "blocks.2"),
    ],
)
def test_wrong_settings_leave_nothing(
    store: Path,
    tmp_path: Path,
    wrong: dict[str, object],
    error: type[LatentReasoningError],
    match: str,
) -> None:
    config = replace(CONFIG, **wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(error, match=match):
        run_crosscoder(store, config, CrosscoderRun(output=tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_exists_is_refused(store: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(RunError, match="exists already"):
        run_crosscoder(store, CONFIG, CrosscoderRun(output=tmp_path / "x"))
