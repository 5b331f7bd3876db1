from pathlib import Path

import pytest
from foreign_files import SHAPES, flat, harness, lines, make_rows, parsed

from latent_reasoning.errors import ProblemError
from latent_reasoning.generations.config import EvaluateConfig
from latent_reasoning.generations.pipeline import evaluate

JSON = EvaluateConfig(json=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_files_of_any_tool_are_graded_alike_without_preparation(shape: str, tmp_path: Path) -> None:
    rows = make_rows()
    path = SHAPES[shape](tmp_path, rows)
    results = evaluate([path], JSON).results
    (found,) = results["conditions"].values()
    right = [ok for row in rows for ok in row.right]
    code = [shown for row in rows for shown in row.code]
    assert found["rows"] == found["graded"] == len(right) == 160
    assert found["problems"] == 40
    assert found["accuracy"]["value"] == pytest.approx(sum(right) / len(right))
    assert found["behaviours"]["code"]["value"] == pytest.approx(sum(code) / len(code))
    assert found["coverage"]["value"] == sum(any(row.right) for row in rows) / 40
    assert list(found["pass_at_k"]) == ["1", "2", "4"]
    assert results["notes"] == []


def test_logs_of_two_models_are_two_conditions_named_by_their_folders(tmp_path: Path) -> None:
    files = []
    for name, skill in (("base", 0.2), ("tuned", 0.9)):
        (tmp_path / name).mkdir()
        files.append(harness(tmp_path / name, make_rows(skill=skill, seed=1)))
        files[-1].parent.rename(tmp_path / f"me__{name}")
    results = evaluate([tmp_path / "me__base", tmp_path / "me__tuned"], JSON).results
    assert list(results["conditions"]) == ["me__base", "me__tuned"]
    assert results["comparisons"]["me__tuned"]["problems"] == 40
    assert results["comparisons"]["me__tuned"]["accuracy"]["low"] > 0.4


def test_conditions_come_from_a_field_or_from_the_files(tmp_path: Path) -> None:
    rows = flat(make_rows(4, 2))
    by_field = lines(tmp_path / "both.jsonl", [{**r, "arm": a} for a in ("a", "b") for r in rows])
    assert list(evaluate([by_field], JSON).results["conditions"]) == ["a", "b"]
    one, two = (lines(tmp_path / f"{name}.jsonl", rows) for name in ("one", "two"))
    assert list(evaluate([one, two], JSON).results["conditions"]) == ["one", "two"]
    same = [{**row, "condition": "default"} for row in rows]
    one, two = (lines(tmp_path / f"{name}.jsonl", same) for name in ("one", "two"))
    assert list(evaluate([one, two], JSON).results["conditions"]) == ["one", "two"]
    nested = lines(tmp_path / "n.jsonl", [{**r, "meta": {"model": "m", "t": 1}} for r in rows])
    config = EvaluateConfig(json=True, by="meta.model,meta.t")
    assert list(evaluate([nested], config).results["conditions"]) == ["m, 1"]


def test_an_id_that_counts_rows_or_samples_is_not_taken_for_the_problem(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "problem_id"} for row in flat(make_rows(10, 4))]
    counts_rows = lines(tmp_path / "r.jsonl", [{"id": i, **row} for i, row in enumerate(rows)])
    counts_samples = lines(tmp_path / "s.jsonl", [{"id": i % 4, **r} for i, r in enumerate(rows)])
    for path in (counts_rows, counts_samples):
        (found,) = evaluate([path], JSON).results["conditions"].values()
        assert (found["problems"], found["samples"]) == (10, [4, 4])


def test_a_task_keeps_the_problems_of_two_logs_apart(tmp_path: Path) -> None:
    first = harness(tmp_path, make_rows(5, 1))
    second = first.with_name("samples_other_2025-06-01T11-00-00.000000.jsonl")
    second.write_bytes(first.read_bytes())
    results = evaluate([first.parent], JSON).results
    assert results["problems"] == 10
    assert list(results["conditions"]) == ["my__model"]


def test_fields_are_mapped_by_flags_and_shown(tmp_path: Path) -> None:
    rows = [
        {"q": row["problem_id"], "out": {"said": row["completion"]}, "truth": row["gold"]}
        for row in flat(make_rows(6, 2))
    ]
    path = lines(tmp_path / "odd.jsonl", rows)
    with pytest.raises(
        ProblemError, match=r"odd.jsonl: .*found q, out, truth; name it with --comp"
    ):
        evaluate([path], JSON)
    config = EvaluateConfig(
        json=True, completion_field="out.said", problem_field="q", gold_field="truth"
    )
    results = evaluate([path], config).results
    assert results["files"][0]["fields"] == {
        "completion": "out.said",
        "gold": "truth",
        "problem": "q",
        "question": None,
        "condition": None,
    }
    assert results["problems"] == 6
    with pytest.raises(ProblemError, match="no row has the field 'nothing' for the gold; found q"):
        evaluate([path], EvaluateConfig(completion_field="out.said", gold_field="nothing"))


