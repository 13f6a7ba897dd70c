"""Data sets and models of MLflow that another program recorded: one artifact, read as MLflow's clients logged it."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.mlflow.door import Door
from tests.server.mlflow.test_inputs import WINE, artifacts, inputs, read

SPARKS = "s3a://cellar/wine.csv/"
DATA_SET, MODEL = "kubeflow.org/alpha/data_set", "kubeflow.org/alpha/model"


def recorded(
    door: Door, uri: str = SPARKS, *, type_name: str = DATA_SET, workspace: str | None = None, version: str = ""
) -> int:
    """Store an artifact as another program would, which an execution of its own has made; return its id."""
    properties = {"name": pb.STRING, "version": pb.STRING}
    type_ = pb.ArtifactType(name=type_name, properties=properties)
    request = rpc.PutArtifactTypeRequest(artifact_type=type_, can_add_fields=True, can_omit_fields=True)
    made: Any = door.service.call("PutArtifactType", request)
    artifact = pb.Artifact(type_id=made.type_id, uri=uri)
    artifact.properties["name"].string_value = "cellar/wine.csv"
    if version:
        artifact.properties["version"].string_value = version
    artifact.custom_properties["__kf_workspace__"].string_value = door.workspace if workspace is None else workspace
    put: Any = door.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
    write(door, put.artifact_ids[0])
    return int(put.artifact_ids[0])


def write(door: Door, artifact_id: int) -> None:
    """Let an execution have made an artifact."""
    type_ = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="Spark"))
    made: Any = door.service.call("PutExecutionType", type_)
    request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=made.type_id))
    request.artifact_event_pairs.add(event=pb.Event(type=pb.Event.OUTPUT, artifact_id=artifact_id))
    door.service.call("PutExecution", request)


def read_by(door: Door, run: str) -> list[int]:
    """Return the ids of the artifacts that a run read."""
    [execution] = [each for each in door.executions() if each.properties["run_id"].string_value == run]
    request = rpc.GetEventsByExecutionIDsRequest(execution_ids=[execution.id])
    found: Any = door.service.call("GetEventsByExecutionIDs", request)
    return [event.artifact_id for event in found.events if event.type == pb.Event.INPUT]


def test_a_run_reads_the_artifact_that_another_program_wrote(door: Door) -> None:
    written, run = recorded(door), door.run()
    for _ in range(2):
        door.post("runs/log-inputs", run_id=run, datasets=[read()])

    assert inputs(door, run) == [{"tags": read()["tags"], "dataset": WINE}]
    assert read_by(door, run) == [written]
    [artifact] = artifacts(door)
    assert (artifact.id, artifact.uri, artifact.properties["name"].string_value) == (written, SPARKS, "cellar/wine.csv")


def test_it_is_found_by_the_name_that_mlflow_knows(door: Door) -> None:
    recorded(door)
    run, other = door.run(), door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    door.post("runs/log-inputs", run_id=other, datasets=[read("testing", digest="d2")])

    def found(filters: str) -> list[str]:
        answer = door.post("runs/search", experiment_ids=["0"], filter=filters)
        return [each["info"]["run_id"] for each in answer.get("runs", [])]

    assert found("dataset.name = 'cellar/wine.csv'") == []
    assert found("dataset.digest = 'd1'") == found("dataset.digest IN ('d1', 'd9')") == [run]
    assert found("dataset.name LIKE 'w%' AND dataset.digest != 'd1'") == [other]
    assert found("dataset.name ILIKE 'WINE' AND dataset.context = 'testing'") == [other]
    answer = door.post("experiments/search-datasets", experiment_ids=["0"])["dataset_summaries"]
    assert [(each["name"], each["digest"], each["context"]) for each in answer] == [
        ("wine", "d1", "training"),
        ("wine", "d2", "testing"),
    ]


def test_a_second_data_set_of_one_run_at_the_location_is_one_of_its_own(door: Door) -> None:
    written, run = recorded(door), door.run()
    for datasets in ([read(), read(digest="d2")], [read(digest="d2"), read()]):
        door.post("runs/log-inputs", run_id=run, datasets=datasets)

    assert [each["dataset"]["digest"] for each in inputs(door, run)] == ["d1", "d2"]
    first, second = read_by(door, run)
    assert (first, len(artifacts(door))) == (written, 2)
    assert second != written


def test_what_mlflow_recorded_first_is_read_again_once_another_program_writes_it(door: Door) -> None:
    first, second, third = door.run(), door.run(), door.run()
    door.post("runs/log-inputs", run_id=first, datasets=[read()])
    door.post("runs/log-inputs", run_id=second, datasets=[read(digest="d2")])
    own, other = sorted(each.id for each in artifacts(door))
    write(door, own)
    door.post("runs/log-inputs", run_id=third, datasets=[read(digest="d3", schema="[]")])

    assert [read_by(door, run) for run in (first, second, third)] == [[own], [other], [own]]
    assert inputs(door, third)[0]["dataset"] == {**WINE, "digest": "d3", "schema": "[]"}
    assert inputs(door, first)[0]["dataset"] == WINE


def test_the_artifact_of_that_digest_goes_before_one_without_a_version(door: Door) -> None:
    recorded(door, version="v7")
    plain, same, run = recorded(door), recorded(door, version="d1"), door.run()
    other = door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    door.post("runs/log-inputs", run_id=other, datasets=[read(digest="d2")])

    assert (read_by(door, run), read_by(door, other)) == ([same], [plain])


@pytest.mark.parametrize(
    "other",
    [{"workspace": "elsewhere"}, {"type_name": MODEL}, {"uri": "s3://cellar/Wine.csv"}],
    ids=["workspace", "model", "location"],
)
def test_other_artifacts_are_left_alone(door: Door, other: dict[str, str]) -> None:
    wrong, run = recorded(door, **other), door.run()  # type: ignore[arg-type]
    door.post("runs/log-inputs", run_id=run, datasets=[read()])

    assert wrong not in read_by(door, run)
    assert inputs(door, run) == [{"tags": read()["tags"], "dataset": WINE}]


def test_the_lineage_of_a_run_leads_to_what_made_its_data(door: Door) -> None:
    recorded(door)
    run = door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    [execution] = [each for each in door.executions() if each.properties["run_id"].string_value == run]

    graph = door.client.get("/api/v1/lineage", params={"focus": f"e{execution.id}", "up": 2, "down": 0}).json()

    assert "Spark" in {node.get("type") for node in graph["nodes"]}


def test_metrics_on_a_data_set_name_the_artifact(door: Door) -> None:
    written, run = recorded(door), door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    model = door.post("logged-models", experiment_id="0", name="m", source_run_id=run)["model"]["info"]["model_id"]
    said = {"model_id": model, "dataset_name": "wine", "dataset_digest": "d1"}
    door.post("runs/log-metric", run_id=run, key="auc", value=0.5, timestamp=1, step=0, **said)

    measured = [each for each in artifacts(door) if each.type == "kubeflow.org/alpha/metrics"]
    assert [each.properties["data_set_id"].string_value for each in measured] == [str(written)]


def test_a_version_whose_source_another_program_recorded_comes_from_that(door: Door) -> None:
    written = recorded(door, "s3a://models/shop/1/", type_name=MODEL)
    door.post("registered-models/create", name="shop")
    made = door.post("model-versions/create", name="shop", source="s3://models/shop/1")["model_version"]

    assert (made["source"], made["status"]) == ("s3://models/shop/1", "READY")
    place = door.get("model-versions/get-download-uri", name="shop", version="1")
    assert place == {"artifact_uri": "s3://models/shop/1"}
    [version] = [each for each in artifacts(door) if each.external_id.startswith("mlflow:")]
    graph = door.client.get("/api/v1/lineage", params={"focus": f"a{version.id}", "up": 4, "down": 0}).json()
    assert f"a{written}" in {node["key"] for node in graph["nodes"]}
    assert "Spark" in {node.get("type") for node in graph["nodes"]}
