from __future__ import annotations

import pytest

from lineal.sdk import DataSet, Execution, Metrics, Model, Run, Store, Workspace
from tests.sdk.test_custom_artifacts import NamedSensor, Sensor
from tests.sdk.wires import Wire

OFFICIAL = pytest.mark.parametrize("lacks", [{"LogArtifact"}], ids=["official server"])


@pytest.mark.parametrize("kind", [Model, DataSet, Metrics])
def test_an_artifact_takes_one_trip(kind: type[Model], execution: Execution, wire: Wire) -> None:
    wire.calls.clear()
    execution.log_output(kind("gs://a", "a", labels={"x": "y"}))
    assert len(wire.calls) == 1


@OFFICIAL
@pytest.mark.parametrize("kind", [Model, DataSet])
def test_an_artifact_takes_two_trips_where_the_call_is_lacking(
    kind: type[Model], execution: Execution, wire: Wire
) -> None:
    execution.log_output(kind("gs://first", "a"))
    wire.calls.clear()
    execution.log_output(kind("gs://a", "a", labels={"x": "y"}))
    assert wire.calls == ["GetArtifacts", "PutLineageSubgraph"]


@pytest.mark.parametrize(("lacks", "trips"), [(set(), 1), ({"LogArtifact"}, 2)], ids=["Lineal", "official server"])
@pytest.mark.parametrize("method", ["log_input", "log_output"])
@pytest.mark.parametrize("version", ["v1", None, "it's"])
def test_an_equal_artifact_is_found_and_joined_in_as_many_trips(
    method: str, version: str | None, trips: int, execution: Execution, wire: Wire
) -> None:
    execution.log_output(Model("gs://a", "a", version=version))
    serving = Execution("serve", execution.workspace)
    wire.calls.clear()
    getattr(serving, method)(Model("gs://a", "a", version=version))
    assert len(wire.calls) == trips


def test_an_artifact_with_an_id_takes_one_trip(execution: Execution, wire: Wire) -> None:
    model = execution.log_output(Model("gs://a", "a"))
    wire.calls.clear()
    execution.log_output(model)
    execution.log_input(model)
    assert wire.calls == ["PutEvents", "PutEvents"]


def test_an_unknown_id_is_found_out_in_two_trips(execution: Execution, wire: Wire) -> None:
    model = Model("gs://a", "a")
    model.id = 4711
    wire.calls.clear()
    with pytest.raises(ValueError, match="invalid artifact id 4711"):
        execution.log_input(model)
    assert len(wire.calls) == 2


@pytest.mark.parametrize(("kind", "first"), [(Sensor, 2), (NamedSensor, 2)])
def test_a_custom_type_costs_one_trip_more_once(
    kind: type[Sensor], first: int, execution: Execution, wire: Wire
) -> None:
    wire.calls.clear()
    execution.log_output(kind("gs://a", 1))
    assert len(wire.calls) == first
    wire.calls.clear()
    execution.log_output(kind("gs://b", 1))
    assert len(wire.calls) == first - 1


def test_later_executions_take_one_trip(store: Store, wire: Wire) -> None:
    workspace = Workspace(store, "bakery")
    run = Run(workspace, "nightly")
    Execution("train", workspace, run)
    wire.calls.clear()
    Execution("judge", workspace, run)
    assert wire.calls == ["PutExecution"]


def test_an_existing_workspace_takes_one_trip(store: Store, wire: Wire) -> None:
    Workspace(store, "bakery")
    wire.calls.clear()
    Workspace(store, "bakery")
    assert wire.calls == ["GetContextByTypeAndName"]


@OFFICIAL
def test_finding_an_equal_artifact_reads_no_other_versions(execution: Execution, wire: Wire) -> None:
    for version in range(20):
        execution.log_output(Model("gs://a", "a", version=str(version)))
    wire.read.clear()
    execution.log_input(Model("gs://a", "a", version="7"))
    assert wire.read["GetArtifacts"] == 1


def test_a_custom_artifact_that_equals_a_stored_one_takes_two_trips(execution: Execution, wire: Wire) -> None:
    execution.log_output(NamedSensor("gs://a", 1))
    wire.calls.clear()
    execution.log_input(NamedSensor("gs://a", 1))
    assert wire.calls == ["LogArtifact", "PutEvents"]
