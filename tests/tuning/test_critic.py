import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_reasoning.errors import ProblemError
from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.grammar import Operation, Story
from latent_reasoning.tuning.critic import corrupt, critique, read_solution, story_of

STORY = Story("Mia", "apples", 20, (Operation("+", 12), Operation("-", 8), Operation("*", 2)))
RIGHT = (
    "The start is right. The first step is right. The second step is right. The third step is "
    "right. So the answer is right."
)
SEEDS = st.integers(0, 10**6)


def all_solutions(story: Story, rng: random.Random) -> dict[str, str]:
    return {
        **{style: grammar.solve_in_code(story, style) for style in ("values", "bare")},
        **{style: grammar.solve_in_language(story, style, rng) for style in ("direct", "steps")},
    }


@given(SEEDS)
def test_what_the_grammar_writes_is_all_right(seed: int) -> None:
    rng = random.Random(seed)
    story = next(grammar.stories("tune", rng))
    for style, text in all_solutions(story, rng).items():
        found = critique(story, text)
        assert "wrong" not in found
        assert "missing" not in found
        assert found.count("step") == (0 if style == "direct" else len(story.operations))
        assert critique(story_of(story.key), text) == found


@given(SEEDS)
def test_a_spoilt_step_is_the_one_that_is_called_wrong(seed: int) -> None:
    rng = random.Random(seed)
    story = next(grammar.stories("tune", rng))
    for style, text in all_solutions(story, rng).items():
        spoilt = corrupt(story, text, rng)
        assert spoilt != text
        found = critique(story, spoilt)
        assert found.endswith("answer is wrong.")
        # Bare code states no values, so only its answer can be spoilt.
        assert found.count("step is wrong") == (style in ("values", "steps"))
        before, after = read_solution(text), read_solution(spoilt)
        assert len(before.steps) == len(after.steps)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```python\nx = 20\nx += 12  # 32\nx -= 8  # 24\nx *= 2  # 48\n```\n\\boxed{48}", RIGHT),
        (
            "```python\nx = 20\nx += 12  # 33\nx -= 8  # 25\nx *= 2  # 50\n```\n\\boxed{48}",
            "The start is right. The first step is wrong. The second step is right. The third step "
            "is right. So the answer is right.",
        ),
        (
            "```python\nx = 21\nx += 12\nx += 8\n```\n\\boxed{48",
            "The start is wrong. The first step is right. The second step is wrong. A step is "
            "missing. There is no answer.",
        ),
        (
            "At first there are 20 apples. With 12 more there are 32. Without 8 there are 24. And "
            "2 times as many is 48. The answer is \\boxed{48}.",
            RIGHT,
        ),
        (
            "At first there are 20 apples. With 12 more there are 32. Without 7 there are 25. And "
            "2 times as many is 50. And 2 times as many is 100. The answer is \\boxed{100}.",
            "The start is right. The first step is right. The second step is wrong. The third step "
            "is right. A step is too much. So the answer is wrong.",
        ),
        ("So Mia now has \\boxed{48} apples.", "The answer is right."),
        ("So Mia now has \\boxed{47} apples.", "The answer is wrong."),
        ("So Mia now has", "There is no answer."),
        ("", "There is no answer."),
    ],
)
def test_hand_made_solutions(text: str, expected: str) -> None:
    assert critique(STORY, text) == expected


@given(st.text(alphabet="x=+-*0123456789 #\n.\\boxed{}`pythonA", max_size=80), SEEDS)
def test_any_text_can_be_criticised_and_spoilt(text: str, seed: int) -> None:
    assert "answer" in critique(STORY, text)
    corrupt(STORY, text, random.Random(seed))


def test_an_id_without_arithmetic_is_refused() -> None:
    with pytest.raises(ProblemError, match="'gsm8k-17' is no arithmetic"):
        story_of("gsm8k-17")
