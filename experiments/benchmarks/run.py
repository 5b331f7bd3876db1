"""Benchmarks by area, each a module beside this file with a function `run`.

    python experiments/benchmarks/run.py recorder|store|sae [--quick] [--json FILE]

`--quick` ends within five minutes. `--json` also writes the rows with their provenance, from which
`python experiments/benchmarks/documentation.py` makes the tables of docs/benchmarks.md. nnsight has
an environment of its own: name its Python in `--nnsight-python`, else it is left out. So have
dictionary_learning and sparsify: `--peer-pythons dictionary_learning=PYTHON,sparsify=PYTHON`.
"""

import argparse
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rows import table

from latent_reasoning.artifacts import provenance, write_json

AREAS = {"recorder": "recorder", "store": "store", "sae": "sae"}
"""Area and the module that measures it."""


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--nnsight-python", default="")
    parser.add_argument("--peer-pythons", default="")
    options = parser.parse_args()
    quick = " --quick" if options.quick else ""
    command = f"python experiments/benchmarks/run.py {options.area}{quick}"
    origin = provenance(command, {"area": options.area, "quick": options.quick}, 0)
    area = import_module(AREAS[options.area])
    rows = area.run(
        options.quick, options.peer_pythons if options.area == "sae" else options.nnsight_python
    )
    print(table(rows))
    if options.json:
        write_json(options.json, {"provenance": origin, "rows": [asdict(row) for row in rows]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
