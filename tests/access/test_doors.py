"""With authentication on, no door answers who does not say who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from lineal import errors
from lineal.catalogue import Catalogue
from lineal.client import MetadataStore
from lineal.config import DatabaseSettings
from lineal.security import AccessSettings
from lineal.server.grpc_web import frame
from lineal.server.rpcs import SERVICES
from lineal.service.access import Caller, Role
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import Served, asking, serving

EVERY_RPC = [f"/{service}/{name}" for service, rpcs in SERVICES.items() for name in rpcs]
HEALTH = {"/healthz", "/readyz"}
MLFLOW = {f"{root}{path}" for root in ("", "/mlflow") for path in ("/health", "/api/3.0/mlflow/server-info")}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server that asks for tokens."""
    with serving(access=AccessSettings(auth=("token",))) as found:
        yield found


@pytest.fixture(scope="module")
def channel(served: Served) -> Iterator[grpc.Channel]:
    """A channel to it."""
    with grpc.insecure_channel(served.grpc) as found:
        yield found


def status_of(channel: grpc.Channel, method: str, *metadata: tuple[str, str]) -> grpc.StatusCode:
    """Return how a call with an empty request ends."""
    call = channel.unary_unary(method)
    try:
        call(b"", metadata=metadata, timeout=30)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("value", [None, "Bearer", "Bearer x", "Basic eDp5", f"Bearer lineal_{'a' * 12}_{'b' * 43}"])
def test_no_rpc_answers_without_credentials(channel: grpc.Channel, value: str | None) -> None:
    metadata = [("authorization", value)] if value is not None else []
    ends = {method: status_of(channel, method, *metadata) for method in EVERY_RPC}
    assert {method: end for method, end in ends.items() if end is not grpc.StatusCode.UNAUTHENTICATED} == {}
    assert len(ends) >= 52


def test_every_rpc_answers_with_a_token(channel: grpc.Channel, served: Served) -> None:
    metadata = ("authorization", f"Bearer {served.token(Role.ADMIN)}")
    refused = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INTERNAL}
    assert not [method for method in EVERY_RPC if status_of(channel, method, metadata) in refused]


def test_health_answers_without_credentials(channel: grpc.Channel) -> None:
    answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=30)
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING  # nothing watches the database here


def test_reflection_does_not_answer_without_credentials(channel: grpc.Channel) -> None:
    call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    with pytest.raises(grpc.RpcError) as raised:
        list(call(iter([b"\x3a\x01*"]), timeout=30))
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED


def routes(app: Any) -> list[tuple[str, str]]:
    """Return (method, path) of every route of an application, those of REST from its description."""
    found = [(method.upper(), path) for path, given in app.openapi()["paths"].items() for method in given]
    for route in app.routes:
        found += [(method, route.path) for method in getattr(route, "methods", None) or () if hasattr(route, "path")]
    return [(method, re.sub(r"{[^}]*}", "1", path)) for method, path in found]


def test_no_route_but_health_answers_without_credentials(served: Served) -> None:
    with asking(served) as client:
        answering = {
            path for method, path in routes(served.app) if client.request(method, path).status_code not in (401, 405)
        }
    assert answering == {*HEALTH, "/login", "/logout", "/docs", "/docs/problems", *MLFLOW}
    assert len(routes(served.app)) > 60


def test_the_page_that_a_refusal_links_to_needs_no_credentials(served: Served) -> None:
    with asking(served) as client:
        refusal = client.get("/api/v1/totals").json()
        assert client.get(refusal["type"]).status_code == 200
        assert client.head("/api/v1/totals").status_code == 401


def test_the_documentation_needs_no_credentials_and_opens_nothing_else(served: Served) -> None:
    with asking(served) as client:
        browser = {"accept": "text/html"}
        assert client.get("/docs/no-such-page.html", headers=browser).status_code == 404
        assert client.get("/login").text.count('href="docs/operations/security.html#tokens"') == 1
        for way in ("/docs/../api/v1/totals", "/docs/..%2fapi/v1/totals", "/docs/%2e%2e/api/v1/totals"):
            assert client.get(httpx.URL(f"{client.base_url}").copy_with(raw_path=way.encode())).status_code in (
                401,
                404,
            )


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/healthz/",
        "//healthz",
        "/healthz/../api/v1/totals",
        "/%68ealthz/x",
        "/assets/x",
        "/HEALTHZ",
        "/docsx",
    ],
)
def test_no_other_spelling_of_a_path_answers(served: Served, path: str) -> None:
    with asking(served) as client:
        assert client.get(path).status_code == 401


def test_a_prefix_opens_no_route(served: Served) -> None:
    with asking(served) as client:
        for prefix in ("/healthz", "/api", "/api/v1", "/docs"):
            assert client.get("/api/v1/totals", headers={"x-forwarded-prefix": prefix}).status_code == 401
            assert client.get(prefix, headers={"x-forwarded-prefix": prefix}).status_code == 401
            assert client.get(f"{prefix}/healthz", headers={"x-forwarded-prefix": prefix}).status_code in (200, 401)


