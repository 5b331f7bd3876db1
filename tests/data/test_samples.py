import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from latent_reasoning.data.samples import Sample, read_samples, write_samples
from latent_reasoning.errors import ProblemError

FULL = Sample(
    problem_id="p1",
    completion='x = 1\n```\n\\boxed{1} "quoted" \u2028 \x85 \u00e9 \x1f\r\n',
    gold="1",
    condition="steered",
    sample=3,
    prompt="Quiz\n1?\n",
    answer="1",
    correct=True,
    behaviours=("code", "language"),
    n_tokens=12,
    settings={"temperature": 1.0, "seed": 4, "model": "m"},
)
LEAST = {"problem_id": "p", "completion": "so 1", "gold": "1"}


def refusal(path: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_samples(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("read_samples: ")
    return message


def test_samples_survive_writing_and_reading(tmp_path: Path) -> None:
    samples = [FULL, Sample("p2", "", "2"), Sample("p2", "\n", "2", sample=1)]
    write_samples(tmp_path / "s.jsonl", samples)
    assert read_samples(tmp_path / "s.jsonl") == samples


def test_every_field_is_tried_by_the_round_trip() -> None:
    default = Sample("", "", "")
    assert all(getattr(FULL, f.name) != getattr(default, f.name) for f in fields(Sample))


def test_every_row_is_one_line_of_json(tmp_path: Path) -> None:
    write_samples(tmp_path / "s.jsonl", [FULL, FULL])
    lines = (tmp_path / "s.jsonl").read_bytes().split(b"\n")
    assert lines[2:] == [b""]
    row = asdict(FULL) | {"behaviours": list(FULL.behaviours)}
    assert [json.loads(line) for line in lines[:2]] == [row, row]


def test_three_fields_are_enough(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text(f"\n{json.dumps(LEAST)}\n\n", encoding="utf-8")
    assert read_samples(tmp_path / "s.jsonl") == [Sample("p", "so 1", "1")]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("{", "is not JSON"),
        ("3", "is int, expected an object"),
        ({}, "has nothing; expected at least completion, gold, problem_id, at most answer,"),
        ({"problem_id": "p", "gold": "1"}, "has problem_id, gold; expected at least completion"),
        ({**LEAST, "score": 1}, "has problem_id, completion, gold, score; expected at least"),
        ({**LEAST, "completion": None}, "has completion None; expected str"),
        ({**LEAST, "gold": 1}, "has gold 1; expected str"),
        ({**LEAST, "correct": 1}, "has correct 1; expected bool"),
        ({**LEAST, "sample": True}, "has sample True; expected int"),
        ({**LEAST, "answer": 4}, "has answer 4; expected str or NoneType"),
        ({**LEAST, "behaviours": "code"}, "has behaviours 'code'; expected list"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: Any, fault: str) -> None:
    path = tmp_path / "s.jsonl"
    bad = row if isinstance(row, str) else json.dumps(row)
    path.write_text(f"{json.dumps(LEAST)}\n\n{bad}\n", encoding="utf-8")
    message = refusal(path)
    assert message.startswith("read_samples: s.jsonl:3 ")
    assert fault in message


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    assert "holds 0 samples, expected at least one" in refusal(tmp_path / "empty.jsonl")
