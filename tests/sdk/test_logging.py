from __future__ import annotations

from typing import Any

import pytest

from lineal.client import MetadataStore
from lineal.sdk import DataSet, Execution, Metrics, Model, Run, Store, Workspace
from lineal.wire import metadata_store as pb
from tests.sdk.wires import Wire


def test_logging_stores_the_artifact_its_event_and_its_membership(execution: Execution) -> None:
    workspace = execution.workspace
    model = execution.log_output(Model("gs://a", "a"))
    [stored] = workspace.store.get_artifacts_by_context(workspace.context_id)
    [event] = workspace.store.get_events_by_execution_ids([execution.id])
    assert model.id == stored.id == event.artifact_id
    assert event.type == pb.Event.OUTPUT
    assert stored.type == Model.ARTIFACT_TYPE_NAME


def test_an_input_has_an_input_event(execution: Execution) -> None:
    execution.log_input(DataSet("gs://a", "a"))
    [event] = execution.workspace.store.get_events_by_execution_ids([execution.id])
    assert event.type == pb.Event.INPUT


def test_an_artifact_tells_its_workspace_and_run(workspace: Workspace) -> None:
    model = Execution("train", workspace, Run(workspace, "nightly")).log_output(Model("gs://a", "a"))
    [stored] = workspace.store.get_artifacts_by_id([model.id or 0])
    origin = {name: value.string_value for name, value in stored.custom_properties.items()}
    assert origin == {"__kf_workspace__": "bakery", "__kf_run__": "nightly"}


@pytest.mark.parametrize("lacks", [set(), {"LogArtifact"}], ids=["Lineal", "official server"])
@pytest.mark.parametrize("kind", [Model, DataSet])
@pytest.mark.parametrize("version", [None, "v1", 'it\'s \\ 100%_ "ü"', "name"])
def test_a_model_or_data_set_of_the_same_version_is_found_again(
    kind: type[Model], version: str | None, workspace: Workspace
) -> None:
    first = Execution("train", workspace).log_output(kind("gs://a", "a", version=version, description="one"))
    second = Execution("serve", workspace).log_input(kind("gs://a", "a", version=version))
    assert first.id == second.id
    assert len(workspace.store.get_artifacts()) == 1


@pytest.mark.parametrize("change", [{"uri": "gs://b"}, {"name": "b"}, {"version": "v2"}, {"version": None}])
def test_another_uri_name_or_version_is_another_artifact(change: dict[str, str], execution: Execution) -> None:
    first = execution.log_output(Model(**{"uri": "gs://a", "name": "a", "version": "v1"}))
    second = execution.log_output(Model(**{"uri": "gs://a", "name": "a", "version": "v1", **change}))
    assert first.id != second.id


def test_a_version_is_looked_for_where_one_without_version_exists(execution: Execution) -> None:
    with_version = execution.log_output(Model("gs://a", "a", version="v1"))
    assert execution.log_output(Model("gs://a", "a")).id != with_version.id


def test_another_workspace_has_artifacts_of_its_own(store: Store, execution: Execution) -> None:
    elsewhere = Execution("train", Workspace(store, "mill"))
    assert execution.log_output(Model("gs://a", "a")).id != elsewhere.log_output(Model("gs://a", "a")).id


def test_metrics_are_always_new(execution: Execution) -> None:
    assert execution.log_output(Metrics("gs://a", "a")).id != execution.log_output(Metrics("gs://a", "a")).id


@pytest.mark.parametrize("kind", [Model, DataSet, Metrics])
def test_logging_twice_makes_no_second_event(kind: type[Model], execution: Execution) -> None:
    artifact = kind("gs://a", "a")
    first = execution.log_output(artifact).id
    assert execution.log_output(artifact).id == first
    assert len(execution.workspace.store.get_events_by_execution_ids([execution.id])) == 1


def test_logging_an_equal_artifact_twice_makes_no_second_event(execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a"))
    execution.log_output(Model("gs://a", "a"))
    assert len(execution.workspace.store.get_events_by_execution_ids([execution.id])) == 1


def test_an_artifact_can_be_input_and_output(execution: Execution) -> None:
    model = execution.log_output(Model("gs://a", "a"))
    execution.log_input(model)
    assert len(execution.workspace.store.get_events_by_execution_ids([execution.id])) == 2


def test_an_artifact_with_an_id_is_taken_as_stored(execution: Execution) -> None:
    stored = execution.log_output(Model("gs://a", "a"))
    other = DataSet("gs://other", "other")
    other.id = stored.id
    execution.log_input(other)
    assert len(execution.workspace.store.get_artifacts()) == 1


@pytest.mark.parametrize("artifact_id", [4711, 0, -1, "4711"])
def test_an_unknown_id_is_an_error_that_writes_nothing(artifact_id: object, execution: Execution) -> None:
    model = Model("gs://a", "a")
    model.id = artifact_id  # type: ignore[assignment]
    with pytest.raises(ValueError, match="invalid artifact id"):
        execution.log_input(model)
    assert execution.workspace.store.get_events_by_execution_ids([execution.id]) == []


@pytest.mark.parametrize("artifact", [None, "gs://a", object()])
def test_what_is_no_artifact_is_refused(artifact: object, execution: Execution) -> None:
    with pytest.raises(ValueError, match="'artifact' must"):
        execution.log_output(artifact)


def test_a_class_in_place_of_an_artifact_is_refused_with_what_to_write(execution: Execution) -> None:
    with pytest.raises(ValueError, match=r"is the class Model; .* Model\(\.\.\.\)"):
        execution.log_output(Model)


class PublicClient:
    """A client with the public methods alone, as the official one."""

    def __init__(self, client: MetadataStore) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._client, name)


def test_a_client_without_calls_of_our_own_logs_an_artifact_once(wire: Wire) -> None:
    client: Any = PublicClient(MetadataStore.from_transport(wire))
    execution = Execution("train", Workspace(Store.from_client(client), "bakery"))
    ids = {execution.log_output(Model(name="m", uri="s3://m")).id for _ in range(2)}
    assert len(ids) == 1
