"""The proxy that counts round trips: a wrong count would let every promise about them hold."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.relay import Relay

ROUND_TRIP = 0.05
LONG_ROUND_TRIP = 0.5  # a busy machine sends all packets in half of it


@pytest.fixture
def echo_url() -> Iterator[str]:
    """The URL of a server that sends back what it gets, to one client."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(1 << 16):
                connection.sendall(chunk)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"echo://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def connect(relay: Relay) -> socket.socket:
    """Return a client's connection."""
    connection = socket.create_connection(("127.0.0.1", int(relay.url.rpartition(":")[2])), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive(connection: socket.socket, size: int) -> int:
    """Read so many bytes."""
    while size > 0:
        size -= len(connection.recv(size))
    return size


def test_a_round_trip_takes_its_time_and_counts_once_for_each_request(echo_url: str) -> None:
    with Relay(echo_url, round_trip=ROUND_TRIP) as relay, connect(relay) as connection:
        start = time.perf_counter()
        for _ in range(3):
            connection.sendall(b"request")
            receive(connection, 7)
        took = time.perf_counter() - start
        connection.shutdown(socket.SHUT_WR)
        assert not connection.recv(1)
    assert took >= 3 * ROUND_TRIP
    assert relay.turns == 3


@pytest.mark.flaky(reruns=2)
def test_packets_that_wait_for_no_answer_are_one_turn_and_wait_for_none_on_the_way(echo_url: str) -> None:
    with Relay(echo_url, round_trip=LONG_ROUND_TRIP) as relay, connect(relay) as connection:
        start = time.perf_counter()
        for _ in range(20):
            connection.sendall(b"packet")
            time.sleep(LONG_ROUND_TRIP / 500)
        receive(connection, 120)
        took = time.perf_counter() - start
        connection.shutdown(socket.SHUT_WR)
        assert not connection.recv(1)
    assert took < 10 * LONG_ROUND_TRIP
    assert relay.turns == 1


def test_a_lost_answer_never_arrives(echo_url: str) -> None:
    with Relay(echo_url) as relay, connect(relay) as connection:
        relay.lose_answer(2)
        connection.sendall(b"first")
        receive(connection, 5)
        connection.sendall(b"second")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
