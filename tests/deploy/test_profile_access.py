"""Rights from Kubernetes, on a real API server with its role-based access control, and the roles of the manifests."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import yaml

from lineal import errors
from lineal.cli import build_parser
from lineal.security import AccessSettings
from lineal.server.auth.authenticator import Authenticator
from lineal.server.auth.kubernetes_access import KubernetesAccess
from lineal.service.access import Caller, Role, Scope, scope_of
from lineal.upkeep.tokens import Tokens
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import Served, serving
from tests.deploy.choices import Choice
from tests.deploy.cluster import Cluster
from tests.watch.kube import KubeServer

pytestmark = pytest.mark.slow

RBAC = "/apis/rbac.authorization.k8s.io/v1"
CHOICE = Choice("kubeflow-istio", ("profile-access",))
SELECTOR = "app.kubernetes.io/part-of=kubeflow-profile"
ACCESS = AccessSettings(("kubeflow", "mesh"), trusted_proxies=("127.0.0.1",), kubernetes_access=True)


def identity(namespace: str, name: str) -> dict[str, str]:
    """What a sidecar of Istio says of the caller of a request."""
    by = "By=spiffe://cluster.local/ns/kubeflow/sa/lineal-server;Hash=00"
    return {"x-forwarded-client-cert": f'{by};Subject="";URI=spiffe://cluster.local/ns/{namespace}/sa/{name}'}


def test_the_watcher_records_into_the_workspaces_in_which_users_have_rights() -> None:
    (watcher,) = CHOICE.deployment("lineal-watcher")["spec"]["template"]["spec"]["containers"]

    assert build_parser().parse_args(watcher["args"]).workspace == "{namespace}"


@pytest.fixture(scope="module")
def profiles(kube: KubeServer) -> tuple[str, str, str]:
    """Namespaces of three profiles, and the roles of the manifests, of which the server has only its own."""
    kube.call("POST", "/api/v1/namespaces", {"metadata": {"name": "kubeflow"}})
    roles = [one for one in CHOICE.objects() if one["kind"] in ("ClusterRole", "ClusterRoleBinding")]
    Cluster(kube).kubectl("apply", "-f", "-", text=yaml.safe_dump_all(roles))
    bind(kube, "", "lineal-server:kubeflow", user("limited"))
    names = ("team-a", "team-b", "team-c")
    for name in names:
        made = {"metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "kubeflow-profile"}}}
        kube.call("POST", "/api/v1/namespaces", made)
    kube.call("POST", "/api/v1/namespaces", {"metadata": {"name": "no-profile"}})
    for namespace in ("team-a", "no-profile"):
        bind(kube, namespace, "lineal-workspaces-edit:kubeflow", user("ada"))
    bind(kube, "team-b", "lineal-workspaces-view:kubeflow", user("ada"))
    bind(kube, "team-b", "lineal-workspaces-view:kubeflow", user("bea"))
    bind(kube, "team-c", "lineal-workspaces-edit:kubeflow", account("team-c", "default-editor"))
    bind(kube, "", "lineal-workspaces-view:kubeflow", user("auditor"))
    bind(kube, "team-a", "lineal-workspaces-edit:kubeflow", user("auditor"))
    bind(kube, "", "cluster-admin", user("root"))
    bind(kube, "team-c", "lineal-workspaces-view:kubeflow", {"kind": "Group", "name": "readers-of-c"})
    return names


def user(name: str) -> dict[str, str]:
    return {"kind": "User", "name": name}


def account(namespace: str, name: str) -> dict[str, str]:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def bind(kube: KubeServer, namespace: str, role: str, subject: dict[str, str]) -> None:
    kind = "rolebindings" if namespace else "clusterrolebindings"
    path = f"{RBAC}/namespaces/{namespace}/{kind}" if namespace else f"{RBAC}/{kind}"
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    name = f"test-{role}-{subject['name']}".replace(":", "-")
    kube.call("POST", path, {"metadata": {"name": name}, "roleRef": reference, "subjects": [subject]})


@pytest.fixture
def access(kube: KubeServer, profiles: object, monkeypatch: pytest.MonkeyPatch) -> KubernetesAccess:
    """The rights as a server sees them that has no other rights than its cluster role."""
    monkeypatch.setenv("KUBECONFIG", str(kube.limited))
    return KubernetesAccess(SELECTOR)


def scope(*names: str) -> Scope:
    return scope_of(names)


@pytest.mark.parametrize(
    ("name", "groups", "found"),
    [
        ("ada", (), Caller("ada", Role.WRITER, scope("team-a", "team-b"), writing=scope("team-a"))),
        ("bea", (), Caller("bea", Role.READER, scope("team-b"))),
        ("eve", (), None),
        ("eve", ("readers-of-c",), Caller("eve", Role.READER, scope("team-c"))),
        ("auditor", (), Caller("auditor", Role.WRITER, None, writing=scope("team-a"))),
        ("root", (), Caller("root", Role.ADMIN)),
    ],
)
def test_roles_of_kubernetes_are_rights_in_workspaces(
    access: KubernetesAccess, name: str, groups: tuple[str, ...], found: Caller | None
) -> None:
    assert access.caller(name, groups) == found


@pytest.mark.parametrize(
    ("namespace", "name", "role", "workspaces"),
    [
        ("team-c", "default-editor", Role.WRITER, scope("team-c")),
        ("kubeflow", "lineal-watcher", Role.WRITER, None),
        ("kubeflow", "kubeflow-pipelines-metadata-writer", Role.WRITER, None),
        ("kubeflow", "ml-pipeline-ui", Role.READER, None),
    ],
)
def test_service_accounts_have_the_rights_of_their_roles(
    access: KubernetesAccess, namespace: str, name: str, role: Role, workspaces: Scope | None
) -> None:
    found = access.caller(f"system:serviceaccount:{namespace}:{name}")

    assert found is not None
    assert (found.role, found.scope, found.writing) == (role, workspaces, None)


def test_an_answer_is_remembered_and_without_an_api_server_nobody_new_gets_in(
    access: KubernetesAccess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kube: KubeServer
) -> None:
    away = yaml.safe_load(kube.limited.read_text())
    away["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "away").write_text(yaml.safe_dump(away))
    known = access.caller("bea")
    monkeypatch.setattr(access, "_reviews", None)
    assert access.caller("bea") == known

    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "away"))
    with pytest.raises(errors.UnavailableError, match="API server"):
        KubernetesAccess(SELECTOR).caller("bea")
    with serving(access=ACCESS) as served:
        answer = httpx.get(f"http://{served.http}/api/v1/executions", headers={"kubeflow-userid": "bea"})
    assert (answer.status_code, "database" in answer.text) == (503, False)


@pytest.fixture
def served(kube: KubeServer, profiles: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("KUBECONFIG", str(kube.limited))
    with serving(access=ACCESS) as running:
        yield running


def test_groups_of_an_issuer_cannot_be_those_of_kubernetes(served: Served) -> None:
    authenticator = Authenticator(served.service, ACCESS)
    with pytest.raises(errors.PermissionDeniedError):
        authenticator.by_rules("oidc", "eve", user=["eve"], group=["system:masters"])

    found = authenticator.by_rules("oidc", "eve", user=["eve"], group=["system:masters", "readers-of-c"])
    assert (found.role, found.scope) == (Role.READER, scope("team-c"))


def test_requests_of_one_user_that_arrive_together_ask_once_and_for_rights_to_write_only_what_is_read(
    access: KubernetesAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    review = access._reviews.create_subject_access_review

    def counted(body: Any, **more: Any) -> Any:
        attributes = body["spec"]["resourceAttributes"]
        asked.append((attributes["verb"], attributes["namespace"]))
        return review(body, **more)

    monkeypatch.setattr(access._reviews, "create_subject_access_review", counted)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(access.caller, ["ada"] * 8))

    assert {one.scope for one in found if one} == {scope("team-a", "team-b")}
    read = [("get", name) for name in ("team-a", "team-b", "team-c")]
    written = [("update", name) for name in ("team-a", "team-b")]
    assert sorted(asked) == sorted([("*", ""), ("get", ""), *read, *written])


def test_many_users_at_once_share_a_few_connections(access: KubernetesAccess, caplog: pytest.LogCaptureFixture) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(access.caller, [f"user-{number}" for number in range(16)]))

    assert found == [None] * 16
    assert [one.getMessage() for one in caplog.records if "pool is full" in one.getMessage()] == []


def test_an_error_reaches_everybody_who_waits_and_is_not_remembered(
    access: KubernetesAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews = access._reviews
    monkeypatch.setattr(access, "_reviews", None)
    with pytest.raises(AttributeError):
        access.caller("bea")

    monkeypatch.setattr(access, "_reviews", reviews)
    assert access.caller("bea") == Caller("bea", Role.READER, scope("team-b"))


def test_a_user_reads_two_workspaces_and_writes_into_one(served: Served) -> None:
    ada, bea, root = ({"kubeflow-userid": name} for name in ("ada", "bea", "root"))
    put_type(served)
    assert put(served, "team-a", ada) is grpc.StatusCode.OK
    assert put(served, "team-b", ada) is grpc.StatusCode.PERMISSION_DENIED
    assert put(served, "team-b", bea) is grpc.StatusCode.PERMISSION_DENIED
    assert put(served, "team-b", root) is grpc.StatusCode.OK

    assert shown(served, ada) == {"team-a", "team-b"}
    assert shown(served, bea) == {"team-b"}
    assert shown(served, root) == {"team-a", "team-b"}


def test_a_pod_of_a_profile_writes_into_its_workspace_by_the_certificate_of_the_mesh(served: Served) -> None:
    launcher, web_ui = identity("team-c", "default-editor"), identity("kubeflow", "ml-pipeline-ui")
    put_type(served)
    assert put(served, "team-c", launcher) is grpc.StatusCode.OK
    assert put(served, "team-a", launcher) is grpc.StatusCode.PERMISSION_DENIED
    assert put(served, "team-a", {"kubeflow-userid": "root"}) is grpc.StatusCode.OK

    assert shown(served, launcher) == {"team-c"}
    assert shown(served, web_ui) == {"team-a", "team-c"}


def test_a_token_counts_in_the_mesh_too_where_the_service_account_has_no_rights(
    kube: KubeServer, profiles: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kube.limited))
    container = CHOICE.pods()["lineal-server"]["spec"]["containers"][0]
    methods = build_parser().parse_args(container["args"]).auth
    with serving(access=replace(ACCESS, auth=methods)) as served:
        token = Tokens(served.service).create("retention", Role.ADMIN, who="test")
        put_type(served)
        retention = identity("kubeflow", "lineal-server")
        assert put(served, "team-a", retention) is grpc.StatusCode.PERMISSION_DENIED
        assert put(served, "team-a", {**retention, "authorization": f"Bearer {token}"}) is grpc.StatusCode.OK


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"kubeflow-userid": "eve"}, 403),
        ({"kubeflow-userid": "system:serviceaccount:kubeflow:lineal-watcher"}, 403),
        (identity("default", "default"), 403),
        ({"x-forwarded-client-cert": "Hash=00"}, 401),
    ],
)
def test_nobody_else_gets_in(served: Served, headers: dict[str, str], status: int) -> None:
    with httpx.Client(base_url=f"http://{served.http}") as client:
        assert client.get("/api/v1/executions", headers=headers).status_code == status


def test_without_credentials_only_grpc_works_and_only_if_it_is_open(served: Served) -> None:
    put_type(served)
    assert put(served, "team-a", {}) is grpc.StatusCode.UNAUTHENTICATED

    open_ = replace(ACCESS, open_grpc=True)
    with serving(access=open_) as other:
        put_type(other)
        assert put(other, "team-a", {}) is grpc.StatusCode.OK
        assert put(other, "team-b", identity("default", "default")) is grpc.StatusCode.PERMISSION_DENIED
        assert shown(other, {"kubeflow-userid": "ada"}) == {"team-a"}
        assert httpx.get(f"http://{other.http}/api/v1/executions").status_code == 401


def put_type(served: Served) -> None:
    served.service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="Run")))


def put(served: Served, workspace: str, headers: dict[str, str]) -> grpc.StatusCode:
    """Put a run into a workspace over gRPC; the run has the workspace's name."""
    (type_,) = served.service.call("GetExecutionTypes", rpc.GetExecutionTypesRequest()).execution_types
    run = pb.Execution(type_id=type_.id, name=workspace)
    run.custom_properties["__kf_workspace__"].string_value = workspace
    with grpc.insecure_channel(served.grpc) as channel:
        call = channel.unary_unary("/ml_metadata.MetadataStoreService/PutExecutions")
        try:
            call(
                rpc.PutExecutionsRequest(executions=[run]).SerializeToString(), metadata=[*headers.items()], timeout=30
            )
        except grpc.RpcError as error:
            return error.code()
    return grpc.StatusCode.OK


def shown(served: Served, headers: dict[str, str]) -> set[str]:
    """The workspaces of the runs that a caller sees over REST."""
    with httpx.Client(base_url=f"http://{served.http}") as client:
        found = client.get("/api/v1/executions", headers=headers).raise_for_status().json()
    return {one["name"] for one in found["items"]}
