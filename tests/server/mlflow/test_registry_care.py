"""What the registry takes care of when others change its records: deletion for good, undo, archives, equal names."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.mlflow.door import Door
from tests.server.mlflow.test_models import model_id
from tests.server.mlflow.test_registry import MODELS, VERSIONS, create, read, send, stages, transition, version
from tests.server.mlflow.test_versions import artifact, logged

ALIAS = "registered-models/alias"
POINT = {"value": 0.5, "timestamp": 5, "step": 3}


def delete_for_good(door: Door, node: Any) -> None:
    request = lifecycle.DeleteNodesRequest(nodes=lifecycle.NodeIds(artifact_ids=[node.id]))
    door.service.call("DeleteNodes", request)


def archive(door: Door, path: str, *, archived: bool) -> None:
    door.client.patch(f"/api/v1/{path}", json={"archived": archived}).raise_for_status()


def promote(door: Door, number: str) -> None:
    node = artifact(door, "churn", number)
    door.client.put(f"/api/v1/artifacts/{node.id}/aliases/production").raise_for_status()


def actions(door: Door, node: Any) -> list[str]:
    asked = {"subject": "artifact", "node_id": node.id}
    found = door.client.get("/api/v1/audit", params=asked).raise_for_status().json()["items"]
    return [each["action"] for each in found]


def metrics(door: Door, node: Any) -> dict[str, float]:
    found = door.client.get(f"/api/v1/artifacts/{node.id}/metrics").raise_for_status().json()["items"]
    return {each["name"]: each["latest"]["value"] for each in found}


def test_a_number_is_never_given_again(door: Door) -> None:
    create(door)
    model = logged(door, door.run())
    for _ in range(2):
        version(door, source=f"models:/{model['model_id']}", model_id=model["model_id"])
    send(door, "DELETE", f"{VERSIONS}/delete", name="churn", version="2")
    delete_for_good(door, artifact(door, "churn", "2"))
    made = [version(door, source=f"models:/{model['model_id']}", model_id=model["model_id"]), version(door)]
    assert [each["version"] for each in made] == ["3", "4"]


def test_a_version_in_a_stage_leaves_it_when_the_holder_is_promoted_again(door: Door) -> None:
    create(door)
    for number in ("1", "2", "3"):
        version(door)
        if number != "3":
            transition(door, number, "Production")
    promote(door, "3")
    promote(door, "2")
    assert stages(door) == {"1": "None", "2": "Production", "3": "None"}


def test_versions_stay_in_their_stage_when_the_model_is_renamed(door: Door) -> None:
    create(door)
    for number in ("1", "2"):
        version(door)
        transition(door, number, "Production")
    time.sleep(0.005)  # so that an alias that is given anew has another time
    send(door, "POST", f"{MODELS}/rename", name="churn", new_name="leaving").raise_for_status()
    send(door, "POST", f"{MODELS}/rename", name="leaving", new_name="churn").raise_for_status()
    assert stages(door) == {"1": "Production", "2": "Production"}


def test_versions_stay_in_a_stage_when_the_holder_is_archived_elsewhere(door: Door) -> None:
    create(door)
    for number in ("1", "2"):
        version(door)
        transition(door, number, "Production")
    archive(door, f"artifacts/{artifact(door, 'churn', '2').id}", archived=True)
    assert stages(door) == {"1": "Production"}


def test_a_deleted_model_that_leaves_the_archive_stays_deleted(door: Door) -> None:
    create(door)
    [context] = [each for each in door.contexts() if each.type == "mlflow.RegisteredModel"]
    send(door, "DELETE", "registered-models/delete", name="churn")
    create(door)
    archive(door, f"contexts/{context.id}", archived=False)
    assert [each["name"] for each in door.get("registered-models/search")["registered_models"]] == ["churn"]


def test_a_logged_model_of_the_same_name_has_aliases_of_its_own(door: Door) -> None:
    create(door, "forest")
    model = logged(door, door.run())
    version(door, "forest", source=f"models:/{model['model_id']}", model_id=model["model_id"])
    door.post(ALIAS, name="forest", alias="production", version="1")
    node = artifact(door, "forest", model["model_id"])
    door.client.put(f"/api/v1/artifacts/{node.id}/aliases/production").raise_for_status()
    assert door.get(ALIAS, name="forest", alias="production")["model_version"]["version"] == "1"


def test_an_alias_moves_from_a_prompt_to_a_model(door: Door) -> None:
    create(door)
    version(door)
    version(door, source="dummy-source", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}])
    for number in ("1", "2", "1"):
        door.post(ALIAS, name="churn", alias="best", version=number)
        assert door.get(ALIAS, name="churn", alias="best")["model_version"]["version"] == number
    send(door, "DELETE", ALIAS, name="churn", alias="best")
    assert "aliases" not in read(door)


def test_what_was_measured_before_and_after_the_registration_is_a_version_s(door: Door) -> None:
    create(door)
    run = door.run()
    model = logged(door, run)
    on = {"dataset_name": "holdout", "dataset_digest": "d1", "model_id": model["model_id"]}
    door.post("runs/log-metric", run_id=run, key="before", **POINT, **on)
    version(door, source=f"models:/{model['model_id']}", model_id=model["model_id"])
    send(door, "DELETE", f"logged-models/{model['model_id']}/tags/mlflow.modelVersions")
    door.post("runs/log-metric", run_id=run, key="after", **POINT, **on)
    assert metrics(door, artifact(door, "churn", "1")) == {"before": 0.5, "after": 0.5}


def test_moves_of_aliases_are_in_the_audit_log(door: Door) -> None:
    create(door)
    version(door)
    door.post(ALIAS, name="churn", alias="best", version="1")
    transition(door, "1", "Production")
    send(door, "DELETE", ALIAS, name="churn", alias="best")
    send(door, "DELETE", f"{VERSIONS}/delete", name="churn", version="1")
    found = actions(door, artifact(door, "churn", "1"))
    assert found.count("promote") == 2
    assert found.count("remove alias") == 2


def test_undoing_a_deletion_brings_no_alias_back(door: Door) -> None:
    create(door)
    version(door)
    door.post(ALIAS, name="churn", alias="best", version="1")
    send(door, "DELETE", f"{VERSIONS}/delete", name="churn", version="1")
    node = artifact(door, "churn", "1")
    assert "__aliases__" not in node.custom_properties
    archive(door, f"artifacts/{node.id}", archived=False)
    assert "aliases" not in read(door)
    assert door.client.get(f"/api/v1/artifacts/{node.id}").json()["aliases"] == []


def test_ids_that_no_node_has_are_passed_over(door: Door) -> None:
    made = model_id(door, name="odd")
    [node] = door.artifacts()
    for name in ("__mlflow_evaluations__", "__mlflow_versions__"):
        node.custom_properties[name].string_value = f'[{2**80}, true, "x", -1, {node.id}, 999999]'
    door.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node]))
    assert "metrics" not in door.get(f"logged-models/{made}")["model"]["data"]
    assert len(door.post("logged-models/search", experiment_ids=["0"])["models"]) == 1
    door.post("runs/log-metric", run_id=door.run(), key="auc", **POINT, model_id=made)


@pytest.mark.parametrize("workers", [8])
def test_versions_that_are_made_at_once_get_different_numbers(door: Door, workers: int) -> None:
    create(door)
    with ThreadPoolExecutor(workers) as pool:
        made = list(pool.map(lambda _: version(door)["version"], range(workers)))
    assert sorted(made) == [str(number) for number in range(1, workers + 1)]


def test_a_metric_that_is_logged_while_its_model_is_registered_reaches_the_version(door: Door) -> None:
    create(door)
    run = door.run()
    models = [logged(door, run)["model_id"] for _ in range(6)]

    def log(made: str) -> None:
        door.post("runs/log-metric", run_id=run, key="auc", **POINT, model_id=made)

    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(version, door, source=f"models:/{each}", model_id=each) for each in models]
        list(pool.map(log, models))
        numbers = [each.result()["version"] for each in made]
    assert [metrics(door, artifact(door, "churn", number)) for number in numbers] == [{"auc": 0.5}] * len(models)


def test_batches_that_name_models_in_another_order_do_not_wait_for_each_other(door: Door) -> None:
    models = [model_id(door, name=name) for name in ("a", "b")]
    runs = [door.run() for _ in range(4)]

    def log(number: int) -> None:
        named = models if number % 2 else models[::-1]
        points = [{"key": f"m{number}", **POINT, "model_id": each} for each in named]
        door.post("runs/log-batch", run_id=runs[number % 4], metrics=points)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log, range(12)))
    for each in models:
        assert len(door.get(f"logged-models/{each}")["model"]["data"]["metrics"]) == 12


def test_renaming_renames_the_records_of_the_versions(door: Door) -> None:
    create(door)
    model = logged(door, door.run())
    version(door, source=f"models:/{model['model_id']}", model_id=model["model_id"])
    door.post("registered-models/rename", name="churn", new_name="leave")
    assert artifact(door, "leave", "1").uri == "models:/leave/1"
    assert artifact(door, "leave", "1").state == pb.Artifact.LIVE
