"""A real notebook kernel shows the cards of the SDK, also while the server is away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.serving import running_server

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

RECORD = """
from kubeflow.metadata import metadata
workspace = metadata.Workspace(metadata.Store({url!r}, ui_url="http://localhost:8081"), "bakery")
training = metadata.Execution("train", workspace)
model = training.log_output(metadata.Model("gs://loaves", "loaves", version=7))
"""
SHOWN = ("model", "training", "workspace", "model.lineage()")


def outputs(notebook: Any) -> list[dict[str, str]]:
    """What each cell after the first shows, by its kind."""
    return [cell.outputs[0].data for cell in notebook.cells[1:]]


@pytest.mark.slow
def test_a_kernel_shows_cards(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path}/metadata.db") as server:
        cells = [RECORD.format(url=f"grpc://{server.address}"), *SHOWN]
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
        client = nbclient.NotebookClient(notebook, timeout=60)
        client.execute()
    for shown in outputs(notebook):
        assert "<svg" in shown["text/html"]
        assert 'href="http://localhost:8081/' in shown["text/html"]
        assert "grpc://" in shown["text/plain"]


@pytest.mark.slow
def test_a_cell_does_not_fail_because_the_server_is_away(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path}/metadata.db") as server:
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(RECORD.format(url=f"grpc://{server.address}"))]
        )
        client = nbclient.NotebookClient(notebook, timeout=60)
        with client.setup_kernel():
            client.execute_cell(notebook.cells[0], 0)
            server.stop()
            notebook.cells += map(nbformat.v4.new_code_cell, SHOWN[:3])
            for at, cell in enumerate(notebook.cells[1:], 1):
                client.execute_cell(cell, at)
    assert all("The lineage cannot be shown: " in shown["text/html"] for shown in outputs(notebook))
