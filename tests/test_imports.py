import json
import statistics
import subprocess
import sys
import time
from importlib import import_module

import pytest

import latent_reasoning

HEAVY = ("torch", "transformers", "numpy", "plotly", "datasets", "sae_lens", "trl", "tqdm")


def run(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("module", ["latent_reasoning", "latent_reasoning.cli"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    loaded = json.loads(run("-c", f"import json, sys, {module}; print(json.dumps([*sys.modules]))"))
    assert module in loaded
    assert set(HEAVY) & set(loaded) == set()


def test_help_comes_at_once() -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        text = run("-m", "latent_reasoning.cli", "--help")
        seconds.append(time.perf_counter() - started)
        assert "compare" in text
        assert "organism" in text
    assert statistics.median(seconds) < 1.5


def test_every_public_name_is_the_object_of_its_home() -> None:
    assert len(latent_reasoning.__all__) > 20
    for name in latent_reasoning.__all__:
        value = getattr(latent_reasoning, name)
        assert getattr(import_module(value.__module__), name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'latent_reasoning' has no attribute 'nothing'"):
        _ = latent_reasoning.nothing  # pyright: ignore[reportAttributeAccessIssue]
