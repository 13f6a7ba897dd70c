"""A server under hostile requests: it answers good clients, fails in no way of its own, and does not grow."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server import hostile
from tests.serving import ServerProcess, running_server

_LARGEST_GROWTH_MIB = 150
_FAULT = re.compile(r"INTERNAL|UNKNOWN|[Ff]ault of the server|Traceback")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of its own, with a store in which a type lies."""
    path = tmp_path_factory.mktemp("hostile") / "m.db"
    with running_server(f"sqlite:///{path}", "--max-connections", "500") as found:
        with grpc.insecure_channel(found.address) as channel:
            given = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="T"))
            called(channel, "PutArtifactType", given.SerializeToString())
        yield found


def called(channel: grpc.Channel, name: str, request: bytes) -> str:
    """Send a request; return how it ended."""
    try:
        channel.unary_unary(f"/{hostile.SERVICE}/{name}")(request, timeout=30)
    except grpc.RpcError as error:
        return f"{error.code().name}: {error.details()}"
    return "OK"


def good_clients_are_answered(server: ServerProcess) -> bool:
    """Tell whether a new client of each door gets an answer."""
    with grpc.insecure_channel(server.address) as channel:
        by_grpc = called(channel, "GetArtifacts", b"") == "OK"
    return by_grpc and httpx.get(f"{server.http}/api/v1/totals", timeout=30).status_code == 200


def memory_mib(server: ServerProcess) -> float:
    """Return how much memory the process holds."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def growth(server: ServerProcess, before: float, what: str) -> float:
    """Print and return how many MiB of memory more the server has than before."""
    now = memory_mib(server)
    print(f"{what}: memory from {before:.0f} to {now:.0f} MiB")
    return now - before


def faults_of_round(server: ServerProcess, channel: grpc.Channel, chance: random.Random) -> list[str]:
    """Send one hostile request to each door; return what only a fault of the server can have answered."""
    http_address = server.http.partition("//")[2]
    answers = [called(channel, *hostile.message(chance))]
    answer = hostile.sent(http_address, hostile.http_bytes(chance)).decode("latin1")
    answers.append("INTERNAL" if answer.startswith("HTTP/1.1 500") or "grpc-status:13" in answer else "")
    hostile.sent(server.address, hostile.http2_bytes(chance), seconds=0.5)
    return [answer for answer in answers if _FAULT.search(answer)]


@pytest.mark.parametrize("rounds", [20, pytest.param(33_400, marks=[pytest.mark.slow, pytest.mark.timeout(7200)])])
def test_malformed_requests_do_no_harm(server: ServerProcess, rounds: int) -> None:
    chance = random.Random(20)
    with grpc.insecure_channel(server.address) as channel:
        faults = [fault for _ in range(50) for fault in faults_of_round(server, channel, chance)]
        before = memory_mib(server)
        for number in range(rounds):
            faults += faults_of_round(server, channel, chance)
            assert number % 1000 or good_clients_are_answered(server)
    assert faults == []
    assert good_clients_are_answered(server)
    assert growth(server, before, f"{3 * (rounds + 50)} hostile requests") < _LARGEST_GROWTH_MIB


@pytest.mark.parametrize("count", [100, pytest.param(5_000, marks=pytest.mark.slow)])
def test_many_connections_that_say_nothing_keep_nobody_out(server: ServerProcess, count: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    before = memory_mib(server)
    held = []
    try:
        for number in range(count):
            address = server.address if number % 2 else server.http.partition("//")[2]
            host, _, port = address.rpartition(":")
            held.append(socket.create_connection((host, int(port)), timeout=10))
        assert good_clients_are_answered(server)
    finally:
        for connection in held:
            connection.close()
    assert good_clients_are_answered(server)
    assert growth(server, before, f"{count} connections") < _LARGEST_GROWTH_MIB
