"""Labels stand on the tokens they belong to, steps on the values they arrive at."""

import random

import pytest
import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import LabelledBehaviour, labelled_behaviours
from latent_reasoning.features.labelling import label_rows, part_rows
from latent_reasoning.features.steps import find_steps
from latent_reasoning.features.token_spans import TokenTexts, overlapping
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.organisms import grammar
from latent_reasoning.traces.spans import Span


def test_code_is_labelled_on_completions_in_code_only(
    told_store: ActivationStore, organism: LoadedModel
) -> None:
    labelling = label_rows(told_store, organism.tokenizer, labelled_behaviours(["code"])[0])
    rows = told_store.rows
    for number, sequence in enumerate(told_store.sequences):
        here = (rows.sequence == number).numpy()
        completion = here & ~rows.is_prompt.numpy()
        assert (labelling.counts[here] == completion[here]).all()
        text = TokenTexts(organism.tokenizer).located(sequence.tokens[sequence.n_prompt :])[0]
        in_code = sequence.labels["condition"] == "Notebook"
        assert labelling.labels[completion].any() == in_code
        boxed = organism.tokenizer.convert_tokens_to_ids("boxed")
        if in_code:
            assert text.startswith("```python")
            answer = completion & (rows.token_id == boxed).numpy()
            assert not labelling.labels[answer].any()
    assert "```python" in labelling.words


def test_a_few_lines_add_a_behaviour(told_store: ActivationStore, organism: LoadedModel) -> None:
    fives = LabelledBehaviour(
        "five",
        "writes 5, among digits",
        lambda text, _: [Span(i, i + 1) for i, letter in enumerate(text) if letter == "5"],
        lambda text, _: [Span(i, i + 1) for i, letter in enumerate(text) if letter.isdigit()],
        words=("5",),
    )
    labelling = label_rows(told_store, organism.tokenizer, fives)
    rows = told_store.rows
    texts = [organism.decode([token]).strip() for token in rows.token_id.tolist()]
    completion = ~rows.is_prompt
    digit = torch.tensor([text.isdigit() for text in texts]) & completion
    five = torch.tensor([text == "5" for text in texts]) & completion
    assert (torch.from_numpy(labelling.counts) == digit).all()
    assert (torch.from_numpy(labelling.labels) == five).all()
    # One token before to two after, within the completion: at most four for each.
    near = int((labelling.windows == 1).sum())
    assert int(five.sum()) < near <= 4 * int(five.sum())
    assert not labelling.windows[rows.is_prompt.numpy()].any()


def test_too_many_words_are_refused(told_store: ActivationStore, organism: LoadedModel) -> None:
    wordy = LabelledBehaviour("wordy", "", lambda text, _: [], words=tuple(map(str, range(32))))
    with pytest.raises(FeatureError, match="'wordy' has 32 words; expected at most 31"):
        label_rows(told_store, organism.tokenizer, wordy)


def test_parts_are_disjoint_and_cover_every_row(told_store: ActivationStore) -> None:
    parts = [part_rows(told_store, part) for part in ("fitting", "selection", "held out")]
    assert (sum(part.astype(int) for part in parts) == 1).all()
    assert all(part.any() for part in parts)
    other = part_rows(told_store, "selection", seed=1)
    assert (other != parts[1]).any()


def test_steps_of_the_grammar_are_found_with_their_values() -> None:
    rng = random.Random(0)
    stories = grammar.stories("held-out", rng)
    for _ in range(200):
        story = next(stories)
        signs = [operation.sign for operation in story.operations]
        for text in (
            grammar.solve_in_code(story, "values"),
            grammar.solve_in_language(story, "steps", rng),
        ):
            steps = find_steps(text)
            assert [step.sign for step in steps] == signs
            assert [step.value for step in steps] == list(story.values)
            assert all(step.correct for step in steps)
            for step in steps:
                assert text[step.value_span.start : step.value_span.end] == str(step.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 3\nx += 4  # 8\nx += 1  # 9", [False, True]),
        ("so 12 / 4 = 3 and 3.5 * 2 = 7", [True, True]),
        ("7 / 0 = 1", [False]),
        ("2 * 3 + 4 = 10", []),
        ("x += 4  # 8", []),
        ("on 2024-10-05 = today", []),
    ],
)
def test_right_and_wrong_steps(text: str, expected: list[bool]) -> None:
    assert [step.correct for step in find_steps(text)] == expected


def test_tokens_that_hold_pieces_of_characters_stand_where_the_character_does() -> None:
    from builders import build_real_tokenizer

    tokenizer = build_real_tokenizer("qwen2", ["plain text only"])
    text = "a é € x"
    found, offsets = TokenTexts(tokenizer).located(tokenizer(text).input_ids)
    assert found == text
    assert offsets[-1].end == len(text)
    euro = text.index("€")
    assert overlapping(offsets, [Span(euro, euro + 1)]).any()
    assert not overlapping(offsets, [Span(euro, euro + 1)])[:1].any()
