import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from latent_reasoning.activations.record import record_activations
from latent_reasoning.activations.sequences import TokenSequence, sequence_of
from latent_reasoning.activations.sources import token_sequences
from latent_reasoning.activations.space import estimate_size, row_bytes
from latent_reasoning.data.problems import Problem
from latent_reasoning.data.samples import Sample
from latent_reasoning.errors import ActivationError, LatentReasoningError
from latent_reasoning.models.loading import LoadedModel

POST = "blocks.1.hook_resid_post"
SAMPLE = Sample("q1", "x = 3 + 4", "7", prompt="How many apples ?", behaviours=("code",))
ROWS = [{"text": "Mia has 3 apples", "topic": "fruit"}, {"text": "x = 3 + 4", "topic": "code"}]


def read(source: Any, model: LoadedModel, **settings: Any) -> list[TokenSequence]:
    return list(token_sequences(source, model.tokenizer, **settings))


def test_samples_and_their_file_are_the_same_source(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    file = tmp_path / "samples.jsonl"
    row = {"problem_id": "q1", "completion": "x = 3 + 4", "gold": "7"}
    row |= {"prompt": "How many apples ?", "behaviours": ["code"]}
    file.write_text(json.dumps(row) + "\n")
    expected = [sequence_of(tiny_model.tokenizer, SAMPLE)]
    assert read([SAMPLE], tiny_model) == read(file, tiny_model) == expected
    assert expected[0].labels == {"condition": "base", "code": "yes"}


def test_problems_are_prompts(tiny_model: LoadedModel) -> None:
    (sequence,) = read([Problem("q1", "How many apples ?", "7")], tiny_model)
    assert sequence.tokens == tuple(tiny_model.tokenizer("How many apples ?").input_ids)
    assert sequence.n_prompt == len(sequence.tokens)
    assert sequence.problem_id == "q1"


def test_a_dataset_is_read_whether_it_is_mapped_or_streamed(tiny_model: LoadedModel) -> None:
    mapped = Dataset.from_list(ROWS)
    found = read(mapped, tiny_model)
    assert read(mapped.to_iterable_dataset(), tiny_model) == found
    assert [s.tokens for s in found] == [
        tuple(tiny_model.tokenizer(row["text"]).input_ids) for row in ROWS
    ]
    assert found[1].labels == {"topic": "code"}
    assert found[1].problem_id == "1"


def test_token_ids_are_taken_as_they_are(tiny_model: LoadedModel) -> None:
    (sequence,) = read([{"input_ids": [5, 6, 7], "n_prompt": 2, "id": 12}], tiny_model)
    assert sequence == TokenSequence((5, 6, 7), 2, "12")


def test_long_sequences_are_cut(tiny_model: LoadedModel) -> None:
    sequence = TokenSequence((5, 6, 7, 8), 3, "p", token_labels={"step": ("a", "b", "c", "d")})
    (cut,) = read([sequence], tiny_model, max_tokens=2)
    assert cut == TokenSequence((5, 6), 2, "p", token_labels={"step": ("a", "b")})


@pytest.mark.parametrize(
    ("item", "match"),
    [
        (3, "item 0 of the source is int; expected TokenSequence"),
        ({"question": "x"}, "row 0 of the dataset has question; expected text"),
        ({"text": ""}, r"item 0 of the source \('0'\) has 0 tokens"),
    ],
)
def test_what_cannot_be_recorded_is_refused(tiny_model: LoadedModel, item: Any, match: str) -> None:
    with pytest.raises(ActivationError, match=match):
        read(iter([item]), tiny_model)
    with pytest.raises(LatentReasoningError, match="no file 'nothing.jsonl'"):
        read("nothing.jsonl", tiny_model)


def test_the_size_is_known_before_and_right_after(tiny_model: LoadedModel, tmp_path: Path) -> None:
    sequences = [TokenSequence((5,) * (3 + i % 40), 2, f"p{i}") for i in range(400)]
    path = tmp_path / "a"
    with record_activations(tiny_model, [POST, "blocks.0.hook_mlp_out"], path) as recorder:
        size = estimate_size(recorder.recording, sequences, tiny_model.tokenizer, path)
        recorder.record(sequences)
    assert size is not None
    assert size.n_rows == pytest.approx(len(recorder.store), rel=0.05)
    found = sum(file.stat().st_size for file in path.iterdir())
    assert size.n_bytes == pytest.approx(found, rel=0.15)
    assert "GB free" in str(size)


def test_a_stream_is_recorded_up_to_a_limit(tiny_model: LoadedModel, tmp_path: Path) -> None:
    def endless() -> Any:
        i = 0
        while True:
            yield TokenSequence((5, 6, 7), 1, f"p{i}")
            i += 1

    with record_activations(tiny_model, [POST], tmp_path / "a", shard_rows=10) as recorder:
        size = estimate_size(recorder.recording, endless(), tiny_model.tokenizer, tmp_path)
        limited = estimate_size(
            recorder.recording, endless(), tiny_model.tokenizer, tmp_path, max_rows=50
        )
        recorder.record(endless(), max_rows=50)
    assert size is None
    assert limited is not None
    assert limited.n_bytes == 50 * row_bytes(recorder.recording)
    assert len(recorder.store) == 48
