"""Transactions on database servers: what is run again, what never is, and what concurrent writers can rely on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_types import put_type
from lineal.store.engine.session import Session
from lineal.store.schema import locks
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import Engine
from tests.service.requests import artifact, put_artifact_type, put_artifacts


def count_types(service: MetadataService) -> int:
    response: Any = service.call("GetArtifactTypes", rpc.GetArtifactTypesRequest())
    return len(response.artifact_types)


def add_type(session: Session) -> None:
    session.script("UPDATE lineal_lock SET turns = turns + 1 WHERE name = 'types'")


def turns(service: MetadataService) -> int:
    found: int = service.database.read(
        lambda session: session.script("SELECT turns FROM lineal_lock WHERE name = 'types'")[0][0]
    )
    return found


def test_a_connection_lost_before_the_commit_is_replaced_and_the_work_runs_again(
    service: MetadataService, server_engine: Engine
) -> None:
    attempts: list[int] = []
    reasons: list[str] = []
    service.database.on_retry = reasons.append

    def work(session: Session) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            server_engine.kill_connection(session, service.database)
        add_type(session)

    before = turns(service)
    service.database.write(work)
    assert (len(attempts), turns(service)) == (2, before + 1)
    assert reasons == ["lost"]


def test_a_type_that_was_made_before_the_connection_was_lost_is_made_again(
    service: MetadataService, server_engine: Engine
) -> None:
    request = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="Model"))
    attempts: list[int] = []

    def work(session: Session, types: KnownTypes) -> int:
        known = types.id_of(session, ARTIFACT, "Model", "")
        type_id = known or int(put_type(session, types, request, ARTIFACT).type_id)
        attempts.append(types.get(session, ARTIFACT, type_id).id)
        assert types.id_of(session, ARTIFACT, "Model", "") == type_id
        if len(attempts) == 1:
            server_engine.kill_connection(session, service.database)
        add_type(session)
        return type_id

    type_id = service.write(work)
    assert (len(attempts), count_types(service)) == (2, 1)
    assert put_artifacts(service, artifact(type_id))


def test_the_connection_of_an_interrupted_read_is_not_used_again(
    service: MetadataService, server_engine: Engine
) -> None:
    def own_connection(session: Session) -> int:
        session.end_with_next()
        return int(session.ask_text(server_engine.own_connection)()[0][0])

    def interrupted(session: Session) -> None:
        interrupts.append(own_connection(session))
        raise KeyboardInterrupt

    interrupts: list[int] = []
    assert service.database.read(own_connection) == service.database.read(own_connection)
    with pytest.raises(KeyboardInterrupt):
        service.database.read(interrupted)
    assert service.database.read(own_connection) not in interrupts


def test_a_commit_that_may_have_happened_is_not_repeated(service: MetadataService, server_engine: Engine) -> None:
    attempts: list[int] = []

    def work(session: Session) -> None:
        attempts.append(1)
        add_type(session)
        server_engine.kill_connection(session, service.database)

    service.database.around_write = None  # it may read before the commit, and meet the loss there
    with pytest.raises(errors.UnavailableError, match="may or may not be stored"):
        service.database.write(work)
    assert len(attempts) == 1


def test_connections_killed_while_idle_cost_no_call(service: MetadataService, server_engine: Engine) -> None:
    server_engine.kill_idle_connections(service.database)
    assert count_types(service) == 0
    server_engine.kill_idle_connections(service.database)
    assert put_artifact_type(service)


def test_of_two_transactions_in_a_deadlock_one_runs_again(service: MetadataService) -> None:
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def work(first: str, second: str) -> Callable[[Session], None]:
        def take_both(session: Session) -> None:
            attempts.append(first)
            locks.take(session, first)
            if attempts.count(first) == 1:
                both_hold_one.wait(20)
            locks.take(session, second)

        return take_both

    with ThreadPoolExecutor(2) as threads:
        orders = [(locks.TYPES, locks.SCHEMA), (locks.SCHEMA, locks.TYPES)]
        for done in [threads.submit(service.database.write, work(*order)) for order in orders]:
            done.result(40)
    assert len(attempts) > 2


def test_a_call_reads_one_state_of_the_database(service: MetadataService) -> None:
    type_id = put_artifact_type(service)

    def count(session: Session) -> int:
        found: int = session.script("SELECT COUNT(*) FROM Artifact")[0][0]
        return found

    def work(session: Session) -> tuple[int, int]:
        before = count(session)
        put_artifacts(service, artifact(type_id))
        return before, count(session)

    assert service.database.read(work) == (0, 0)


def test_a_type_raced_by_many_writers_on_several_servers_is_created_once(server_url: str) -> None:
    start = threading.Barrier(8)

    def put(service: MetadataService) -> list[int]:
        start.wait(20)
        types = [pb.ArtifactType(name=f"T{number}", properties={"p": pb.INT}) for number in range(10)]
        requests = [rpc.PutArtifactTypeRequest(artifact_type=each) for each in types]
        responses: list[Any] = [service.call("PutArtifactType", request) for request in requests]
        return [response.type_id for response in responses]

    with open_service(server_url) as one, open_service(server_url) as other, ThreadPoolExecutor(8) as threads:
        results = [future.result(60) for future in [threads.submit(put, service) for service in [one, other] * 4]]
        assert all(ids == results[0] for ids in results)
        assert count_types(one) == 10


@pytest.mark.long
def test_many_servers_that_start_at_once_make_one_schema(server_engine: Engine, servers: Any, tmp_path: Any) -> None:
    url = server_engine.fresh_url(servers, tmp_path)
    with ThreadPoolExecutor(6) as threads:
        services = [future.result(90) for future in [threads.submit(open_service, url) for _ in range(6)]]
    response: Any = services[0].call("GetArtifactTypesByID", rpc.GetArtifactTypesByIDRequest(type_ids=range(1, 10)))
    versions = services[0].database.read(lambda session: session.script("SELECT schema_version FROM MLMDEnv"))
    for service in services:
        service.close()
    assert [kind.name for kind in response.artifact_types] == [
        "mlmd.Dataset", "mlmd.Model", "mlmd.Metrics", "mlmd.Statistics",
    ]  # fmt: skip
    assert [tuple(row) for row in versions] == [(10,)]


def test_updates_of_a_node_by_many_writers_follow_one_another(service: MetadataService) -> None:
    (node_id,) = put_artifacts(service, artifact(put_artifact_type(service)))

    def rename(number: int) -> None:
        node = pb.Artifact(id=node_id)
        for name in "ab":
            node.custom_properties[name].int_value = number
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node]))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(rename, range(40)))
    response: Any = service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[node_id]))
    properties = response.artifacts[0].custom_properties
    assert properties["a"].int_value == properties["b"].int_value


def test_contexts_reused_by_many_writers_are_created_once_without_an_error(service: MetadataService) -> None:
    context_type = pb.ContextType(name="C")
    made: Any = service.call(
        "PutTypes", rpc.PutTypesRequest(context_types=[context_type], execution_types=[pb.ExecutionType(name="E")])
    )

    def put(number: int) -> int:
        request = rpc.PutExecutionRequest(options={"reuse_context_if_already_exist": True})
        request.execution.CopyFrom(pb.Execution(type_id=made.execution_type_ids[0], name=f"e{number}"))
        for name in range(5):
            request.contexts.add(type_id=made.context_type_ids[0], name=f"c{(name + number) % 5}")
        response: Any = service.call("PutExecution", request)
        return int(response.context_ids[0])

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(put, range(40)))) == 5
