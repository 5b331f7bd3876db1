from pathlib import Path
from typing import Any

import pytest
from builders import build_tokenizer, save_model

from latent_reasoning.errors import PairError
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.pair import ModelPair, load_pair
from latent_reasoning.models.tokenization import tokenizer_difference, tokenizer_sha256


def test_a_pair_keeps_its_roles(tiny_directory: Path, tuned_directory: Path) -> None:
    pair = load_pair(tiny_directory, tuned_directory)
    assert (pair.base.name, pair.tuned.name) == (str(tiny_directory), str(tuned_directory))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"num_hidden_layers": 2}, "decoder layers: 3 and 2"),
        ({"hidden_size": 16, "head_dim": 4}, "residual width: 32 and 16"),
        ({"vocab_size": 90}, "vocabulary size: 80 and 90"),
    ],
)
def test_other_sizes_are_refused(
    tiny_directory: Path, tmp_path: Path, change: dict[str, Any], found: str
) -> None:
    other = save_model(tmp_path / "other", **change)
    with pytest.raises(PairError, match=found) as error:
        load_pair(tiny_directory, other)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("tokenizer", "found"),
    [
        (build_tokenizer(extra=("pears",)), "differing first at 'pears'"),
        (build_tokenizer(eos="<end>"), "eos_token '<eos>' and '<end>'"),
        (build_tokenizer(bos=True), r"'' becomes \[\] and \[3\]"),
    ],
)
def test_other_tokenizers_are_refused(
    tiny_model: LoadedModel, tmp_path: Path, tokenizer: object, found: str
) -> None:
    other = LoadedModel("other", tiny_model.model, tokenizer)  # pyright: ignore[reportArgumentType]
    with pytest.raises(PairError, match=found):
        ModelPair(tiny_model, other)


def test_the_hash_agrees_with_the_comparison() -> None:
    same, again = build_tokenizer(), build_tokenizer()
    assert tokenizer_difference(same, again) is None
    hashes = {
        tokenizer_sha256(t)
        for t in (same, again, build_tokenizer(bos=True), build_tokenizer(eos="<end>"))
    }
    assert len(hashes) == 3


def test_padding_may_differ() -> None:
    padded_otherwise = build_tokenizer()
    padded_otherwise.pad_token = "<end>"
    assert tokenizer_difference(build_tokenizer(), padded_otherwise) is None
