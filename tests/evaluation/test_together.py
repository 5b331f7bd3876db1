"""Conditions drawn in one batch are those drawn one after the other."""

from dataclasses import replace

import pytest
import torch

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.evaluation.together import run_together, shares_a_batch
from latent_reasoning.features.directions import random_directions
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms.corpus import Setting, setting
from latent_reasoning.organisms.recipes import BASES
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.rows import steer_rows

POINT = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("organism:latent")


@pytest.fixture(scope="module")
def posed() -> Setting:
    return setting(BASES["latent"], "held-out", 5, 3)


@pytest.fixture(scope="module")
def conditions(model: LoadedModel) -> list[Condition]:
    found = random_directions(model.d_model, 4, 0, hook_point=POINT)
    plans = [SteeringPlan(d, c, 9.0) for d, c in zip(found, (0.0, 2.0, 4.0, -6.0), strict=True)]
    ablate = replace(plans[0], operator="ablate", level=3.0)
    plans += [ablate, replace(ablate, written=found[1].vector)]
    return [Condition(f"c{i}", f"condition {i}", plan) for i, plan in enumerate(plans)]


@pytest.mark.parametrize("batch_size", [7, 512])
def test_together_is_one_after_the_other(
    model: LoadedModel, posed: Setting, conditions: list[Condition], batch_size: int
) -> None:
    sampling = SamplingConfig(40, seed=5, batch_size=batch_size)
    together = run_together(model, conditions, posed.problems, posed.variant, 2, sampling)
    for condition, found in zip(conditions, together, strict=True):
        alone = run_condition(model, condition, posed.problems, posed.variant, 2, sampling)
        assert found == alone
    assert together[0] != together[2]
    assert together[4] != together[5]


def test_each_problem_is_read_once_for_all_conditions(
    model: LoadedModel, posed: Setting, conditions: list[Condition]
) -> None:
    read: list[torch.Size] = []
    handle = model.model.register_forward_pre_hook(
        lambda *call: read.append(call[2]["input_ids"].shape), with_kwargs=True
    )
    sampling = SamplingConfig(2, seed=5)
    run_together(model, conditions, posed.problems, posed.variant, 3, sampling)
    handle.remove()
    prompts = [posed.variant.prompt(problem.question) for problem in posed.problems]
    longest = max(len(ids) for ids in model.tokenizer(prompts).input_ids)
    rows = 3 * len(prompts) * len(conditions)
    assert read[0] == (len(prompts), longest - 1)
    assert read[1] == (rows, 1)


def test_prompts_of_one_token_are_steered_too(model: LoadedModel) -> None:
    (direction,) = random_directions(model.d_model, 1, 0, hook_point=POINT)
    plans = [SteeringPlan(direction, c, 9.0) for c in (0.0, 6.0)]
    prompts, sampling = ["Quiz", "Quiz"], SamplingConfig(12, seed=1)
    with steer_rows(model, plans) as begin:
        found = generate(model, prompts, 2, sampling, numbers=[0, 0], begin=begin)
    with steer(model, plans[1]):
        alone = generate(model, prompts[:1], 2, sampling)
    assert found == [generate(model, prompts[:1], 2, sampling)[0], alone[0]]
    assert found[0] != found[1]


def test_no_hook_is_left(model: LoadedModel, posed: Setting, conditions: list[Condition]) -> None:
    def hooks() -> int:
        modules = model.model.modules()
        return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules)

    before = hooks()
    sampling = SamplingConfig(3)
    run_together(model, conditions, posed.problems, posed.variant, 1, sampling)
    assert hooks() == before


def test_only_changes_at_the_last_prompt_token_share_a_batch(
    model: LoadedModel, posed: Setting, conditions: list[Condition]
) -> None:
    plan = conditions[1].plan
    assert plan is not None
    others = [
        SteeringPlan(plan.direction, 1.0, 9.0, positions="all"),
        SteeringPlan(
            plan.direction, 1.0, 9.0, operator="ablate", subspace=plan.direction.vector[None]
        ),
        SteeringPlan(plan.direction, 1.0, 9.0, permuted=0),
        SteeringPlan(plan.direction, 1.0, 9.0, radial=True),
        SteeringPlan(plan.direction, 1.0, 9.0, gate=Gate("learned", torch.ones(model.d_model))),
    ]
    assert all(map(shares_a_batch, conditions))
    assert not any(shares_a_batch(Condition("x", "x", other)) for other in others)
    assert not shares_a_batch(Condition("x", "x", plan, prefix="a"))
    with pytest.raises(LatentReasoningError, match="steer_rows: found 1 plans"):
        run_together(
            model,
            [Condition("x", "x", others[0])],
            posed.problems,
            posed.variant,
            1,
            SamplingConfig(3),
        )
