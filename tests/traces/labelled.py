"""The labelled cases of tests/traces/cases: one JSON line a text, one file a behaviour."""

import json
from pathlib import Path

CASES = {
    path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for path in sorted(Path(__file__).with_name("cases").glob("*.jsonl"))
}
TEXTS = [case["text"] for cases in CASES.values() for case in cases]
