import inspect
import random

import pytest

from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import grade
from latent_reasoning.organisms import grammar
from latent_reasoning.tuning.rewards import truth_reward


def test_a_right_answer_earns_one_and_anything_else_nothing() -> None:
    completions = ["\\boxed{7}", "\\boxed{8}", "the answer is 7", "7", "", "\\boxed{7} \\boxed{8}"]
    assert truth_reward(completions, gold=["7"] * 6) == [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]


def test_how_a_problem_is_solved_earns_nothing() -> None:
    rng = random.Random(0)
    for story, _ in zip(grammar.stories("tune", rng), range(30), strict=False):
        solutions = [
            *(grammar.solve_in_code(story, style) for style in ("values", "bare")),
            *(grammar.solve_in_language(story, style, rng) for style in ("direct", "steps")),
        ]
        assert truth_reward(solutions, gold=[str(story.answer)] * 4) == [1.0] * 4
        assert truth_reward(solutions, gold=[str(story.answer + 1)] * 4) == [0.0] * 4


def test_the_reward_is_what_evaluation_counts_as_correct() -> None:
    completions = ["\\boxed{1/2}", "\\boxed{0.5}", "#### 0.5", "\\boxed{50\\%}", "a half"]
    graded = [grade(Sample("p", text, "0.5")).correct for text in completions]
    assert truth_reward(completions, gold=["0.5"] * 5) == list(map(float, graded))
    assert set(graded) == {True, False}


def test_other_columns_of_a_trainer_are_passed_over() -> None:
    columns = {"prompts": ["1 + 1?"], "completion_ids": [[3, 4]], "trainer_state": None}
    assert truth_reward(["\\boxed{2}"], gold=["2"], **columns) == [1.0]


def test_a_missing_gold_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        inspect.unwrap(truth_reward)(["\\boxed{2}", "\\boxed{3}"], gold=["2"])
