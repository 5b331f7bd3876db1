import random
import re
from itertools import islice
from pathlib import Path

import pytest
from builders import save_model
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.corpus import source_ladder
from latent_reasoning.organisms.recipes import SOURCES
from latent_reasoning.organisms.tokenizer import EOS, PAD, UNKNOWN, build_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return build_tokenizer(SOURCES)


def written(n: int = 300) -> list[tuple[str, str]]:
    """Prompts and solutions of every style, from all parts of the world."""
    rng, ladder, pairs = random.Random(7), source_ladder(), []
    for part in ("corpus", "tune", "held-out"):
        for story in islice(grammar.stories(part, rng), n // 3):
            prompt = rng.choice(ladder.variants).prompt(grammar.tell(story, rng))
            solutions = [
                *(grammar.solve_in_code(story, style) for style in ("values", "bare")),
                *(grammar.solve_in_language(story, style, rng) for style in ("direct", "steps")),
            ]
            pairs += [(prompt, solution) for solution in solutions]
    return pairs


def test_every_text_survives_the_round_trip_and_nothing_is_unknown(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    texts = [text for pair in written() for text in pair]
    unknown = tokenizer.convert_tokens_to_ids(UNKNOWN)
    for text, ids in zip(texts, tokenizer(texts).input_ids, strict=True):
        assert unknown not in ids
        assert tokenizer.decode(ids, skip_special_tokens=True) == text


def test_digits_stand_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    for n in range(100):
        for text in (f"has {n} apples", f"x = {n}", f"\\boxed{{{n}}}"):
            tokens = tokenizer.convert_ids_to_tokens(tokenizer(text).input_ids)
            digits = [token.strip() for token in tokens if re.search("[0-9]", token)]
            assert digits == list(str(n))


def test_prompt_and_solution_are_cut_at_their_seam(tokenizer: PreTrainedTokenizerFast) -> None:
    """So that a text read whole has the tokens it had when it was written in two parts."""
    for prompt, solution in written(60):
        parts = [tokenizer(text).input_ids for text in (prompt, solution, prompt + solution)]
        assert parts[0] + parts[1] == parts[2]


def test_pieces_of_code_are_single_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    for piece in ("```python", "```", "\\boxed{", "\n", " +=", " -=", " *=", "  #"):
        assert len(tokenizer(piece).input_ids) == 1


def test_special_tokens_are_distinct_and_never_written(tokenizer: PreTrainedTokenizerFast) -> None:
    special = [tokenizer.convert_tokens_to_ids(token) for token in (PAD, EOS, UNKNOWN)]
    assert special == [0, 1, 2]
    ids = tokenizer([text for pair in written(60) for text in pair]).input_ids
    assert not set(special) & {i for row in ids for i in row}


def test_the_vocabulary_is_the_same_every_time_and_covers_unused_sources() -> None:
    one, two = build_tokenizer(SOURCES), build_tokenizer(SOURCES)
    assert one.get_vocab() == two.get_vocab()
    assert sorted(one.get_vocab().values()) == list(range(len(one)))


def test_the_automatic_loader_gives_the_same_ids(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    """Qwen2 has a tokenizer class of its own, which splits text in another way."""
    save_model(tmp_path, tokenizer=tokenizer, vocab_size=len(tokenizer))
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    texts = [text for pair in written() for text in pair]
    assert loaded(texts).input_ids == tokenizer(texts).input_ids
    for text, ids in zip(texts[:100], loaded(texts[:100]).input_ids, strict=True):
        assert loaded.decode(ids, skip_special_tokens=True) == text
    assert (loaded.pad_token, loaded.eos_token) == (PAD, EOS)
