"""The notebooks of the gallery: executed anew, and committed as their sources say."""

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "docs" / "gallery").glob("*.py"))
SLOW = ("two_models",)
WIDGET = "application/vnd.jupyter.widget-view+json"


def outputs(path: Path) -> list[dict]:
    notebook = nbformat.read(path, as_version=4)
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_there_are_three() -> None:
    assert [path.stem for path in SOURCES] == ["explore_features", "two_models", "your_own"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_committed_notebook_is_its_source_executed(source: Path) -> None:
    written = jupytext.read(source)
    executed = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    assert [(c.cell_type, c.source) for c in executed.cells] == [
        (c.cell_type, c.source) for c in written.cells
    ]
    numbers = [cell.execution_count for cell in executed.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))
    found = outputs(source.with_suffix(".ipynb"))
    assert [output for output in found if output["output_type"] == "error"] == []
    assert [output for output in found if output.get("name") == "stderr"] == []
    # A widget cannot live without its kernel; the read-only view stands in its place.
    assert [output for output in found if WIDGET in output.get("data", {})] == []
    assert source.with_suffix(".ipynb").stat().st_size < 2**20


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem in SLOW))
        for path in SOURCES
    ],
)
def test_a_notebook_runs(source: Path, tmp_path: Path) -> None:
    # In a process of its own, as `make docs` runs it; what IPython would keep is kept here.
    words = [sys.executable, "docs/execute.py", str(source), "--output", str(tmp_path)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, "IPYTHONDIR": str(tmp_path / "ipython")}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = outputs(tmp_path / f"{source.stem}.ipynb")
    assert [output for output in found if output["output_type"] == "error"] == []
    assert [output for output in found if "text/html" in output.get("data", {})]
