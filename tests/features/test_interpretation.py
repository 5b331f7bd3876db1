"""An explanation is scored by what it predicts, on texts it was not made from."""

import pytest

from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.contexts import Context
from latent_reasoning.features.interpretation import interpret

FIRING = [Context((f"a{i}", " python", " x"), (0.0, 3.0, 0.2), 1, i) for i in range(6)]
SILENT = [Context((f"b{i}", " plain", " x"), (0.0, 0.0, 0.0), 1, i) for i in range(3)]


def reader(prompt: str) -> str:
    """Explains by what is marked, and knows it when it sees it."""
    if "<<" in prompt:
        return prompt.split("<<")[-1].split(">>")[0] + "\n"
    word = prompt.split("described as: ")[1].split("\n")[0]
    return "Yes." if word in prompt.split("---")[1] else "**No**, it does not."


def test_a_reader_that_is_right_scores_1() -> None:
    found = interpret(7, FIRING, SILENT, reader)
    assert found.explanation == "python"
    assert (found.detection, found.found, found.passed) == (1.0, 1.0, 1.0)
    # Half of the firing contexts were shown and are not judged.
    assert (found.n, found.unclear) == (6, 0)


def test_one_that_says_yes_to_all_scores_a_half() -> None:
    found = interpret(7, FIRING, SILENT, reader, judge=lambda _: "yes")
    assert (found.detection, found.found, found.passed) == (0.5, 1.0, 0.0)


def test_answers_that_are_neither_count_as_wrong() -> None:
    found = interpret(7, FIRING, SILENT, reader, judge=lambda _: "perhaps")
    assert (found.detection, found.unclear) == (0.0, 6)


def test_texts_that_are_judged_were_not_explained_from() -> None:
    asked: list[str] = []

    def judge(prompt: str) -> str:
        asked.append(prompt)
        return "no"

    shown: list[str] = []
    interpret(7, FIRING, SILENT, lambda p: shown.append(p) or "x", judge=judge)
    for i in range(0, 6, 2):
        assert f"a{i}" in shown[0]
        assert not any(f"a{i}" in prompt for prompt in asked)


def test_too_few_contexts_are_refused() -> None:
    with pytest.raises(FeatureError, match="1 firing and 3 silent contexts of feature 7"):
        interpret(7, FIRING[:1], SILENT, reader)
