"""Execute a notebook kept as a Python file and write it, with outputs, beside it.

    python docs/execute.py docs/gallery/explore_features.py [--output DIR]

A widget's output keeps what it shows without a kernel. A notebook that fails leaves the last good
one as it was.
"""

import argparse
import os
from pathlib import Path
from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(source: Path, folder: Path | None = None) -> Path:
    """Execute one notebook; returns the file written."""
    import jupytext
    import nbformat
    from nbclient import NotebookClient

    target = (folder or source.parent) / f"{source.stem}.ipynb"
    # In a kernel without ipywidgets tqdm would warn of it in the first cell.
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"
    notebook = jupytext.read(source)
    client = NotebookClient(notebook, timeout=1800, kernel_name="python3", store_widget_state=False)
    client.execute(cwd=str(source.parent))
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [_readable(output) for output in cell.outputs]
    partial = target.with_suffix(".partial")
    nbformat.write(notebook, partial)
    return partial.replace(target)


def _readable(output: Any) -> Any:
    """The output as it is kept: what is shown as HTML needs no widget, and no text but its kind."""
    data = output.get("data", {})
    if "text/html" in data:
        data.pop(WIDGET, None)
        data["text/plain"] = data.get("text/plain", "").partition("(")[0].partition(" object")[0]
    return output


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", nargs="+", type=Path)
    parser.add_argument(
        "--output", type=Path, help="folder to write to; default: beside the source"
    )
    options = parser.parse_args()
    for source in options.source:
        print(execute(source, options.output))
