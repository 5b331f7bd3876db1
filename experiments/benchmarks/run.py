"""Benchmarks by area, each a module beside this file with a function `run`.

    python experiments/benchmarks/run.py AREA [--quick] [--json FILE]

`--quick` ends within five minutes. `--json` also writes the rows with their provenance, from which
`python experiments/benchmarks/documentation.py` makes the tables of docs/benchmarks.md. Peers that
need an environment of their own are named with its Python, as in `--python nnsight=PATH`, else
they are left out.
"""

import argparse
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rows import table

from latent_reasoning.artifacts import provenance, write_json

AREAS = {
    "recorder": "recorder",
    "store": "store",
    "generation": "generation",
    "generation_gpu": "generation_gpu",
    "evaluate": "evaluate_throughput",
    "evaluate_million": "evaluate_million",
    "sae": "sae",
    "features": "features",
}
"""Area and the module that measures it."""


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH")
    options = parser.parse_args()
    quick = " --quick" if options.quick else ""
    command = f"python experiments/benchmarks/run.py {options.area}{quick}"
    area = import_module(AREAS[options.area])
    origin = provenance(command, {"area": options.area, "quick": options.quick}, 0)
    pythons = dict(pair.split("=", 1) for pair in options.python)
    rows = area.run(options.quick, pythons)
    print(table(rows))
    if options.json:
        write_json(options.json, {"provenance": origin, "rows": [asdict(row) for row in rows]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
