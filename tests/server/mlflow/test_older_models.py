"""Models as clients before MLflow 3 log them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.wire import service as rpc
from tests.server.mlflow.door import Door

MODEL = {
    "run_id": "r",
    "artifact_path": "model",
    "utc_time_created": "2026-01-01",
    "flavors": {"python_function": {}, "sklearn": {}},
}


def history(door: Door, run: str) -> list[Any]:
    found: list[Any] = json.loads(door.data(run)["tags"]["mlflow.log-model.history"])
    return found


def test_a_model_is_in_the_tag_and_an_artifact_that_the_run_made(door: Door) -> None:
    run = door.run()
    for path in ("model", "other/deep", "model"):
        told = {**MODEL, "artifact_path": path, "model_uuid": "u1", "foo": 1}
        assert door.post("runs/log-model", run_id=run, model_json=json.dumps(told)) == {}
    assert [each["artifact_path"] for each in history(door, run)] == ["model", "other/deep", "model"]
    assert list(history(door, run)[0]) == ["run_id", "artifact_path", "utc_time_created", "model_uuid", "flavors"]
    response: Any = door.service.call("GetArtifacts", rpc.GetArtifactsRequest())
    own = [
        each for each in response.artifacts if each.custom_properties["__kf_workspace__"].string_value == door.workspace
    ]
    place = door.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"]
    assert {each.uri for each in own} == {f"{place}/model", f"{place}/other/deep"}
    assert {each.properties["model_type"].string_value for each in own} == {"sklearn"}
    [execution] = door.executions()
    graph = door.client.get("/api/v1/lineage", params={"focus": f"e{execution.id}", "up": 0, "down": 1}).json()
    assert {f"a{each.id}" for each in own} <= {node["key"] for node in graph["nodes"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "model_json is not JSON"),
        ("[]", "model_json must be an object"),
        ('{"run_id": "a", "flavors": {}}', "model_json lacks artifact_path, utc_time_created"),
        (json.dumps({**MODEL, "artifact_path": None}), "artifact_path in model_json is not a text"),
        (json.dumps({**MODEL, "artifact_path": ["a"]}), "artifact_path in model_json is not a text"),
        ("", "the field 'model_json' is missing"),
    ],
)
def test_what_is_no_model_is_refused(door: Door, text: str, says: str) -> None:
    run = door.run()
    assert says in door.refused("runs/log-model", run_id=run, model_json=text)
    assert "mlflow.log-model.history" not in door.data(run)["tags"]
    assert not door.artifacts()


def test_a_history_that_is_no_list_is_begun_anew(door: Door) -> None:
    run = door.run(tags=[{"key": "mlflow.log-model.history", "value": "{x"}])
    door.post("runs/log-model", run_id=run, model_json=json.dumps(MODEL))
    assert history(door, run) == [{**MODEL, "model_uuid": None}]
