"""Add passages that nobody has tuned for to the labelled cases, as their held-out part.

    python experiments/02_detectors/hold_out.py code.jsonl --for code
    python experiments/02_detectors/hold_out.py prose.jsonl --for prose

Each line of a file is {"id": ..., "part": ..., "text": ..., "behaviours": [...]}: a passage and
the names of all behaviours that it shows. For code, a row is one case of the detector of code; for
prose, one of every other detector. Without --for it is a case of all of them. No text is changed;
one that is among the cases of a behaviour already is refused, before anything is written. run.py
then makes the tables.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from latent_reasoning.traces.behaviours import BEHAVIOURS

CASES = Path(__file__).parents[2] / "tests" / "traces" / "cases"
PART = "held out"
LABELLED = tuple(name for name in BEHAVIOURS if name != "language")
READ_FOR = {
    "code": ("code",),
    "prose": tuple(name for name in LABELLED if name != "code"),
    "all": LABELLED,
}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, with no behaviour that is not known.

    Raises:
        SystemExit: A row lacks a field or names an unknown behaviour.
    """
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        lacking = {"id", "part", "text", "behaviours"} - row.keys()
        unknown = set(row.get("behaviours", ())) - {*LABELLED, "language"}
        if lacking or unknown:
            raise SystemExit(f"{path}:{number}: lacks {sorted(lacking)}, unknown {sorted(unknown)}")
        rows.append(row)
    return rows


def made_cases(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The rows as cases of a behaviour.

    Raises:
        SystemExit: A text is among the cases already.
    """
    path = CASES / f"{name}.jsonl"
    known = {json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()}
    cases = [
        {
            "text": row["text"],
            "shown": name in row["behaviours"],
            "why": f"{row['part']}, {row['id']}",
            "part": PART,
        }
        for row in rows
    ]
    for case in cases:
        if case["text"] in known:
            raise SystemExit(f"{path.name} has the text of {case['why']} already")
    return cases


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--for", dest="read_for", choices=READ_FOR, default="all")
    arguments = parser.parse_args()
    rows = read_rows(arguments.file)
    made = {name: made_cases(rows, name) for name in READ_FOR[arguments.read_for]}
    for name, cases in made.items():
        with (CASES / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        print(f"{name}: {len(cases)} cases, {sum(case['shown'] for case in cases)} for")


if __name__ == "__main__":
    main()
