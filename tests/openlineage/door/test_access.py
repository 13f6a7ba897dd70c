"""Who may send events, and where they go: tokens, roles, workspaces; and that no secret of an event is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal import errors
from lineal.config import OpenLineageSettings
from lineal.openlineage import METHOD
from lineal.security import AccessSettings
from lineal.server.auth.authenticator import Authenticator
from lineal.service.access import Role
from tests.access.serving import Served, asking, serving
from tests.openlineage.door.posting import BATCH, ONE, event, problem_of, runs
from tests.openlineage.secrets import PLANTED, event_with_secrets
from tests.serving import running_server

pytestmark = pytest.mark.slow

BY_NAMESPACE = OpenLineageSettings(workspaces=("{namespace}",))


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    """A server that asks for tokens, and takes the namespace of a job as its workspace."""
    with serving(access=AccessSettings(auth=("token",)), openlineage=BY_NAMESPACE) as found:
        yield found


def of(namespace: str, run_id: str, **members: Any) -> dict[str, Any]:
    """Return an event of a job in a namespace."""
    return event(run_id, job={"namespace": namespace, "name": "etl"}, **members)


def test_without_a_token_nothing_is_taken(guarded: Served) -> None:
    with asking(guarded) as client, asking(guarded, token=guarded.token(Role.ADMIN)) as admin:
        for path, body in ((ONE, of("a", "nobody")), (BATCH, [of("a", "nobody")])):
            response = client.post(path, json=body)
            assert "token" in problem_of(response, 401)["detail"]
            assert response.headers["www-authenticate"].startswith("Bearer")
            problem_of(client.post(path, json=body, headers={"authorization": "Bearer wrong"}), 401)
        assert not [run for run in runs(admin) if "nobody" in run]


def test_a_reader_sends_nothing(guarded: Served) -> None:
    with asking(guarded, token=guarded.token(Role.READER)) as client:
        for path, body in ((ONE, of("a", "reader")), (BATCH, [of("a", "reader")])):
            assert "is a reader" in problem_of(client.post(path, json=body), 403)["detail"]


def test_a_token_of_one_workspace_writes_there_whatever_the_event_names(guarded: Served) -> None:
    with asking(guarded, token=guarded.token(Role.WRITER, "risk")) as client:
        assert client.post(ONE, json=of("other", "one")).status_code == 201
        assert runs(client) == ["openlineage:risk:run:one"]
    with asking(guarded, token=guarded.token(Role.WRITER, "other")) as client:
        assert "openlineage:risk:run:one" not in runs(client)


def test_a_token_of_several_workspaces_writes_into_the_one_that_the_rules_name(guarded: Served) -> None:
    with asking(guarded, token=guarded.token(Role.WRITER, "b", "c")) as client:
        assert client.post(ONE, json=of("b", "several")).status_code == 201
        assert "these credentials write to 'b', 'c'" in problem_of(client.post(ONE, json=of("d", "x")), 403)["detail"]
        assert runs(client) == ["openlineage:b:run:several"]


def test_a_token_of_the_whole_store_follows_the_rules(guarded: Served) -> None:
    with asking(guarded, token=guarded.token(Role.WRITER)) as client:
        assert client.post(ONE, json=of("e", "whole")).status_code == 201
        assert "openlineage:e:run:whole" in runs(client)


def test_no_secret_of_an_event_is_in_the_database(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path / 'store.db'}") as served, asking(served) as client:
        response = client.post(ONE, json=event_with_secrets())
        assert response.status_code == 201
        assert "/job/facets/sql/query: a secret" in response.json()["left_out"]
        assert client.post(ONE, json=event_with_secrets("another")).status_code == 201
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"spark.hadoop.fs.s3a.secret.key" in stored
    assert [secret for secret in PLANTED if secret.encode() in stored] == []


def test_an_audit_says_who_sent_an_event_without_its_secrets(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with running_server(url, "--audit") as server:
        assert httpx.post(f"{server.http}{ONE}", json=event_with_secrets()).status_code == 201
        found = httpx.get(f"{server.http}/api/v1/audit").json()
        assert httpx.get(f"{server.http}/api/v1/audit", params={"rpc": METHOD}).json() == found
    entries = found["items"]
    assert {each["rpc"] for each in entries} == {METHOD}
    assert [secret for secret in PLANTED if secret in str(entries)] == []


def test_who_cannot_be_asked_about_a_caller_is_503(monkeypatch: pytest.MonkeyPatch, guarded: Served) -> None:
    def fail(*_: object) -> Any:
        raise errors.AbortedError("the database is busy")

    monkeypatch.setattr(Authenticator, "caller", fail)
    with asking(guarded, token=guarded.token(Role.WRITER)) as client:
        response = client.post(ONE, json=of("a", "late"))
        problem_of(response, 503)
        assert response.headers["retry-after"] == "1"


def test_a_password_in_a_namespace_makes_no_other_data_set() -> None:
    with serving() as served, asking(served) as client:
        for login in ("", "etl:hunter22@", "me:hunter33@"):
            used = {"namespace": f"postgres://{login}db:5432", "name": "x.public.t"}
            assert client.post(ONE, json=event("r" + login[:1], inputs=[used], outputs=[])).status_code == 201
        (found,) = client.get("/api/v1/artifacts").json()["items"]
        assert found["uri"] == "postgres://db:5432/x.public.t"
