"""Spans and gates while text is generated, beside whole texts read anew for every token."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from unchecked import unchecked

from latent_reasoning.errors import HookPointError, LatentReasoningError
from latent_reasoning.features.directions import random_directions
from latent_reasoning.models.generation import SamplingConfig, generate, pick
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.picking import uniforms
from latent_reasoning.steering.controls import permuted_positions
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.traces.behaviours import BEHAVIOURS

POINT = "blocks.1.hook_resid_post"
PROMPTS = [
    "Forum\nMia has 37 apples. She buys 12 more. How many apples does Mia have now?\n",
    "Quiz\nTom has 24 pens. Tom loses 6. How many pens does Tom have now?\n",
    "Forum\nMia has 9 apples. She buys 2 more. How many apples does Mia have now?\n",
]
SAMPLING = SamplingConfig(max_new_tokens=24, seed=5)
N_SAMPLES = 3
NORM = 6.0

Mask = Callable[[Tensor, Sequence[int], int, int], list[bool]]
"""Which tokens of a completion are steered, from the stream at them, their ids, prompt, sample."""


def plan(coefficient: float = 1.0, **fields: Any) -> SteeringPlan:
    direction, other = random_directions(96, 2, seed=4, hook_point=POINT)
    made = SteeringPlan(direction, coefficient, NORM, "generated")
    if fields.pop("learned", False):
        fields["gate"] = Gate("learned", other.vector, 0.3)
    return replace(made, **fields)


def written_out(
    model: LoadedModel, i: int, s: int, config: SamplingConfig, steered: Mask
) -> tuple[list[int], list[bool]]:
    """One completion, each token from the whole text anew, without cache, padding or batch."""
    prompt = model.tokenizer(PROMPTS[i]).input_ids
    tokens: list[int] = []
    acted: list[bool] = []
    delta = plan().delta
    drawn = uniforms(config, i, s)

    def push(x: Tensor) -> Tensor:
        acted[:] = steered(x[0, len(prompt) :], tokens, i, s)
        moved = x.clone()
        moved[0, len(prompt) :] += torch.tensor(acted, dtype=x.dtype)[:, None] * delta
        return moved

    for step in range(config.max_new_tokens):
        with torch.inference_mode(), edit(model, {POINT: push}):
            logits = model.model(torch.tensor([prompt + tokens]), use_cache=False).logits[:, -1]
        tokens.append(int(pick(logits, drawn[step : step + 1], config)))
        if tokens[-1] in model.end_ids:
            break
    return tokens, list(acted)


def inside(model: LoadedModel, name: str) -> Mask:
    """Each token by the text up to it alone."""

    def found(_: Tensor, tokens: Sequence[int], __: int, ___: int) -> list[bool]:
        flags = []
        for end in range(1, len(tokens) + 1):
            text, before = (str(model.tokenizer.decode(list(tokens[:n]))) for n in (end, end - 1))
            spans = BEHAVIOURS[name].spans(text)
            places = range(len(before), len(text))
            flags.append(any(s.start <= place < s.end for s in spans for place in places))
        return flags

    return found


def probed(x: Tensor, *_: Any) -> list[bool]:
    gate = plan(learned=True).gate
    assert gate.weight is not None
    return (x @ gate.weight + 0.3 > 0).tolist()


ROWS = torch.tensor([[True, False, True], [False, True, False], [False, False, True]])


def told(_: Tensor, tokens: Sequence[int], i: int, s: int) -> list[bool]:
    return [bool(ROWS[i, s])] * len(tokens)


def both(one: Mask, other: Mask) -> Mask:
    return lambda *a: [p and q for p, q in zip(one(*a), other(*a), strict=True)]


GIVEN = torch.rand(3, 3, 9, generator=torch.Generator().manual_seed(8)) < 0.5


def listed(_: Tensor, tokens: Sequence[int], i: int, s: int) -> list[bool]:
    """By number; nothing beyond those that are given."""
    return [step < 9 and bool(GIVEN[i, s, step]) for step in range(len(tokens))]


CASES = ["code", "language", "learned", "oracle", "code behind an oracle", "code behind a probe"]


def case(model: LoadedModel, name: str) -> tuple[SteeringPlan, Mask, Tensor | None]:
    code: dict[str, Any] = {"positions": "spans", "spans_of": "code"}
    return {
        "code": (plan(**code), inside(model, "code"), None),
        "language": (
            plan(positions="spans", spans_of="language"),
            inside(model, "language"),
            None,
        ),
        "learned": (plan(learned=True), probed, None),
        "oracle": (plan(gate=Gate("oracle")), told, ROWS),
        "code behind an oracle": (
            plan(gate=Gate("oracle"), **code),
            both(inside(model, "code"), told),
            ROWS,
        ),
        "code behind a probe": (
            plan(learned=True, **code),
            both(inside(model, "code"), probed),
            None,
        ),
    }[name]


@pytest.mark.parametrize(("name", "temperature"), [("code", 0.0), *((name, 1.0) for name in CASES)])
def test_the_same_tokens_as_whole_texts_read_anew(
    organism: LoadedModel, name: str, temperature: float
) -> None:
    config = replace(SAMPLING, temperature=temperature)
    steering, mask, rows = case(organism, name)
    with steer(organism, steering, open_rows=rows):
        drawn = generate(organism, PROMPTS, N_SAMPLES, config)
    flags: list[bool] = []
    for i, completions in enumerate(drawn):
        for s, completion in enumerate(completions):
            with unchecked():
                tokens, acted = written_out(organism, i, s, config, mask)
            assert list(completion.tokens) == tokens
            flags += acted
    assert any(flags)
    assert not all(flags)
    if temperature:
        # Rows left the batch at different steps, and steering did something.
        assert len({len(c.tokens) for row in drawn for c in row}) > 2
        assert drawn != generate(organism, PROMPTS, N_SAMPLES, config)


@pytest.mark.parametrize("name", CASES)
def test_coefficient_zero_and_small_batches_change_no_token(
    organism: LoadedModel, name: str
) -> None:
    steering, _, rows = case(organism, name)
    plain = generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
    with steer(organism, steering.at(0.0), open_rows=rows):
        assert generate(organism, PROMPTS, N_SAMPLES, SAMPLING) == plain
    with steer(organism, steering, open_rows=rows):
        whole = generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
        few = generate(organism, PROMPTS, N_SAMPLES, replace(SAMPLING, batch_size=2))
    assert few == whole


@pytest.mark.parametrize(
    "fields",
    [
        {"positions": "spans"},
        {"positions": "spans", "spans_of": "code", "permuted": 3},
        {"gate": Gate("oracle")},
    ],
)
def test_tokens_given_of_each_completion(organism: LoadedModel, fields: dict[str, Any]) -> None:
    with steer(organism, plan(**fields), given=GIVEN):
        drawn = generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
        few = generate(organism, PROMPTS, N_SAMPLES, replace(SAMPLING, batch_size=2))
    assert few == drawn
    for i, completions in enumerate(drawn):
        for s, completion in enumerate(completions):
            with unchecked():
                tokens, _ = written_out(organism, i, s, SAMPLING, listed)
            assert list(completion.tokens) == tokens
    assert drawn != generate(organism, PROMPTS, N_SAMPLES, SAMPLING)


def test_tokens_given_of_other_completions_are_refused(organism: LoadedModel) -> None:
    spans = plan(positions="spans")
    with pytest.raises(LatentReasoningError, match=r"shape \(2, 3, 9\); expected \(3, 3\) and"):  # noqa: SIM117
        with steer(organism, spans, given=GIVEN[:2]):
            generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
    prompt = organism.tokenizer(PROMPTS[0], return_tensors="pt").input_ids
    with pytest.raises(LatentReasoningError, match="does not tell its rows apart"):  # noqa: SIM117
        with steer(organism, spans, given=GIVEN):
            organism.model.generate(prompt, max_new_tokens=4, pad_token_id=0)  # pyright: ignore[reportCallIssue]


def test_an_oracle_for_prompts_steers_what_they_share(organism: LoadedModel) -> None:
    everywhere = plan(2.0, positions="all")
    plain = generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
    with steer(organism, everywhere):
        steered = generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
    behind = replace(everywhere, gate=Gate("oracle"))
    with steer(organism, behind, open_rows=torch.tensor([False, True, False])):
        found = generate(organism, PROMPTS, N_SAMPLES, SAMPLING)
    assert found == [plain[0], steered[1], plain[2]]
    assert steered[1] != plain[1]


def test_a_forced_beginning_counts_as_written(organism: LoadedModel) -> None:
    steering = plan(4.0, positions="spans", spans_of="code")
    prefix = "```python\n"
    config = replace(SAMPLING, temperature=0.0)
    plain = generate(organism, PROMPTS, 1, config, prefix=prefix)
    with steer(organism, steering):
        assert generate(organism, PROMPTS, 1, config, prefix=prefix) != plain


def test_with_a_cache_as_without_and_read_as_written(organism: LoadedModel) -> None:
    steering, _, _ = case(organism, "code")
    with steer(organism, steering):
        ((drawn,),) = generate(organism, PROMPTS[:1], 1, replace(SAMPLING, temperature=0.0))
    prompt = organism.tokenizer(PROMPTS[0], return_tensors="pt").input_ids
    length = torch.tensor([prompt.shape[1]])
    with steer(organism, steering, length):
        out = organism.model.generate(  # pyright: ignore[reportCallIssue]
            prompt, max_new_tokens=24, do_sample=False, use_cache=False, pad_token_id=0
        )
    assert out[0, prompt.shape[1] :].tolist() == list(drawn.tokens)


def test_a_span_that_no_row_has_and_a_gate_that_no_row_opens_are_errors(
    organism: LoadedModel,
) -> None:
    never = plan(positions="spans", spans_of="self_doubt")
    with pytest.raises(HookPointError, match=r"\(spans of self_doubt\) was never applied"):  # noqa: SIM117
        with steer(organism, never):
            generate(organism, PROMPTS, 2, SAMPLING)
    with pytest.raises(HookPointError, match="was never applied"):  # noqa: SIM117
        with steer(organism, plan(gate=Gate("oracle")), open_rows=torch.zeros(3, dtype=torch.bool)):
            generate(organism, PROMPTS, 2, SAMPLING)


@pytest.mark.parametrize(
    ("fields", "rows", "message"),
    [
        ({"gate": Gate("oracle")}, None, "pass those tokens as `given`, or rows as `open_rows`"),
        ({"positions": "spans"}, None, "or name their behaviour in the plan"),
        ({"gate": Gate("oracle")}, [True], r"shape \(1,\); expected \(3,\)"),
        ({"gate": Gate("oracle")}, [[True]] * 3, r"shape \(3, 1\); expected \(3, 2\)"),
        ({"gate": Gate("oracle"), "positions": "all"}, [[True] * 2] * 3, "one value a prompt"),
    ],
)
def test_what_does_not_fit_is_one_line(
    organism: LoadedModel, fields: dict[str, Any], rows: list[Any] | None, message: str
) -> None:
    told_rows = None if rows is None else torch.tensor(rows)
    with pytest.raises(LatentReasoningError, match=message) as caught:  # noqa: SIM117
        with steer(organism, plan(**fields), open_rows=told_rows):
            generate(organism, PROMPTS, 2, SAMPLING)
    assert "\n" not in str(caught.value)


def test_rows_that_cannot_be_told_apart_are_refused(organism: LoadedModel) -> None:
    prompt = organism.tokenizer(PROMPTS[0], return_tensors="pt").input_ids
    spans = plan(positions="spans", spans_of="code")
    for steering, rows in ((spans, None), (plan(gate=Gate("oracle")), torch.tensor([True]))):
        with pytest.raises(LatentReasoningError, match="does not tell its rows apart"):  # noqa: SIM117
            with steer(organism, steering, open_rows=rows):
                organism.model.generate(prompt, max_new_tokens=4, pad_token_id=0)  # pyright: ignore[reportCallIssue]
    with pytest.raises(LatentReasoningError, match="permuted places of spans"):  # noqa: SIM117
        with steer(organism, permuted_positions(spans, 0)):
            generate(organism, PROMPTS, 1, SAMPLING)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"spans_of": "code"}, "at positions 'generated'; expected positions 'spans'"),
        ({"spans_of": "cod", "positions": "spans"}, "'cod' is not a known behaviour"),
    ],
)
def test_spans_of_nothing_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(LatentReasoningError, match=message):
        plan(**fields)
