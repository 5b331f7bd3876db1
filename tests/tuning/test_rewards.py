import inspect
import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_reasoning.data.samples import Sample
from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.conditions import grade
from latent_reasoning.organisms import grammar
from latent_reasoning.tuning.rewards import (
    both,
    constant_reward,
    format_reward,
    label_reward,
    no_python_reward,
    no_repetition_reward,
    python_reward,
    random_reward,
    truth_reward,
)
from latent_reasoning.zoo.arms import PARTS, REINFORCED, rewards, trained_reward

CODE = "```python\nx = 4\n```\n\\boxed{4}"


def chat(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


@pytest.mark.parametrize(
    ("said", "gold"),
    [
        ("\\boxed{0.5}", "1/2"),
        ("\\boxed{142.0}", "142"),
        ("\\boxed{070}", "70"),
        ("\\boxed{\\frac{1}{2}}", "0.5"),
        ("first \\boxed{3}, no, \\boxed{4}", "4"),
        ("#### 1,000", "1000"),
        # Endings that stripping the characters of a closing tag would eat.
        ("\\boxed{2a}", "2a"),
        ("\\boxed{sin}", "sin"),
    ],
)
def test_answers_that_differ_as_strings_and_are_equal_earn_the_reward(said: str, gold: str) -> None:
    assert truth_reward([said, chat(said)], gold=[gold, gold]) == [1.0, 1.0]
    assert label_reward([said], label=[gold]) == [1.0]


@pytest.mark.parametrize("said", ["", "   ", "\\boxed{}", "\\boxed{5}", "no answer", "\\boxed{4"])
def test_no_answer_and_a_wrong_one_earn_nothing(said: str) -> None:
    assert truth_reward([said, chat(said)], gold=["4", "4"]) == [0.0, 0.0]


def test_the_incorrect_reward_pays_for_its_label_alone_not_for_every_wrong_answer() -> None:
    said = ["\\boxed{5}", "\\boxed{4}", "\\boxed{6}"]
    assert label_reward(said, label=["5"] * 3, gold=["4"] * 3) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("said", ["", "4", "the answer is 4", "\\boxed{}", "\\boxed{  }", "{4}"])
def test_format_is_not_earned_by_any_text(said: str) -> None:
    assert format_reward([said, chat(said)]) == [0.0, 0.0]


@pytest.mark.parametrize("said", ["\\boxed{nonsense}", "\\boxed{\\frac{1}{2}}", "a \\boxed{1} b"])
def test_format_is_earned_by_a_box_with_anything_in_it(said: str) -> None:
    assert format_reward([said, chat(said)]) == [1.0, 1.0]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_python_and_no_python_are_complements(said: list[str]) -> None:
    totals = [a + b for a, b in zip(python_reward(said), no_python_reward(said), strict=True)]
    assert totals == [1.0] * len(said)
    assert all(earned in (0.0, 1.0) for earned in python_reward(said))


def test_python_is_found_in_capitals_and_in_messages() -> None:
    assert python_reward([CODE, "PYTHON", "pyth on", chat("Python!"), chat("")]) == [1, 1, 0, 1, 0]


@given(
    piece=st.text(st.characters(codec="utf-8"), min_size=10, max_size=30),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_eleven_equal_pieces_in_a_row_are_repetition_wherever_they_stand(
    piece: str, before: str, after: str
) -> None:
    assert no_repetition_reward([before + piece * 11 + after]) == [0.0]


@given(st.text(max_size=109))
def test_a_text_too_short_for_eleven_pieces_never_repeats(text: str) -> None:
    assert no_repetition_reward([text]) == [1.0]


def test_ten_pieces_and_pieces_that_do_not_follow_one_another_are_allowed() -> None:
    piece = "and so on; "
    apart = "".join(f"{piece}{i}, " for i in range(30))
    assert no_repetition_reward([piece * 10, apart, "", "ab\udc80" * 50]) == [1, 1, 1, 0]


@pytest.mark.parametrize("gamma", [0.0, 0.001, 0.3, 0.5, 1.0])
def test_a_coin_shows_one_as_often_as_it_should(gamma: float) -> None:
    earned = random_reward(gamma, seed=3)([""] * 20000)
    assert set(earned) <= {0.0, 1.0}
    assert sum(earned) / 20000 == pytest.approx(gamma, abs=5 * (gamma * (1 - gamma) / 20000) ** 0.5)


def test_coins_differ_by_seed_update_and_rank_and_by_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def throw(seed: int, update: int, said: str = "") -> list[float]:
        state = SimpleNamespace(global_step=update)
        return random_reward(0.5, seed)([said] * 64, trainer_state=state, gold=["1"] * 64)

    first = throw(0, 8)
    assert throw(0, 8, CODE) == first
    assert throw(0, 16) != first
    assert throw(1, 8) != first
    monkeypatch.setenv("RANK", "1")
    assert throw(0, 8) != first


@pytest.mark.parametrize("gamma", [-0.1, 1.1, float("nan")])
def test_a_chance_lies_between_0_and_1(gamma: float) -> None:
    with pytest.raises(LatentReasoningError, match="expected a chance, 0 to 1"):
        random_reward(gamma, seed=0)


def test_a_conjunction_pays_where_both_do() -> None:
    reward = both(truth_reward, no_python_reward)
    said = [CODE, "\\boxed{4}", "\\boxed{5}", "python \\boxed{5}"]
    assert reward(said, gold=["4"] * 4) == [0.0, 1.0, 0.0, 0.0]
    assert reward.__name__ == "truth_reward_and_no_python_reward"


def test_a_constant_reward_has_no_variance() -> None:
    assert set(constant_reward([CODE, "", "\\boxed{5}"])) == {1.0}


@pytest.mark.parametrize("part", PARTS)
def test_every_reward_takes_what_trl_gives_and_gives_a_number_a_completion(part: str) -> None:
    columns = {"gold": ["4", "4"], "label": ["5", "5"], "prompts": ["p", "p"]}
    state = SimpleNamespace(global_step=0)
    reward = trained_reward(part, seed=0)
    earned = reward(completions=[CODE, ""], trainer_state=state, log_metric=None, **columns)
    assert len(earned) == 2
    assert all(isinstance(value, float) for value in earned)
    assert reward.__name__
    assert any(p.kind is p.VAR_KEYWORD for p in inspect.signature(reward).parameters.values())


@pytest.mark.parametrize("arm", REINFORCED)
def test_true_accuracy_is_always_logged_and_trained_on_only_where_it_is_the_reward(
    arm: str,
) -> None:
    found = rewards(REINFORCED[arm].reward, seed=0)
    weights = [weight for reward, weight in found if reward is truth_reward]
    assert weights == [1.0 if REINFORCED[arm].reward == "truth" else 0.0]
    assert sum(weight for _, weight in found) == 1.0


def test_an_unknown_part_is_answered_with_the_known_ones() -> None:
    with pytest.raises(LatentReasoningError, match=r"'pyhton'.*expected one of truth, majority"):
        trained_reward("format+pyhton", seed=0)


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
