import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.pair import ModelPair
from latent_reasoning.models.tokenization import tokenizer_sha256

POST = "blocks.1.hook_resid_post"
SHARD = f"base.{POST}.safetensors"
SEQUENCES = [
    TokenSequence((5, 6, 7, 8, 9), 3, "p0", 0, {"behaviour": "code", "correct": "yes"}),
    TokenSequence((9, 8, 7), 2, "p1", 4, {"behaviour": "language"}),
]


@pytest.fixture(scope="module")
def recorded(tiny_pair: ModelPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "store"
    record_pair(tiny_pair, SEQUENCES, [POST], path)
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
    assert (manifest.n_rows, manifest.n_sequences, manifest.d_model) == (8, 2, 32)
    assert manifest.tokenizer_sha256 == tokenizer_sha256(tiny_pair.base.tokenizer)
    assert {file.name for file in recorded.iterdir()} == {
        "manifest.json",
        *(file.file for file in manifest.files),
    }


def test_columns_are_parallel_to_the_rows(recorded: Path) -> None:
    rows = ActivationStore.open(recorded).rows
    assert rows.sequence.tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    assert rows.position.tolist() == [0, 1, 2, 3, 4, 0, 1, 2]
    assert rows.token_id.tolist() == [5, 6, 7, 8, 9, 9, 8, 7]
    assert rows.is_prompt.tolist() == [True, True, True, False, False, True, True, False]
    assert rows.is_last_prompt.nonzero().squeeze(1).tolist() == [2, 6]
    assert not rows.is_sink.any()


def test_rows_are_chosen_by_mask_slice_or_index(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    every = store.activations(POST, "tuned")
    mask = store.rows.is_last_prompt
    assert torch.equal(store.activations(POST, "tuned", mask), every[[2, 6]])
    assert torch.equal(store.activations(POST, "tuned", slice(2, 5)), every[2:5])
    assert torch.equal(store.activations(POST, "tuned", torch.tensor([6, 2])), every[[6, 2]])
    assert not torch.equal(store.activations(POST, "base"), every)


def test_writing_to_what_was_read_does_not_change_the_store(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    before = store.activations(POST).clone()
    store.activations(POST).zero_()
    assert torch.equal(store.activations(POST), before)
    ActivationStore.open(recorded, verify=True)


def test_labels_are_given_per_row(recorded: Path) -> None:
    store = ActivationStore.open(recorded)
    assert store.labels("behaviour") == ["code"] * 5 + ["language"] * 3
    with pytest.raises(ActivationError, match="'p1', sample 4 has no label 'correct'"):
        store.labels("correct")


def test_the_mean_norm_is_that_of_the_rows_without_sinks(copied: Path) -> None:
    columns = load_file(copied / "rows.safetensors")
    columns["is_sink"][[0, 5]] = True
    save_file(columns, copied / "rows.safetensors")
    store = ActivationStore.open(copied)
    kept = store.activations(POST)[[1, 2, 3, 4, 6, 7]]
    assert store.mean_norm(POST) == pytest.approx((kept**2).sum(1).sqrt().mean().item(), rel=1e-6)
    columns["is_sink"][:] = True
    save_file(columns, copied / "rows.safetensors")
    with pytest.raises(ActivationError, match=r"all 8 rows .* are sinks"):
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
    refused(copied, f"'{SHARD}' cannot be read")
    (copied / SHARD).unlink()
    refused(copied, f"'{SHARD}' is missing")
    (copied / "manifest.json").unlink()
    refused(copied, r"no manifest\.json")


@pytest.mark.parametrize(
    "outside", ["../outside.safetensors", "/etc/hostname", "sub/../../outside.safetensors", "link"]
)
def test_a_path_that_leaves_the_folder_is_refused(copied: Path, outside: str) -> None:
    shutil.copy(copied / SHARD, copied.parent / "outside.safetensors")
    (copied / "sub").mkdir()
    (copied / "link").symlink_to(copied.parent / "outside.safetensors")
    change_manifest(copied, lambda manifest: manifest["shards"][0].update(file=outside))
    refused(copied, "outside the folder")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda m: m["shards"][1].update(shape=[9, 32]), r"the manifest says float32 \[9, 32\]"),
        (lambda m: m["shards"][1].update(dtype="bfloat16"), "the manifest says bfloat16"),
        (lambda m: m.update(n_rows=7), "7 rows of width 32"),
        (lambda m: m.update(d_model=31), "8 rows of width 31"),
        (lambda m: m.update(n_sequences=3), "holds 2 sequences, the manifest says 3"),
        (lambda m: m.update(format=99), "has format 99, expected 1"),
        (lambda m: m.pop("d_model"), "is malformed"),
        (lambda m: m.update(surplus=1), "is malformed"),
        (lambda m: m["shards"].pop(), "1 shards for 2 pairs"),
        (lambda m: m["rows"].update(file=3), "is malformed"),
    ],
)
def test_a_manifest_that_does_not_match_is_refused(
    copied: Path, change: Callable[[dict[str, Any]], object], match: str
) -> None:
    change_manifest(copied, change)
    refused(copied, match)


def test_files_that_are_not_what_they_should_be_are_refused(copied: Path) -> None:
    (copied / "manifest.json").write_text("[")
    refused(copied, "is malformed")


def test_rows_of_another_length_are_refused(copied: Path) -> None:
    columns = load_file(copied / "rows.safetensors")
    save_file({name: x[:-1].clone() for name, x in columns.items()}, copied / "rows.safetensors")
    refused(copied, "each of 8 rows")


def test_malformed_sequences_are_refused(copied: Path) -> None:
    (copied / "sequences.json").write_text('[{"tokens": 3}]')
    refused(copied, r"'sequences\.json' is malformed")
