"""Labelled data: cases of each behaviour, whole completions, pairs of answers."""

import json
from pathlib import Path

CASES = {
    path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for path in sorted(Path(__file__).with_name("cases").glob("*.jsonl"))
}
COMPLETIONS = [
    json.loads(line)
    for line in Path(__file__).with_name("completions.jsonl").read_text("utf-8").splitlines()
]
ANSWERS = [
    json.loads(line)
    for line in Path(__file__).with_name("answers.jsonl").read_text("utf-8").splitlines()
]
# Most texts are a case of several behaviours.
TEXTS = list(dict.fromkeys(case["text"] for cases in CASES.values() for case in cases))
