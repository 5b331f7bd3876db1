"""Decoding by a recorded step; without a GPU the step is taken by the host, in the same tensors."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
from builders import build_tokenizer
from torch import Tensor

from latent_reasoning.features.directions import Direction
from latent_reasoning.models import generation
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.hooks import all_steady, capture, edit
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.replaying import can_replay
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan

PROMPTS = ["Mia has 3 7 apples .", "She buys", "After all of this there are", "x"]
LONG = SamplingConfig(max_new_tokens=75, seed=3)
POINT = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def model(any_family: LoadedModel) -> Iterator[LoadedModel]:
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    with pytest.MonkeyPatch.context() as patch:
        # A few end tokens, so that rows end one after another over the whole length.
        patch.setattr(any_family.model.generation_config, "eos_token_id", [1, 20, 21])
        yield replace(any_family, tokenizer=tokenizer)


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Let every model replay; what was decided each time."""
    asked: list[bool] = []

    def wherever_hooks_allow(model: LoadedModel) -> bool:
        asked.append(all_steady(model))
        return asked[-1]

    monkeypatch.setattr(generation, "can_replay", wherever_hooks_allow)
    return asked


def plan(model: LoadedModel, **of: Any) -> SteeringPlan:
    vector = torch.randn(model.d_model, generator=torch.Generator().manual_seed(1))
    unit = torch.nn.functional.normalize(vector, dim=0)
    return SteeringPlan(Direction(unit, "random", "a", (), POINT), 2.0, 3.0, **of)


@pytest.mark.parametrize("config", [LONG, replace(LONG, temperature=0.0), replace(LONG, top_p=0.8)])
def test_recorded_steps_draw_what_single_steps_draw(
    model: LoadedModel, replayed: list[bool], config: SamplingConfig
) -> None:
    expected = generate(model, PROMPTS, 6, config, replay=False)
    assert not replayed
    assert generate(model, PROMPTS, 6, config) == expected
    assert replayed == [True]
    assert config.temperature == 0 or len({len(c.tokens) for row in expected for c in row}) > 5


@pytest.mark.parametrize("prefix", ["", "Mia has"])
def test_beginnings_are_kept(model: LoadedModel, replayed: list[bool], prefix: str) -> None:
    expected = generate(model, PROMPTS, 3, LONG, prefix=prefix, replay=False)
    assert generate(model, PROMPTS, 3, LONG, prefix=prefix) == expected
    assert replayed == [True]


@pytest.mark.parametrize(
    "of",
    [
        {"positions": "last prompt token"},
        {"positions": "first generated"},
        {"positions": "generated"},
        {"positions": "all", "operator": "ablate"},
        {"positions": "generated", "gate": Gate("learned", torch.linspace(-1, 1, 32))},
    ],
)
def test_steady_plans_steer_recorded_steps(
    model: LoadedModel, replayed: list[bool], of: dict[str, Any]
) -> None:
    with steer(model, plan(model, **of)):
        expected = generate(model, PROMPTS, 4, LONG, replay=False)
        assert generate(model, PROMPTS, 4, LONG) == expected
    assert replayed == [True]
    assert generate(model, PROMPTS, 4, LONG) != expected


@contextmanager
def user_edit(model: LoadedModel) -> Iterator[None]:
    def double(x: Tensor) -> Tensor:
        return 2 * x

    with edit(model, {POINT: double}):
        yield


@pytest.mark.parametrize("kind", ["every", "spans", "oracle", "edit", "capture", "none"])
def test_hooks_that_may_change_from_step_to_step_are_never_recorded(
    model: LoadedModel, kind: str
) -> None:
    opened = torch.ones(1, dtype=torch.bool)
    blocks = {
        "every": lambda: steer(model, plan(model, positions="generated", every=2)),
        "spans": lambda: steer(model, plan(model, positions="spans", spans_of="code")),
        "oracle": lambda: steer(
            model, plan(model, positions="generated", gate=Gate("oracle")), open_rows=opened
        ),
        "edit": lambda: user_edit(model),
        "capture": lambda: capture(model, [POINT]),
        "none": nullcontext,
    }
    try:
        with blocks[kind]():
            assert all_steady(model) == (kind == "none")
            raise InterruptedError
    except InterruptedError:
        assert all_steady(model)


def test_nothing_is_replayed_without_a_gpu(model: LoadedModel) -> None:
    assert not can_replay(model)
