"""Many idle connections on either port: others still get in, and health is answered."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import grpc
import httpx
import pytest

from lineal.security import LimitSettings
from lineal.server.grpc_connections import address_of
from tests.access.serving import Served, serving
from tests.server.http2_client import HalfSent
from tests.serving import ServerProcess, grpcio_only, running_server

GET = "/ml_metadata.MetadataStoreService/GetArtifactTypes"
HONEST_SECONDS = 20.0


def is_answered(address: str, http: str) -> bool:
    """Say whether new clients of both ports are answered in time."""
    with grpc.insecure_channel(address) as channel:
        channel.unary_unary(GET)(b"", timeout=HONEST_SECONDS, wait_for_ready=True)
    return httpx.get(f"http://{http}/healthz", timeout=HONEST_SECONDS).status_code == 200


@contextmanager
def idle(address: str, number: int) -> Iterator[list[HalfSent]]:
    """Hold connections of gRPC clients open that do nothing."""
    with ExitStack() as stack:
        clients = []
        for _ in range(number):
            try:
                clients.append(stack.enter_context(HalfSent(address)))
            except OSError:  # the server does not take more
                break
        time.sleep(1)
        yield clients


def test_idle_connections_keep_nobody_out() -> None:
    with serving(limits=LimitSettings(max_connections=40)) as served, idle(served.grpc, 200):
        assert is_answered(served.grpc, served.http)


@grpcio_only
def test_a_connection_with_a_call_is_not_closed_for_others(served_few: Served) -> None:
    with HalfSent(served_few.grpc) as busy:
        busy.begin(GET)
        with idle(served_few.grpc, 200):
            assert not busy.is_ended(0.5)


@pytest.fixture
def served_few() -> Iterator[Served]:
    with serving(limits=LimitSettings(max_connections=40)) as served:
        yield served


@pytest.mark.flaky(reruns=2)
def test_silent_connections_are_closed_first(served_few: Served) -> None:
    with HalfSent(served_few.grpc) as oldest:
        time.sleep(0.5)
        with idle(served_few.grpc, 38) as clients:
            assert oldest.is_ended(20)
            assert not clients[-1].is_ended(0.5)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that may have 1,024 files open."""
    path = tmp_path_factory.mktemp("narrow") / "m.db"
    with running_server(f"sqlite:///{path}", under=("prlimit", "--nofile=1024")) as found:
        yield found


def test_a_server_with_few_files_answers_beside_more_connections_than_it_can_have(narrow: ServerProcess) -> None:
    with idle(narrow.address, 1100):
        assert is_answered(narrow.address, narrow.http.partition("//")[2])


def test_a_server_with_few_files_answers_beside_silent_connections_on_the_http_port(narrow: ServerProcess) -> None:
    host, _, port = narrow.http.partition("//")[2].rpartition(":")
    with ExitStack() as stack:
        for _ in range(1100):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
        assert is_answered(narrow.address, f"{host}:{port}")


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:127.0.0.1:5000", ("127.0.0.1", 5000)),
        ("ipv6:%5B::1%5D:5000", ("::1", 5000)),
        ("ipv6:[::ffff:10.0.0.1]:5000", ("10.0.0.1", 5000)),
        ("unix:", ("", 0)),
    ],
)
def test_a_peer_of_grpc_is_an_address(peer: str, address: tuple[str, int]) -> None:
    assert address_of(peer) == address
