from pathlib import Path
from typing import Any

import pytest
from builders import build_model, build_tokenizer, save_model

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
        (build_tokenizer(bos=True, extra=("pears",)), r"'' becomes \[\] and \[3\]"),
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


def exchanged(model: LoadedModel, **changes: Any) -> LoadedModel:
    return LoadedModel("other", model.model, build_tokenizer(**changes))


def test_a_tuned_model_may_have_tokens_of_its_own(tiny_model: LoadedModel) -> None:
    base = exchanged(tiny_model)
    n = len(base.tokenizer)
    # As many rows as before where the embedding has room, or as many as there are tokens.
    extended = build_tokenizer(extra=("pears",))
    for rows in (80, n + 1):
        larger = build_model(vocab_size=rows)
        ModelPair(base, LoadedModel("larger", larger, extended))
    with pytest.raises(PairError, match="differing first at 'pears'; expected equal but for"):
        ModelPair(exchanged(tiny_model, extra=("pears",)), base)
    with pytest.raises(PairError, match=f"vocabulary size: 80 and {n}"):
        ModelPair(base, LoadedModel("small", build_model(vocab_size=n), extended))


def test_a_new_token_may_take_no_place_of_an_old_one(tiny_model: LoadedModel) -> None:
    base = exchanged(tiny_model, extra=("pears", "plums"))
    for other in (("plums", "pears"), ("pears", "nuts"), ("nuts", "pears", "plums")):
        with pytest.raises(PairError, match="the tokenizers of .* differ"):
            ModelPair(base, exchanged(tiny_model, extra=other))


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
