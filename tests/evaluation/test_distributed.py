from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.engines.local import LocalEngine
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.evaluation.distributed import Draw, run_condition_on
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel


def test_parts_give_the_samples_of_the_whole(tiny_model: LoadedModel) -> None:
    problems = [Problem(f"p{i}", f"x = {i} + 4", str(i + 4)) for i in range(5)]
    variant, sampling = PromptVariant("plain", "{question}"), SamplingConfig(max_new_tokens=8)
    draw = Draw(Condition("base", "base"), variant, 3, sampling)
    whole = run_condition(tiny_model, draw.condition, problems, variant, 3, sampling)
    assert run_condition_on(LocalEngine(), tiny_model, problems, draw, part_size=2) == whole
