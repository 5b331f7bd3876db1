import pytest

from latent_reasoning.data.prompts import PromptLadder, PromptVariant, general_ladder
from latent_reasoning.errors import ProblemError

PLAIN = PromptVariant("plain", "Q: {question}\nA:")
CODE = PromptVariant("code", "{question}\n```python\n")


def test_the_question_stands_where_the_template_says() -> None:
    assert PLAIN.prompt("How many?") == "Q: How many?\nA:"


@pytest.mark.parametrize("question", ["{x}", "{question}", "{}", "\\boxed{}", "100 % {0}"])
def test_braces_of_a_question_stay_as_they_are(question: str) -> None:
    assert PLAIN.prompt(question) == "Q: " + question + "\nA:"


def test_braces_of_a_template_stay_as_they_are() -> None:
    variant = PromptVariant("boxed", "{question} Put it in \\boxed{}.")
    assert variant.prompt("1 + 1?") == "1 + 1? Put it in \\boxed{}."


@pytest.mark.parametrize("template", ["", "Q:", "{question} {question}", "{ question }"])
def test_a_template_holds_the_question_once(template: str) -> None:
    found = template.count("{question}")
    with pytest.raises(ProblemError, match=rf"'bad': .* holds {found} times .*, expected once"):
        PromptVariant("bad", template)


def test_prompts_are_those_of_the_test_variant_unless_another_is_named() -> None:
    ladder = PromptLadder((PLAIN, CODE), test="code")
    assert ladder.names == ["plain", "code"]
    assert ladder.prompts(["a?", "b?"]) == ["a?\n```python\n", "b?\n```python\n"]
    assert ladder.prompts(["a?"], "plain") == ["Q: a?\nA:"]


def test_an_unknown_variant_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ProblemError, match="'cdoe' is not a known variant; .* plain, code"):
        PromptLadder((PLAIN, CODE), test="cdoe")
    with pytest.raises(ProblemError, match="'cdoe' is not a known variant; .* plain, code"):
        PromptLadder((PLAIN, CODE), test="code").prompts(["a?"], "cdoe")


def test_two_variants_of_one_name_are_refused() -> None:
    with pytest.raises(ProblemError, match="found variants plain, plain; expected every name once"):
        PromptLadder((PLAIN, PLAIN), test="plain")


def test_the_general_ladder_asks_the_same_question_in_different_ways() -> None:
    ladder = general_ladder()
    prompts = [ladder.prompts(["1 + 1?"], name)[0] for name in ladder.names]
    assert len(set(prompts)) == len(prompts) > 3
    assert all(prompt.count("1 + 1?") == 1 for prompt in prompts)
    assert ladder.variant(ladder.test).prompt("1 + 1?") in prompts
