"""Write the tables of docs/benchmarks.md from the results that are committed.

python experiments/benchmarks/documentation.py
"""

import json
import re
from pathlib import Path

from rows import Row, table

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"


def area_table(area: str) -> str:
    """The table of one area and where it comes from; a line that says so where there is none."""
    path = HERE / "results" / f"{area}.json"
    if not path.is_file():
        return "Not measured yet."
    content = json.loads(path.read_text(encoding="utf-8"))
    origin = content["provenance"]
    rows = [Row(**row | {"spread": tuple(row["spread"])}) for row in content["rows"]]
    machine, versions = origin["machine"], origin["versions"]
    return (
        f"{table(rows)}\n\n`{origin['command']}`, {origin['started'][:10]}, {machine['cores']} "
        f"cores, torch {versions['torch']}, commit {(origin['commit'] or 'unknown')[:9]}"
    )


def main() -> None:
    """Replace what stands between the marks of every area."""
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- area (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
    PAGE.write_text(
        pattern.sub(lambda m: f"{m[1]}{area_table(m[2])}\n{m[3]}", text), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
