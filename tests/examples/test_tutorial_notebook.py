"""The tutorial notebook runs from its first cell to its last, embedded and against a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal.sdk import Metrics, Model, Store, Workspace
from tests.serving import running_server

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("pandas")

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "tutorial.ipynb"


@pytest.mark.slow  # `lineal tutorial` and the docs run the same, embedded
def test_the_notebook_runs_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/metadata.db"
    _run(url, monkeypatch)
    _check_what_it_left(url)


@pytest.mark.slow
def test_the_notebook_runs_without_a_store_being_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _run(None, monkeypatch)


@pytest.mark.slow  # tests/access/test_sdk.py runs the tutorial against a server, and the docs run the notebook's cells
def test_the_notebook_runs_against_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server(f"sqlite:///{tmp_path}/metadata.db") as server:
        url = f"grpc://{server.address}"
        _run(url, monkeypatch)
        _check_what_it_left(url)


@pytest.mark.parametrize("notebook", sorted(NOTEBOOK.parent.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_with_the_outputs_of_one_run(notebook: Path) -> None:
    """That they are right is compared in tests/frameworks, where the frameworks are."""
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    outputs = [output for cell in cells for output in cell.outputs]
    assert len(outputs) > 4
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


def _run(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if url is None:
        monkeypatch.delenv("LINEAL_URL", raising=False)
    else:
        monkeypatch.setenv("LINEAL_URL", url)
    nbclient.NotebookClient(nbformat.read(NOTEBOOK, as_version=4), timeout=60).execute()


def _check_what_it_left(url: str) -> None:
    workspace = Workspace(Store(url=url), "bakery")
    assert len(workspace.list(Model.ARTIFACT_TYPE_NAME)) == 2
    assert len(workspace.list(Metrics.ARTIFACT_TYPE_NAME, labels={"service": "forecast"})) == 6
    assert len(workspace.list("bakery.example/serving_load", labels={"service": "forecast"})) == 6
    _check_the_days(workspace)
    workspace.store.close()


def _check_the_days(workspace: Workspace) -> None:
    """What was measured on three days is drawn over three days, whenever the notebook ran."""
    for type_name in (Metrics.ARTIFACT_TYPE_NAME, "bakery.example/serving_load"):
        found = workspace.list(type_name, labels={"service": "forecast"})
        assert len({record["create_time"][:10] for record in found}) == 3
