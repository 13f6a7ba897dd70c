"""Many clients of several servers on one database: they create the same types and write, and none sees an error."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SERVERS, Engine
from tests.galera import galera
from tests.serving import Caller, ServerProcess, running_server

pytestmark = pytest.mark.long

CLIENTS, TYPES, EXECUTIONS, PROCESSES = 16, 50, 200, 3


def create_types(caller: Caller, types: int) -> list[int]:
    """Create one type by one call, so that the clients meet in each."""
    ids: list[int] = []
    for number in range(types):
        given = pb.ExecutionType(name=f"T{number}", properties={"n": pb.INT, "s": pb.STRING})
        ids.append(
            caller.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=given), timeout=120).type_id
        )
    return ids


def write(server: ServerProcess, client: int, types: int, executions: int) -> tuple[list[int], list[str]]:
    """Create the types and write; return the types' ids and the names of all acknowledged executions."""
    names: list[str] = []
    with Caller(server.address) as caller:
        type_ids = create_types(caller, types)
        for number in range(executions):
            node = pb.Execution(type_id=type_ids[number % types], name=f"{client}.{number}")
            node.properties["n"].int_value = number
            node.properties["s"].string_value = node.name
            request = rpc.PutExecutionRequest(execution=node, options={"reuse_context_if_already_exist": True})
            caller.call("PutExecution", request, timeout=120)
            names.append(node.name)
    return type_ids, names


def check(urls: Sequence[str], *, clients: int, types: int, executions: int) -> None:
    """Run the servers and the clients, and look afterwards at what is there."""
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(url)) for url in urls]
        threads = stack.enter_context(ThreadPoolExecutor(clients))
        futures = [
            threads.submit(write, servers[client % len(servers)], client, types, executions)
            for client in range(clients)
        ]
        results = [future.result() for future in futures]
    assert all(type_ids == results[0][0] for type_ids, _ in results)
    with open_service(urls[-1]) as service:
        kinds = service.call("GetExecutionTypes", rpc.GetExecutionTypesRequest())
        stored = service.call("GetExecutions", rpc.GetExecutionsRequest())
    assert sorted(kind.name for kind in kinds.execution_types) == sorted(f"T{number}" for number in range(types))  # type: ignore[attr-defined]
    written = sorted(name for _, names in results for name in names)
    assert sorted(node.name for node in stored.executions) == written  # type: ignore[attr-defined]
    assert all(node.properties["s"].string_value == node.name for node in stored.executions)  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("server_engine", SERVERS)
def test_a_few_clients_of_two_servers(server_engine: Engine, servers: ExitStack, tmp_path: Path) -> None:
    url = server_engine.fresh_url(servers, tmp_path)
    check([url] * 2, clients=4, types=5, executions=5)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("server_engine", SERVERS)
def test_sixteen_clients_of_three_servers(server_engine: Engine, servers: ExitStack, tmp_path: Path) -> None:
    url = server_engine.fresh_url(servers, tmp_path)
    check([url] * PROCESSES, clients=CLIENTS, types=TYPES, executions=EXECUTIONS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_sixteen_clients_of_three_servers_each_on_its_node_of_a_cluster() -> None:
    with galera() as cluster:
        urls = [cluster.url(node) for node in cluster.nodes]
        check(urls, clients=CLIENTS, types=TYPES, executions=EXECUTIONS)
