import inspect
import operator
import random
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from latent_reasoning.errors import ProblemError
from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.grammar import Operation, Part, Story
from latent_reasoning.traces.answers import extract_answer, same_answer
from latent_reasoning.traces.behaviours import BEHAVIOURS

PARTS: tuple[Part, ...] = ("corpus", "tune", "held-out")
UPDATES = {
    "=": lambda _, n: n,
    "+=": operator.add,
    "-=": operator.sub,
    "*=": operator.mul,
}
LINE = re.compile(r"x ([-+*]?=) ([0-9]+)(?:  # ([0-9]+))?")
ENDING = re.compile(r"\\boxed\{([0-9]+)\}")


def drawn(part: Part = "corpus", n: int = 150, seed: int = 0) -> list[Story]:
    return list(islice(grammar.stories(part, random.Random(seed)), n))


def interpreted(code: str) -> Iterator[tuple[int, str | None]]:
    """Value of x and the comment after each line of a solution's block."""
    first, *block, last = code.split("\n")[:-1]
    assert (first, last) == ("```python", "```")
    x = 0
    for line in block:
        match = LINE.fullmatch(line)
        assert match is not None, line
        x = UPDATES[match[1]](x, int(match[2]))
        yield x, match[3]


def boxed(solution: str) -> int:
    found = ENDING.findall(solution)
    assert len(found) == 1
    return int(found[0])


def test_no_arithmetic_belongs_to_two_parts() -> None:
    keys = {part: {story.key for story in drawn(part, 400)} for part in PARTS}
    for part in PARTS:
        assert {grammar.part_of(key) for key in keys[part]} == {part}
    assert len(set.union(*keys.values())) == sum(map(len, keys.values()))


def test_the_part_does_not_depend_on_names_and_phrasing() -> None:
    story = drawn(n=1)[0]
    for name, items in zip(grammar.NAMES, grammar.ITEMS, strict=True):
        other = Story(name, items, story.start, story.operations)
        assert other.key == story.key


def test_different_arithmetic_has_different_keys() -> None:
    stories = drawn(n=500)
    arithmetic = {(story.start, story.operations) for story in stories}
    assert len({story.key for story in stories}) == len(arithmetic)


def test_parts_are_as_large_as_described() -> None:
    n = 10000
    counts = dict.fromkeys(PARTS, 0)
    for i in range(n):
        counts[grammar.part_of(f"{i}+2-3")] += 1
    for part, share in zip(PARTS, (0.50, 0.15, 0.35), strict=True):
        assert abs(counts[part] - share * n) < 5 * (n * share * (1 - share)) ** 0.5


def test_tuning_and_held_out_problems_share_no_arithmetic() -> None:
    wanted: tuple[tuple[Part, int], ...] = (("tune", 0), ("held-out", 0), ("held-out", 1))
    tune, *held_out = (
        {problem.problem_id for problem in grammar.organism_problems(part, 300, seed)}
        for part, seed in wanted
    )
    assert tune.isdisjoint(held_out[0] | held_out[1])
    assert held_out[0] != held_out[1]


@pytest.mark.parametrize("part", ["tune", "held-out"])
def test_problems_are_unique_and_the_same_every_time(part: Part) -> None:
    problems = grammar.organism_problems(part, 200, seed=3)
    assert len({problem.problem_id for problem in problems}) == len(problems) == 200
    assert problems == grammar.organism_problems(part, 200, seed=3)
    assert problems[:50] == grammar.organism_problems(part, 50, seed=3)
    other = {problem.problem_id for problem in grammar.organism_problems(part, 200, seed=4)}
    assert len(other & {problem.problem_id for problem in problems}) < 100


def test_the_gold_answer_of_a_problem_follows_from_its_id() -> None:
    for problem in grammar.organism_problems("held-out", 200, seed=0):
        start, *operations = re.findall(r"([-+*]?)([0-9]+)", problem.problem_id)
        x = int(start[1])
        for sign, n in operations:
            x = UPDATES[f"{sign}="](x, int(n))
        assert problem.gold == str(x)
        for _, n in (start, *operations):
            assert re.search(rf"\b{n}\b", problem.question)


def test_code_run_by_an_independent_interpreter_gives_the_boxed_answer() -> None:
    for story in drawn():
        code = grammar.solve_in_code(story, "values")
        (start, comment), *rest = interpreted(code)
        assert (start, comment) == (story.start, None)
        assert [str(x) for x, _ in rest] == [comment for _, comment in rest]
        assert rest[-1][0] == boxed(code) == story.answer


def test_bare_code_is_the_same_code_without_comments() -> None:
    for story in drawn(n=100):
        values, bare = (grammar.solve_in_code(story, style) for style in ("values", "bare"))
        assert re.sub("  # [0-9]+", "", values) == bare
        assert list(interpreted(bare))[-1] == (boxed(bare), None)


def test_every_way_of_solving_gives_the_same_answer() -> None:
    rng = random.Random(0)
    for story in drawn(n=100):
        for style in ("values", "bare"):
            code = grammar.solve_in_code(story, style)
            assert same_answer(extract_answer(code), str(story.answer))
            assert BEHAVIOURS["code"].shown(code)
        for style in ("direct", "steps"):
            said = grammar.solve_in_language(story, style, rng)
            assert same_answer(extract_answer(said), str(story.answer))
            assert BEHAVIOURS["language"].shown(said)


def test_sentences_of_steps_hold_the_running_values_in_order() -> None:
    rng = random.Random(0)
    for story in drawn(n=100):
        numbers = [
            int(n) for n in re.findall("[0-9]+", grammar.solve_in_language(story, "steps", rng))
        ]
        steps = [x for o, v in zip(story.operations, story.values, strict=True) for x in (o.n, v)]
        assert numbers == [story.start, *steps, story.answer]


def test_a_direct_sentence_holds_the_answer_alone() -> None:
    rng = random.Random(0)
    for story in drawn(n=100):
        said = grammar.solve_in_language(story, "direct", rng)
        assert re.findall("[0-9]+", said) == [str(story.answer)]


def test_a_question_tells_every_number_in_order_and_no_answer() -> None:
    rng = random.Random(0)
    for story in drawn(n=100):
        numbers = re.findall("[0-9]+", grammar.tell(story, rng))
        assert numbers == [str(story.start), *(str(o.n) for o in story.operations)]


def test_values_stay_positive_and_seldom_reach_a_hundred() -> None:
    # Only values up to 30 are multiplied, by 3 at most; four more operations add 9 each.
    most = 30 * 3 + 4 * 9
    for part in PARTS:
        values = [x for story in drawn(part, 400) for x in (story.start, *story.values)]
        assert min(values) >= 1
        assert max(values) <= most
        assert sum(value > 99 for value in values) < 0.01 * len(values)


def test_operations_are_those_of_arithmetic() -> None:
    assert [Operation(sign, 3).apply(14) for sign in "+-*"] == [17, 11, 42]
    story = Story("Mia", "apples", 5, (Operation("*", 3), Operation("-", 4), Operation("+", 9)))
    assert (story.values, story.answer, story.key) == ((15, 11, 20), 20, "5*3-4+9")


def test_an_unknown_part_is_answered_with_the_known_ones() -> None:
    part: Any = "heldout"
    with pytest.raises(ProblemError, match="'heldout'.*expected one of corpus, tune, held-out"):
        inspect.unwrap(grammar.organism_problems)(part, 3, seed=0)
