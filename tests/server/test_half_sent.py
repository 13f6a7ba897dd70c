"""Calls that are sent in part, on every engine: they end, and others are answered meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import grpc
import pytest
from grpc_health.v1 import health_pb2

from lineal.security import AccessSettings, LimitSettings
from lineal.server import receiving
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import Served, serving
from tests.server.http2_client import HalfSent
from tests.serving import grpcio_only

METHOD = "/ml_metadata.MetadataStoreService/{}".format
CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
HONEST_SECONDS = 20.0
"""Much less than the minute that a half-sent call may last: a call that waits for one of these would be late."""


def put_type(channel: grpc.Channel, name: str) -> None:
    """Write, within the time that honest clients have."""
    request = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=name)).SerializeToString()
    channel.unary_unary(METHOD("PutArtifactType"))(request, timeout=HONEST_SECONDS)


def is_answered(served: Served, name: str) -> bool:
    """Say whether a new client can write, read and ask for health in time."""
    with grpc.insecure_channel(served.grpc) as channel:
        put_type(channel, name)
        channel.unary_unary(METHOD("GetArtifactTypes"))(b"", timeout=HONEST_SECONDS)
        answer = channel.unary_unary(CHECK)(b"", timeout=HONEST_SECONDS)
        return health_pb2.HealthCheckResponse.FromString(answer).status != 0


@contextlib.contextmanager
def half_sent(served: Served, *methods: str, calls: int = 40, connections: int = 1) -> Iterator[None]:
    """Hold calls open that have one byte of their message each."""
    with ExitStack() as stack:
        for _ in range(connections):
            client = stack.enter_context(HalfSent(served.grpc))
            for number in range(calls):
                client.begin(methods[number % len(methods)])
        time.sleep(0.3)
        yield


@pytest.mark.parametrize("method", [METHOD("PutArtifacts"), METHOD("GetArtifacts"), CHECK, WATCH])
def test_half_sent_calls_hold_up_nobody(method: str) -> None:
    with serving(threads=16) as served, half_sent(served, method):
        assert all(is_answered(served, f"T{number}") for number in range(5))


def test_half_sent_calls_hold_up_nobody_on_any_engine(database_url: str) -> None:
    with serving(database_url, threads=4) as served, half_sent(served, METHOD("PutArtifacts"), METHOD("GetArtifacts")):
        assert all(is_answered(served, f"T{number}") for number in range(5))


@grpcio_only
def test_a_message_that_does_not_come_ends_its_call_with_the_flag() -> None:
    with serving(limits=LimitSettings(max_receive_seconds=0.3)) as served, HalfSent(served.grpc) as client:
        client.begin(METHOD("GetArtifacts"))
        assert client.is_told(b"--max-receive-seconds")


def test_a_slow_message_is_taken_within_its_time() -> None:
    def slowly() -> Iterator[bytes]:
        time.sleep(0.5)
        yield b""

    with serving() as served, grpc.insecure_channel(served.grpc) as channel:
        assert channel.stream_unary(METHOD("GetArtifacts"))(slowly(), timeout=10) == b""


@grpcio_only
def test_a_call_without_a_message_is_told_to_send_one() -> None:
    with serving() as served, grpc.insecure_channel(served.grpc) as channel:
        with pytest.raises(grpc.RpcError, match="exactly one") as raised:
            channel.stream_unary(METHOD("GetArtifacts"))(iter(()), timeout=10)
        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


@grpcio_only
def test_credentials_are_checked_before_the_message_is_whole() -> None:
    access = AccessSettings(auth=("token",))
    with serving(access=access) as served, HalfSent(served.grpc) as client:
        client.begin(METHOD("GetArtifacts"))
        assert client.is_told(b"token")


@grpcio_only
def test_where_very_many_calls_are_incomplete_those_of_the_greediest_connection_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "MOST_STALLED", 20)
    with serving(threads=4) as served, HalfSent(served.grpc) as modest, HalfSent(served.grpc) as greedy:
        modest.begin(METHOD("PutArtifacts"))
        for _ in range(40):
            greedy.begin(METHOD("PutArtifacts"))
        assert greedy.is_told(b"sent in part")
        assert b"sent in part" not in modest.received(0.5)
        assert is_answered(served, "T")


def test_the_threads_are_as_many_as_before_when_the_attack_is_over() -> None:
    with serving(threads=16) as served:
        with half_sent(served, METHOD("PutArtifacts"), METHOD("GetArtifacts"), calls=100):
            assert is_answered(served, "T")
        deadline = time.monotonic() + 30
        while _threads() > 26 and time.monotonic() < deadline:
            is_answered(served, "U")
        assert _threads() <= 26


def _threads() -> int:
    names = ("lineal-rpc", "lineal-read")
    return sum(thread.name.startswith(names) for thread in threading.enumerate())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_honest_clients_are_answered_for_a_minute_of_half_sent_calls() -> None:
    methods = (METHOD("PutArtifacts"), METHOD("GetArtifacts"), CHECK)
    with serving(threads=16) as served:
        end = time.monotonic() + 60
        number = 0
        while time.monotonic() < end:
            with half_sent(served, *methods, calls=60, connections=10):
                number += 1
                assert is_answered(served, f"T{number}")
