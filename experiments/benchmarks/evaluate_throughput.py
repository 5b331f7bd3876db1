"""How fast does `evaluate` go, and in how much memory, on a million rows?

    python experiments/benchmarks/evaluate_throughput.py [--rows 1000000] [--seed 0]

Two files are made and evaluated, each in a process of its own: many samples of few problems (64 a
problem, 200 characters each) and one sample of each of as many problems as there are rows. Rows a
second are over all of it, statistics included; memory is the peak of the process, and beside
it that of a process that evaluates a hundred rows. Written to results/evaluate_throughput.json.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from latent_reasoning.artifacts import provenance, write_json

RESULTS = Path(__file__).parent / "results" / "evaluate_throughput.json"
MEASURED = """
import json, resource, sys, time
from pathlib import Path
from latent_reasoning.generations.config import EvaluateConfig
from latent_reasoning.generations.pipeline import evaluate
wall, processor = time.perf_counter(), time.process_time()
results = evaluate([Path(sys.argv[1])], EvaluateConfig(json=True)).results
json.dump({
    "rows": results["rows"],
    "problems": results["problems"],
    "seconds": round(time.perf_counter() - wall, 1),
    "processor_seconds": round(time.process_time() - processor, 1),
    "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
}, sys.stdout)
"""


def write_rows(path: Path, n_rows: int, per_problem: int, seed: int) -> None:
    """Rows of about two hundred characters, three in ten of them in code."""
    random = Random(seed)
    prose = "First I add what was bought, then I take away what was given to the neighbours. "
    with path.open("w", encoding="utf-8") as stream:
        for i in range(n_rows):
            problem, answer = i // per_problem, random.randint(0, 3)
            code = f"```python\nx = {problem}\nx = x - {answer}\nprint(x)\n```\n"
            body = code * 2 if random.random() < 0.3 else prose * 2
            row = {
                "problem_id": problem,
                "completion": f"{body}The answer is {answer}.",
                "gold": str(problem % 4),
            }
            stream.write(json.dumps(row) + "\n")


def measure(path: Path) -> dict[str, Any]:
    """Evaluate a file in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    return found | {"rows_a_processor_second": round(found["rows"] / found["processor_seconds"])}


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        for name, n_rows, per_problem in (
            ("a hundred rows", 100, 10),
            ("64 samples a problem", options.rows, 64),
            ("one sample a problem", options.rows, 1),
        ):
            write_rows(path, n_rows, per_problem, options.seed)
            found[name] = measure(path)
            print(name, json.dumps(found[name]), flush=True)
    command = f"python experiments/benchmarks/evaluate_throughput.py --rows {options.rows}"
    found["provenance"] = provenance(command, vars(options), options.seed)
    write_json(RESULTS, found)


if __name__ == "__main__":
    main()
