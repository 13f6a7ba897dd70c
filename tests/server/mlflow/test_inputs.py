"""Data sets that runs read: artifacts with INPUT events, one for a name and digest of a workspace."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.mlflow.data_sets import uri_of
from lineal.wire import service as rpc
from tests.server.mlflow.door import Door

WINE = {
    "name": "wine",
    "digest": "d1",
    "source_type": "s3",
    "source": '{"uri": "s3://cellar/wine.csv"}',
    "schema": "{}",
}


def read(context: str = "training", **changed: str) -> dict[str, Any]:
    return {"dataset": {**WINE, **changed}, "tags": [{"key": "mlflow.data.context", "value": context}]}


def inputs(door: Door, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = door.get("runs/get", run_id=run)["run"]["inputs"].get("dataset_inputs", [])
    return found


def artifacts(door: Door) -> list[Any]:
    response: Any = door.service.call("GetArtifacts", rpc.GetArtifactsRequest())
    own = door.workspace
    return [each for each in response.artifacts if each.custom_properties["__kf_workspace__"].string_value == own]


def test_a_data_set_is_an_artifact_that_the_run_read(door: Door) -> None:
    run = door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    assert inputs(door, run) == [{"tags": read()["tags"], "dataset": WINE}]
    [artifact] = artifacts(door)
    assert (artifact.type, artifact.uri) == ("kubeflow.org/alpha/data_set", "s3://cellar/wine.csv")
    assert (artifact.properties["name"].string_value, artifact.properties["version"].string_value) == ("wine", "d1")
    [execution] = door.executions()
    graph = door.client.get("/api/v1/lineage", params={"focus": f"e{execution.id}", "up": 1, "down": 0}).json()
    assert f"a{artifact.id}" in {node["key"] for node in graph["nodes"]}


def test_a_data_set_is_one_for_all_experiments_of_a_workspace(door: Door) -> None:
    first, second = door.run(), door.run(door.experiment("churn"))
    for run, context in ((first, "training"), (second, "testing")):
        door.post("runs/log-inputs", run_id=run, datasets=[read(context)])
    assert len(artifacts(door)) == 1
    assert inputs(door, second)[0]["tags"] == [{"key": "mlflow.data.context", "value": "testing"}]
    door.post("runs/log-inputs", run_id=second, datasets=[read(digest="d2"), read(name="beer")])
    assert len(artifacts(door)) == 3
    assert [each["dataset"]["digest"] for each in inputs(door, second)] == ["d1", "d2", "d1"]


def test_the_data_sets_of_experiments_are_found_once_for_each_context(door: Door) -> None:
    churn, other = door.experiment("churn"), door.experiment("other")
    for experiment, context in ((churn, "training"), (churn, "training"), (churn, "testing"), (other, "")):
        door.post("runs/log-inputs", run_id=door.run(experiment), datasets=[read(context)])
    wine = {"name": "wine", "digest": "d1"}
    found = door.post("experiments/search-datasets", experiment_ids=[churn, other, "99999999"])["dataset_summaries"]
    assert found == [
        {"experiment_id": churn, **wine, "context": "training"},
        {"experiment_id": churn, **wine, "context": "testing"},
        {"experiment_id": other, **wine},
    ]
    assert door.post("experiments/search-datasets", experiment_ids=[door.experiment("empty")]) == {}
    for wrong in ([], ["x"], [churn] * 21):
        assert door.refused("experiments/search-datasets", experiment_ids=wrong).startswith("INVALID_PARAMETER_VALUE")


def test_what_a_run_has_read_stays_as_it_is(door: Door) -> None:
    run = door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    door.post("runs/log-inputs", run_id=run, datasets=[read("testing", schema='{"a": 1}')])
    assert inputs(door, run) == [{"tags": read()["tags"], "dataset": WINE}]
    assert door.post("runs/log-inputs", run_id=run) == {}


def test_runs_are_found_by_what_they_read(door: Door) -> None:
    run, _ = door.run(), door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read()])
    for filters in ("dataset.name = 'wine'", "datasets.digest = 'd1'", "dataset.context = 'training'"):
        found = door.post("runs/search", experiment_ids=["0"], filter=filters)
        assert [each["info"]["run_id"] for each in found["runs"]] == [run]
        assert found["runs"][0]["inputs"]["dataset_inputs"] == inputs(door, run)


@pytest.mark.parametrize(
    ("datasets", "says"),
    [
        ([{}], "'datasets[0]' must be an object with the object 'dataset'"),
        ([read(), {"dataset": {"name": "a"}}], "the field 'datasets[1].dataset.digest' is missing"),
        ([read(digest="x" * 37)], "'datasets[0].dataset.digest' has 37 characters; it can have 36"),
        ([read(name="x" * 501)], "it can have 500"),
        ([read("x" * 501)], "'datasets[0].tags[0].value' has 501 characters"),
        ([{"dataset": WINE, "tags": "x"}], "the field 'datasets[0].tags' must be a list"),
    ],
)
def test_what_is_no_data_set_is_refused(door: Door, datasets: list[Any], says: str) -> None:
    run = door.run()
    assert says in door.refused("runs/log-inputs", run_id=run, datasets=datasets)
    assert inputs(door, run) == []


def test_names_of_500_characters_fit(door: Door) -> None:
    run = door.run()
    door.post("runs/log-inputs", run_id=run, datasets=[read(name="x" * 500, digest="y" * 36)])
    assert inputs(door, run)[0]["dataset"]["name"] == "x" * 500


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ('{"uri": "s3://a/b"}', "s3://a/b"),
        ('{"url": "https://a/b"}', "https://a/b"),
        ('{"path": "/data/a.parquet", "format": "parquet"}', "/data/a.parquet"),
        ('{"tags": {"mlflow.user": "ann"}}', ""),
        ('{"uri": 5}', ""),
        ("[1]", "[1]"),
        ("/data/a.csv", "/data/a.csv"),
        ("", ""),
    ],
)
def test_the_uri_is_the_place_in_the_source(source: str, uri: str) -> None:
    assert uri_of(source) == uri
