"""How a server stops: it finishes what it accepted, takes nothing new, closes the database and ends with code 0."""

from __future__ import annotations

import signal
import socket
import sqlite3
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import asking, serving
from tests.serving import Caller, ServerProcess, running_server

WRITERS = 4
NODES = 3000


def put_large(server: ServerProcess, type_id: int) -> int:
    request = rpc.PutArtifactsRequest()
    for number in range(NODES):
        artifact = request.artifacts.add(type_id=type_id)
        artifact.custom_properties["number"].int_value = number
    with Caller(server.address) as caller:
        return len(caller.call("PutArtifacts", request, timeout=60).artifact_ids)


def put_type(server: ServerProcess) -> int:
    with Caller(server.address) as caller:
        request = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="T"))
        return int(caller.call("PutArtifactType", request).type_id)


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def wait_until_writing(path: Path) -> None:
    """Return when the first large request is stored, so that the others are surely under way."""
    deadline = time.monotonic() + 60
    while not count(path, "Artifact") and time.monotonic() < deadline:
        time.sleep(0.005)


@dataclass(frozen=True)
class Interrupted:
    """A server that was interrupted: its exit code, its address, and the names of the files that it left."""

    code: int
    address: str
    files: list[str]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    folder = tmp_path_factory.mktemp("interrupted")
    with running_server(f"sqlite:///{folder / 'store.db'}") as server:
        put_type(server)
        code = server.stop(signal.SIGINT)
    return Interrupted(code, server.address, [found.name for found in folder.iterdir()])


def test_an_interrupt_ends_the_server_with_code_0(interrupted: Interrupted) -> None:
    assert interrupted.code == 0


def test_the_database_is_closed_at_the_end(interrupted: Interrupted) -> None:
    assert interrupted.files == ["store.db"]


def test_nothing_new_is_taken_after_the_signal(interrupted: Interrupted) -> None:
    with Caller(interrupted.address) as caller, pytest.raises(grpc.RpcError) as failure:
        caller.call("GetArtifactTypes", rpc.GetArtifactTypesRequest())
    assert failure.value.code() is grpc.StatusCode.UNAVAILABLE


def test_the_accepted_requests_are_finished(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with running_server(f"sqlite:///{path}") as server, ThreadPoolExecutor(WRITERS) as threads:
        type_id = put_type(server)
        writes: list[Future[int]] = [threads.submit(put_large, server, type_id) for _ in range(WRITERS)]
        wait_until_writing(path)
        assert server.stop() == 0
        finished = [write.result() for write in writes if write.exception() is None]
    refused = [write.exception() for write in writes if write.exception() is not None]
    assert finished
    assert all(error.code() is grpc.StatusCode.UNAVAILABLE for error in refused)
    assert count(path, "Artifact") == sum(finished)


@pytest.mark.slow
def test_a_second_signal_cuts_the_grace_short(tmp_path: Path) -> None:
    long_grace = running_server(f"sqlite:///{tmp_path / 'store.db'}", "--stop-grace", "600")
    with long_grace as server, Caller(server.address) as caller:
        watch = caller.channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=60)
        assert next(watch) is not None
        server.process.send_signal(signal.SIGTERM)
        threading.Timer(0.5, server.process.send_signal, [signal.SIGTERM]).start()
        assert server.process.wait(30) == 0


def test_a_worker_that_leaves_keeps_its_clients_until_they_go_by_themselves() -> None:
    """New connections are for others; an open one of HTTP is told to end with its next answer."""
    with serving() as served, Caller(served.grpc) as open_caller, asking(served) as client:
        asked = rpc.GetArtifactTypesRequest()
        open_caller.call("GetArtifactTypes", asked)
        assert "connection" not in client.get("/healthz").headers
        served.leave()
        open_caller.call("GetArtifactTypes", asked)
        time.sleep(1.1)  # uvicorn reads its headers again each second
        assert client.get("/healthz").headers["connection"] == "close"
        for address in (served.grpc, served.http):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])))