def test_no_rpc_answers_over_grpc_web_without_credentials(served: Served) -> None:
    headers = {"content-type": "application/grpc-web"}
    with asking(served) as client:
        statuses = {path: client.post(path, content=frame(b""), headers=headers).status_code for path in EVERY_RPC}
    assert {path: status for path, status in statuses.items() if status != 401} == {}


def test_a_token_opens_rest_and_grpc_web_as_far_as_it_goes(served: Served) -> None:
    with asking(served, token=served.token(Role.READER)) as client:
        assert client.get("/api/v1/totals").status_code == 200
        headers = {"content-type": "application/grpc-web"}
        path = "/ml_metadata.MetadataStoreService/{}".format
        assert b"grpc-status:0" in client.post(path("GetArtifacts"), content=frame(b""), headers=headers).content
        assert b"grpc-status:7" in client.post(path("PutArtifacts"), content=frame(b""), headers=headers).content


def test_a_client_sends_its_token(served: Served, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(served.token(Role.WRITER, "a") + "\n")
    with MetadataStore.from_url(f"grpc://{served.grpc}?token_file={tmp_path}/token") as store:
        type_id = store.put_artifact_type(pb.ArtifactType(name="T"))
        store.put_artifacts([pb.Artifact(type_id=type_id, name="mine")])
    monkeypatch.setenv("LINEAL_TOKEN", served.token(Role.READER, "b"))
    with MetadataStore.from_url(f"grpc://{served.grpc}") as store:
        assert store.get_artifacts() == []
        with pytest.raises(errors.PermissionDeniedError):
            store.put_artifact_type(pb.ArtifactType(name="U"))
    with asking(served, token=served.token(Role.READER, "a")) as client:
        assert client.get("/api/v1/totals").json()["artifacts"] == 1


def test_a_revoked_token_is_refused_within_seconds(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from lineal.server.auth import authenticator
    from lineal.upkeep.tokens import Tokens

    monkeypatch.setattr(authenticator, "REMEMBER_SECONDS", 0.0)
    token = served.token()
    with asking(served, token=token) as client:
        assert client.get("/api/v1/totals").status_code == 200
        Tokens(served.service).revoke(token.split("_")[1])
        assert client.get("/api/v1/totals").status_code == 401


def test_a_browser_logs_in_with_a_token(served: Served) -> None:
    with asking(served) as client:
        led = client.get("/artifacts", headers={"accept": "text/html"})
        assert (led.status_code, led.headers["location"]) == (303, "/login")
        assert client.post("/login", data={"token": "wrong"}).status_code == 401
        entered = client.post("/login", data={"token": served.token()})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert client.get("/api/v1/totals").status_code == 200
        assert client.get("/api/v1/totals", headers={"sec-fetch-site": "cross-site"}).status_code == 401
        client.post("/logout")
        assert client.get("/api/v1/totals").status_code == 401


@pytest.mark.parametrize(
    ("headers", "is_secure"),
    [
        ({}, False),
        ({"x-forwarded-proto": "https"}, True),
        ({"x-forwarded-proto": "HTTPS, http"}, True),
        ({"x-forwarded-proto": "http, https"}, False),
        ({"origin": "https://HOST", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://HOST", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, False),
    ],
)
def test_the_login_cookie_is_secure_where_the_browser_speaks_tls_with_a_proxy(
    served: Served, headers: dict[str, str], is_secure: bool
) -> None:
    with asking(served) as client:
        sent = {name: value.replace("HOST", client.base_url.netloc.decode()) for name, value in headers.items()}
        entered = client.post("/login", data={"token": served.token()}, headers=sent)
        left = client.post("/logout", headers=sent)
    assert ["; Secure" in each.headers["set-cookie"] for each in (entered, left)] == [is_secure, is_secure]


def test_the_login_has_its_icon_within_so_that_a_browser_asks_for_no_other(served: Served) -> None:
    with asking(served) as client:
        form = client.get("/login")
    assert '<link rel="icon" href="data:image/svg+xml,' in form.text
    assert "img-src 'self' data:" in form.headers["content-security-policy"]


@pytest.mark.parametrize(("networks", "is_believed"), [(("127.0.0.0/8",), True), (("10.0.0.0/8",), False)])
def test_a_proxys_header_is_taken_by_both_doors(tmp_path: Any, networks: tuple[str, ...], is_believed: bool) -> None:
    (tmp_path / "rules").write_text('{"user:ada@x": {"role": "reader"}}')
    access = AccessSettings(("kubeflow",), access_file=str(tmp_path / "rules"), trusted_proxies=networks)
    with serving(access=access) as found, grpc.insecure_channel(found.grpc) as channel, asking(found) as client:
        headers = {"Kubeflow-UserId": "ada@x", "X-Forwarded-For": "127.0.0.1"}
        assert client.get("/api/v1/totals", headers=headers).status_code == (200 if is_believed else 401)
        code = status_of(channel, EVERY_RPC[0], ("kubeflow-userid", "ada@x"))
        assert (code is not grpc.StatusCode.UNAUTHENTICATED) == is_believed
        twice = status_of(channel, EVERY_RPC[0], ("kubeflow-userid", "ada@x"), ("kubeflow-userid", "eve@x"))
        assert twice is grpc.StatusCode.UNAUTHENTICATED


def test_no_answer_holds_a_token(served: Served) -> None:
    token = served.token(Role.READER)
    with asking(served, token=token[:-1]) as client:
        refused = client.get("/api/v1/totals")
    assert token[:-1] not in refused.text + str(refused.headers)


def test_a_caller_is_told_what_they_can_do(served: Served) -> None:
    def rights(role: Role, *workspaces: str) -> dict[str, Any]:
        with asking(served, token=served.token(role, *workspaces)) as client:
            found: dict[str, Any] = client.get("/api/v1/caller").json()
            return found

    reader, scoped, admin = rights(Role.READER), rights(Role.WRITER, "a", "pipeline=b"), rights(Role.ADMIN)
    assert (reader["may_change"], reader["may_undo"], reader["may_read_audit"]) == (False, False, False)
    assert "needs the role writer" in reader["why_not"]
    assert (scoped["may_change"], scoped["may_undo"], scoped["workspaces"]) == (True, False, ["a", "pipeline=b"])
    assert (admin["may_change"], admin["may_undo"], admin["may_read_audit"]) == (True, True, True)
    assert (admin["workspaces"], admin["why_not"], admin["is_audited"]) == (None, None, False)


def test_nobody_may_change_a_database_that_is_open_for_reading_only(tmp_path: Any) -> None:
    with open_service(DatabaseSettings(f"sqlite:///{tmp_path}/store.db")):
        pass
    with open_service(DatabaseSettings(f"sqlite:///{tmp_path}/store.db?mode=ro")) as service:
        found = Catalogue(service).rights()
    assert (found.may_change, found.is_read_only, found.why_not) == (
        False,
        True,
        "The database is open for reading only.",
    )


def put_into(served: Served, workspace: str, name: str = "mine") -> int:
    """Put an artifact into a workspace; return its id."""
    kind = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="T"))
    artifact = pb.Artifact(type_id=served.service.call("PutArtifactType", kind).type_id, name=name)  # type: ignore[attr-defined]
    artifact.custom_properties["__kf_workspace__"].string_value = workspace
    put = rpc.PutArtifactsRequest(artifacts=[artifact])
    return int(served.service.call("PutArtifacts", put).artifact_ids[0])  # type: ignore[attr-defined]


def test_a_limited_caller_reads_their_own_changes_of_a_record_and_others_read_all(served: Served) -> None:
    tokens = {
        "admin": served.token(Role.ADMIN),
        "scoped": served.token(Role.WRITER, "a"),
        "reader": served.token(),
        "other": served.token(Role.READER, "b"),
    }
    with asking(served, token=tokens["scoped"]) as client:
        path = f"/api/v1/artifacts/{put_into(served, 'a', 'read')}"
        assert client.patch(path, json={"labels": {"team": "x"}}).status_code == 200
    with asking(served, token=tokens["admin"]) as client:
        assert client.patch(path, json={"labels": {"team": "secret"}}).status_code == 200
    found = {}
    for name, token in tokens.items():
        with asking(served, token=token) as client:
            found[name] = client.get(f"{path}/history")
    assert found["other"].status_code == 404
    items = {name: answer.json()["items"] for name, answer in found.items() if name != "other"}
    assert {name: len(each) for name, each in items.items()} == {"admin": 2, "scoped": 1, "reader": 2}
    assert (found["scoped"].json()["only_own"], "secret" in found["scoped"].text) == (True, False)
    undoable = {name: {each["is_undoable"] for each in of} for name, of in items.items()}
    assert undoable == {"admin": {True}, "scoped": {False}, "reader": {False}}


def test_a_deleted_record_is_told_from_one_that_never_was_to_those_who_read_all_changes(served: Served) -> None:
    node_id = put_into(served, "a", "gone")
    delete = lifecycle.DeleteNodesRequest(nodes=lifecycle.NodeIds(artifact_ids=[node_id]))
    served.service.call("DeleteNodes", delete, caller=Caller("ada", Role.ADMIN))
    found = {}
    for name, token in (("reader", served.token()), ("scoped", served.token(Role.WRITER, "a"))):
        with asking(served, token=token) as client:
            paths = (f"{node_id}", f"{node_id}/history", f"{node_id + 1}")
            found[name] = [client.get(f"/api/v1/artifacts/{path}") for path in paths]
    assert {each.status_code for answers in found.values() for each in answers} == {404}
    told = {name: [each.json().get("deleted_by") for each in answers] for name, answers in found.items()}
    assert told == {"reader": ["ada", "ada", None], "scoped": [None, None, None]}
    first, never = found["scoped"][0].json()["detail"], found["scoped"][2].json()["detail"]
    assert first.replace(f" {node_id}", " N") == never.replace(f" {node_id + 1}", " N")
    assert f"{node_id} any more: ada deleted it on 20" in found["reader"][0].json()["detail"]
