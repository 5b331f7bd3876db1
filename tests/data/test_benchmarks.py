import json
from pathlib import Path

import datasets
import pytest

from latent_reasoning.data.benchmarks import BENCHMARKS, benchmark_records
from latent_reasoning.data.problems import Problem, read_problems
from latent_reasoning.errors import ProblemError

ROWS = {
    "gsm8k": {"question": "How many?", "answer": "So.\n#### 18"},
    "math500": {
        "problem": "How many?",
        "solution": "\\boxed{18}",
        "answer": "18",
        "unique_id": "t/1",
    },
    "amc83": {"id": 0, "problem": "How many?", "answer": 18.0, "url": "x"},
    "aime25": {"id": "0", "problem": "How many?", "answer": "018"},
    "olympiadbench": {"id": 1606, "question": "How many?", "final_answer": ["18"], "unit": None},
}


@pytest.fixture
def hub(monkeypatch):
    asked = []

    def load_dataset(name: str, config: str | None, split: str) -> list[dict]:
        asked.append((name, config, split))
        key = next(k for k, b in BENCHMARKS.items() if b.hub == name)
        n = BENCHMARKS[key].n_problems
        ids = [k for k in ("unique_id", "id") if k in ROWS[key]]
        return [{**ROWS[key], **dict.fromkeys(ids, f"{i}")} for i in range(n)]

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return asked


@pytest.mark.parametrize("name", ROWS)
def test_a_benchmark_is_read_by_its_name(name: str, hub: list) -> None:
    problems = read_problems(name)
    benchmark = BENCHMARKS[name]
    assert hub == [(benchmark.hub, benchmark.config, benchmark.split)]
    assert len(problems) == benchmark.n_problems
    assert {p.question for p in problems} == {"How many?"}
    assert {float(p.gold) for p in problems} == {18.0}


@pytest.mark.parametrize("name", ROWS)
def test_a_local_file_of_the_same_rows_does_as_well(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.jsonl"
    path.write_text(json.dumps(ROWS[name]) + "\n")
    (problem,) = read_problems(path)
    assert problem.question == "How many?"
    assert float(problem.gold) == 18


def test_a_file_of_a_benchmarks_name_comes_first(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gsm8k").mkdir()
    Path("gsm8k/rows.csv").write_text("id,question,answer\n1,How many?,2\n")
    assert read_problems("gsm8k") == [Problem("1", "How many?", "2")]


def test_a_worked_solution_is_kept_beside_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(ROWS[name]) + "\n" for name in ("gsm8k", "math500")))
    assert [p.solution for p in read_problems(path)] == ["So.\n", "\\boxed{18}"]


def test_what_cannot_be_loaded_is_one_line(monkeypatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    with pytest.raises(ProblemError, match=r"cannot load aime24 .*\(no route\); give a local file"):
        read_problems("aime24")
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: [{}])
    with pytest.raises(ProblemError, match="has 1 problems, expected 30; it is another version"):
        read_problems("aime24")
    with pytest.raises(ProblemError, match="'amc' is not a known benchmark; .*amc23, amc83"):
        list(benchmark_records("amc"))
    with pytest.raises(ProblemError, match="no file 'amc'; expected a file of problems or a bench"):
        read_problems("amc")
