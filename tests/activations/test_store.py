import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.pair import ModelPair
from latent_reasoning.models.tokenization import tokenizer_sha256

POST = "blocks.1.hook_resid_post"
SHARD = "000001.safetensors"
SEQUENCES = [
    TokenSequence((5, 6, 7, 8, 9), 3, "p0", 0, {"behaviour": "code", "correct": "yes"}),
    TokenSequence(
        (9, 8, 7), 2, "p1", 4, {"behaviour": "language"}, {"step": ("ask", "ask", "answer")}
    ),
    TokenSequence((6, 6), 1, "p1", 5, {"behaviour": "language", "code": "yes"}),
]


@pytest.fixture(scope="module")
def recorded(tiny_pair: ModelPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards: five rows of p0, five of p1."""
    path = tmp_path_factory.mktemp("stores") / "store"
    record_pair(tiny_pair, SEQUENCES, [POST, "blocks.0.hook_mlp_out"], path, shard_rows=5)
    return path


@pytest.fixture
def copied(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recorded, tmp_path / "store"))


def change_manifest(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    change(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))


def refused(path: Path, match: str, verify: bool = False) -> None:
    with pytest.raises(ActivationError, match=match) as error:
        ActivationStore.open(path, verify=verify)
    assert "\n" not in str(error.value)


def test_a_store_says_what_it_holds(recorded: Path, tiny_pair: ModelPair) -> None:
    store = ActivationStore.open(recorded, verify=True)
    assert store.sequences == tuple(SEQUENCES)
    manifest = store.manifest
    assert len(store) == manifest.n_rows == 10
    assert (manifest.n_sequences, manifest.d_model, len(manifest.shards)) == (3, 32, 2)
    assert manifest.tokenizer_sha256 == tokenizer_sha256(tiny_pair.base.tokenizer)
    assert {file.name for file in recorded.iterdir()} == {
        "manifest.json",
        *(file.file for file in manifest.files),
    }


def test_columns_are_parallel_to_the_rows(recorded: Path) -> None:
    rows = ActivationStore.open(recorded).rows
    assert rows.sequence.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
    assert rows.position.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 0, 1]
    assert rows.token_id.tolist() == [5, 6, 7, 8, 9, 9, 8, 7, 6, 6]
    assert rows.is_prompt.tolist() == [True] * 3 + [False] * 2 + [True, True, False, True, False]
    assert rows.is_last_prompt.nonzero().squeeze(1).tolist() == [2, 6, 8]
    assert not rows.is_sink.any()


def test_provenance_is_a_table(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    table = store.table().to_pydict()
    assert table["problem_id"] == ["p0"] * 5 + ["p1"] * 5
    assert table["sample"] == [0] * 5 + [4] * 3 + [5] * 2
    assert table["label.behaviour"] == ["code"] * 5 + ["language"] * 5
    assert table["label.correct"] == ["yes"] * 5 + [None] * 5
    assert table["label.step"] == [None] * 5 + ["ask", "ask", "answer"] + [None] * 2
    norms = store.activations(POST, "tuned").norm(dim=-1).numpy()
    assert np.allclose(table[f"norm.tuned/{POST}"], norms, rtol=1e-6)


def test_rows_are_chosen_by_mask_slice_or_index(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    every = store.activations(POST, "tuned")
    mask = store.rows.is_last_prompt
    assert torch.equal(store.activations(POST, "tuned", mask), every[[2, 6, 8]])
    for chosen in (slice(2, 5), slice(3, 8), slice(-3, None), slice(8, 2), slice(1, 9, 3)):
        assert torch.equal(store.activations(POST, "tuned", chosen), every[chosen]), chosen
    assert torch.equal(store.activations(POST, "tuned", torch.tensor([6, -1, 2])), every[[6, 9, 2]])
    assert not torch.equal(store.activations(POST, "base"), every)
    with pytest.raises(ActivationError, match="rows 3 to 10 .* expected 0 to 9"):
        store.activations(POST, "tuned", torch.tensor([3, 10]))


def test_writing_to_what_was_read_does_not_change_the_store(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    before = store.activations(POST).clone()
    store.activations(POST, rows=slice(0, 5)).zero_()
    assert torch.equal(store.activations(POST), before)
    ActivationStore.open(recorded, verify=True)


def test_labels_are_given_per_row(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    assert store.labels("behaviour") == ["code"] * 5 + ["language"] * 5
    assert store.shows("code").nonzero().squeeze(1).tolist() == [8, 9]
    with pytest.raises(ActivationError, match="'p1', sample 4 has no label 'correct'"):
        store.labels("correct")


def test_the_mean_norm_is_that_of_the_rows_without_sinks(copied: Path) -> None:
    norms = ActivationStore.open(copied).activations(POST).norm(dim=1)
    limit = norms.sort().values[6].item()

    def lower(manifest: dict[str, Any]) -> None:
        manifest["median_norms"]["base"][POST] = limit / 10

    change_manifest(copied, lower)
    store = ActivationStore.open(copied)
    assert torch.equal(store.rows.is_sink, norms > limit)
    kept = norms[norms <= limit]
    assert 0 < len(kept) < 10
    assert store.mean_norm(POST) == pytest.approx(kept.mean().item(), rel=1e-6)
    change_manifest(copied, lambda m: m["median_norms"]["tuned"].update({POST: 0.0}))
    with pytest.raises(ActivationError, match=r"all 10 rows .* are sinks"):
        ActivationStore.open(copied).mean_norm(POST)


def test_what_was_not_recorded_is_named(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    with pytest.raises(ActivationError, match=f"expected one of base, tuned at one of {POST}"):
        store.activations("blocks.0.hook_resid_post")
    with pytest.raises(ActivationError, match="'reference' at"):
        store.activations(POST, "reference")


def test_a_changed_byte_is_found_when_asked_for(copied: Path) -> None:
    content = bytearray((copied / SHARD).read_bytes())
    content[-1] ^= 1
    (copied / SHARD).write_bytes(content)
    ActivationStore.open(copied)
    refused(copied, f"'{SHARD}' .* has checksum", verify=True)


def test_a_missing_or_truncated_file_is_named(copied: Path) -> None:
    (copied / SHARD).write_bytes((copied / SHARD).read_bytes()[:-4])
    refused(copied, rf"'{SHARD}' .* has \d+ bytes, expected \d+")
    (copied / SHARD).unlink()
    refused(copied, f"'{SHARD}' is missing")
    (copied / "manifest.json").unlink()
    refused(copied, r"no manifest\.json")


def test_swapped_shards_are_told_apart_without_reading_them(copied: Path) -> None:
    for kind in ("safetensors", "rows.parquet"):
        one, other = copied / f"000000.{kind}", copied / f"000001.{kind}"
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)
        if kind == "safetensors":
            refused(copied, "'000000.safetensors' .* is shard 1, expected 0; files were swapped")
            other.write_bytes(one.read_bytes())
            one.write_bytes(content)
    sizes = [(copied / f"00000{i}.rows.parquet").stat().st_size for i in (0, 1)]
    change_manifest(
        copied,
        lambda m: [s["rows"].update(n_bytes=n) for s, n in zip(m["shards"], sizes, strict=True)],
    )
    with pytest.raises(
        ActivationError, match="holds 5 rows of shard 1; expected 5 rows of shard 0"
    ):
        _ = ActivationStore.open(copied).rows


@pytest.mark.parametrize(
    "outside", ["../outside.safetensors", "/etc/hostname", "sub/../../outside.safetensors", "x"]
)
def test_a_path_in_the_manifest_is_never_followed(copied: Path, outside: str) -> None:
    shutil.copy(copied / SHARD, copied.parent / "outside.safetensors")
    change_manifest(copied, lambda m: m["shards"][0]["activations"].update(file=outside))
    refused(copied, "a path that leaves the folder is never followed")


def test_a_link_out_of_the_folder_is_refused(copied: Path) -> None:
    (copied / SHARD).rename(copied.parent / "outside.safetensors")
    (copied / SHARD).symlink_to(copied.parent / "outside.safetensors")
    refused(copied, f"'{SHARD}' is a link")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda m: m.update(dtype="bfloat16"), r"holds F32 \[5, 32\] .* the manifest says BF16"),
        (lambda m: m.update(dtype="complex"), "the manifest says an unknown format"),
        (lambda m: m.update(d_model=31), r"the manifest says F32 \[5, 31\]"),
        (lambda m: m.update(n_rows=7), "says n_rows 7, its 2 shards have 10"),
        (lambda m: m.update(n_sequences=4), "says n_sequences 4, its 2 shards have 3"),
        (lambda m: (m.update(n_rows=11), m["shards"][0].update(n_rows=6)), r"says F32 \[6, 32\]"),
        (lambda m: m["hook_points"].pop(), "holds F32 .* the manifest says nothing"),
        (lambda m: m["models"].update(other="x"), "holds nothing for other/blocks"),
        (lambda m: m["shards"].reverse(), "shard 0 of .* calls itself 1"),
        (lambda m: m["shards"][0].update(n_rows=-5), "is malformed"),
        (lambda m: m.update(format=99), "has format 99, expected 2"),
        (lambda m: m.pop("d_model"), "is malformed"),
        (lambda m: m.update(surplus=1), "is malformed"),
        (lambda m: m["shards"][0]["rows"].update(file=3), "is malformed"),
        (lambda m: m.update(shards=[]), "says n_rows 10, its 0 shards have 0"),
    ],
)
def test_a_manifest_that_does_not_match_is_refused(
    copied: Path, change: Callable[[dict[str, Any]], object], match: str
) -> None:
    change_manifest(copied, change)
    refused(copied, match)


def test_files_that_are_not_what_they_should_be_are_refused(copied: Path) -> None:
    rows = copied / "000000.rows.parquet"
    rows.write_bytes(b"x" * rows.stat().st_size)
    with pytest.raises(ActivationError, match=r"'000000\.rows\.parquet' cannot be read"):
        _ = ActivationStore.open(copied).rows
    (copied / "manifest.json").write_text("[")
    refused(copied, "is malformed")
    (copied / "manifest.json").write_text("[]")
    refused(copied, "is malformed")
