"""What is written for delphi is opened by delphi itself, where it is installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.delphi import write_delphi
from latent_reasoning.models.loading import LoadedModel

POINT = "blocks.1.hook_resid_post"
PYTHON = os.environ.get("DELPHI_PYTHON", sys.executable)
"""Python of an environment with eai-delphi, which does not install beside this package."""


@pytest.mark.slow
def test_examples_that_delphi_makes_are_the_strongest_firings(
    told_store: ActivationStore,
    organism: LoadedModel,
    organism_sae: SparseAutoencoder,
    tmp_path: Path,
) -> None:
    there = [PYTHON, "-c", "import delphi.latents"]
    if subprocess.run(there, capture_output=True, check=False).returncode:
        pytest.skip(f"no delphi in {PYTHON}: install eai-delphi and name its Python, DELPHI_PYTHON")
    keep = ~told_store.rows.is_sink
    acts = organism_sae.encode(told_store.activations(POINT, "base", keep))
    ids = acts.sum(dim=0).topk(5).indices.tolist()
    write_delphi(tmp_path / "delphi", told_store, organism_sae, ids)
    organism.tokenizer.save_pretrained(tmp_path / "tokenizer")
    words = [PYTHON, str(Path(__file__).with_name("delphi_reader.py"))]
    words += [str(tmp_path / "delphi"), str(tmp_path / "tokenizer")]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    read = json.loads(run.stdout.splitlines()[-1])
    assert {int(i) for i in read} == set(ids)
    tokens = told_store.rows.token_id[keep]
    for i, record in read.items():
        column, shown = acts[:, int(i)], torch.tensor(record["activations"])
        assert shown.max() == pytest.approx(float(column.max()), rel=2e-3)
        assert record["silent"] == 4
        row, place = divmod(int(shown.argmax()), shown.shape[1])
        near = (column - shown.max()).abs() <= 2e-3 * float(shown.max())
        assert record["tokens"][row][place] in tokens[near].tolist()
