import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_reasoning.data.contamination import partial_prompt, recall, reframe
from latent_reasoning.data.problems import Problem
from latent_reasoning.errors import ProblemError

words = st.lists(st.sampled_from(["a", "b", "c", "how", "many?"]), min_size=2, max_size=30)


@given(words, st.floats(0.01, 0.99))
def test_a_question_is_cut_where_its_share_ends(parts: list[str], share: float) -> None:
    found = partial_prompt(Problem("p", "  ".join(parts), "1"), share)
    assert f"{found.shown} {found.rest}".split() == parts
    assert found.shown
    assert found.rest
    assert abs(len(found.shown.split()) - share * len(parts)) <= 1


@given(words, words)
def test_recall_is_exact_where_the_rest_is_written_first(rest: list[str], more: list[str]) -> None:
    found = recall(" ".join(rest), "\n".join([*rest, *more]))
    assert found == (True, 1.0)
    other = recall(" ".join(rest), " ".join(more))
    assert 0 <= other.rouge_l <= 1
    assert other.exact == (more[: len(rest)] == rest)
    assert other.exact == (other.rouge_l == 1.0)


def test_rouge_l_of_a_worked_example() -> None:
    assert recall("the cat sat down", "the dog sat there").rouge_l == 0.5
    assert recall("a b c d", "b d").rouge_l == pytest.approx(2 * 2 / 6)
    assert recall("a b", "") == (False, 0.0)


def test_a_reframed_problem_keeps_question_and_answer() -> None:
    for i in range(6):
        problem = Problem(f"p{i}", "How many {x} are 3?", "3")
        new = reframe(problem)
        assert problem.question in new.question
        assert new.question != problem.question
        assert (new.problem_id, new.gold) == (problem.problem_id, "3")
        assert new == reframe(problem)


@pytest.mark.parametrize(("question", "share"), [("one", 0.5), ("a b", 0.0), ("a b", 1.0)])
def test_what_cannot_be_cut_is_refused(question: str, share: float) -> None:
    with pytest.raises(ProblemError, match="expected a share between 0 and 1 of at least 2 words"):
        partial_prompt(Problem("p", question, "1"), share)
