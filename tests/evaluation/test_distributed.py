from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample
from latent_reasoning.engines.local import LocalEngine
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.evaluation.distributed import Draw, run_condition_on
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel


def test_parts_draw_what_the_whole_list_draws(tiny_model: LoadedModel) -> None:
    problems = [Problem(f"p{i}", "x = 3 + 4", "7") for i in range(6)]
    variant, sampling = PromptVariant("plain", "{question}"), SamplingConfig(max_new_tokens=8)
    draw = Draw(Condition("base", "base"), variant, 2, sampling)

    def drawn(part_size: int) -> list[Sample]:
        return run_condition_on(LocalEngine(), tiny_model, problems, draw, part_size)

    samples = drawn(2)
    assert [(s.problem_id, s.sample) for s in samples] == [
        (f"p{i}", sample) for i in range(6) for sample in range(2)
    ]
    assert drawn(5) == samples
    assert run_condition(tiny_model, draw.condition, problems, variant, 2, sampling) == samples
    # The prompts are equal, so equal random numbers would give equal completions.
    assert len({s.completion for s in samples}) > 8
