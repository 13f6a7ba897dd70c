from __future__ import annotations

from pathlib import Path

import pytest

from lineal.sdk import Execution, Store, Workspace, tutorial
from lineal.wire import metadata_store as pb
from tests.serving import running_server


def test_the_tutorial_tells_what_it_stored() -> None:
    lines: list[str] = []
    tutorial.run("sqlite://", write=lines.append)
    account = "\n".join(lines)
    assert "workspace 'bakery' has id 1" in account
    assert "execution 2 serves model 3, found again by name, uri and version" in account
    assert "model 3 was touched by executions [1, 2]" in account
    assert "latency over the days, in ms: [12.5, 13.0, 31.5]" in account


def test_the_tutorial_can_be_repeated_in_one_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/metadata.db"
    for _ in range(2):
        tutorial.run(url, write=lambda line: None)
    workspace = Workspace(Store(url=url), tutorial.WORKSPACE_NAME)
    assert len(workspace.list(name=tutorial.MODEL_NAME)) == 2
    assert len(workspace.store.get_contexts()) == 1


@pytest.mark.slow  # the notebook does the same against a server
def test_the_tutorial_runs_against_a_server(tmp_path: Path) -> None:
    lines: list[str] = []
    with running_server(f"sqlite:///{tmp_path}/metadata.db") as server:
        tutorial.run(f"grpc://{server.address}", write=lines.append)
    assert any("serves model" in line for line in lines)


@pytest.mark.parametrize("name", ["train"])
def test_the_training_of_the_tutorial_ends_complete(name: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/metadata.db"
    tutorial.run(url, write=lambda line: None)
    stored = Store(url=url).store.get_executions_by_type(Execution.EXECUTION_TYPE_NAME)
    [training] = [each for each in stored if each.properties["name"].string_value == name]
    assert training.last_known_state == pb.Execution.COMPLETE
