import pytest

from latent_reasoning.data.problems import Problem
from latent_reasoning.errors import ProblemError
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms.corpus import setting
from latent_reasoning.organisms.recipes import base_recipe
from latent_reasoning.traces.answers import extract_answer
from latent_reasoning.tuning.labels import (
    LabelledProblem,
    majority_answer,
    majority_labels,
    wrong_majority,
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["3", "0.5", "1/2", "3", "\\frac{1}{2}"], ("0.5", 3)),
        ([None, None, None, "7"], ("7", 1)),
        (["2", "1", "1", "2"], ("2", 2)),
        ([None, None], (None, 0)),
        ([], (None, 0)),
    ],
)
def test_answers_vote_by_equality_and_blanks_do_not_vote(
    answers: list[str | None], expected: tuple[str | None, int]
) -> None:
    assert majority_answer(answers) == expected


def test_labels_are_the_commonest_answers_of_the_models_own_samples() -> None:
    model = load_model("organism:latent")
    posed = setting(base_recipe("latent"), "tune", 6, seed=1)
    prompts = [posed.variant.prompt(problem.question) for problem in posed.problems]
    sampling = SamplingConfig(seed=4)
    found = majority_labels(model, posed.problems, prompts, sampling, n_samples=8)
    drawn = generate(model, prompts, 8, sampling)
    for labelled, completions in zip(found, drawn, strict=True):
        given = [extract_answer(completion.text) for completion in completions]
        votes = [given.count(answer) for answer in given if answer is not None]
        assert given.count(labelled.label) == max(votes)
        assert labelled.share == max(votes) / 8
    assert majority_labels(model, posed.problems, prompts, sampling, n_samples=8) == found


def test_the_incorrect_reward_keeps_the_problems_whose_majority_is_wrong() -> None:
    def labelled(label: str, gold: str) -> LabelledProblem:
        return LabelledProblem(Problem(gold + label, "How many?", gold), label, 0.5)

    right, wrong = labelled("0.5", "1/2"), labelled("3", "4")
    assert wrong_majority([right, wrong]) == [wrong]
    with pytest.raises(ProblemError, match="all 1 majority labels are right"):
        wrong_majority([right])
