"""Metadata of calls and headers of requests: 16 KiB always pass; what is longer is always refused."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import grpc
import pytest

from tests.access.serving import Served, serving
from tests.serving import grpcio_only

METHOD = "/ml_metadata.MetadataStoreService/GetArtifactTypes"
KIB = 1 << 10


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as found:
        yield found


def metadata_of(size: int, *, entries: int) -> list[tuple[str, str]]:
    """Metadata whose names and values have so many bytes."""
    each = size // entries
    return [(f"x-{number:03}", "v" * (each - 5)) for number in range(entries)]


def code_of(channel: grpc.Channel, size: int, *, entries: int = 1) -> grpc.StatusCode:
    """The status of a call with so much metadata."""
    try:
        channel.unary_unary(METHOD)(b"", timeout=10, metadata=metadata_of(size, entries=entries))
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("entries", [1, 64])
def test_16_kib_of_metadata_pass_every_time(served: Served, entries: int) -> None:
    with grpc.insecure_channel(served.grpc) as channel:
        assert {code_of(channel, 16 * KIB, entries=entries) for _ in range(40)} == {grpc.StatusCode.OK}


@grpcio_only
def test_more_metadata_is_refused_every_time(served: Served) -> None:
    with grpc.insecure_channel(served.grpc) as channel:
        assert {code_of(channel, 21 * KIB) for _ in range(20)} == {grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_the_largest_metadata_can_be_set_as_an_argument_of_the_channel() -> None:
    arguments = (("grpc.max_metadata_size", 64 * KIB),)
    with serving(channel_arguments=arguments) as served, grpc.insecure_channel(served.grpc) as channel:
        assert {code_of(channel, 64 * KIB) for _ in range(20)} == {grpc.StatusCode.OK}


def answer_to(served: Served, size: int, *, piece: int) -> tuple[int, str]:
    """The status and the text of the answer to a request with so many bytes of headers, sent in pieces."""
    host, _, port = served.http.rpartition(":")
    values = "".join(f"x-{number:03}: {'v' * 1014}\r\n" for number in range(size // KIB))
    text = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n{values}\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for start in range(0, len(text), piece):
            connection.sendall(text[start : start + piece])
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("piece", [1400, 1 << 20])
def test_16_kib_of_headers_pass_however_they_arrive(served: Served, piece: int) -> None:
    assert answer_to(served, 16 * KIB, piece=piece)[0] == 200


@pytest.mark.parametrize("piece", [1400, 1 << 20])
@pytest.mark.parametrize("kib", [21, 100])
def test_longer_headers_are_a_problem_that_names_the_limit_however_they_arrive(
    served: Served, kib: int, piece: int
) -> None:
    status, text = answer_to(served, kib * KIB, piece=piece)

    assert (status, "20 KiB" in text) == (431, True)
