"""Labels that a model gives to problems by the majority of its own samples, frozen before tuning.

Majority vote and the incorrect reward of Spurious Rewards (2506.10947) are trained on such labels
with `label_reward`. Answers vote by equality as mathematics, so that 0.5 and 1/2 do not split the
vote, and samples without an answer do not vote.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latent_reasoning.data.problems import Problem
from latent_reasoning.errors import ProblemError
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.traces.answers import extract_answer, same_answer
from latent_reasoning.traces.numerals import normal_form


@dataclass(frozen=True)
class LabelledProblem:
    """A problem with the label its model voted for."""

    problem: Problem
    """The problem and its gold answer."""
    label: str
    """The commonest answer among the samples."""
    share: float
    """Share of all samples, those without an answer included, that gave it."""

    @property
    def is_right(self) -> bool:
        """Whether the label is the gold answer."""
        return same_answer(self.label, self.problem.gold)


def majority_labels(
    model: LoadedModel,
    problems: Sequence[Problem],
    prompts: Sequence[str],
    sampling: SamplingConfig,
    n_samples: int = 64,
    advance: Callable[[int], object] = lambda _: None,
) -> list[LabelledProblem]:
    """Label problems by the majority of a model's samples; those never answered are left out.

    Args:
        model: The model before tuning.
        problems: What to label.
        prompts: One prompt per problem.
        sampling: How samples are drawn.
        n_samples: Votes per problem.
        advance: Called with the number of samples just drawn.
    """
    drawn = generate(model, prompts, n_samples, sampling, advance=advance)
    labelled = []
    for problem, completions in zip(problems, drawn, strict=True):
        answers = [extract_answer(completion.text) for completion in completions]
        label, votes = majority_answer(answers)
        if label is not None:
            labelled.append(LabelledProblem(problem, label, votes / n_samples))
    return labelled


def wrong_majority(labelled: Sequence[LabelledProblem]) -> list[LabelledProblem]:
    """The problems whose majority label is wrong, for the incorrect reward.

    Raises:
        ProblemError: Every label is right.
    """
    wrong = [problem for problem in labelled if not problem.is_right]
    if not wrong:
        raise ProblemError(
            f"wrong_majority: all {len(labelled)} majority labels are right; the incorrect reward "
            "needs some that are wrong, give harder problems"
        )
    return wrong


def majority_answer(answers: Sequence[str | None]) -> tuple[str | None, int]:
    """The commonest answer and its votes; of equally common ones the first given.

    >>> majority_answer(["1/2", "3", "0.5", None, None, None])
    ('1/2', 2)
    """
    given = [answer for answer in answers if answer is not None]
    spelled = Counter(normal_form(answer) for answer in given)
    classes: list[tuple[str, int]] = []
    for form, votes in spelled.items():
        for i, (known, so_far) in enumerate(classes):
            if same_answer(form, known):
                classes[i] = (known, so_far + votes)
                break
        else:
            classes.append((form, votes))
    if not classes:
        return None, 0
    form, votes = max(classes, key=lambda entry: entry[1])
    return next(answer for answer in given if normal_form(answer) == form), votes
