"""What is written for Neuronpedia is what SAELens' dashboards read and write, where installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.evidence import gather_evidence
from latent_reasoning.features.neuronpedia import write_neuronpedia
from latent_reasoning.models.loading import LoadedModel

PYTHON = os.environ.get("SAE_DASHBOARD_PYTHON", sys.executable)
"""Python of an environment with sae-dashboard; its dashboard records need numpy alone."""
MODULE = "sae_dashboard.neuronpedia.neuronpedia_dashboard"
ROUND_TRIP = f"""
import json, sys
from {MODULE} import NeuronpediaDashboardBatch
batch = NeuronpediaDashboardBatch(**json.load(open(sys.argv[1])))
print(json.dumps(batch.to_dict()))
"""


@pytest.mark.slow
def test_batches_pass_through_the_records_of_sae_dashboard_unchanged(
    told_store: ActivationStore,
    organism: LoadedModel,
    organism_sae: SparseAutoencoder,
    tmp_path: Path,
) -> None:
    there = [PYTHON, "-c", f"import {MODULE}"]
    if subprocess.run(there, capture_output=True, check=False).returncode:
        pytest.skip(
            f"no sae_dashboard in {PYTHON}: install sae-dashboard and name its Python, "
            f"SAE_DASHBOARD_PYTHON"
        )
    evidence = gather_evidence(told_store, organism_sae, [41, 174], organism)
    path, _ = write_neuronpedia(tmp_path, told_store, organism_sae, evidence)
    words = [PYTHON, "-c", ROUND_TRIP, str(path)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    written = json.loads(path.read_text(encoding="utf-8"))
    assert json.loads(run.stdout) == written
    assert [len(one["activations"]) > 5 for one in written["features"]] == [True, True]
