from dataclasses import replace
from typing import Any

import pytest
import torch
from builders import build_tokenizer

from latent_reasoning.errors import LatentReasoningError, ProblemError
from latent_reasoning.models.branching import BranchingConfig, Path, choose, cot_decode
from latent_reasoning.models.generation import Completion, SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.traces.spans import Span

PROMPTS = ["Mia has 3 7 apples .", "She buys", "How many apples does Mia have now ? x = 3 + 4"]
CONFIG = BranchingConfig(branches=4, max_new_tokens=9)


@pytest.fixture(scope="module")
def model(tiny_model: LoadedModel) -> LoadedModel:
    """With whole words; as loaded, Qwen2's own class drops what it has no merges for."""
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return replace(tiny_model, tokenizer=tokenizer)


def third_word(text: str) -> Span | None:
    """A stand-in for an answer: the third word."""
    words = text.split(" ")
    if len(words) < 4:
        return None
    start = len(words[0]) + len(words[1]) + 2
    return Span(start, start + len(words[2]))


@torch.no_grad()
def slow_branches(
    model: LoadedModel, prompt: str, k: int, n: int
) -> list[tuple[list[int], list[float], float]]:
    """Tokens, margins and first probability of each branch: no cache, no batch."""
    start: list[int] = model.tokenizer(prompt).input_ids

    def next_token(ids: list[int]) -> torch.Tensor:
        return model.model(torch.tensor([ids])).logits[0, -1].double().softmax(0)

    found = []
    for rank in range(k):
        p = next_token(start)
        token = int(p.argsort(descending=True)[rank])
        first, tokens, margins = float(p[token]), [token], [float(p.sort().values.diff()[-1])]
        while len(tokens) < n and tokens[-1] not in model.end_ids:
            p = next_token([*start, *tokens])
            tokens.append(int(p.argmax()))
            margins.append(float(p.sort().values.diff()[-1]))
        found.append((tokens, margins, first))
    return found


def test_branches_are_those_of_a_slow_decoder(model: LoadedModel) -> None:
    found = cot_decode(model, PROMPTS, CONFIG, span=third_word)
    for prompt, branched in zip(PROMPTS, found, strict=True):
        expected = slow_branches(model, prompt, 4, 9)
        best = []
        for rank, (path, (tokens, margins, first)) in enumerate(
            zip(branched.paths, expected, strict=True)
        ):
            assert (path.text, path.rank) == (model.decode(tokens), rank)
            assert path.first_token == model.decode(tokens[:1])
            assert path.n_tokens == len(tokens)
            assert path.probability == pytest.approx(first, rel=1e-4)
            # Words are divided by spaces, so the third word is the third token that is shown.
            shown = [i for i, token in enumerate(tokens) if model.decode([token])]
            sure = margins[shown[2]] if len(shown) > 3 else None
            assert path.confidence == (sure if sure is None else pytest.approx(sure, rel=1e-3))
            best.append(-1.0 if sure is None else sure)
        assert branched.chosen == best.index(max(best))
    assert len({branched.chosen for branched in found}) > 1


def test_one_branch_is_greedy_decoding(model: LoadedModel) -> None:
    greedy = generate(model, PROMPTS, 1, SamplingConfig(max_new_tokens=9, temperature=0.0))
    found = cot_decode(model, PROMPTS, replace(CONFIG, branches=1))
    assert [b.path.text for b in found] == [row[0].text for row in greedy]


def test_branches_do_not_depend_on_the_batch(model: LoadedModel) -> None:
    found = cot_decode(model, PROMPTS, CONFIG)
    apart = cot_decode(model, PROMPTS, replace(CONFIG, batch_size=3))
    for one, other in zip(found, apart, strict=True):
        assert [p.text for p in one.paths] == [p.text for p in other.paths]


def test_every_token_is_decoded_once(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = []
    forward = model.model.forward

    def counting(*args: Any, **kwargs: Any) -> Any:
        computed.append(kwargs["input_ids"].shape)
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.model, "forward", counting)
    monkeypatch.setattr(LoadedModel, "cache_name", "past_key_values")
    found = cot_decode(model, PROMPTS, CONFIG)
    lengths = [path.n_tokens for branched in found for path in branched.paths]
    # The prompts once, whatever the number of branches; the last token of a path is never read.
    assert computed[0][0] == len(PROMPTS)
    assert sum(rows * width for rows, width in computed[1:]) == sum(n - 1 for n in lengths)


def test_the_confidence_is_that_of_the_answer_alone(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["So", "x", "=", "\\boxed{", "4", "1", "}", "now"]
    vocabulary = model.tokenizer.get_vocab()
    ids = tuple(vocabulary.get(word, vocabulary["x"]) for word in words)
    sure_wording = Completion("", ids, True, (0.9, 0.9, 0.9, 0.9, 0.2, 0.4, 0.9, 0.9), 0.5)
    sure_answer = Completion("", ids, True, (0.1, 0.1, 0.1, 0.1, 0.8, 0.6, 0.1, 0.1), 0.1)
    row = [replace(c, text=model.decode(ids)) for c in (sure_wording, sure_answer)]
    monkeypatch.setattr("latent_reasoning.models.branching.generate", lambda *_, **__: [row])
    (branched,) = cot_decode(model, ["?"], BranchingConfig(branches=2))
    assert [path.answer for path in branched.paths] == ["4 1", "4 1"]
    assert [path.confidence for path in branched.paths] == pytest.approx([0.3, 0.7])
    assert branched.chosen == 1
    means = [sum(c.margins) / 8 for c in row]
    assert means[0] > means[1]


def path(answer: str | None, confidence: float | None) -> Path:
    return Path("", 1, "", 0, 0.1, answer, confidence)


def test_equal_answers_are_summed_and_the_surest_of_them_is_chosen() -> None:
    paths = [path("7", 0.6), path(None, None), path("42", 0.3), path("42.0", 0.4), path("8", 0.1)]
    assert choose(paths, "max") == 0
    assert choose(paths, "sum") == 3
    assert choose([path(None, None)] * 3, "max") == choose([path(None, None)] * 3, "sum") == 0
    assert choose([path(None, None), path("1", 0.0)], "max") == 1


def test_impossible_requests_are_refused(model: LoadedModel) -> None:
    with pytest.raises(ProblemError, match="81 branches.*at most 80"):
        cot_decode(model, PROMPTS, replace(CONFIG, branches=81))
    with pytest.raises(LatentReasoningError, match="0 branches"):
        BranchingConfig(branches=0)
    with pytest.raises(LatentReasoningError, match="'mean' is not a known rule"):
        BranchingConfig(rule="mean")
