from dataclasses import replace

import numpy as np
import pytest
from builders import build_tokenizer

from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample
from latent_reasoning.errors import ProblemError
from latent_reasoning.evaluation.conditions import Condition, grade, outcomes, run_condition
from latent_reasoning.features.directions import random_directions
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.plan import SteeringPlan

CODE = "```python\nx = 3\nx += 4  # 7\n```\n\\boxed{7}"
PROBLEMS = [Problem(f"p{i}", f"Mia has {i} apples .", str(i)) for i in range(3)]
VARIANT = PromptVariant("how", "{question} How many ?")
SAMPLING = SamplingConfig(max_new_tokens=8, seed=2)


@pytest.fixture(scope="module")
def model(tiny_model: LoadedModel) -> LoadedModel:
    """With whole words; as loaded, Qwen2's own class drops what it has no merges for."""
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return replace(tiny_model, tokenizer=tokenizer)


@pytest.mark.parametrize(
    ("completion", "answer", "correct", "behaviours"),
    [
        (CODE, "7", True, ("code", "predicted_output")),
        (CODE.replace("{7}", "{8}"), "8", False, ("code", "predicted_output")),
        ("So there are \\boxed{7.0} apples.", "7.0", True, ("language", "direct_answer")),
        ("So there are 7 apples.", None, False, ("language", "direct_answer")),
        ("```python\nx = 3", None, False, ("code",)),
        ("", None, False, ()),
    ],
)
def test_grading_reads_the_completion_alone(
    completion: str, answer: str | None, correct: bool, behaviours: tuple[str, ...]
) -> None:
    # What an earlier grading had said must not survive.
    sample = Sample("p", completion, "7", "c", 2, "q", "1", not correct, ("x",), 9, {"seed": 1})
    assert grade(sample) == replace(sample, answer=answer, correct=correct, behaviours=behaviours)


def test_outcomes_stand_in_the_order_of_problems_and_samples() -> None:
    completions = {
        "b": [CODE, "\\boxed{7}", "none"],
        "a": ["\\boxed{8}", "", CODE],
    }
    samples = [
        grade(Sample(problem, text, "7", sample=i, n_tokens=10 * i + len(text)))
        for problem, texts in completions.items()
        for i, text in enumerate(texts)
    ]
    found = outcomes(samples)
    assert found.correct.tolist() == [[True, True, False], [False, False, True]]
    assert found.parsed.tolist() == [[True, True, False], [True, False, True]]
    assert found.shown["code"].tolist() == [[True, False, False], [False, False, True]]
    assert found.shown["language"].tolist() == [[False, True, True], [True, False, False]]
    lengths = [[10 * i + len(t) for i, t in enumerate(ts)] for ts in completions.values()]
    assert found.n_tokens.tolist() == lengths
    # Samples of several problems may alternate in a file.
    mixed = outcomes([samples[i] for i in (0, 3, 1, 4, 2, 5)])
    assert np.array_equal(mixed.correct, found.correct)


def test_unequal_numbers_of_samples_are_refused() -> None:
    samples = [Sample("a", "", "1"), Sample("a", "", "1", sample=1), Sample("b", "", "1")]
    with pytest.raises(ProblemError, match="found 1 samples of 'b' and up to 2 of others"):
        outcomes(samples)
    with pytest.raises(ProblemError, match="found 0 samples .*expected equally many"):
        outcomes([])


def test_a_condition_samples_every_problem_in_order(model: LoadedModel) -> None:
    done: list[int] = []
    samples = run_condition(
        model, Condition("base", "base"), PROBLEMS, VARIANT, 2, SAMPLING, done.append
    )
    prompts = [f"Mia has {i} apples . How many ?" for i in range(3)]
    drawn = generate(model, prompts, 2, SAMPLING)
    assert [(s.problem_id, s.sample) for s in samples] == [
        (f"p{i}", j) for i in range(3) for j in range(2)
    ]
    assert [s.completion for s in samples] == [c.text for row in drawn for c in row]
    assert [s.n_tokens for s in samples] == [len(c.tokens) for row in drawn for c in row]
    assert [s.prompt for s in samples[::2]] == prompts
    assert [s.gold for s in samples[::2]] == ["0", "1", "2"]
    assert samples == [grade(sample) for sample in samples]
    assert {s.condition for s in samples} == {"base"}
    assert samples[0].settings == {
        "model": model.name,
        "prompt": "how",
        "template": "{question} How many ?",
        "temperature": 1.0,
        "top_p": 1.0,
        "max_new_tokens": 8,
        "seed": 2,
    }
    assert sum(done) == 6


def test_a_plan_that_adds_nothing_leaves_every_completion(model: LoadedModel) -> None:
    direction = random_directions(32, 1, seed=0, hook_point="blocks.1.hook_resid_post")[0]
    plain, still, steered = (
        [
            s.completion
            for s in run_condition(model, Condition("c", "", plan), PROBLEMS, VARIANT, 2, SAMPLING)
        ]
        for plan in (None, SteeringPlan(direction, 0.0, 30.0), SteeringPlan(direction, 1.0, 30.0))
    )
    assert plain == still
    assert plain != steered


def test_a_forced_beginning_is_part_of_every_completion(model: LoadedModel) -> None:
    condition = Condition("forced", "", prefix="```python")
    samples = run_condition(model, condition, PROBLEMS, VARIANT, 2, SAMPLING)
    assert all(s.completion.startswith("```python") for s in samples)
    assert samples == [grade(sample) for sample in samples]


def test_a_condition_without_problems_is_refused(model: LoadedModel) -> None:
    with pytest.raises(ProblemError, match="run_condition: found 0 problems"):
        run_condition(model, Condition("base", "base"), [], VARIANT, 1, SAMPLING)
    with pytest.raises(ProblemError, match="problem_id 'p0' occurs twice"):
        run_condition(model, Condition("base", "base"), PROBLEMS[:1] * 2, VARIANT, 1, SAMPLING)
