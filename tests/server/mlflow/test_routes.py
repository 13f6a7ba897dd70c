"""What the routes do before a call: addresses, methods, bodies, workspaces and credentials."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest

from lineal.files import workspace_folder
from lineal.security import AccessSettings
from lineal.service.access import Role
from tests.access.serving import Served, asking
from tests.access.serving import serving as guarded
from tests.server.mlflow.door import Door, told


@pytest.mark.parametrize("root", ["", "/mlflow"])
@pytest.mark.parametrize("prefix", ["/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/3.0/mlflow"])
def test_calls_are_at_every_address_that_clients_use(door: Door, root: str, prefix: str) -> None:
    found = door.client.get(f"{root}{prefix}/experiments/get", params={"experiment_id": "0"}).json()
    assert found["experiment"]["name"] == "Default"


def test_what_a_client_asks_first(door: Door) -> None:
    assert door.client.get("/health").text == "OK"
    assert door.client.get("/mlflow/version").text == "3.17.0"
    assert door.client.get("/version").json()["name"] == "lineal"
    assert door.client.get("/api/3.0/mlflow/server-info").json()["workspaces_enabled"] is True


@pytest.mark.parametrize("path", ["/api/2.0/mlflow/traces", "/api/3.0/mlflow/traces/search", "/api/2.0/mlflow/nothing"])
def test_what_is_not_served_says_so(door: Door, path: str) -> None:
    for response in (door.client.get(path), door.client.post(path, json={})):
        assert response.status_code == 404
        assert told(response).startswith("ENDPOINT_NOT_FOUND")


def test_the_metrics_count_requests_by_call(door: Door) -> None:
    def count(route: str) -> float:
        lines = door.client.get("/metrics").text.splitlines()
        counts = [line for line in lines if line.startswith("lineal_http_requests_total") and f'"{route}"' in line]
        return sum(float(line.split()[-1]) for line in counts)

    for route, address in {
        "/api/2.0/mlflow/experiments/get": "experiments/get?experiment_id=0",
        "/api/2.0/mlflow/logged-models/get": "logged-models/m-1",
        "/api/2.0/mlflow/{call:path}": "traces",
    }.items():
        before = count(route)
        door.client.get(f"/api/2.0/mlflow/{address}")
        assert count(route) == before + 1


def test_another_method_is_refused(door: Door) -> None:
    response = door.client.get("/api/2.0/mlflow/runs/create")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "media", "says"),
    [
        (b"{", "application/json", "the body is not JSON"),
        (b"[]", "application/json", "the body must be a JSON object"),
        (b'"x"', "application/json", "the body must be a JSON object"),
        (b"{}", "text/plain", "its Content-Type is 'text/plain'"),
        (b"[" * 100_000, "application/json", "the body is not JSON"),
        (b"\xff\xfe{}", "application/json", "the body is not JSON"),
        (b'{"name": "a\xed\xa0\x80"}', "application/json", "the body is not JSON in UTF-8"),
        ('{"name": "a\\u0000b"}'.encode("utf-16"), "application/json", "the body is not JSON in UTF-8"),
        (b'\xef\xbb\xbf{"name": "a\\u0000b"}', "application/json", "has the character NUL"),
        (b"null", "application/json", "the field 'name' is missing"),
        (b"", "application/json", "the field 'name' is missing"),
    ],
)
def test_a_body_that_is_no_call_is_refused(door: Door, body: bytes, media: str, says: str) -> None:
    response = door.client.post("/api/2.0/mlflow/experiments/create", content=body, headers={"Content-Type": media})
    assert response.status_code == 400
    assert says in told(response)


def test_a_long_body_is_refused(door: Door) -> None:
    head = {"Content-Type": "application/json"}
    response = door.client.post(
        "/api/2.0/mlflow/experiments/create", content=b'{"name": "' + b"x" * (3 << 20) + b'"}', headers=head
    )
    assert response.status_code == 413
    assert told(response).startswith("REQUEST_LIMIT_EXCEEDED: the body is longer than")


def test_workspaces_do_not_see_each_other(door: Door) -> None:
    risk = {"X-MLFLOW-WORKSPACE": f"{door.workspace}-risk"}
    create = door.client.post("/api/2.0/mlflow/experiments/create", json={"name": "churn"}, headers=risk)
    made = create.json()["experiment_id"]
    assert door.experiment("churn") != made  # the same name in another workspace
    assert door.not_found("experiments/get", experiment_id=made).startswith("RESOURCE_DOES_NOT_EXIST")
    found = door.client.get("/api/2.0/mlflow/experiments/get", params={"experiment_id": made}, headers=risk).json()
    assert found["experiment"]["workspace"] == f"{door.workspace}-risk"
    run = door.client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}, headers=risk).json()["run"]
    assert run["info"]["artifact_uri"].startswith(f"mlflow-artifacts:/{door.workspace}-risk/0/")
    assert door.not_found("runs/get", run_id=run["info"]["run_id"]).startswith("RESOURCE_DOES_NOT_EXIST")


def test_without_a_header_a_call_is_about_the_workspace_default(door: Door) -> None:
    del door.client.headers["X-MLFLOW-WORKSPACE"]
    assert door.get("experiments/get", experiment_id="0")["experiment"]["workspace"] == "default"


def test_the_files_of_a_workspace_are_in_its_folder(door: Door) -> None:
    name = f"{door.workspace}.x"
    response = door.client.post(
        "/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}, headers={"X-MLFLOW-WORKSPACE": name}
    )
    place = response.json()["run"]["info"]["artifact_uri"]
    assert place.startswith(f"mlflow-artifacts:/{workspace_folder(name)}/0/"), response.text


@pytest.mark.parametrize("name", ["a/b", "a:b", "a?b", "a#b", "a%b", "x" * 201, "a\x01b"])
def test_what_cannot_be_a_workspace_is_refused(door: Door, name: str) -> None:
    response = door.client.get(
        "/api/2.0/mlflow/experiments/get", params={"experiment_id": "0"}, headers={"X-MLFLOW-WORKSPACE": name}
    )
    assert told(response).startswith("INVALID_PARAMETER_VALUE")


@pytest.fixture
def guarded_server() -> Iterator[Served]:
    """A server that asks for tokens."""
    with guarded(access=AccessSettings(auth=("token",))) as found:
        yield found


def _create(client: httpx.Client, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}, headers=sent)


def test_a_call_needs_a_token_and_the_server_can_be_looked_for_without(guarded_server: Served) -> None:
    with asking(guarded_server) as client:
        response = _create(client)
        assert response.status_code == 401
        assert told(response).startswith("UNAUTHENTICATED")
        assert client.get("/health").status_code == 200
        assert client.get("/api/3.0/mlflow/server-info").status_code == 200
        assert client.get("/mlflow/version").status_code == 401


def test_a_token_is_taken_as_a_password(guarded_server: Served) -> None:
    token = guarded_server.token(Role.WRITER)
    for name, password, status in (("ann", token, 200), ("", token, 200), ("ann", token[:-1] + "x", 401)):
        given = base64.b64encode(f"{name}:{password}".encode()).decode()
        with asking(guarded_server) as client:
            assert _create(client, Authorization=f"Basic {given}").status_code == status
    for broken in ("!!", base64.b64encode(b"\xff:\xfe").decode(), base64.b64encode(token.encode()).decode()):
        with asking(guarded_server) as client:
            assert _create(client, Authorization=f"Basic {broken}").status_code == 401


def test_a_reader_reads(guarded_server: Served) -> None:
    with asking(guarded_server, token=guarded_server.token(Role.READER)) as client:
        assert told(_create(client)).startswith("PERMISSION_DENIED")
        found = client.get("/api/2.0/mlflow/experiments/get", params={"experiment_id": "0"})
        assert found.json()["experiment"]["name"] == "Default"


def test_a_token_of_one_workspace_needs_to_name_none_and_finds_nothing_else(guarded_server: Served) -> None:
    with asking(guarded_server, token=guarded_server.token(Role.WRITER)) as client:
        elsewhere = _create(client).json()["run"]["info"]["run_id"]
    with asking(guarded_server, token=guarded_server.token(Role.WRITER, "risk")) as client:
        own = _create(client).json()["run"]["info"]
        assert own["artifact_uri"].startswith("mlflow-artifacts:/risk/0/")
        made = client.post("/api/2.0/mlflow/experiments/create", json={"name": "churn"}).json()["experiment_id"]
        run = client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": made}).json()["run"]["info"]["run_id"]
        logged = client.post(
            "/api/2.0/mlflow/runs/log-batch",
            json={
                "run_id": run,
                "metrics": [{"key": "auc", "value": 0.5, "timestamp": 1}],
                "params": [{"key": "rate", "value": "0.1"}],
                "tags": [{"key": "__kf_workspace__", "value": "default"}],
            },
        )
        assert logged.json() == {}
        found = client.get("/api/2.0/mlflow/runs/get", params={"run_id": run}).json()["run"]["data"]
        assert found["metrics"][0]["value"] == 0.5
        unseen = client.get("/api/2.0/mlflow/runs/get", params={"run_id": elsewhere})
        assert told(unseen).startswith("RESOURCE_DOES_NOT_EXIST")
        assert told(_create(client, X_MLFLOW_WORKSPACE="default")).startswith("RESOURCE_DOES_NOT_EXIST")


def test_a_token_of_several_workspaces_names_one(guarded_server: Served) -> None:
    with asking(guarded_server, token=guarded_server.token(Role.WRITER, "risk", "voice")) as client:
        assert "X-MLFLOW-WORKSPACE" in told(_create(client))
        assert _create(client, X_MLFLOW_WORKSPACE="voice").json()["run"]["info"]["experiment_id"] == "0"
