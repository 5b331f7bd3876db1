"""The command writes all of its files or nothing, and refuses what it cannot do in one line."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.cli import main
from latent_reasoning.data.arrow import parquet_records
from latent_reasoning.dictionaries.checkpoints import (
    checkpoints_root,
    find_sae,
    load_sae,
    save_sae,
)
from latent_reasoning.dictionaries.metrics import SaeMetrics
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.score_table import read_tables
from latent_reasoning.report.score_tables import score_page

POINT = "blocks.1.hook_resid_post"
UNMEASURED = SaeMetrics(l0=1.0, fvu=1.0, dead=0.0, n_rows=1)
FIELDS = {
    *("feature_index", "pos_str", "pos_values", "neg_str", "neg_values", "frac_nonzero"),
    *("neuron_alignment_indices", "neuron_alignment_values", "neuron_alignment_l1"),
    *("correlated_neurons_indices", "correlated_neurons_l1", "correlated_neurons_pearson"),
    *("correlated_features_indices", "correlated_features_l1", "correlated_features_pearson"),
    *("freq_hist_data_bar_values", "freq_hist_data_bar_heights"),
    *("logits_hist_data_bar_heights", "logits_hist_data_bar_values"),
    *("n_prompts_total", "n_tokens_in_prompt", "dataset", "decoder_weights_dist"),
    *("activations", "vector"),
}
"""Of a feature in a batch file that SAELens' dashboards write, version 0.8."""


