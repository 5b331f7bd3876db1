"""What is written for Neuronpedia's public interface keeps the rules of its server."""

import json
import math
import os
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.evidence import FeatureEvidence, gather_evidence
from latent_reasoning.features.logit_lens import Lens, TokenLogit
from latent_reasoning.features.neuronpedia import write_neuronpedia
from latent_reasoning.models.loading import LoadedModel

PYTHON = os.environ.get("NEURONPEDIA_PYTHON", sys.executable)
"""Python of an environment with neuronpedia, the client of the server."""


def broken_rules(body: dict[str, Any]) -> list[str]:
    """The rules of POST /api/feature/upload-batch that a body breaks, as the server has them."""
    found = []

    def rule(name: str, kept: bool) -> None:
        if not kept:
            found.append(name)

    rule("keys", body.keys() == {"modelId", "source", "features"})
    for name in ("modelId", "source"):
        rule(name, bool(body[name]) and body[name] == body[name].lower())
    rule("layer", body["source"].split("-", 1)[0].isdigit())
    features = body["features"]
    rule("1 to 128 features", 1 <= len(features) <= 128)
    rule("indices differ", len({one["index"] for one in features}) == len(features))
    for one in features:
        rule("index", isinstance(one["index"], int) and 0 <= one["index"] <= 10_000_000)
        rule("density", 0 <= one["density"] <= 1)
        for name in ("topLogits", "bottomLogits"):
            rule(name, len(one[name]) <= 20)
            rule(f"{name} token", all(logit["token"] for logit in one[name]))
            rule(f"{name} value", all(math.isfinite(logit["value"]) for logit in one[name]))
        rule("some activations", len(one["activations"]) >= 1)
        for context in one["activations"]:
            tokens, values = context["tokens"], context["values"]
            rule("as many values as tokens", len(tokens) == len(values))
            rule("1 to 1024 tokens", 1 <= len(tokens) <= 1024)
            rule("tokens", all(isinstance(token, str) and token for token in tokens))
            rule("values", all(math.isfinite(value) for value in values))
            fraction = context["quantileFraction"]
            rule("fraction", fraction is None or 0 <= fraction <= 1)
            for name in ("quantileMax", "quantileMin"):
                rule(name, context[name] is None or context[name] <= 99_999_999)
    return found


@pytest.fixture(scope="module")
def evidence(
    told_store: ActivationStore, organism: LoadedModel, organism_sae: SparseAutoencoder
) -> list[FeatureEvidence]:
    return gather_evidence(told_store, organism_sae, [41, 174, 168], organism)


def uploads(
    folder: Path, store: ActivationStore, sae: SparseAutoencoder, evidence: list[FeatureEvidence]
) -> list[dict[str, Any]]:
    paths = write_neuronpedia(folder, store, sae, evidence)
    return [json.loads(path.read_text()) for path in paths if path.name.startswith("upload")]


def test_an_upload_keeps_the_server_s_rules(
    told_store: ActivationStore,
    organism_sae: SparseAutoencoder,
    evidence: list[FeatureEvidence],
    tmp_path: Path,
) -> None:
    (body,) = uploads(tmp_path, told_store, organism_sae, evidence)
    assert broken_rules(body) == []
    assert (body["modelId"], body["source"]) == ("latent@0", "1-resid_post-batchtopk-512")
    for one, known in zip(body["features"], evidence, strict=True):
        assert (one["index"], one["density"]) == (known.feature_id, known.density)
        peak = max(max(context["values"]) for context in one["activations"])
        assert peak == pytest.approx(known.max_activation)
        assert one["topLogits"][0]["token"] == known.lens.promoted[0].token


def test_what_the_server_would_refuse_is_not_uploaded(
    told_store: ActivationStore,
    organism_sae: SparseAutoencoder,
    evidence: list[FeatureEvidence],
    tmp_path: Path,
) -> None:
    first = evidence[0]
    silent = replace(first, feature_id=1, top=(), median=(), low=())
    tokens = ("", *first.top[0].tokens[1:])
    textless = replace(
        first,
        feature_id=2,
        top=(replace(first.top[0], tokens=tokens),),
        lens=Lens((TokenLogit("", 1.0),) * 30, (TokenLogit("", -1.0),) * 30),
    )
    many = [replace(first, feature_id=10 + i) for i in range(130)]
    found = uploads(tmp_path, told_store, organism_sae, [silent, textless, *many])
    assert [broken_rules(body) for body in found] == [[], []]
    sent = [one["index"] for body in found for one in body["features"]]
    assert sent == [2, *range(10, 140)]
    batches = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("batch-*.json"))]
    assert sum(len(batch["features"]) for batch in batches) == 132
    broken = json.loads(json.dumps(found[0]))
    broken["features"][0]["activations"][0]["tokens"][0] = ""
    assert broken_rules(broken) == ["tokens"]


class Received(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    found: ClassVar[list[tuple[str, str | None, Any]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.found.append((self.path, self.headers["X-Api-Key"], body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.mark.slow
def test_neuronpedia_s_client_sends_the_same_body(
    told_store: ActivationStore,
    organism_sae: SparseAutoencoder,
    evidence: list[FeatureEvidence],
    tmp_path: Path,
) -> None:
    there = [PYTHON, "-c", "import neuronpedia.np_source_set"]
    if subprocess.run(there, capture_output=True, check=False).returncode:
        pytest.skip(
            f"no neuronpedia in {PYTHON}: install it and name its Python, NEURONPEDIA_PYTHON"
        )
    (body,) = uploads(tmp_path, told_store, organism_sae, evidence)
    server = HTTPServer(("127.0.0.1", 0), Received)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        reader = str(Path(__file__).with_name("neuronpedia_client.py"))
        address = f"http://127.0.0.1:{server.server_port}/api"
        words = [PYTHON, reader, address, str(tmp_path / "upload-0.json")]
        run = subprocess.run(words, capture_output=True, text=True, check=False)
    finally:
        server.shutdown()
        server.server_close()
    assert run.returncode == 0, run.stderr[-2000:]
    assert Received.found == [("/api/feature/upload-batch", "key", body)]
