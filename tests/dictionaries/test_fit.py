"""Several dictionaries in one pass, and a fit that is killed goes on to the same weights."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.checkpoints import load_sae, read_metrics
from latent_reasoning.dictionaries.fit import fit
from latent_reasoning.dictionaries.fit_config import FitConfig
from latent_reasoning.dictionaries.loading import load_dictionary
from latent_reasoning.dictionaries.order import RowOrder
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.transcoder import Transcoder

POINTS = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]
CONFIG = FitConfig(
    d_sae="32,64", seeds="0,1", k=4, steps=30, batch_size=128, save_every=7, held_out=0.2
)


def weights(folder: Path) -> dict[str, bytes]:
    return {
        path.parent.name: path.read_bytes()
        for path in sorted(folder.glob("*/sae_weights.safetensors"))
    }


def test_every_hook_point_width_and_seed_is_fitted(store: Path, tmp_path: Path) -> None:
    told = fit(store, replace(CONFIG, output=tmp_path / "all"))
    found = weights(tmp_path / "all")
    assert len(found) == len(set(found.values())) == 8
    for name in found:
        assert name in told
        assert load_sae(tmp_path / "all" / name).hook_point in POINTS
        assert read_metrics(tmp_path / "all" / name).fvu < 1
    lines = (tmp_path / "all" / "metrics.jsonl").read_text().splitlines()
    assert len(lines) == 8 * 30
    assert json.loads(lines[-1])["step"] == 30
    alone = replace(CONFIG, d_sae="64", seeds="1", hook_points=POINTS[1], output=tmp_path / "one")
    fit(store, alone)
    ((name, content),) = weights(tmp_path / "one").items()
    assert found[name] == content


def test_a_fit_killed_at_any_instant_ends_at_the_same_weights(store: Path, tmp_path: Path) -> None:
    fit(store, replace(CONFIG, steps=60, output=tmp_path / "whole"))
    words = [sys.executable, "-m", "latent_reasoning.cli", "fit", str(store)]
    for name in ("d_sae", "seeds", "k", "batch_size", "save_every", "held_out"):
        words += [f"--{name.replace('_', '-')}", str(getattr(CONFIG, name))]
    words += ["--steps", "60", "--output", str(tmp_path / "killed")]
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    draw = random.Random(0)
    partial, kills = tmp_path / ".killed.partial", 0
    for _ in range(2):
        process = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
        before = (partial / "metrics.jsonl").stat().st_size if partial.exists() else 0
        while process.poll() is None:
            grown = (partial / "metrics.jsonl").exists() and (
                (partial / "metrics.jsonl").stat().st_size != before
            )
            if grown:
                time.sleep(draw.uniform(0, 0.3))
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        kills += process.wait() == -signal.SIGKILL
    assert kills
    if partial.exists():
        # As if the kill had hit while a dictionary was being saved.
        (partial / ".half.partial-1").mkdir()
        (partial / ".half.partial-1" / "sae_weights.safetensors").write_bytes(b"half")
    if not (tmp_path / "killed").exists():
        subprocess.run(words, env=environment, check=True, capture_output=True)
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    metrics = [(tmp_path / name / "metrics.jsonl").read_text() for name in ("killed", "whole")]
    assert metrics[0] == metrics[1]


@pytest.mark.parametrize(
    "settings",
    [
        {"architecture": "topk"},
        {"architecture": "matryoshka_batchtopk", "k_start": 8},
        {"architecture": "jumprelu"},
        {"hook_points": POINTS[0], "targets": POINTS[1]},
        {"hook_points": POINTS[0], "targets": POINTS[1], "architecture": "jumprelu"},
    ],
)
def test_every_architecture_is_fitted_and_read_by_sae_lens(
    store: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    from sae_lens import SAE

    wanted = replace(CONFIG, d_sae="32", seeds="0", **settings)
    fit(store, replace(wanted, output=tmp_path / "all"))
    recorded = ActivationStore.open(store)
    for name in weights(tmp_path / "all"):
        ours = load_dictionary(tmp_path / "all" / name)
        theirs = SAE.load_from_disk(tmp_path / "all" / name)
        x = recorded.activations(ours.hook_point)[:200].float()
        torch.testing.assert_close(ours.encode(x), theirs.encode(x), rtol=0, atol=1e-4)
        made = ours.decode(ours.encode(x))
        torch.testing.assert_close(made, theirs(x), rtol=0, atol=1e-4)
        assert (ours.encode(x) > 0).any()
        assert ours.architecture == wanted.architecture
        if isinstance(ours, Transcoder):
            assert (ours.hook_point, ours.target) == tuple(POINTS)
            assert theirs.cfg.metadata.hook_name_out == POINTS[1]
            assert read_metrics(tmp_path / "all" / name).fvu < 1
            with pytest.raises(DictionaryError, match="is a transcoder"):
                load_sae(tmp_path / "all" / name)
    stopped = replace(wanted, output=tmp_path / "again", save_every=1)
    interrupt_after(store, stopped, 11)
    fit(store, stopped)
    assert weights(tmp_path / "again") == weights(tmp_path / "all")


def interrupt_after(store: Path, config: FitConfig, steps: int) -> None:
    class Stopping:
        done = 0

        def update(self, n: int) -> None:
            self.done += n
            if self.done == steps:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(store, config, lambda *_: nullcontext(Stopping()))


def test_rows_of_an_update_depend_on_its_number_alone() -> None:
    forward, jumping = RowOrder(100, 0.2, 16, seed=3), RowOrder(100, 0.2, 16, seed=3)
    batches = [forward.batch(step) for step in range(12)]
    for step in (11, 2, 7):
        assert torch.equal(jumping.batch(step), batches[step])
    epoch = torch.cat(batches[:5])
    assert len(epoch.unique()) == 80
    assert not set(epoch.tolist()) & set(forward.held_out.tolist())


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"d_sae": "many"}, "--d-sae 'many'; expected whole numbers"),
        (
            {"architecture": "gated"},
            "'gated' is not a known architecture; expected one of batchtopk",
        ),
        ({"save_every": 0}, "--save-every 0"),
        ({"k_start": 3}, "'k_start': 3}; expected positive numbers and k <= k_start"),
        ({"levels": "a half"}, "--levels 'a half'; expected shares"),
        ({"architecture": "matryoshka_batchtopk", "levels": "0.5,0.25"}, "expected ascending"),
        ({"targets": POINTS[0]}, "0 --hook-points and 1 --targets"),
        ({"k": 40}, "k <= k_start <= d_sae"),
    ],
)
def test_wrong_settings_leave_nothing(
    store: Path, tmp_path: Path, wrong: dict[str, object], match: str
) -> None:
    with pytest.raises(DictionaryError, match=match):
        fit(store, replace(CONFIG, output=tmp_path / "x", **wrong))  # pyright: ignore
    assert list(tmp_path.iterdir()) == []


def test_another_fit_is_not_taken_up(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_reasoning.dictionaries import fit as module

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module._Run, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        fit(store, replace(CONFIG, output=tmp_path / "x"))
    assert load_file(tmp_path / ".x.partial" / "state.safetensors")
    with pytest.raises(DictionaryError, match="holds a fit begun with"):
        fit(store, replace(CONFIG, output=tmp_path / "x", k=5))