@pytest.fixture(scope="module")
def run(told_store: ActivationStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("features") / "run"
    words = [*_words(told_store), "--behaviour", "code,wrong_step", "--output", str(output)]
    assert main([*words, "--top", "3", "--texts", "20", "--export", "neuronpedia,delphi"]) == 0
    return output


def _words(store: ActivationStore) -> list[str]:
    dictionary = find_sae("organism:latent@0", POINT, checkpoints_root())
    return ["features", str(store.path), str(dictionary)]


def test_tables_parquet_and_page_hold_the_same_rows(run: Path) -> None:
    tables = read_tables(run / "scores.json")
    assert [table.behaviour for table in tables] == ["code", "wrong_step"]
    rows = [record.row for record in parquet_records(run / "scores.parquet")]
    assert len(rows) == sum(len(table.scores) for table in tables)
    first = tables[0].scores[0]
    assert (rows[0]["name"], rows[0]["auroc"]) == (first.name, first.auroc.value)
    tried = [score for score in tables[0].features() if score.falsification]
    assert len(tried) == 3
    assert all(score.output_score is not None for score in tried)
    page = (run / "table.html").read_text()
    assert all(f">{score.name}<" in page for score in tables[0].scores)
    assert "http" not in page.split("<main>")[1].split("</main>")[0]
    assert json.loads((run / "run.json").read_text())["config"]["behaviour"] == "code,wrong_step"


def test_the_page_of_cards_has_a_ranking_of_each_behaviour_and_its_top_features(run: Path) -> None:
    page = (run / "cards.html").read_text()
    tables = read_tables(run / "scores.json")
    assert all(f"Ranking: {table.behaviour}<" in page for table in tables)
    top = {score.feature_id for table in tables for score in table.features()[:3]}
    assert {int(i) for i in re.findall(r'id="feature-(\d+)"', page)} == top
    assert page.count("data-verdict=") >= 3


def test_what_delphi_reads_is_what_fires(
    run: Path, told_store: ActivationStore, organism_sae: SparseAutoencoder
) -> None:
    module = run / "delphi" / POINT
    content = load_file(module / "0_511.safetensors")
    assert json.loads((module / "config.json").read_text())["model_name"] == "organism:latent@0"
    dense = organism_sae.encode(told_store.activations(POINT)).numpy()
    rows = told_store.rows
    sequence, position, feature = content["locations"].astype(np.int64).T
    assert (np.diff(np.unique(feature)) > 0).all()
    lookup = {
        (s, p): i
        for i, (s, p) in enumerate(zip(rows.sequence.tolist(), rows.position.tolist(), strict=True))
    }
    at = np.array([lookup[pair] for pair in zip(sequence.tolist(), position.tolist(), strict=True)])
    np.testing.assert_allclose(content["activations"], dense[at, feature], rtol=2e-3, atol=1e-3)
    keep = ~rows.is_sink.numpy()
    assert len(feature) == (dense[keep][:, np.unique(feature)] > 0).sum()
    # Delphi cuts the texts in examples of 32 tokens.
    assert content["tokens"].shape[1] % 32 == 0
    tokens = content["tokens"][sequence, position]
    assert (tokens == rows.token_id.numpy()[at]).all()


def test_what_neuronpedia_imports_has_every_field_of_a_batch(run: Path) -> None:
    batch = json.loads((run / "neuronpedia" / "batch-0.json").read_text())
    assert (batch["model_id"], batch["layer"]) == ("latent@0", 1)
    tried = [
        score.feature_id
        for table in read_tables(run / "scores.json")
        for score in table.features()
        if score.falsification
    ]
    assert [one["feature_index"] for one in batch["features"]] == list(dict.fromkeys(tried))
    for one in batch["features"]:
        assert one.keys() == FIELDS
        heights = one["freq_hist_data_bar_heights"]
        assert len(heights) == len(one["freq_hist_data_bar_values"])
        assert one["pos_values"] == sorted(one["pos_values"], reverse=True)
        assert (run / "neuronpedia" / "upload-0.json").is_file()
        drawn = {c["bin_max"] for c in one["activations"] if c["bin_contains"] >= 0}
        assert len(drawn) == 1
        for context in one["activations"]:
            assert context["bin_min"] <= max(context["values"]) <= context["bin_max"]
            assert len(context["tokens"]) == len(context["values"])
            assert context["values"][context["qualifying_token_index"]] > 0


def test_text_of_a_model_cannot_become_markup(run: Path) -> None:
    content = json.loads((run / "scores.json").read_text())["tables"]
    evil = "<script>alert(1)</script>"
    score = next(s for s in content[0]["scores"] if s["falsification"])
    score["falsification"]["tokens"] = [evil]
    content[0]["words"] = [evil]
    content[0]["behaviour"] = evil
    page = score_page(content)
    assert evil not in page
    assert page.count("&lt;script&gt;alert(1)") >= 3


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["--behaviour", "kode"], "'kode' is not a known behaviour"),
        (["--behaviour", "gap_analysis"], "'gap_analysis', fitting part: 0 of"),
        (["--positions", "all"], "'all' is not a known choice of positions"),
        (["--role", "steered"], "'steered' is not a known recorded model"),
        (["--export", "anywhere"], "'anywhere' is not a known tool to export for"),
        (["--behaviour", " , "], "no behaviour given; expected some of code"),
        (["--top", "0"], "--top 0; expected 1 or more features"),
        (["--top", "-1"], "--top -1; expected 1 or more features"),
        (["--falsify", "--texts", "5"], "--texts 5; expected 10 or more to inject tokens into"),
        (["--model", "organism:no-code/distilled"], None),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    told_store: ActivationStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: list[str],
    message: str | None,
) -> None:
    output = tmp_path / "new" / "run"
    words = [*_words(told_store), "--output", str(output), "--no-falsify", "--no-causal", *changed]
    status = main(words)
    error = capsys.readouterr().err
    if message is None:
        # Organisms share their tokenizer, so that any of them can be read on the store's tokens.
        assert status == 0
        return
    assert status == 2
    line = [line for line in error.splitlines() if line.startswith("latent-reasoning:")]
    assert len(line) == 1
    assert message in line[0]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("store", "dictionary", "message"),
    [
        ("nowhere", None, "no manifest.json in"),
        (None, "nowhere", "cfg.json'; expected a directory written by save_sae or sae_lens"),
        (None, "narrow", "rows of width 96 in"),
        (None, "elsewhere", "'base' at 'blocks.2.hook_resid_post' was not recorded"),
    ],
)
def test_a_store_or_dictionary_that_does_not_fit_is_one_line(
    told_store: ActivationStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    store: str | None,
    dictionary: str | None,
    message: str,
) -> None:
    shipped = find_sae("organism:latent@0", POINT, checkpoints_root())
    assert shipped is not None
    later = find_sae("organism:latent@0", POINT.replace("1", "2"), checkpoints_root())
    narrow = save_sae(narrowed(load_sae(shipped)), tmp_path / "narrow", UNMEASURED, {})
    folders = {None: shipped, "narrow": narrow, "elsewhere": later, "nowhere": tmp_path / "none"}
    path = told_store.path if store is None else tmp_path / store
    words = ["features", str(path), str(folders[dictionary]), "--output", str(tmp_path / "run")]
    assert main([*words, "--no-falsify", "--no-causal"]) == 2
    error = capsys.readouterr().err
    (line,) = [line for line in error.splitlines() if line.startswith("latent-reasoning:")]
    assert message in line
    assert not (tmp_path / "run").exists()


def narrowed(sae: SparseAutoencoder) -> SparseAutoencoder:
    """The same features of half the stream."""
    half = sae.d_in // 2
    w_dec = torch.nn.functional.normalize(sae.W_dec[:, :half].clone(), dim=1)
    return replace(sae, W_enc=sae.W_enc[:half].clone(), W_dec=w_dec, b_dec=sae.b_dec[:half].clone())


@pytest.mark.parametrize("base", ["latent", "bad-code"])
def test_a_dictionary_of_another_model_is_pointed_out(
    told_store: ActivationStore, tmp_path: Path, capsys: pytest.CaptureFixture[str], base: str
) -> None:
    dictionary = find_sae(f"organism:{base}@0", POINT, checkpoints_root())
    words = ["features", str(told_store.path), str(dictionary), "--output", str(tmp_path / "run")]
    assert main([*words, "--no-falsify", "--no-causal", "--top", "2"]) == 0
    note = f"note: the dictionary was trained on organism:{base}@0, the rows are of"
    assert (note in capsys.readouterr().out) == (base == "bad-code")


def test_an_output_that_exists_is_refused_before_any_work(
    run: Path, told_store: ActivationStore, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(run, tmp_path / "run")
    assert main([*_words(told_store), "--output", str(tmp_path / "run")]) == 2
    assert "exists already" in capsys.readouterr().err
