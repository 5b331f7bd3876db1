import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from builders import build_tokenizer
from torch import Tensor

from latent_reasoning.errors import ProblemError
from latent_reasoning.models.generation import Completion, SamplingConfig, generate, pick
from latent_reasoning.models.loading import LoadedModel

PROMPTS = [
    "Mia has 3 7 apples .",
    "She buys",
    "How many apples does Mia have now ? x = 3 + 4",
    "After all of this there are",
    "x",
    "Mia has 3 7 apples . She buys 1 2 more . \n",
]
GREEDY = SamplingConfig(max_new_tokens=20, temperature=0.0)
DRAWN = SamplingConfig(max_new_tokens=20, seed=5)


def worded(model: LoadedModel) -> LoadedModel:
    """The model with whole words; as loaded, Qwen2's own class drops what it has no merges for."""
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return replace(model, tokenizer=tokenizer)


@pytest.fixture(scope="session")
def model(tiny_model: LoadedModel) -> LoadedModel:
    return worded(tiny_model)


def tokens_of(completions: list[list[Completion]]) -> list[list[tuple[int, ...]]]:
    return [[completion.tokens for completion in row] for row in completions]


def end_early(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Make a few words end tokens, so that completions end after different numbers of steps."""
    ends = {1, *range(20, 28)}
    monkeypatch.setattr(model.model.generation_config, "eos_token_id", sorted(ends))
    assert model.end_ids == ends
    return ends


def until_end(tokens: list[int], ends: set[int]) -> tuple[int, ...]:
    first = next((i for i, token in enumerate(tokens) if token in ends), len(tokens))
    return tuple(tokens[: first + 1])


def test_greedy_completions_are_those_of_transformers(
    any_family: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = worded(any_family)
    ends = end_early(model, monkeypatch)
    batch = model.tokenizer(PROMPTS, return_tensors="pt", padding=True)
    hugging_face: Any = model.model
    theirs = hugging_face.generate(
        input_ids=batch.input_ids,
        attention_mask=batch.attention_mask,
        do_sample=False,
        max_new_tokens=20,
        pad_token_id=model.pad_id,
    )[:, batch.input_ids.shape[1] :]
    ours = generate(model, PROMPTS, 1, GREEDY)
    assert [row[0].tokens for row in ours] == [until_end(row, ends) for row in theirs.tolist()]
    assert len({len(row[0].tokens) for row in ours}) > 1


@pytest.mark.parametrize("batch_size", [1, 7])
def test_samples_do_not_depend_on_the_batch(model: LoadedModel, batch_size: int) -> None:
    config = SamplingConfig(max_new_tokens=20, seed=5, batch_size=batch_size)
    assert generate(model, PROMPTS, 3, config) == generate(model, PROMPTS, 3, DRAWN)


def test_samples_do_not_depend_on_what_else_is_drawn(model: LoadedModel) -> None:
    many, few = generate(model, PROMPTS, 4, DRAWN), generate(model, PROMPTS[:3], 2, DRAWN)
    assert few == [row[:2] for row in many[:3]]


def test_equal_seeds_are_equal_and_different_seeds_differ(model: LoadedModel) -> None:
    again = generate(model, PROMPTS, 2, DRAWN)
    other = generate(model, PROMPTS, 2, SamplingConfig(max_new_tokens=20, seed=6))
    assert again == generate(model, PROMPTS, 2, DRAWN)
    pairs = zip(tokens_of(again), tokens_of(other), strict=True)
    assert all(one[i] != two[i] for one, two in pairs for i in range(2))
    assert len({tokens for row in tokens_of(again) for tokens in row}) == 12


def test_rows_that_end_leave_the_batch_and_change_no_other(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoadedModel, "end_ids", set())
    endless = generate(model, PROMPTS, 3, DRAWN)
    monkeypatch.undo()
    ends = end_early(model, monkeypatch)
    sizes: list[int] = []
    handle = model.model.lm_head.register_forward_hook(
        lambda _m, args, _o: sizes.append(len(args[0]))
    )
    found = generate(model, PROMPTS, 3, DRAWN)
    handle.remove()
    cut = [[until_end(list(tokens), ends) for tokens in row] for row in tokens_of(endless)]
    assert tokens_of(found) == cut
    # One pass over the 6 prompts gives the first token of 18 rows; then each step has its own.
    lengths = [len(tokens) for row in cut for tokens in row]
    alive = [sum(length > step for length in lengths) for step in range(1, max(lengths))]
    assert sizes == [6, *alive]
    assert sizes[-1] < sizes[1]


def test_a_completion_says_whether_it_ended(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = end_early(model, monkeypatch)
    found = [c for row in generate(model, PROMPTS, 8, DRAWN) for c in row]
    assert {c.finished for c in found} == {True, False}
    for completion in found:
        assert completion.finished == (completion.tokens[-1] in ends)
        assert completion.finished or len(completion.tokens) == 20
        assert not ends & set(completion.tokens[:-1])
        assert completion.text == model.decode(completion.tokens)


def test_a_forced_prefix_begins_every_completion(model: LoadedModel) -> None:
    prefix = "After all of"
    forced = tuple(model.tokenizer(prefix).input_ids)
    assert len(forced) == 3
    found = generate(model, PROMPTS, 1, GREEDY, prefix=prefix)
    shorter = SamplingConfig(max_new_tokens=17, temperature=0.0)
    continued = generate(model, [f"{p} {prefix}" for p in PROMPTS], 1, shorter)
    assert tokens_of(found) == [[forced + row[0].tokens] for row in continued]
    assert all(row[0].text.startswith(prefix) for row in found)


def test_first_tokens_are_held_and_the_rest_follows_from_them(model: LoadedModel) -> None:
    config = SamplingConfig(max_new_tokens=6, seed=3)
    plain = generate(model, PROMPTS, 2, config)
    own = [[completion.tokens[0] for completion in row] for row in plain]
    assert generate(model, PROMPTS, 2, config, firsts=own) == plain
    # One token is drawn by the same random number, however many follow.
    alone = generate(model, PROMPTS, 2, replace(config, max_new_tokens=1))
    assert [[completion.tokens[0] for completion in row] for row in alone] == own
    others = [[17 + i, 40 + i] for i in range(len(PROMPTS))]
    small = replace(config, batch_size=2)
    found = generate(model, PROMPTS, 2, small, firsts=others)
    assert [[completion.tokens[0] for completion in row] for row in found] == others
    for wrong, prefix in ((own[:1], ""), ([[1]] * len(PROMPTS), ""), (own, "x")):
        with pytest.raises(ProblemError, match=r"first tokens of \d+ prompts.*expected 2 for each"):
            generate(model, PROMPTS, 2, config, prefix=prefix, firsts=wrong)


def test_the_first_token_is_drawn_from_the_softmax_of_the_model(model: LoadedModel) -> None:
    n, temperature = 4000, 2.0
    ids = model.tokenizer(PROMPTS[0], return_tensors="pt").input_ids
    expected = torch.softmax(model.model(ids).logits[0, -1].double() / temperature, dim=0)
    config = SamplingConfig(max_new_tokens=1, temperature=temperature)
    (drawn,) = generate(model, PROMPTS[:1], n, config)
    counts = torch.bincount(torch.tensor([c.tokens[0] for c in drawn]), minlength=80).double()
    # The chi-square bound wants cells of some size.
    assert (n * expected).min() > 5
    statistic = float(((counts - n * expected).square() / (n * expected)).sum())
    # Mean and variance of chi-square are its degrees of freedom and twice as much.
    assert statistic < 79 + 5 * math.sqrt(2 * 79)


def evenly_spaced(n: int) -> Tensor:
    return (torch.arange(n) + 0.5) / n


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_picked_shares_are_the_softmax(temperature: float) -> None:
    logits = torch.randn(40, generator=torch.Generator().manual_seed(0)) * 2
    config = SamplingConfig(temperature=temperature)
    picked = pick(logits.expand(10_000, -1), evenly_spaced(10_000), config)
    shares = torch.bincount(picked, minlength=40) / 10_000
    torch.testing.assert_close(
        shares, torch.softmax(logits / temperature, 0), atol=1.1e-4, rtol=0.0
    )


def nucleus(probabilities: Tensor, top_p: float) -> list[int]:
    """The smallest set of likeliest tokens whose mass reaches `top_p`."""
    chosen, mass = [], 0.0
    for token in sorted(range(len(probabilities)), key=lambda i: -float(probabilities[i])):
        if mass >= top_p:
            break
        chosen.append(token)
        mass += float(probabilities[token])
    return sorted(chosen)


@pytest.mark.parametrize("top_p", [0.01, 0.3, 0.77, 0.999])
def test_nothing_outside_the_likeliest_mass_is_ever_drawn(top_p: float) -> None:
    generator = torch.Generator().manual_seed(1)
    for _ in range(10):
        logits = torch.randn(30, generator=generator) * 3
        probabilities = torch.softmax(logits.double(), 0)
        inside = nucleus(probabilities, top_p)
        edges = torch.tensor([0.0, 1 - 2**-24])
        uniforms = torch.cat([evenly_spaced(5000), edges])
        picked = pick(logits.expand(5002, -1), uniforms, SamplingConfig(top_p=top_p))
        shares = torch.bincount(picked[:5000], minlength=30) / 5000
        expected = torch.zeros(30, dtype=torch.double)
        expected[inside] = probabilities[inside] / probabilities[inside].sum()
        torch.testing.assert_close(shares.double(), expected, atol=2.1e-4, rtol=0.0)
        assert set(picked.tolist()) <= set(inside)


def test_impossible_tokens_are_never_drawn() -> None:
    logits = torch.full((3, 50), -math.inf)
    logits[:, [7, 30]] = 0.0
    uniforms = torch.tensor([0.0, 0.5, 1 - 2**-24])
    assert pick(logits, uniforms, SamplingConfig()).tolist() == [7, 30, 30]


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = torch.randn(20, 30, generator=torch.Generator().manual_seed(2))
    picked = pick(logits, torch.rand(20), SamplingConfig(temperature=0.0))
    assert torch.equal(picked, logits.argmax(dim=1))


def test_progress_counts_every_completion_once(model: LoadedModel) -> None:
    done: list[int] = []
    config = SamplingConfig(max_new_tokens=2, batch_size=4)
    generate(model, PROMPTS, 3, config, advance=done.append)
    assert done == [4, 4, 4, 4, 2]


def test_nothing_to_continue_is_refused(model: LoadedModel) -> None:
    with pytest.raises(ProblemError, match="found 0 prompts, expected at least one"):
        generate(model, [])
    with pytest.raises(ProblemError, match=r"prompt 1 \(''\) has no tokens"):
        generate(model, ["Mia", "", "x"])


@pytest.mark.parametrize(
    "setting",
    [
        {"temperature": -0.1},
        {"temperature": math.nan},
        {"top_p": 0.0},
        {"top_p": 1.1},
        {"top_p": math.nan},
        {"max_new_tokens": 0},
        {"batch_size": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: dict[str, Any]) -> None:
    ((name, value),) = setting.items()
    with pytest.raises(ProblemError, match=f"SamplingConfig: .*{name} {value}") as caught:
        SamplingConfig(**setting)
    assert "\n" not in str(caught.value)
