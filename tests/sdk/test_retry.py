from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lineal import errors
from lineal.sdk import Execution, Metrics, Model, Workspace, retry
from tests.sdk.test_custom_artifacts import NamedSensor
from tests.sdk.wires import Wire


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0, 0.0))


def _unavailable(times: int) -> list[Exception]:
    return [errors.UnavailableError("away")] * times


@pytest.mark.parametrize("lacks", [set(), {"LogArtifact"}], ids=["Lineal", "official server"])
@pytest.mark.parametrize("make", [Model, Metrics, NamedSensor])
@pytest.mark.parametrize("lose_answers", [False, True])
def test_an_artifact_is_written_once_while_the_server_comes_and_goes(
    make: Callable[[str, Any], Any], lose_answers: bool, execution: Execution, wire: Wire
) -> None:
    wire.failures["PutLineageSubgraph"], wire.failures["LogArtifact"] = _unavailable(2), _unavailable(2)
    wire.lose_answers = lose_answers
    artifact = execution.log_output(make("gs://a", 1.5 if make is NamedSensor else "a"))
    [stored] = execution.workspace.store.get_artifacts()
    assert stored.id == artifact.id
    assert len(execution.workspace.store.get_events_by_artifact_ids([stored.id])) == 1


@pytest.mark.parametrize("lose_answers", [False, True])
def test_an_execution_is_written_once_while_the_server_comes_and_goes(
    lose_answers: bool, workspace: Workspace, wire: Wire
) -> None:
    Execution("earlier", workspace)
    wire.failures["PutExecution"] = _unavailable(2)
    wire.lose_answers = lose_answers
    execution = Execution("train", workspace)
    assert [stored.id for stored in workspace.store.get_executions()][1:] == [execution.id]


def test_an_event_whose_answer_was_lost_is_no_error(execution: Execution, wire: Wire) -> None:
    model = execution.log_output(Model("gs://a", "a"))
    wire.failures["PutEvents"] = _unavailable(1)
    wire.lose_answers = True
    execution.log_input(model)
    assert len(execution.workspace.store.get_events_by_execution_ids([execution.id])) == 2


def test_a_server_that_stays_away_is_an_error_in_the_end(workspace: Workspace, wire: Wire) -> None:
    wire.failures["GetArtifactType"] = _unavailable(9)
    with pytest.raises(errors.UnavailableError):
        workspace.list()
    assert wire.calls.count("GetArtifactType") == 1 + len(retry.PAUSES)


@pytest.mark.parametrize(
    "error",
    [errors.InvalidArgumentError, errors.InternalError, errors.PermissionDeniedError, errors.DeadlineExceededError],
)
def test_an_error_that_repeating_does_not_cure_is_not_repeated(
    error: type[errors.InternalError], execution: Execution, wire: Wire
) -> None:
    wire.failures["PutLineageSubgraph"] = [error("no")]
    with pytest.raises(error):
        execution.log_output(Metrics("gs://a", "a"))
    assert wire.calls.count("PutLineageSubgraph") == 1
