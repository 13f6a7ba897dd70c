"""Several workers on the same ports: replaced when they die, renewed one by one, stopped together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import httpx
import pytest

from lineal import errors
from lineal.config import DatabaseSettings, ServerSettings
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.crowd import Crowd
from tests.serving import Caller, ServerProcess, grpcio_only, running_server

SECONDS = 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Two workers on one file."""
    path = tmp_path_factory.mktemp("workers") / "store.db"
    with running_server(f"sqlite:///{path}", "--workers", "2") as running:
        yield running


def workers(server: ServerProcess) -> set[int]:
    """The ids of the supervisor's children."""
    return {
        int(pid) for pid in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    }


def number(server: ServerProcess, name: str) -> float:
    lines = httpx.get(f"{server.http}/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"lineal_{name}"))


class Clients(Crowd):
    """Clients of both ports that ask again and again, each over a connection that it keeps."""

    def __init__(self, server: ServerProcess, count: int) -> None:
        self.failed: list[str] = []
        self.answered = 0
        self._server = server
        super().__init__([self._ask_grpc, self._ask_http] * count)

    def _ask_grpc(self) -> None:
        with grpc.insecure_channel(self._server.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            call = channel.unary_unary("/ml_metadata.MetadataStoreService/GetArtifactTypes")
            self._ask(lambda: call(b"", timeout=30))

    def _ask_http(self) -> None:
        with httpx.Client(base_url=self._server.http, timeout=30) as client:
            self._ask(lambda: client.get("/api/v1/totals").raise_for_status())

    def _ask(self, ask: Callable[[], object]) -> None:
        while not self.is_over:
            try:
                ask()
                self.answered += 1
            except (grpc.RpcError, httpx.HTTPError) as error:
                self.failed.append(str(error))


def until(true: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def put(address: str, name: str) -> None:
    with Caller(address) as caller:
        given = pb.ArtifactType(name=name)
        caller.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=given))


def test_numbers_of_all_workers_are_summed(server: ServerProcess) -> None:
    before = number(server, "rpcs_total")
    for index in range(12):  # each over a connection of its own
        put(server.address, f"T{index}")

    until(lambda: number(server, "rpcs_total") == before + 12)  # a worker counts once a second
    assert number(server, "workers") == 2


def test_a_worker_that_was_killed_is_replaced_while_the_other_serves(server: ServerProcess) -> None:
    before, counted = workers(server), number(server, "rpcs_total")
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(workers(server) - before) == 1)
    put(server.address, "after the kill")

    until(lambda: number(server, "ready") == 1 and number(server, "workers") == 2)
    assert number(server, "worker_restarts_total") >= 1
    until(lambda: number(server, "rpcs_total") == counted + 1)


@grpcio_only
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_workers_are_renewed_and_no_request_fails(server: ServerProcess) -> None:
    """Clients that never rest are led from the old workers to the new ones."""
    before = workers(server)
    with Clients(server, 3) as clients:
        server.process.send_signal(signal.SIGHUP)
        until(lambda: not workers(server) & before, seconds=200)
    assert len(workers(server)) == 2
    assert clients.failed == []
    assert clients.answered > 100


@pytest.mark.slow
def test_all_workers_stop_with_the_supervisor(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path / 'store.db'}", "--workers", "2") as server:
        running = workers(server)
        assert server.stop() == 0
    assert not [pid for pid in running if Path(f"/proc/{pid}/cmdline").exists()]


@pytest.mark.slow
def test_workers_stop_when_the_supervisor_was_killed(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path / 'store.db'}", "--workers", "2") as server:
        running = workers(server)
        server.stop(signal.SIGKILL)
        until(lambda: not [pid for pid in running if Path(f"/proc/{pid}/cmdline").read_bytes()])


def test_a_port_that_another_server_has_is_refused(server: ServerProcess, tmp_path: Path) -> None:
    port = server.address.rpartition(":")[2]
    flags = ("--workers", "2", "--grpc-port", port)
    with (
        pytest.raises(pytest.fail.Exception, match=r"Cannot listen on .*--grpc-port"),
        running_server(f"sqlite:///{tmp_path / 'b.db'}", *flags),
    ):
        pass


@pytest.mark.slow
def test_the_reason_why_workers_do_not_start_is_said(tmp_path: Path) -> None:
    said = r"worker 0: unable to open database file .* no directory .*\n.*a worker ended before it served"
    with (
        pytest.raises(pytest.fail.Exception, match=said),
        running_server(f"sqlite:///{tmp_path / 'missing' / 'b.db'}", "--workers", "2"),
    ):
        pass


def test_a_database_in_memory_cannot_be_shared() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="stores that processes can share"):
        ServerSettings(DatabaseSettings("sqlite://"), workers=2)
