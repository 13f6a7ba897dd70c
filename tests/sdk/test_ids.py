"""Where an id is asked, a number, its text, an artifact, or a dict of a listing is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.sdk import Artifact, DataSet, Execution, Metrics, Model, Workspace
from lineal.wire import metadata_store as pb


class Feature(Artifact):
    ARTIFACT_TYPE_NAME = "example.org/feature"

    def __init__(self) -> None:
        self.id: int | None = None

    def serialization(self) -> pb.Artifact:
        return pb.Artifact(uri="f")


def test_metrics_take_the_data_set_and_the_model_themselves(execution: Execution) -> None:
    data, model = execution.log_input(DataSet("d", "d")), execution.log_output(Model("m", "m"))
    metrics = execution.log_output(Metrics("e", "e", data_set_id=data, model_id=model))
    [found] = execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME)
    assert (metrics.data_set_id, metrics.model_id) == (str(data.id), str(model.id)) == ("1", "2")
    assert (found["data_set_id"], found["model_id"]) == ("1", "2")


@pytest.mark.parametrize("given", [7, "7", 7.0, {"id": 7, "name": "m"}, pb.Artifact(id=7)])
def test_an_id_is_recorded_as_its_text(given: Any) -> None:
    assert Metrics("e", "e", model_id=given).model_id == "7"


def test_an_id_of_numpy_is_recorded_as_its_text(execution: Execution) -> None:
    np = pytest.importorskip("numpy")
    model = execution.log_output(Model("m", "m"))
    assert Metrics("e", "e", model_id=np.int64(7), data_set_id=np.float64(8)).model_id == "7"
    assert execution.log_input(np.int64(model.id)) == model.id


def test_a_text_that_is_no_number_stays_as_it_is() -> None:
    assert Metrics("e", "e", model_id="loaves-7", data_set_id="").model_id == "loaves-7"


@pytest.mark.parametrize("unlogged", [Model("m", "m"), Feature(), {"name": "m"}, pb.Artifact()])
def test_an_artifact_that_was_not_logged_is_refused(unlogged: Any, execution: Execution) -> None:
    with pytest.raises(ValueError, match=f"'model_id' is a {type(unlogged).__name__} without an id: it was not logged"):
        Metrics("e", "e", model_id=unlogged)
    with pytest.raises(ValueError, match=r"without an id: it was not logged yet\. Log it first"):
        execution.workspace.lineage(unlogged)


def test_an_artifact_of_the_other_kind_is_refused(execution: Execution) -> None:
    data, model = execution.log_input(DataSet("d", "d")), execution.log_output(Model("m", "m"))
    with pytest.raises(ValueError, match="'data_set_id' is a Model"):
        Metrics("e", "e", data_set_id=model)
    with pytest.raises(ValueError, match="'model_id' is a DataSet"):
        Metrics("e", "e", model_id=data)
    assert Metrics("e", "e", data_set_id=execution.log_input(Feature())).data_set_id == "3"


def test_what_says_no_id_of_an_artifact_is_refused(execution: Execution) -> None:
    for wrong in (True, 7.5, [7], Model, execution, Path("7")):
        with pytest.raises(ValueError, match="'model_id' must be an id or an artifact that was logged"):
            Metrics("e", "e", model_id=wrong)  # type: ignore[arg-type]


def test_an_execution_reads_and_writes_artifacts_by_their_ids(workspace: Workspace) -> None:
    model = Execution("train", workspace).log_output(Model("m", "m"))
    [listed] = workspace.list()
    serving = Execution("serve", workspace)
    for name in (model.id, str(model.id), listed, workspace.store.get_artifacts_by_id([model.id])[0]):
        assert serving.log_input(name) is name
    [event] = workspace.store.get_events_by_execution_ids([serving.id])
    assert event.artifact_id == model.id


@pytest.mark.parametrize("unknown", [4711, "4711", {"id": 4711}])
def test_an_id_that_the_store_does_not_have_is_refused(execution: Execution, unknown: Any) -> None:
    with pytest.raises(ValueError, match="invalid artifact id 4711: the store has no such artifact"):
        execution.log_input(unknown)
    with pytest.raises(errors.NotFoundError):
        execution.workspace.lineage(unknown)


@pytest.mark.parametrize("wrong", ["loaves", True, 7.5])
def test_what_is_no_id_is_no_artifact(execution: Execution, wrong: Any) -> None:
    with pytest.raises(ValueError, match="'artifact' must have ARTIFACT_TYPE_NAME"):
        execution.log_input(wrong)


def test_the_lineage_of_an_id_is_that_of_the_artifact(execution: Execution) -> None:
    execution.log_input(DataSet("d", "d"))
    model = execution.log_output(Model("m", "m"))
    for name in (model.id, str(model.id), model, execution.workspace.list()[0]):
        assert execution.workspace.lineage(name).upstream == model.lineage().upstream


def test_a_data_set_takes_the_workspace_itself(workspace: Workspace) -> None:
    assert DataSet("d", "d", workspace=workspace).workspace == "bakery"
