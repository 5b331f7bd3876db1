"""Area `evaluate_million`: a file of 10^6 rows through `evaluate`, once.

Every row is another problem, which is what takes most memory. Beside the peak of the process stands
that of one that evaluates a hundred rows; `--quick` makes the file ten times shorter.
"""

import tempfile
from pathlib import Path

from evaluate_throughput import measure, write_rows
from rows import Row, compare


def run(quick: bool, _: str) -> list[Row]:
    """Every row of the area."""
    n_rows = 100_000 if quick else 1_000_000
    case = f"{n_rows:.0e} rows, one sample a problem"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        write_rows(path, 100, 1, 0)
        few = measure(path)
        write_rows(path, n_rows, 1, 0)
        size = path.stat().st_size / 2**20
        found = measure(path)
    return [
        _figure(case, "size of the file", size, "MiB"),
        _figure(case, "evaluate", found["processor_seconds"], "processor-s"),
        _figure(case, "evaluate", found["rows_a_processor_second"], "rows/processor-s"),
        compare(
            case,
            "ours at 100 rows",
            "peak memory",
            "MiB",
            [found["peak_mib"]],
            [few["peak_mib"]],
            more_is_better=False,
        ),
    ]


def _figure(case: str, metric: str, ours: float, unit: str) -> Row:
    return Row(case, "", metric, ours, None, unit, None, (0.0, 0.0))
