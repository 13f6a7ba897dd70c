"""Versions of registered models, and the lineage behind them."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.mlflow.door import Door
from tests.server.mlflow.test_models import READY, create
from tests.server.mlflow.test_models import send as send_model
from tests.server.mlflow.test_registry import VERSIONS, read, send, version
from tests.server.mlflow.test_registry import create as register

DATA_SET = {"name": "customers", "digest": "d1", "source_type": "local", "source": '{"uri": "s3://b/customers.csv"}'}


def logged(door: Door, run: str) -> dict[str, Any]:
    """Log a model that a run makes; return its info."""
    info: dict[str, Any] = create(door, source_run_id=run)["info"]
    send_model(door, "PATCH", info["model_id"], status=READY)
    door.post("runs/outputs", run_id=run, models=[{"model_id": info["model_id"], "step": 0}])
    return info


def artifact(door: Door, name: str, number: str) -> Any:
    [found] = [
        each
        for each in door.artifacts()
        if (each.properties["name"].string_value, each.properties["version"].string_value) == (name, number)
    ]
    return found


def behind(door: Door, node: Any) -> list[str]:
    """Return the names of what is behind an artifact, sorted."""
    asked = {"focus": f"a{node.id}", "up": 9, "down": 0}
    nodes = door.client.get("/api/v1/lineage", params=asked).raise_for_status().json()["nodes"]
    return sorted(each["name"] for each in nodes)


def test_the_run_and_its_data_are_behind_a_version(door: Door) -> None:
    run = door.run(run_name="train")
    door.post("runs/log-inputs", run_id=run, datasets=[{"dataset": DATA_SET, "tags": []}])
    model = logged(door, run)
    register(door)
    register(door, "churn-eu")
    made = version(door, source=f"models:/{model['model_id']}", model_id=model["model_id"])
    other = version(door, "churn-eu", source=model["artifact_uri"], model_id=model["model_id"])
    assert (made["version"], made["run_id"], made["status"], made["current_stage"]) == ("1", run, "READY", "None")
    assert (other["version"], other["run_id"]) == ("1", run)
    wanted = ["customers", "forest", "register churn 1", "train"]
    assert behind(door, artifact(door, "churn", "1")) == sorted(["churn", *wanted])
    registered = door.get(f"logged-models/{model['model_id']}")["model"]["info"]["tags"]
    names = '[{"name": "churn", "version": 1}, {"name": "churn-eu", "version": 1}]'
    assert registered == [{"key": "mlflow.modelVersions", "value": names}]
    for name in ("churn", "churn-eu"):
        place = door.get(f"{VERSIONS}/get-download-uri", name=name, version="1")["artifact_uri"]
        assert place == model["artifact_uri"]
        stored = artifact(door, name, "1")
        assert stored.uri == f"models:/{name}/1"
        contexts = door.client.get(f"/api/v1/artifacts/{stored.id}").raise_for_status().json()["contexts"]
        assert {"mlflow.RegisteredModel", "mlflow.Run"} <= {each["type"] for each in contexts}


def test_a_version_of_the_folder_of_a_run_leads_to_it(door: Door) -> None:
    run = door.run(run_name="train")
    told = '{"run_id": "%s", "artifact_path": "model", "utc_time_created": "2026-01-01", "flavors": {"sklearn": {}}}'
    door.post("runs/log-model", run_id=run, model_json=told % run)
    place = door.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"]
    register(door)
    version(door, source=f"{place}/model", run_id=run)
    version(door, source=f"runs:/{run}/model", run_id=run)
    for number in ("1", "2"):
        found = behind(door, artifact(door, "churn", number))
        assert found == sorted(["churn", "model", f"register churn {number}", "train"])


def test_a_version_of_unknown_files_is_the_record_of_the_model(door: Door) -> None:
    run = door.run(run_name="train")
    register(door)
    version(door, source="s3://b/m", run_id=run)
    version(door, source="s3://b/m", run_id="nobody's")
    assert behind(door, artifact(door, "churn", "1")) == ["churn", "train"]
    assert behind(door, artifact(door, "churn", "2")) == ["churn"]
    assert artifact(door, "churn", "2").uri == "s3://b/m"
    assert artifact(door, "churn", "2").state == pb.Artifact.LIVE
    assert len(door.artifacts()) == 2


def test_a_copy_leads_to_the_version_that_it_is_of(door: Door) -> None:
    run = door.run(run_name="train")
    register(door)
    register(door, "live")
    version(door, run_id=run)
    door.post("registered-models/alias", name="churn", alias="best", version="1")
    door.post(f"{VERSIONS}/transition-stage", name="churn", version="1", stage="Staging")
    for source in ("models:/churn/1", "models:/churn@best", "models:/churn/staging", "models:/churn/latest"):
        made = version(door, "live", source=source)
        assert (made["source"], made["run_id"]) == ("models:/churn/1", run)
    assert door.get(f"{VERSIONS}/get-download-uri", name="live", version="4")["artifact_uri"] == "s3://b/m"
    assert behind(door, artifact(door, "live", "1")) == ["churn", "live", "register live 1", "train"]
    for other in ({"run_id": "0" * 32}, {"model_id": "m-1"}):
        refusal = door.refused(f"{VERSIONS}/create", name="churn", source="models:/churn/1", **other)
        assert refusal.startswith("INVALID_PARAMETER_VALUE: the ")
    for source in ("models:/nobody/1", "models:/churn/9", "models:/churn/Production"):
        assert door.refused(f"{VERSIONS}/create", name="live", source=source).startswith("RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    "source",
    [
        "/etc/passwd",
        "file:///etc",
        "x/y",
        "s3://b",
        "s3://b/../x",
        "s3://b/%2e%2e/x",
        "s3:x",
        "http://h/x",
        "ftp://h/x",
        "hdfs://h/x",
        "mlflow-artifacts:/1/x/artifacts",
        "mlflow-artifacts://host/1/x",
        "mlflow-artifacts:/1/../x",
        "runs:/",
        "runs:/0123/x",
        "models:/churn",
        "models:/m-1",
        "models:/m-1/",
        "models://host/1",
        "http://[",
    ],
)
def test_sources_that_cannot_be(door: Door, source: str) -> None:
    register(door)
    refused = door.refused(f"{VERSIONS}/create", name="churn", source=source)
    assert refused.startswith(f"INVALID_PARAMETER_VALUE: a version cannot have the source {source!r}: ")
    assert "latest_versions" not in read(door)


def test_files_of_another_run_cannot_be_registered(door: Door) -> None:
    own, other = door.run(), door.run()
    register(door)
    places = {run: door.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"] for run in (own, other)}
    version(door, source=places[own], run_id=own)
    for source in (places[other], f"{places[own]}x", f"{places[own]}/../../{other}/artifacts", "/etc"):
        refused = door.refused(f"{VERSIONS}/create", name="churn", source=source, run_id=own)
        assert refused.startswith("INVALID_PARAMETER_VALUE: ")
    model = logged(door, own)
    assert door.refused(f"{VERSIONS}/create", name="churn", source=model["artifact_uri"], run_id=own).startswith("INV")


@pytest.mark.parametrize(
    "end",
    ["x?/../../../w1/0", "x?a=b", "x#/../..", "x#a", "%252e%252e/x", "%2e%2e/x", "x\\..\\..", "x\\y", "./x", "a//b"],
)
def test_a_source_that_can_be_read_in_two_ways_is_refused(door: Door, end: str) -> None:
    run = door.run()
    register(door)
    place = door.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"]
    refused = door.refused(f"{VERSIONS}/create", name="churn", source=f"{place}/{end}", run_id=run)
    assert refused.startswith("INVALID_PARAMETER_VALUE: a version cannot have the source ")
    assert version(door, source=f"{place}/a%20b/ä 1/", run_id=run)["version"] == "1"


def test_a_run_whose_record_names_files_of_another_workspace_lends_none_of_them(door: Door) -> None:
    run = door.run()
    register(door)
    [execution] = door.executions()
    for place in ("mlflow-artifacts:/other/0/r/artifacts", f"mlflow-artifacts:/{door.workspace}x/r"):
        execution.properties["artifact_uri"].string_value = place
        door.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[execution]))
        refused = door.refused(f"{VERSIONS}/create", name="churn", source=f"{place}/model", run_id=run)
        assert "it is not among the files of this workspace" in refused


def test_unknown_models_are_said(door: Door) -> None:
    register(door)
    for fields in (
        {"name": "nobody", "source": "s3://b/m"},
        {"name": "churn", "source": "s3://b/m", "model_id": "m-1"},
    ):
        assert door.refused(f"{VERSIONS}/create", **fields).startswith("RESOURCE_DOES_NOT_EXIST: ")
    assert door.refused(f"{VERSIONS}/create", name="churn", source="models:/m-1", model_id="m-1").startswith("RESOURCE")


def test_numbers_go_on_after_a_deletion(door: Door) -> None:
    register(door)
    assert [version(door)["version"] for _ in range(2)] == ["1", "2"]
    door.post("registered-models/alias", name="churn", alias="best", version="2")
    assert send(door, "DELETE", f"{VERSIONS}/delete", name="churn", version="2").json() == {}
    assert send(door, "DELETE", f"{VERSIONS}/delete", name="churn", version="2").status_code == 404
    assert "aliases" not in read(door)
    assert version(door)["version"] == "3"
    assert door.not_found(f"{VERSIONS}/get", name="churn", version="2").startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.get(f"{VERSIONS}/get", name="churn", version=" 03")["model_version"]["version"] == "3"
    for wrong in ("x", "1.0", "latest", "1_0", "٣"):
        assert door.not_found(f"{VERSIONS}/get", name="churn", version=wrong).startswith("INVALID_PARAMETER_VALUE")


def test_a_version_changes(door: Door) -> None:
    register(door)
    made = version(door, description="first", run_link="http://runs/1", tags=[{"key": "a", "value": "1"}])
    assert (made["description"], made["run_link"], made["tags"]) == (
        "first",
        "http://runs/1",
        [{"key": "a", "value": "1"}],
    )
    changed = send(door, "PATCH", f"{VERSIONS}/update", name="churn", version="1", description="second").json()
    assert changed["model_version"]["description"] == "second"
    door.post(f"{VERSIONS}/set-tag", name="churn", version="1", key="b", value="2")
    for _ in range(2):
        assert send(door, "DELETE", f"{VERSIONS}/delete-tag", name="churn", version="1", key="a").json() == {}
    tags = door.get(f"{VERSIONS}/get", name="churn", version="1")["model_version"]["tags"]
    assert tags == [{"key": "b", "value": "2"}]
    stored = artifact(door, "churn", "1")
    card = door.client.get(f"/api/v1/artifacts/{stored.id}").raise_for_status().json()
    assert (card["properties"]["description"]["value"], card["labels"]) == ("second", {"b": "2"})


def test_searches(door: Door) -> None:
    run = door.run()
    for name in ("churn", "fraud"):
        register(door, name)
        version(door, name, source=f"s3://b/{name}")
    version(door, run_id=run, tags=[{"key": "ok", "value": "yes"}])

    def found(filter_text: str = "", **fields: Any) -> list[str]:
        answer = door.get(f"{VERSIONS}/search", filter=filter_text, **fields)
        return [f"{each['name']} {each['version']}" for each in answer.get("model_versions", [])]

    assert found("name = 'churn'") == ["churn 2", "churn 1"]
    assert found(f"run_id = '{run}'") == found("tags.ok = 'yes'") == found("version_number > 1") == ["churn 2"]
    assert found("run_id = ''", order_by="name DESC") == ["fraud 1", "churn 1"]
    assert found("source_path LIKE '%fraud'") == ["fraud 1"]
    assert found("name IN ('churn', 'fraud')", order_by=["version_number ASC", "name DESC"])[0] == "fraud 1"
    page = door.get(f"{VERSIONS}/search", max_results=1, order_by="name")
    assert page["model_versions"][0]["version"] == "2"
    assert found(max_results=1, order_by="name", page_token=page["next_page_token"]) == ["churn 1"]
    for wrong in ({"filter": "aliases = 'x'"}, {"max_results": 0}, {"order_by": "source"}, {"page_token": "x"}):
        assert door.not_found(f"{VERSIONS}/search", **wrong).startswith("INVALID_PARAMETER_VALUE")


def test_the_metrics_of_a_model_are_those_of_its_versions(door: Door) -> None:
    run = door.run()
    model = logged(door, run)
    point = {"value": 0.5, "timestamp": 5, "step": 3, "model_id": model["model_id"]}
    door.post("runs/log-metric", run_id=run, key="auc", **point)
    register(door)
    register(door, "live")
    version(door, source=f"models:/{model['model_id']}", model_id=model["model_id"])
    version(door, "live", source="models:/churn/1")
    door.post("runs/log-metric", run_id=run, key="f1", **point)
    for name in ("churn", "live"):
        stored = artifact(door, name, "1")
        found = door.client.get(f"/api/v1/artifacts/{stored.id}/metrics").raise_for_status().json()
        assert [each["name"] for each in found["items"]] == ["auc", "f1"]
    assert "tags" not in door.get(f"{VERSIONS}/get", name="churn", version="1")["model_version"]
