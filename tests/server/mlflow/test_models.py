"""Logged models: artifacts that runs make and read, with parameters, tags, metrics and files."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.wire import metadata_store as pb
from tests.server.mlflow.door import Door, told

READY = "LOGGED_MODEL_READY"


def create(door: Door, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = door.post("logged-models", **{"experiment_id": "0", "name": "forest", **fields})["model"]
    return found


def model_id(door: Door, **fields: Any) -> str:
    return str(create(door, **fields)["info"]["model_id"])


def send(door: Door, method: str, path: str, **fields: Any) -> Any:
    return door.client.request(method, f"/api/2.0/mlflow/logged-models/{path}", json=fields or None)


def artifact(door: Door) -> Any:
    [found] = door.artifacts()
    return found


def test_a_model_is_an_artifact_that_its_run_makes(door: Door) -> None:
    run = door.run()
    made = create(door, source_run_id=run, model_type="sklearn", params=[{"key": "trees", "value": "10"}])
    info = made["info"]
    assert (info["status"], info["name"], info["experiment_id"]) == ("LOGGED_MODEL_PENDING", "forest", "0")
    assert info["artifact_uri"] == f"mlflow-artifacts:/{door.workspace}/0/models/{info['model_id']}/artifacts"
    assert made["data"] == {"params": [{"key": "trees", "value": "10"}]}
    stored = artifact(door)
    assert (stored.type, stored.uri, stored.state) == (
        "kubeflow.org/alpha/model",
        info["artifact_uri"],
        pb.Artifact.PENDING,
    )
    assert stored.properties["version"].string_value == info["model_id"]
    ready = send(door, "PATCH", info["model_id"], status=READY).json()["model"]["info"]
    assert (ready["status"], artifact(door).state) == (READY, pb.Artifact.LIVE)
    door.post("runs/outputs", run_id=run, models=[{"model_id": info["model_id"], "step": 3}])
    door.post("runs/outputs", run_id=run, models=[{"model_id": info["model_id"], "step": 5}])  # stays as it is
    outputs = door.get("runs/get", run_id=run)["run"]["outputs"]
    assert outputs == {"model_outputs": [{"model_id": info["model_id"], "step": 3}]}
    focus = f"a{stored.id}"
    graph = door.client.get("/api/v1/lineage", params={"focus": focus, "up": 1, "down": 0}).json()
    assert [each["type"] for each in graph["edges"]] == ["OUTPUT"]
    assert f"e{door.executions()[0].id}" in {node["key"] for node in graph["nodes"]}


def test_a_model_that_another_run_reads_is_its_input(door: Door) -> None:
    made, run = model_id(door), door.run()
    door.post("runs/log-inputs", run_id=run, models=[{"model_id": made}])
    found = door.get("runs/get", run_id=run)["run"]
    assert (found["inputs"], found["outputs"]) == ({"model_inputs": [{"model_id": made}]}, {})
    assert door.refused("runs/outputs", run_id=run, models=[{"model_id": "m-1"}]).startswith("RESOURCE_DOES_NOT_EXIST")


def test_points_that_name_a_model_are_its_metrics_too(door: Door) -> None:
    run = door.run()
    made = model_id(door, source_run_id=run)
    point = {"key": "auc", "value": 0.5, "timestamp": 5, "step": 3}
    door.post("runs/log-metric", run_id=run, **point, model_id=made)
    door.post("runs/log-batch", run_id=run, metrics=[{**point, "key": "f1", "model_id": made}, {**point, "key": "own"}])
    found = door.get(f"logged-models/{made}")["model"]["data"]["metrics"]
    assert [each["key"] for each in found] == ["auc", "f1"]
    assert found[0] == {**point, "model_id": made, "run_id": run}
    assert set(door.data(run)["metrics"]) == {"auc", "f1", "own"}
    [row] = door.client.get("/api/v1/artifacts", params={"q": f"workspace={door.workspace} metric.auc=0.5"}).json()[
        "items"
    ]
    assert row["name"] == "forest"
    assert door.refused("runs/log-metric", run_id=run, **point, model_id="m-1").startswith("RESOURCE_DOES_NOT_EXIST")


def test_tags_and_parameters_of_a_model(door: Door) -> None:
    made = model_id(door, tags=[{"key": "team", "value": "risk"}])
    assert (
        send(
            door, "PATCH", f"{made}/tags", tags=[{"key": "team", "value": "voice"}, {"key": "a/b", "value": "1"}]
        ).json()
        == {}
    )
    assert send(door, "POST", f"{made}/params", params=[{"key": "rate", "value": "0.1"}]).json() == {}
    assert told(send(door, "POST", f"{made}/params", params=[{"key": "rate", "value": "0.2"}])).startswith(
        "INVALID_PARAMETER_VALUE"
    )
    assert send(door, "DELETE", f"{made}/tags/a/b").json() == {}
    assert told(send(door, "DELETE", f"{made}/tags/none")).startswith("RESOURCE_DOES_NOT_EXIST")
    found = door.get(f"logged-models/{made}")["model"]
    assert found["info"]["tags"] == [{"key": "team", "value": "voice"}]
    assert found["data"] == {"params": [{"key": "rate", "value": "0.1"}]}
    [row] = door.client.get("/api/v1/artifacts", params={"q": f"workspace={door.workspace} label.team=voice"}).json()[
        "items"
    ]
    assert row["labels"] == {"team": "voice"}


def test_keys_of_a_model_are_free_and_long_values_stay_whole(door: Door) -> None:
    odd = [{"key": key, "value": "v" * 9000} for key in ("", "a'b", "a//b", "k" * 249)]
    made = model_id(door, params=odd[:2], tags=odd[:2])
    send(door, "POST", f"{made}/params", params=odd[2:])
    send(door, "PATCH", f"{made}/tags", tags=odd[2:])
    found = door.get(f"logged-models/{made}")["model"]
    assert (found["data"]["params"], found["info"]["tags"]) == (odd, odd)


def test_a_model_that_a_run_of_another_experiment_reads_is_found_in_its_own_alone(door: Door) -> None:
    other = door.experiment("other")
    made = model_id(door)
    door.post("runs/log-inputs", run_id=door.run(other), models=[{"model_id": made}])
    assert door.post("logged-models/search", experiment_ids=[other]) == {}
    [found] = door.post("logged-models/search", experiment_ids=["0", other])["models"]
    assert found["info"]["model_id"] == made


def test_a_deleted_model_is_not_there(door: Door) -> None:
    made = model_id(door)
    for _ in range(2):
        assert send(door, "DELETE", made).json() == {}
    for response in (send(door, "GET", made), send(door, "PATCH", made, status=READY)):
        assert told(response).startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.post("logged-models/search", experiment_ids=["0"]) == {}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["c", "b", "a"]),
        ({"filter": "params.trees = '1'"}, ["b"]),
        ({"filter": "name != 'a' AND metrics.auc > 0.1"}, ["c", "b"]),
        ({"filter": "artifact_location LIKE 'mlflow-artifacts:%' AND lifecycle_stage = 'active'"}, ["c", "b", "a"]),
        ({"filter": "status_message = 'x'"}, []),
        ({"order_by": [{"field_name": "name", "ascending": True}]}, ["a", "b", "c"]),
        ({"order_by": [{"field_name": "metrics.auc", "ascending": False}], "max_results": 1}, ["c", "b", "a"]),
    ],
)
def test_models_are_found_in_order(door: Door, asked: dict[str, Any], expected: list[str]) -> None:
    run = door.run()
    for number, name in enumerate("abc"):
        made = model_id(door, name=name, params=[{"key": "trees", "value": str(number)}])
        if number:
            point = {"key": "auc", "value": number / 4, "timestamp": 1, "model_id": made}
            door.post("runs/log-metric", run_id=run, **point)
    found, token = list[str](), ""
    while True:
        page = door.post("logged-models/search", experiment_ids=["0"], page_token=token, **asked)
        found += [each["info"]["name"] for each in page.get("models", [])]
        token = page.get("next_page_token", "")
        if not token:
            break
    assert found == expected


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"experiment_id": "77777"}, "RESOURCE_DOES_NOT_EXIST"),
        ({"name": "a/b"}, "INVALID_PARAMETER_VALUE"),
        ({"params": [{"key": "k" * 250, "value": "1"}]}, "INVALID_PARAMETER_VALUE"),
        ({"tags": [{"key": "k" * 251, "value": "1"}]}, "INVALID_PARAMETER_VALUE"),
        ({"experiment_id": "77777", "name": "a/b"}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_what_is_no_model_is_refused(door: Door, fields: dict[str, Any], says: str) -> None:
    assert door.refused("logged-models", **{"experiment_id": "0", **fields}).startswith(says)


def test_wrong_requests_about_models_are_refused(door: Door) -> None:
    made = model_id(door)
    assert told(send(door, "PATCH", made, status="nope")).startswith("INVALID_PARAMETER_VALUE: there is no status")
    assert told(send(door, "PATCH", "m-1", status=READY)).startswith("RESOURCE_DOES_NOT_EXIST")
    assert send(door, "PUT", made).status_code == 405
    assert door.refused("runs/outputs", run_id=door.run(), models=[]).startswith("INVALID_PARAMETER_VALUE")
    for wrong in (
        {"max_results": -5},
        {"max_results": 50_001},
        {"filter": "nope.a = 1"},
        {"page_token": "x"},
        {"experiment_ids": ["a"]},
        {"experiment_ids": []},
    ):
        refusal = door.refused("logged-models/search", **{"experiment_ids": ["0"], **wrong})
        assert refusal.startswith("INVALID_PARAMETER_VALUE")


def test_points_on_a_data_set_are_an_evaluation_of_the_model(door: Door) -> None:
    trained, evaluated = door.run(run_name="train"), door.run(run_name="check")
    made = model_id(door, source_run_id=trained)
    data_set = {"name": "holdout", "digest": "d1", "source_type": "local", "source": "{}"}
    door.post("runs/log-inputs", run_id=evaluated, datasets=[{"dataset": data_set, "tags": []}])
    on = {"dataset_name": "holdout", "dataset_digest": "d1"}
    point = {"key": "auc", "timestamp": 5, "model_id": made}
    door.post("runs/log-metric", run_id=trained, value=0.5, **point)
    for step, value in enumerate((0.7, 0.9)):
        door.post("runs/log-metric", run_id=evaluated, value=value, step=step, **point, **on)
    door.post("runs/log-batch", run_id=evaluated, metrics=[{**point, "value": 0.6}])
    shown = door.get(f"logged-models/{made}")["model"]["data"]["metrics"]
    assert [(each["value"], each["run_id"], each.get("dataset_name")) for each in shown] == [
        (0.5, trained, None),
        (0.7, evaluated, "holdout"),
        (0.9, evaluated, "holdout"),
        (0.6, evaluated, None),
    ]
    by_name = {each.properties["name"].string_value: each for each in door.artifacts()}
    assert set(by_name) == {"forest", "holdout", "forest on holdout", "forest in check"}
    evaluation = by_name["forest on holdout"]
    assert evaluation.type == "kubeflow.org/alpha/metrics"
    assert evaluation.properties["model_id"].string_value == str(by_name["forest"].id)
    assert evaluation.properties["data_set_id"].string_value == str(by_name["holdout"].id)
    asked = {"focus": f"a{evaluation.id}", "up": 1, "down": 0}
    behind = door.client.get("/api/v1/lineage", params=asked).raise_for_status().json()["nodes"]
    assert "check" in {each["name"] for each in behind}


def test_models_are_found_by_their_metrics_on_a_data_set(door: Door) -> None:
    run = door.run()
    first, second = model_id(door, name="first"), model_id(door, name="second")
    for made, name, value in ((first, "holdout", 0.9), (second, "holdout", 0.7), (second, "other", 0.95)):
        on = {"dataset_name": name, "dataset_digest": "d1"}
        door.post("runs/log-metric", run_id=run, key="auc", value=value, timestamp=5, model_id=made, **on)

    def found(**fields: Any) -> list[str]:
        answer = door.post("logged-models/search", experiment_ids=["0"], **fields)
        return [each["info"]["name"] for each in answer.get("models", [])]

    assert found(filter="metrics.auc > 0.8") == ["second", "first"]
    assert found(filter="metrics.auc > 0.8", datasets=[{"dataset_name": "holdout"}]) == ["first"]
    assert found(datasets=[{"dataset_name": "other", "dataset_digest": "d1"}]) == ["second"]
    assert found(datasets=[{"dataset_name": "other", "dataset_digest": "d2"}]) == []
    ordered = {"field_name": "metrics.auc", "ascending": False}
    assert found(order_by=[ordered | {"dataset_name": "holdout"}]) == ["first", "second"]
    refused = door.refused("logged-models/search", experiment_ids=["0"], datasets=[{"dataset_digest": "d1"}])
    assert refused.startswith("INVALID_PARAMETER_VALUE: the field 'datasets[0].dataset_name' is missing")


def test_a_search_reads_the_points_of_its_page_alone(door: Door) -> None:
    run, asked = door.run(), {"experiment_ids": ["0"], "max_results": 1}
    for name, value in (("first", 0.5), ("second", 0.7)):
        made = model_id(door, name=name)
        for key in ("auc", "f1"):
            door.post("runs/log-metric", run_id=run, key=key, value=value, timestamp=5, model_id=made)
    page = door.post("logged-models/search", **asked)
    rest = door.post("logged-models/search", **asked, page_token=page["next_page_token"])
    for [shown], name, value in ((page["models"], "second", 0.7), (rest["models"], "first", 0.5)):
        assert shown == door.get(f"logged-models/{shown['info']['model_id']}")["model"]
        points = {each["key"]: each["value"] for each in shown["data"]["metrics"]}
        assert (shown["info"]["name"], points) == (name, {"auc": value, "f1": value})
    texts: list[str] = []
    door.service.database.observe = texts.append
    assert door.post("logged-models/search", **asked, filter="name = 'third'") == {}
    door.service.database.observe = None
    assert texts
    assert not [text for text in texts if "lineal_metric_point" in text]


@pytest.mark.parametrize("half", [{"dataset_name": "a"}, {"dataset_digest": "a"}])
def test_half_a_data_set_is_refused(door: Door, half: dict[str, str]) -> None:
    run, point = door.run(), {"key": "auc", "value": 1, "timestamp": 1}
    for call, fields in (("log-metric", point | half), ("log-batch", {"metrics": [point | half]})):
        refused = door.refused(f"runs/{call}", run_id=run, **fields)
        assert refused.startswith("INVALID_PARAMETER_VALUE: ")
        assert "name a data set together" in refused
    assert door.data(run)["metrics"] == {}
