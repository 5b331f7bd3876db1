import json
import random
from pathlib import Path

import pytest

from latent_reasoning.data.problems import (
    Problem,
    read_problems,
    require_problems,
    split_of,
    split_problems,
)
from latent_reasoning.errors import ProblemError
from latent_reasoning.generations.config import EvaluateConfig
from latent_reasoning.generations.sources import Generation, open_sources


def problems(n: int) -> list[Problem]:
    return [Problem(f"p{i}", f"What is {i} + 1?", str(i + 1)) for i in range(n)]


def written(path: Path, *lines: object) -> Path:
    rows = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_problems(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("read_problems: ")
    return message


def test_splits_are_disjoint_complete_and_as_large_as_described() -> None:
    given = problems(4000)
    splits = split_problems(given)
    parts = [splits.select, splits.calibrate, splits.test]
    assert set().union(*parts) == set(given)
    assert sum(map(len, parts)) == len(given)
    for part, share in zip(parts, (0.3, 0.2, 0.5), strict=True):
        assert abs(len(part) - 4000 * share) < 5 * (4000 * share * (1 - share)) ** 0.5


def test_a_problem_keeps_its_split_whatever_stands_around_it() -> None:
    given = problems(200)
    whole = split_problems(given)
    random.Random(0).shuffle(given)
    part = split_problems(given[:100])
    for name in ("select", "calibrate", "test"):
        assert set(getattr(part, name)) == set(getattr(whole, name)) & set(given[:100])


def test_the_split_follows_from_the_question_alone() -> None:
    given = problems(50)
    renamed = [Problem(f"other{i}", p.question, "?") for i, p in enumerate(given)]
    for name in ("select", "calibrate", "test"):
        questions = [
            [p.question for p in getattr(split_problems(those), name)] for those in (given, renamed)
        ]
        assert questions[0] == questions[1]
        assert {split_of(question) for question in questions[0]} == {name}


def test_splits_never_change_between_versions() -> None:
    """Fixed here, so that no change moves problems between what is chosen on and tested on."""
    assert [split_of(f"q{i}") for i in range(6)] == [
        "select",
        "test",
        "select",
        "select",
        "test",
        "select",
    ]


def test_an_empty_split_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"no problem falls into .*; give more problems"):
        split_problems(problems(2))


def test_the_usual_names_of_fields_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path / "p.jsonl",
        {"question": "1 + 1?", "answer": "It is 2.\n#### 2"},
        "",
        {"problem": "2 + 2?", "answer": 4, "unique_id": "test/7"},
        {"question": "3 + 3?", "gold": "6", "id": 9},
        {"question": "Half?", "gold": 0.5, "problem_id": "h", "id": 3},
    )
    assert read_problems(path) == [
        Problem("p.jsonl:1", "1 + 1?", "2"),
        Problem("test/7", "2 + 2?", "4"),
        Problem("9", "3 + 3?", "6"),
        Problem("h", "Half?", "0.5"),
    ]


@pytest.mark.parametrize(
    ("row", "golds"),
    [
        ({"answer": r"So $\boxed{7}$."}, ["7"]),
        ({"answer": "9 + 9\n#### 18"}, ["18"]),
        ({"answer": ["5"]}, ["5"]),
        ({"answer": ["1", "2"], "is_multiple_answer": True}, ["1, 2"]),
        ({"answer": ["1", "2"]}, ["1", "2"]),
        ({"final_answer": ["$1$", "2"]}, ["1, 2"]),
        ({"final_answer": ["1", "2"], "is_multiple_answer": False}, ["1", "2"]),
    ],
)
def test_compare_and_evaluate_read_the_same_gold_answer(
    tmp_path: Path, row: dict, golds: list[str]
) -> None:
    path = written(tmp_path / "p.jsonl", {"question": "x", "response": "y", **row})
    (source,) = open_sources([path], EvaluateConfig()).sources
    (found,) = source.generations()
    assert isinstance(found, Generation)
    assert list(found.golds) == golds
    if len(golds) == 1:
        assert [problem.gold for problem in read_problems(path)] == golds


def test_text_of_any_language_is_read(tmp_path: Path) -> None:
    row = {"question": "\u00bfCu\u00e1ntas\u2028manzanas?", "answer": "\u0663"}
    path = written(tmp_path / "p.jsonl", json.dumps(row, ensure_ascii=False))
    assert read_problems(path)[0].question == row["question"]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_problems(path)[0].gold == "\u0663"


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "none.jsonl")
    assert "no file" in refusal(tmp_path)
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"question": "\xe9", "answer": "1"}\n')
    assert "is not UTF-8 (byte 14); save it as UTF-8" in refusal(latin)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "found 0 problems, expected at least one" in refusal(written(tmp_path / "p", " "))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"question": "x"', "is not JSON"),
        ("[1, 2]", "is list, expected an object"),
        ({"text": "x", "answer": "1"}, "has keys text, answer; expected question or problem"),
        ({"question": "x"}, "has keys question; expected gold or answer"),
        ({}, "has keys none"),
        ({"question": "x", "answer": None}, "has answer None; expected text or a number"),
        ({"question": ["x"], "answer": "1"}, r"has question ['x']; expected text or a number"),
        ({"question": True, "answer": "1"}, "has question True; expected text or a number"),
        ({"question": "x", "answer": True}, "has answer True; expected text or a number"),
        ({"question": "x", "answer": float("nan")}, "has answer nan; expected text or a number"),
        ({"question": "x", "answer": "So.\n#### "}, "#### '; expected text or a number"),
        ({"question": "x", "answer": ["1", "2"]}, "has 2 answers in answer, ['1', '2']; expected"),
        ({"question": " ", "answer": "1"}, "has question ' '; expected text or a number"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: object, fault: str) -> None:
    good = {"question": "x", "answer": "1"}
    message = refusal(written(tmp_path / "p.jsonl", good, "", line, good))
    assert message.startswith("read_problems: p.jsonl:3 ")
    assert fault in message


def test_an_id_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    row = {"question": "x", "answer": "1", "id": "a"}
    path = written(tmp_path / "p.jsonl", row, {**row, "id": "b"}, row)
    assert "problem_id 'a' occurs twice; expected unique ids" in refusal(path)


def test_any_caller_can_require_problems() -> None:
    require_problems(problems(3), "mine")
    with pytest.raises(ProblemError, match="mine: found 0 problems"):
        require_problems([], "mine")