def test_rows_come_back_with_answer_correct_and_spans(tmp_path: Path) -> None:
    rows = make_rows(5, 3)
    nested = [{"id": r.problem, "samples": r.texts, "answer": r.gold, "keep": [1]} for r in rows]
    path, out = lines(tmp_path / "n.jsonl", nested), tmp_path / "rows.jsonl"
    evaluate([path], EvaluateConfig(json=True, rows=out))
    written = parsed(out)
    assert [w["samples"] for w in written] == [text for row in rows for text in row.texts]
    assert [w["correct"] for w in written] == [ok for row in rows for ok in row.right]
    assert [bool(w["behaviours"]["code"]) for w in written] == [c for row in rows for c in row.code]
    for w in written:
        assert w["keep"] == [1]
        assert w["correct"] == (w["answer"] == w["gold"])
        for start, end in w["behaviours"]["code"]:
            assert w["samples"][start:end].startswith("```python")
    again = evaluate([out], JSON).results["conditions"]
    assert again["n"] == evaluate([path], JSON).results["conditions"]["n"]


@pytest.mark.parametrize("join", ["problem id", "question", "position"])
def test_gold_answers_are_joined_by_id_question_or_position(join: str, tmp_path: Path) -> None:
    rows = make_rows(12, 2)
    answers = [
        {"id": r.problem, "question": r.question, "answer": f"Work.\n#### {r.gold}"} for r in rows
    ]
    given = [{"id": r.problem, "prompt": r.question, "response": r.texts} for r in rows]
    if join != "problem id":
        answers = [{k: v for k, v in row.items() if k != "id"} for row in answers]
    if join == "position":
        given = [{k: v for k, v in row.items() if k != "prompt"} for row in given]
    gold = lines(tmp_path / "gold.jsonl", answers)
    path = lines(tmp_path / "g.jsonl", given[::-1])
    results = evaluate([path], EvaluateConfig(json=True, gold=gold)).results
    right = [ok for row in rows for ok in row.right]
    assert results["conditions"]["g"]["accuracy"]["value"] == pytest.approx(sum(right) / 24)
    assert results["files"][0]["gold_joined_by"] == join
    assert results["files"][0]["gold_from"] == "gold.jsonl"


def test_ids_that_run_beyond_the_answers_are_refused(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", [{"answer": str(i)} for i in range(3)])
    path = lines(tmp_path / "g.jsonl", [{"id": i, "response": "#### 1"} for i in (1, 2, 3)])
    with pytest.raises(ProblemError, match=r"g.jsonl:3 stands beyond the 3 answers of gold.jsonl"):
        evaluate([path], EvaluateConfig(json=True, gold=gold))


def test_answers_that_fit_no_row_are_refused(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", [{"id": "test/1", "answer": "1"}])
    path = lines(tmp_path / "g.jsonl", [{"id": 1, "response": "#### 1"}])
    with pytest.raises(
        ProblemError, match=r"no row of g.jsonl finds its answer in gold.jsonl; .*'test/1'"
    ):
        evaluate([path], EvaluateConfig(json=True, gold=gold))


def test_rows_without_a_correct_answer_count_apart(tmp_path: Path) -> None:
    rows = flat(make_rows(10, 1))
    rows[3]["gold"] = ""
    results = evaluate([lines(tmp_path / "g.jsonl", rows)], JSON).results
    found = results["conditions"]["g"]
    assert (found["rows"], found["graded"], found["accuracy"]["n"]) == (10, 9, 9)
    assert "1 row has no correct answer" in results["notes"][0]
    bare = [{"completion": row["completion"]} for row in rows]
    results = evaluate([lines(tmp_path / "bare.jsonl", bare)], JSON).results
    found = results["conditions"]["bare"]
    assert found["accuracy"] is None
    assert found["pass_at_k"] == {}
    assert found["behaviours"]["code"]["n"] == 10


def test_files_are_told_apart_by_as_much_of_their_names_as_it_takes(tmp_path: Path) -> None:
    rows = flat(make_rows(3, 1))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for names, labels in (
        (
            ("Qwen2.5-Math-1.5B.jsonl", "Qwen2.5-Math-7B.jsonl"),
            ("Qwen2.5-Math-1.5B", "Qwen2.5-Math-7B"),
        ),
        (("a/g.jsonl", "b/g.jsonl"), ("a/g", "b/g")),
        (("g.jsonl", "g.ndjson"), ("g.jsonl", "g.ndjson")),
    ):
        files = [lines(tmp_path / name, rows) for name in names]
        assert tuple(evaluate(files, JSON).results["conditions"]) == labels


def test_parts_of_a_data_set_and_of_a_condition_are_one(tmp_path: Path) -> None:
    rows = flat(make_rows(8, 2))
    parts = [
        lines(tmp_path / f"train-0000{i}-of-00002.jsonl", rows[8 * i : 8 * i + 8]) for i in (0, 1)
    ]
    results = evaluate(parts, JSON).results
    assert list(results["conditions"]) == ["train"]
    assert results["problems"] == 8
    named = [{**row, "model": "m"} for row in rows]
    parts = [lines(tmp_path / f"{i}.jsonl", named[8 * i : 8 * i + 8]) for i in (0, 1)]
    assert list(evaluate(parts, JSON).results["conditions"]) == ["m"]
