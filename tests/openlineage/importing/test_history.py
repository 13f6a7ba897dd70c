"""What `lineal export openlineage` writes gives a new store the same graph, by `lineal import openlineage`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal.cli import main
from lineal.upkeep.opening import open_service
from tests.openlineage.sending.graphs import Graph, graph_of

SAME_WORKSPACE = r"lineal://[^/]+/(.+)=\1"
pytestmark = pytest.mark.slow


def graph(url: str) -> Graph:
    with open_service(url) as service:
        return graph_of(service, times=False)


def test_a_history_makes_the_same_graph_and_changes_nothing_in_its_own_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db", str(tmp_path / "history.jsonl.gz")
    assert main(["tutorial", "--db", old]) == 0
    assert main(["export", "openlineage", file, "--db", old]) == 0
    before = graph(old)
    capsys.readouterr()

    assert main(["import", "openlineage", file, "--db", new, "--workspace", SAME_WORKSPACE]) == 0
    assert " events" in capsys.readouterr().out
    assert graph(new) == before

    assert main(["import", "openlineage", file, "--db", old]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{file}: nothing new"
    assert graph(old) == before
