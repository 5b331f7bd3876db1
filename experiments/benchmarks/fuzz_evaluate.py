"""Does any row make `evaluate` fail other than by a clear error? 100,000 mutated rows.

    python experiments/benchmarks/fuzz_evaluate.py [--rows 100000] [--seed 0]

Each mutated row stands between two good ones in a file of its own (JSON lines, a JSON array, CSV or
damaged gzip), which is read strictly: either it is graded, or one LatentReasoningError of one line
names the file. Then all rows go through one file with --skip-bad to an evaluation. Anything else
is printed and is exit status 1. Counts are written to results/fuzz_evaluate.json.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.generations.config import EvaluateConfig
from latent_reasoning.generations.grading import grade, graded_row
from latent_reasoning.generations.pipeline import evaluate
from latent_reasoning.generations.sources import Fault, open_sources
from latent_reasoning.generations.tally import Tally
from latent_reasoning.traces.behaviours import BEHAVIOURS

RESULTS = Path(__file__).parent / "results" / "fuzz_evaluate.json"
TEXTS = [
    *("", " ", "\x00", "\ud800", "\u2028", "\ufeff", "\N{ARABIC-INDIC DIGIT THREE}", "NaN", "-"),
    *("\\boxed{" * 300, "}" * 300, "\\boxed{\\frac{1}{", "#### ", "####" * 50, "answer is " * 200),
    *("```python\n" * 40, ">>> " * 100, "x = " * 200 + "1", "(" * 2000, "9" * 5000, "1e999", "1/0"),
    *("\\boxed{9^{9^{9^9}}}", "\\boxed{10^{100000}}", "\\boxed{" + "9" * 2000 + "!}", "a" * 20000),
    *("import os\nos.abort()\n", "{question}", "%s%n", "../../etc/passwd", "<script>", "\r\n\r"),
]
VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        2**63,
        2**200,
        0.1,
        1e308,
        [],
        {},
        [[]],
        [None],
        [""],
        {"text": None},
    ),
    *([1, 2], ["a", 1], [["a"], ["b"]], {"content": ["a"]}, [{"role": "user", "content": "x"}]),
    *(
        [{"role": "assistant", "content": "#### 1"}],
        {"choices": []},
        [{"text": "#### 2"}],
        [[-1, True]],
    ),
]


def good_row(random: Random) -> dict[str, Any]:
    """A row as it should be."""
    answer = str(random.randint(0, 20))
    code = f"```python\nx = {answer}\nprint(x)\n```\n" if random.random() < 0.5 else "Thinking. "
    return {
        "problem_id": random.randint(0, 50),
        "question": "How many?",
        "completion": f"{code}The answer is {answer}.",
        "gold": str(random.randint(0, 20)),
        "condition": random.choice(["base", "tuned"]),
    }


def mutated(random: Random) -> bytes:
    """One line made wrong in one to three ways."""
    row = good_row(random)
    line: bytes | None = None
    for _ in range(random.randint(1, 3)):
        key = random.choice(list(row) or ["completion"])
        kind = random.randrange(9)
        if kind == 0:
            row.pop(key, None)
        elif kind == 1:
            row[key] = random.choice(VALUES)
        elif kind == 2:
            row[key] = random.choice(TEXTS)
        elif kind == 3:
            row[random.choice(["answer", "correct", "behaviours", "filter", "resps", "x"])] = key
        elif kind == 4:
            row[key] = f"{row.get(key)}{random.choice(TEXTS)}"
        else:
            line = broken(random, json.dumps(row, default=str).encode(), kind)
    return line if line is not None else json.dumps(row, default=str).encode()


def broken(random: Random, line: bytes, kind: int) -> bytes:
    """A line that has lost, gained or exchanged bytes."""
    at = random.randrange(len(line))
    if kind == 5:
        return line[:at]
    if kind == 6:
        return line[:at] + bytes([random.randrange(256)]) + line[at + 1 :]
    if kind == 7:
        return line[:at] + line[at + random.randint(1, 9) :]
    extra = random.choice([b"[" * 5000, b'{"a":' * 3000, b"NaN", b"9" * 5000, b"\xff\xfe", b"null"])
    return line[:at] + extra + line[at:]


def written(random: Random, folder: Path, row: bytes, sides: bytes) -> Path:
    """A file of one of the formats with the row between two good ones."""
    kind = random.choice([".jsonl"] * 6 + [".json", ".csv", ".gz"])
    path = folder / f"fuzz{kind}"
    if kind == ".json":
        path.write_bytes(b"[" + sides + b",\n" + row + b",\n" + sides + b"]")
    elif kind == ".csv":
        header = b"problem_id,completion,gold\n1,The answer is 3.,3\n"
        path.write_bytes(header + row.replace(b": ", b",") + b"\n2,#### 4,4\n")
    elif kind == ".gz":
        packed = gzip.compress(sides + b"\n" + row + b"\n" + sides + b"\n", mtime=0)
        path.write_bytes(packed[: random.randint(len(packed) // 2, len(packed))])
    else:
        path.write_bytes(sides + b"\n" + row + b"\n" + sides + b"\n")
    return path


def outcome(path: Path) -> str:
    """What becomes of a file read strictly: graded, or the kind of its clear error."""
    tally = Tally(list(BEHAVIOURS))
    try:
        for source in open_sources([path], EvaluateConfig()).sources:
            for found in source.generations():
                if isinstance(found, Fault):
                    if "\n" in found.reason or not found.place.startswith(path.name):
                        raise AssertionError(f"unclear fault: {found}")
                    return "fault in a row"
                graded = grade(found.text, found.golds)
                tally.add(found, graded)
                json.loads(graded_row(found, graded))
    except LatentReasoningError as error:
        if "\n" in str(error) or path.name not in str(error):
            raise AssertionError(f"unclear error: {error}") from error
        return "refused"
    return "graded"


def run(n_rows: int, seed: int) -> dict[str, Any]:
    """Fuzz; returns the counts and every failure."""
    random, counts, failures = Random(seed), Counter[str](), []
    rows = [mutated(random) for _ in range(n_rows)]
    sides = json.dumps(good_row(random)).encode()
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            path = written(random, Path(folder), row, sides)
            try:
                counts[f"{path.suffix}: {outcome(path)}"] += 1
            except Exception as error:
                failures.append({"row": repr(row)[:500], "error": repr(error)[:500]})
        path = Path(folder) / "fuzz.jsonl"
        path.write_bytes(b"\n".join([sides] * 300 + rows) + b"\n")
        results = evaluate([path], EvaluateConfig(json=True, skip_bad=True)).results
    return {
        "rows": n_rows,
        "outcomes": dict(counts),
        "failures": failures[:20],
        "n_failures": len(failures),
        "all_in_one_file": {
            "graded": results["rows"],
            "skipped": results["skipped"]["count"],
            "conditions": len(results["conditions"]),
        },
    }


def main() -> int:
    """Fuzz and write the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started = time.monotonic()
    found = run(options.rows, options.seed)
    found["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(found, indent=1))
    asked = f"--rows {options.rows} --seed {options.seed}"
    command = f"python experiments/benchmarks/fuzz_evaluate.py {asked}"
    found["provenance"] = provenance(command, vars(options), options.seed)
    write_json(RESULTS, found)
    return 1 if found["n_failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
