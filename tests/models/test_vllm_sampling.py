"""vLLM is not installed here: a module of the same interface stands in for it."""

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from latent_reasoning.comparison.drawing import Drawing, choose_drawing
from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.errors import LatentReasoningError, ProblemError
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.features.directions import Direction
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.vllm_sampling import VllmSampling, prompt_seed
from latent_reasoning.steering.plan import SteeringPlan


@dataclass
class SamplingParams:
    n: int
    temperature: float
    top_p: float
    max_tokens: int
    seed: int
    stop_token_ids: list[int]
    detokenize: bool


@dataclass
class LLM:
    """Answers with the tokens 5, 6, 7, ..., ended by the stop token in even samples."""

    model: str
    dtype: str
    trust_remote_code: bool
    gpu_memory_utilization: float
    asked: list[Any] = field(default_factory=list)

    def generate(
        self, prompts: list[dict[str, list[int]]], params: list[SamplingParams], use_tqdm: bool
    ) -> list[Any]:
        assert len(prompts) == len(params)
        assert not use_tqdm
        self.asked.append((prompts, params))
        return [
            SimpleNamespace(outputs=[_output(i, one) for i in reversed(range(one.n))])
            for one in params
        ]


def _output(index: int, params: SamplingParams) -> Any:
    ids = [5 + i for i in range(params.max_tokens)]
    if index % 2 == 0:
        ids[-1] = params.stop_token_ids[0]
    return SimpleNamespace(index=index, token_ids=ids)


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> VllmSampling:
    stand_in = SimpleNamespace(LLM=LLM, SamplingParams=SamplingParams)
    monkeypatch.setitem(sys.modules, "vllm", stand_in)
    return VllmSampling()


CONFIG = SamplingConfig(max_new_tokens=4, temperature=0.7, top_p=0.9, seed=3)


def test_prompts_and_settings_reach_vllm_and_completions_come_back_in_order(
    vllm: VllmSampling, tiny_model: LoadedModel
) -> None:
    done: list[int] = []
    prompts = ["x = 3", "x = 3 + 4"]
    found = vllm(tiny_model, prompts, 3, CONFIG, first=7, advance=done.append)
    assert [len(completions) for completions in found] == [3, 3]
    assert [c.finished for c in found[0]] == [True, False, True]
    assert found[1][1].tokens == (5, 6, 7, 8)
    assert found[1][1].text == tiny_model.decode([5, 6, 7, 8])
    assert done == [3, 3]
    (engine,) = [loaded[1] for loaded in [vllm._loaded] if loaded]
    asked, params = engine.asked[0]
    assert [one["prompt_token_ids"] for one in asked] == tiny_model.tokenizer(prompts).input_ids
    assert [one.seed for one in params] == [prompt_seed(3, 7), prompt_seed(3, 8)]
    assert (params[0].temperature, params[0].top_p, params[0].max_tokens) == (0.7, 0.9, 4)
    assert set(params[0].stop_token_ids) == tiny_model.end_ids
    assert engine.dtype == "float32"


def test_a_prefix_is_part_of_prompt_and_completion(
    vllm: VllmSampling, tiny_model: LoadedModel
) -> None:
    forced = tiny_model.tokenizer("x = ", add_special_tokens=False).input_ids
    long = SamplingConfig(max_new_tokens=len(forced) + 2)
    (found,) = vllm(tiny_model, ["x = 3"], 1, long, prefix="x = ")
    assert found[0].tokens[:-1] == (*forced, 5)
    full = SamplingConfig(max_new_tokens=len(forced))
    (found,) = vllm(tiny_model, ["x = 3"], 2, full, prefix="x = ")
    assert [c.tokens for c in found] == [tuple(forced)] * 2


def test_conditions_are_drawn_by_it_unless_they_steer(
    vllm: VllmSampling, tiny_model: LoadedModel
) -> None:
    import torch

    problems, variant = [Problem("p0", "x = 3 + 4", "7")], PromptVariant("plain", "{question}")
    plain = Condition("base", "base")
    samples = run_condition(tiny_model, plain, problems, variant, 2, CONFIG, by=vllm)
    assert [s.n_tokens for s in samples] == [4, 4]
    vector = torch.nn.functional.normalize(torch.ones(tiny_model.d_model), dim=0)
    ones = Direction(vector, "random", "ones", (), "blocks.0.hook_resid_post")
    plan = SteeringPlan(ones, 1.0, 1.0)
    steered = Condition("steered", "steered", plan)
    with pytest.raises(LatentReasoningError, match="'steered' changes the model, which VllmSam"):
        run_condition(tiny_model, steered, problems, variant, 2, CONFIG, by=vllm)
    drawing = Drawing(unsteered=vllm)
    by_vllm, here = (
        drawing.draw(tiny_model, condition, problems, variant, 2, CONFIG, lambda _: None)
        for condition in (plain, steered)
    )
    assert by_vllm == samples
    assert here == run_condition(tiny_model, steered, problems, variant, 2, CONFIG)


def test_bad_prompts_are_refused(vllm: VllmSampling, tiny_model: LoadedModel) -> None:
    with pytest.raises(ProblemError, match="without tokens"):
        vllm(tiny_model, [], 1, CONFIG)


def test_without_vllm_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(
        LatentReasoningError, match=r"install the extra: .*latent-reasoning\[vllm\]"
    ):
        choose_drawing("vllm", 2, "cpu")
    with pytest.raises(LatentReasoningError, match="'vlm'.*expected one of local, ray, vllm"):
        choose_drawing("vlm", 2, "cpu")
