import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_reasoning.data.arithmetic import compute, numbers_of
from latent_reasoning.data.problems import Problem
from latent_reasoning.data.renumbering import renumber

NUMBER = re.compile(r"\d[\d,]*")


def problem(question: str, solution: str, gold: str, name: str = "p") -> Problem:
    return Problem(name, question, gold, solution)


PENS = problem(
    "Ann buys 14 pens at $25 each and pays with $1,700. How much is left?",
    "They cost <<14*25=350>>350. So <<1700-350=1350>>1350 is left.",
    "1350",
)


@pytest.mark.parametrize("seed", range(20))
def test_the_answer_follows_from_the_new_numbers(seed: int) -> None:
    new = renumber(PENS, seed)
    assert new is not None
    n, price, paid = (int(x.replace(",", "")) for x in NUMBER.findall(new.question))
    assert new.gold == str(paid - n * price)
    assert int(new.gold) > 0
    assert NUMBER.sub("#", new.question) == NUMBER.sub("#", PENS.question)
    assert n != 14
    assert price != 25
    assert paid != 1700
    assert new.problem_id == "p"
    assert new == renumber(PENS, seed)


@pytest.mark.parametrize(
    ("question", "solution", "gold"),
    [
        ("How many are 14 and 25?", None, "39"),
        ("How many are 14 and 25?", "14 + 25 = 39", "39"),
        ("How many are 14 and 25?", "<<14+25=39>>", "40"),
        ("How many are 14 and 25?", "<<14+25=40>>", "40"),
        ("20% of 1/2?", "<<20*1/2=10>>", "10"),
        ("He has 14 and she has 14.", "<<14+14=28>>", "28"),
        ("Fourteen, that is 14, and two.", "<<14+2=16>>", "16"),
        ("Is 70*2 or 80*1 more?", "<<70*2=140>> <<80*1=80>> <<140=140>>", "140"),
        ("Is it 70 twice or 80 once?", "<<70*2=140>> <<80*1=80>> <<140+0=140>>", "140"),
        ("5 came on 3 tricycles.", "<<5*2=10>> <<3*3=9>> <<10+9=19>>", "19"),
    ],
)
def test_numbers_that_could_be_mistaken_stay(question: str, solution: str, gold: str) -> None:
    new = renumber(Problem("p", question, gold, solution))
    if new is not None:
        # Of "5 came on 3 tricycles" the 3 is used twice, the 5 once.
        assert new.question.endswith(" came on 3 tricycles.")


@given(st.integers(13, 500), st.integers(13, 500), st.integers(13, 500), st.integers(0, 99))
def test_any_sum_and_product_is_followed(a: int, b: int, c: int, seed: int) -> None:
    first = a * b
    total = first + c
    if len({a, b, c, first, total}) < 5:
        return
    given_problem = problem(
        f"{a} rows of {b} seats and {c} more.",
        f"<<{a}*{b}={first}>> <<{first}+{c}={total}>>",
        str(total),
    )
    new = renumber(given_problem, seed)
    if new is not None:
        x, y, z = map(int, NUMBER.findall(new.question))
        assert int(new.gold) == x * y + z


def combined(parts: tuple) -> tuple[str, Fraction | None]:
    (left, x), sign, (right, y) = parts
    text = f"({left}{sign}{right})"
    if x is None or y is None or (sign == "/" and y == 0):
        return text, None
    return text, {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else x}[sign]


numbers = st.integers(0, 10**6) | st.decimals(0, 99, places=2)
expressions = st.recursive(
    numbers.map(lambda n: (str(n), Fraction(n))),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(combined),
    max_leaves=8,
)


@given(expressions)
def test_expressions_are_computed_exactly(expression: tuple[str, Fraction | None]) -> None:
    text, value = expression
    assert compute(text) == value
    assert numbers_of(text) == [Fraction(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize(
    "text", ["", "x", "1+", "(1", "1)", "1 2", "**", "2^3", "(" * 500 + "1" + ")" * 500]
)
def test_what_is_no_expression_has_no_value(text: str) -> None:
    assert compute(text) is None
    assert numbers_of(text) is None
