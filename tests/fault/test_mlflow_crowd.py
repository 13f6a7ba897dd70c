"""Sixteen clients of MLflow's interface that log at once: nothing is lost or there twice, and none sees a fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.engines import EVERY_ENGINE, SERVERS, SQLITE_EVERY_DAY, Engine
from tests.mlflow_crowd import (
    REGISTERED,
    Client,
    Logged,
    Member,
    at_once,
    check_runs,
    check_versions,
    prepared,
)
from tests.server.rest.conftest import serving
from tests.serving import running_server

pytestmark = pytest.mark.long

CLIENTS = 16


def check(urls: Sequence[str], *, rounds: int) -> None:
    """Let the clients log to servers of one database, and look afterwards at what is there."""
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(urls[index % len(urls)])) for index in range(CLIENTS)]
        place = prepared(clients[0])
        members = [Member(client, place, index) for index, client in enumerate(clients)]

        def work(index: int) -> None:
            member = members[index]
            member.start()
            for number in range(rounds):
                member.log(number)
                member.register(number)
            member.end()

        at_once(work, CLIENTS)
        print(f"\n{sum(client.again for client in clients)} calls were answered with 503")
        logged = [member.logged for member in members]
        check_runs(clients[0], logged)
        check_versions(clients[0], logged)
        check_nested(clients[-1], place.experiment_id, place.run_id, logged)


def check_nested(client: Client, experiment_id: str, run_id: str, members: Sequence[Logged]) -> None:
    """Require that the runs of all clients are inside the shared one, finished."""
    inside = f"tags.`mlflow.parentRunId` = '{run_id}'"
    found = client.post("runs/search", experiment_ids=[experiment_id], filter=inside, max_results=100)["runs"]
    assert sorted(run["info"]["run_id"] for run in found) == sorted(each for one in members for each in one.runs)
    assert {run["info"]["status"] for run in found} == {"FINISHED"}


@pytest.mark.timeout(300)
def test_sixteen_clients_of_one_server_lose_nothing(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path}/store.db") as server:
        check([server.http], rounds=1)


@pytest.mark.parametrize("kind", ["params", "tags", "points", "inputs", "versions"])
def test_the_check_sees_what_is_lost(kind: str) -> None:
    with serving("sqlite://") as (_, url), Client(url) as client:
        member = Member(client, prepared(client), 0)
        member.start()
        member.log(0)
        member.register(0)
        check_runs(client, [member.logged])
        check_versions(client, [member.logged])
        run, pair = member.logged.runs[0], {"a": "b"}
        never = Logged({run: pair}, {run: pair}, {run: [("shared", 1, 1, 1)]}, {run: {"a"}}, versions=[2])
        setattr(member.logged, kind, getattr(never, kind))
        with pytest.raises((AssertionError, KeyError)):
            (check_versions if kind == "versions" else check_runs)(client, [member.logged])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("chosen", EVERY_ENGINE)
def test_sixteen_clients_of_two_workers_lose_nothing(chosen: Engine, servers: ExitStack, tmp_path: Path) -> None:
    url = chosen.fresh_url(servers, tmp_path)
    with running_server(url, "--workers", "2") as server:
        check([server.http], rounds=4)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("chosen", SERVERS)
def test_sixteen_clients_of_two_servers_lose_nothing(chosen: Engine, servers: ExitStack, tmp_path: Path) -> None:
    url = chosen.fresh_url(servers, tmp_path)
    with running_server(url) as one, running_server(url) as other:
        check([one.http, other.http], rounds=4)


@pytest.mark.parametrize("chosen", SQLITE_EVERY_DAY)
def test_of_clients_that_take_the_same_one_succeeds(chosen: Engine, servers: ExitStack, tmp_path: Path) -> None:
    with running_server(chosen.fresh_url(servers, tmp_path)) as server, ExitStack() as stack:
        clients = [stack.enter_context(Client(server.http)) for _ in range(CLIENTS)]
        for call in ("experiments/create", "registered-models/create"):
            taken = raced(clients, call, lambda _: {"name": "a"})
            assert taken == [(200, ""), *[(400, "RESOURCE_ALREADY_EXISTS")] * (CLIENTS - 1)]
        run = prepared(clients[0]).run_id
        taken = raced(clients, "runs/log-parameter", lambda index: {"run_id": run, "key": "k", "value": str(index)})
        assert taken == [(200, ""), *[(400, "INVALID_PARAMETER_VALUE")] * (CLIENTS - 1)]


@pytest.mark.parametrize("chosen", SQLITE_EVERY_DAY)
def test_versions_that_enter_a_stage_at_once_leave_it_to_one(
    chosen: Engine, servers: ExitStack, tmp_path: Path
) -> None:
    with running_server(chosen.fresh_url(servers, tmp_path)) as server, ExitStack() as stack:
        clients = [stack.enter_context(Client(server.http)) for _ in range(CLIENTS)]
        prepared(clients[0])

        def work(index: int) -> None:
            made = clients[index].post("model-versions/create", name=REGISTERED, source=f"s3://b/{index}")
            own = {"name": REGISTERED, "version": made["model_version"]["version"]}
            staged = {**own, "stage": "Production", "archive_existing_versions": True}
            clients[index].post("model-versions/transition-stage", **staged)
            clients[index].post("model-versions/set-tag", **own, key="a", value="b")
            if index % 4 == 0:
                clients[index].post("model-versions/delete", "DELETE", **own)

        at_once(work, CLIENTS)
        model = clients[0].get("registered-models/get", name=REGISTERED)["registered_model"]
        found = clients[0].get("model-versions/search", filter=f"name = '{REGISTERED}'")["model_versions"]
        inside = [each["version"] for each in found if each["current_stage"] == "Production"]
        assert [each["version"] for each in model.get("aliases", []) if each["alias"] == "production"] == inside[:1]
        assert len(inside) <= 1
        assert len(found) == CLIENTS - CLIENTS // 4
        assert all(each["tags"] == [{"key": "a", "value": "b"}] for each in found)


def raced(clients: Sequence[Client], call: str, fields: Callable[[int], Any]) -> list[tuple[int, str]]:
    """Let all clients make a call at once; return the statuses and the codes of errors, sorted."""
    answers: list[tuple[int, str]] = []

    def work(index: int) -> None:
        response = clients[index].send(call, **fields(index))
        answers.append((response.status_code, response.json().get("error_code", "")))

    at_once(work, len(clients))
    return sorted(answers)
