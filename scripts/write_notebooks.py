"""Run the notebooks of examples/ and write their outputs into them; `make notebooks` does it.

Each runs from its first cell to its last in an empty folder, without the variables of the caller that say where to
record. Only outputs that a reader sees as texts or as HTML are kept. The tests run the notebooks in the same way
(tests/frameworks/test_notebooks.py). What stays out: which differences of two runs count.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TIMEOUT = 300
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
KEPT = ("text/plain", "text/html")


def notebooks() -> list[Path]:
    """Return the notebooks, in the order of their names."""
    return sorted(EXAMPLES.glob("*.ipynb"))


def executed(notebook: Path) -> Any:
    """Run a notebook in an empty folder; return it with its outputs.

    Raises:
        CellExecutionError: a cell raised.

    """
    found = nbformat.read(notebook, as_version=4)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LINEAL_")}
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(found, timeout=TIMEOUT, resources=resources, coalesce_streams=True)
        client.execute(env=variables | QUIET)
    for cell in found.cells:
        cell.metadata.clear()
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
            if "data" in output:
                output.data = {kind: text for kind, text in output.data.items() if kind in KEPT}
    found.metadata.language_info = {"name": "python"}
    return found


def texts(notebook: Any) -> list[list[str]]:
    """Return the lines of text that each cell of code printed or showed."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [[line for output in cell.outputs for line in _lines(output)] for cell in cells]


def _lines(output: Any) -> list[str]:
    if "data" in output:
        return str(output.data.get("text/plain", "")).splitlines()
    return str(output.get("text", "")).splitlines()


if __name__ == "__main__":
    for each in [Path(word) for word in sys.argv[1:]] or notebooks():
        nbformat.write(executed(each), each)
        print(each.name)
