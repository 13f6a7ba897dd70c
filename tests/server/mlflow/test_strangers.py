"""Records of other workspaces, texts that no database holds, and callers who may not write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lineal import errors
from lineal.mlflow import CALLS
from lineal.security import AccessSettings
from lineal.service.access import Caller, Role, scope_of
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import Served, asking
from tests.access.serving import serving as guarded
from tests.server.mlflow.door import Door, told

STRANGER = Caller("stranger", Role.WRITER, scope_of(["theirs"]))


@pytest.fixture
def guarded_server() -> Iterator[Served]:
    """A server that asks for tokens."""
    with guarded(access=AccessSettings(auth=("token",))) as found:
        yield found


def type_id(door: Door, kind: str, name: str) -> int:
    request: Any = getattr(rpc, f"Get{kind}TypeRequest")(type_name=name)
    return int(getattr(door.service.call(f"Get{kind}Type", request), f"{kind.lower()}_type").id)


def test_a_record_of_another_workspace_with_the_id_of_a_run_is_no_run(door: Door) -> None:
    door.run()
    execution = pb.Execution(
        type_id=type_id(door, "Execution", "mlflow.Run"), external_id=f"mlflow:{door.workspace}:run:feed"
    )
    execution.properties["run_id"].string_value = "feed"
    execution.custom_properties["__kf_workspace__"].string_value = "theirs"
    door.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[execution]))
    assert door.not_found("runs/get", run_id="feed").startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.refused("runs/set-tag", run_id="feed", key="a").startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.get("metrics/get-history", run_id="feed", metric_key="a") == {}


def test_a_writer_of_one_workspace_cannot_take_the_ids_and_names_of_another(door: Door) -> None:
    door.run()
    run = pb.Execution(
        type_id=type_id(door, "Execution", "mlflow.Run"), external_id=f"mlflow:{door.workspace}:run:feed"
    )
    with pytest.raises(errors.PermissionDeniedError, match="external id"):
        door.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[run]), caller=STRANGER)
    door.post("registered-models/create", name="churn")
    for name in ("mlflow.Experiment", "mlflow.RegisteredModel"):
        context = pb.Context(type_id=type_id(door, "Context", name), name=f"{door.workspace}/taken")
        with pytest.raises(errors.PermissionDeniedError, match=f"{name} is that of one in another workspace"):
            door.service.call("PutContexts", rpc.PutContextsRequest(contexts=[context]), caller=STRANGER)
    assert door.experiment("taken")
    assert door.post("registered-models/create", name="taken")


def test_an_artifact_that_looks_like_a_version_is_none(door: Door) -> None:
    door.post("registered-models/create", name="churn")
    door.post("model-versions/create", name="churn", source="s3://b/m")
    [version] = door.artifacts()
    [context] = [each for each in door.contexts() if each.type == "mlflow.RegisteredModel"]
    odd = pb.Artifact(type_id=version.type_id, external_id=f"{version.external_id}x")
    odd.custom_properties["__kf_workspace__"].string_value = door.workspace
    [odd_id] = door.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[odd])).artifact_ids
    member = pb.Attribution(artifact_id=odd_id, context_id=context.id)
    request = rpc.PutAttributionsAndAssociationsRequest(attributions=[member])
    door.service.call("PutAttributionsAndAssociations", request)
    [found] = door.get("model-versions/search")["model_versions"]
    assert found["version"] == "1"


def test_a_read_stores_nothing(guarded_server: Served) -> None:
    with asking(guarded_server, token=guarded_server.token(Role.READER)) as client:
        found = client.get("/api/2.0/mlflow/experiments/get", params={"experiment_id": "0"}).json()
        assert (found["experiment"]["name"], found["experiment"]["experiment_id"]) == ("Default", "0")
        by_name = client.get("/api/2.0/mlflow/experiments/get-by-name", params={"experiment_name": "Default"}).json()
        assert by_name == found
        listed = client.post("/api/2.0/mlflow/experiments/search", json={"max_results": 5}).json()
        assert listed["experiments"] == [found["experiment"]]
        assert told(client.post("/api/2.0/mlflow/experiments/create", json={"name": "a"})).startswith(
            "PERMISSION_DENIED"
        )
    contexts: Any = guarded_server.service.call("GetContexts", rpc.GetContextsRequest())
    assert not contexts.contexts


def fields_of(name: str, text: str) -> dict[str, Any]:
    """Return a request with a text in each of its fields that takes one."""
    given: dict[str, Any] = {}
    for field in CALLS[name].fields:
        if field.elements:
            given[field.name] = [{each.name: text for each in field.elements}]
        else:
            given[field.name] = text
    return given


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
@pytest.mark.parametrize(
    "name", [name for name in CALLS if not name.startswith("logged-models/") and not name.endswith("-alias")]
)
def test_a_text_that_no_database_holds_is_refused_everywhere(door: Door, name: str, text: str) -> None:
    body = json.dumps(fields_of(name, text)).encode()
    head = {"Content-Type": "application/json"}
    response = door.client.post(f"/api/2.0/mlflow/{name}", content=body, headers=head)
    if response.status_code != 405:  # read by GET
        assert told(response).startswith("INVALID_PARAMETER_VALUE"), response.text
