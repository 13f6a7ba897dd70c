"""SIGKILL of a server in the middle of writes: what was acknowledged is there, and nothing is there by half.

Each write is one PutExecution of an execution, two artifacts with properties, two events and a context, so that a write
that was torn would show as a node without its properties, events or relations.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.serving import Caller, ServerProcess, running_server

pytestmark = pytest.mark.long

ROUNDS = 1
MANY_ROUNDS = 25
WRITERS = 3
PROPERTIES = 5

TORN_NODES = """
SELECT name FROM {node}
WHERE id NOT IN (SELECT {node}_id FROM {node}Property GROUP BY {node}_id HAVING count(*) = {properties})
OR id NOT IN (SELECT {node}_id FROM Event GROUP BY {node}_id HAVING count(*) = {events})
OR id NOT IN (SELECT {node}_id FROM {relation} GROUP BY {node}_id HAVING count(*) = 1)
"""
TORN_EVENTS = "SELECT id FROM Event WHERE 2 != (SELECT count(*) FROM EventPath WHERE EventPath.event_id = Event.id)"


@dataclass
class Types:
    """The ids of the types that the writes use."""

    artifact: int
    execution: int
    context: int


@dataclass
class Ledger:
    """What the writers were promised: the names whose write was acknowledged."""

    names: list[str] = field(default_factory=list)
    first: threading.Event = field(default_factory=threading.Event)

    def acknowledge(self, name: str) -> None:
        self.names.append(name)
        self.first.set()


def put_types(caller: Caller | MetadataService) -> Types:
    response: Any = caller.call(
        "PutTypes",
        rpc.PutTypesRequest(
            artifact_types=[pb.ArtifactType(name="T")],
            execution_types=[pb.ExecutionType(name="T")],
            context_types=[pb.ContextType(name="T")],
        ),
    )
    return Types(response.artifact_type_ids[0], response.execution_type_ids[0], response.context_type_ids[0])


def write_request(types: Types, name: str) -> rpc.PutExecutionRequest:
    request = rpc.PutExecutionRequest(options={"reuse_context_if_already_exist": True})
    request.execution.CopyFrom(pb.Execution(type_id=types.execution, name=name))
    request.contexts.add(type_id=types.context, name="shared")
    for number, event_type in enumerate((pb.Event.INPUT, pb.Event.OUTPUT)):
        pair = request.artifact_event_pairs.add(event=pb.Event(type=event_type))
        pair.event.path.steps.add(key="data")
        pair.event.path.steps.add(index=number)
        pair.artifact.CopyFrom(pb.Artifact(type_id=types.artifact, name=f"{name}.{number}"))
        for index in range(PROPERTIES):
            pair.artifact.custom_properties[f"p{index}"].string_value = name
    for index in range(PROPERTIES):
        request.execution.custom_properties[f"p{index}"].int_value = index
    return request


def write_until_killed(server: ServerProcess, types: Types, prefix: str, ledger: Ledger) -> None:
    with Caller(server.address) as caller:
        for number in range(1_000_000):
            name = f"{prefix}.{number}"
            try:
                caller.call("PutExecution", write_request(types, name))
            except grpc.RpcError as error:
                if error.code() is grpc.StatusCode.UNAVAILABLE:
                    return
                raise
            ledger.acknowledge(name)


def kill_during_writes(url: str, ledger: Ledger, round_number: int, pause: float) -> None:
    ledger.first.clear()
    with running_server(url) as server, ThreadPoolExecutor(WRITERS) as threads:
        with Caller(server.address) as caller:
            types = put_types(caller)
        writers = [
            threads.submit(write_until_killed, server, types, f"{round_number}.{writer}", ledger)
            for writer in range(WRITERS)
        ]
        ledger.first.wait(30)
        time.sleep(pause)
        server.process.kill()
        for writer in writers:
            writer.result()


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()


def torn_names(connection: sqlite3.Connection) -> list[object]:
    artifacts = TORN_NODES.format(node="Artifact", properties=PROPERTIES, events=1, relation="Attribution")
    executions = TORN_NODES.format(node="Execution", properties=PROPERTIES, events=2, relation="Association")
    return [row[0] for sql in (artifacts, executions, TORN_EVENTS) for row in connection.execute(sql)]


def lost_names(connection: sqlite3.Connection, ledger: Ledger) -> set[str]:
    stored = {name for (name,) in connection.execute("SELECT name FROM Execution")}
    return set(ledger.names) - stored


@pytest.mark.timeout(600)
@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY_ROUNDS, marks=pytest.mark.slow)])
def test_a_killed_server_loses_no_acknowledged_write_and_leaves_none_half_written(rounds: int, tmp_path: Path) -> None:
    path, ledger, chance = tmp_path / "store.db", Ledger(), random.Random(7)
    for round_number in range(rounds):
        kill_during_writes(f"sqlite:///{path}", ledger, round_number, pause=chance.uniform(0, 0.2))
        with reading(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert torn_names(connection) == []
            assert lost_names(connection, ledger) == set()
    assert len(ledger.names) >= rounds


def test_the_check_sees_a_torn_write(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_service(f"sqlite:///{path}") as service:
        service.call("PutExecution", write_request(put_types(service), "one"))
    with reading(path) as connection:
        assert torn_names(connection) == []
        connection.execute("DELETE FROM ArtifactProperty WHERE artifact_id = 1 AND name = 'p0'")
        connection.execute("DELETE FROM Association")
        assert torn_names(connection) == ["one.0", "one"]
        assert lost_names(connection, Ledger(["one", "two"])) == {"two"}
