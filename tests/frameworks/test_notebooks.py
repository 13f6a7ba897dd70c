"""The notebooks of examples/ run from their first cell to their last, and show what is kept in them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pages.comparing import agrees
from tests.serving import PYTHON

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
_TEMPORARY = re.compile(r"/[\w./-]*tmp[\w./-]*")
"""A place that is another one each time; everything else that differs is in the table of the pages."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_is_kept_in_it(
    notebook: Path, needs: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("nbclient", "sklearn", "pandas", "mlflow")
    import nbformat

    from scripts.write_notebooks import executed, texts

    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{Path(PYTHON).parent}")  # the notebooks call `lineal`
    kept = texts(nbformat.read(notebook, as_version=4))
    for number, (said, shown) in enumerate(zip(kept, texts(executed(notebook)), strict=True)):
        assert agrees(placed(said), placed(shown)), f"cell {number} shows {shown}, and {said} is kept: `make notebooks`"


def placed(lines: list[str]) -> list[str]:
    """Return lines with one word for each temporary place."""
    return [_TEMPORARY.sub("PLACE", line) for line in lines]
