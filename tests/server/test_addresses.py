from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.server import addresses


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_port_0_takes_a_free_port() -> None:
    with addresses.listen("127.0.0.1", 0, flag="--grpc-port") as listener:
        assert listener.getsockname()[1] > 0


def test_a_taken_port_is_named_with_its_flag(taken_port: int) -> None:
    with pytest.raises(errors.UnavailableError, match=rf"127.0.0.1:{taken_port}: .* in use; .* --grpc-port"):
        addresses.listen("127.0.0.1", taken_port, flag="--grpc-port")


def test_a_free_port_is_still_free_after_the_check(taken_port: int) -> None:
    addresses.require_free("127.0.0.1", 0, flag="--grpc-port")
    with pytest.raises(errors.UnavailableError):
        addresses.require_free("127.0.0.1", taken_port, flag="--grpc-port")


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(errors.UnavailableError, match=r"no\.such\.host\.invalid.* --host"):
        addresses.listen("no.such.host.invalid", 0, flag="--grpc-port")


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(errors.UnavailableError, match=r"192\.0\.2\.1:0: .* --host"):
        addresses.listen("192.0.2.1", 0, flag="--grpc-port")


@pytest.mark.parametrize(("host", "joined"), [("127.0.0.1", "127.0.0.1:1"), ("::1", "[::1]:1"), ("name", "name:1")])
def test_an_ipv6_address_is_joined_with_brackets(host: str, joined: str) -> None:
    assert addresses.join(host, 1) == joined


def test_a_listener_is_known_as_tcp_so_that_small_answers_leave_at_once() -> None:
    with addresses.listen("127.0.0.1", 0, flag="--http-port") as listener:
        assert listener.proto == socket.IPPROTO_TCP
