"""The engines of gRPC: which one is chosen and why, and that both keep what callers rely on.

LINEAL_TEST_GRPC_ENGINE=native lets the other tests run on the native engine too (.ci/run).
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from lineal import errors
from lineal.config import DatabaseSettings, ServerSettings
from lineal.deadlines import CURRENT
from lineal.error_details import TRAILER
from lineal.security import AccessSettings, LimitSettings, TlsSettings
from lineal.server import native_dispatch, native_limits
from lineal.server.grpc_engines import chosen, tell
from lineal.wire import service as rpc
from tests.access.serving import Served, serving
from tests.server.http2_client import HalfSent

METHOD = "/ml_metadata.MetadataStoreService/{}".format
ENGINES = ("grpcio", "native")
NO_QUERY = rpc.GetArtifactsRequest()
NO_QUERY.options.filter_query = "nothing ="


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest.fixture
def served(engine: str) -> Iterator[Served]:
    with serving(grpc_engine=engine) as found:
        yield found


@pytest.fixture
def channel(served: Served) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(served.grpc) as opened:
        yield opened


def settings(**more: Any) -> ServerSettings:
    return ServerSettings(DatabaseSettings("sqlite://"), **more)


def failure(channel: grpc.Channel, name: str, request: bytes = b"", **options: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary(METHOD(name))(request, **{"timeout": 30, **options})
    return raised.value


def refusal(**more: Any) -> str:
    with pytest.raises(errors.FailedPreconditionError) as raised:
        chosen(settings(grpc_engine="native", **more))
    return raised.value.message


def no_package(name: str) -> str:
    raise metadata.PackageNotFoundError(name)


def test_auto_is_grpcio_and_the_log_says_what_the_native_engine_lacks(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        tell(settings())
    assert chosen(settings()) == "grpcio"
    assert "inflates compressed messages" in caplog.text


def test_auto_says_that_the_package_is_absent_only_to_those_who_debug(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(metadata, "version", no_package)
    with caplog.at_level(logging.INFO):
        tell(settings())
    assert not caplog.records  # it is nothing that a newcomer should do
    with caplog.at_level(logging.DEBUG):
        tell(settings())
    assert chosen(settings()) == "grpcio"
    assert "pip install 'lineal[native]'" in caplog.text


def test_the_native_engine_without_its_package_is_an_error_that_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metadata, "version", no_package)
    assert "pip install 'lineal[native]'" in refusal()


def test_the_native_engine_with_tls_is_an_error_that_says_what_to_do() -> None:
    assert "leave the encryption to a proxy" in refusal(tls=TlsSettings("cert.pem", "key.pem"))


def test_the_native_engine_refuses_arguments_of_the_channel_that_it_does_not_know() -> None:
    assert "grpc.http2.max_ping_strikes" in refusal(channel_arguments=(("grpc.http2.max_ping_strikes", 2),))


def test_an_engine_that_there_is_not_is_refused() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--grpc-engine is 'rust'"):
        settings(grpc_engine="rust")


def test_the_native_engine_is_chosen_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert chosen(settings(grpc_engine="native")) == "native"
    tell(settings(grpc_engine="native"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_native_engine_without_a_folder_for_its_socket_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(errors.FailedPreconditionError, match="TMPDIR"), serving(grpc_engine="native"):
        pass


def test_an_error_has_its_text_and_its_details(channel: grpc.Channel) -> None:
    error = failure(channel, "GetArtifacts", NO_QUERY.SerializeToString())
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert TRAILER in dict(error.trailing_metadata())


def test_credentials_are_asked_for_and_read(engine: str) -> None:
    access = AccessSettings(auth=("token",))
    with serving(grpc_engine=engine, access=access) as served, grpc.insecure_channel(served.grpc) as channel:
        assert failure(channel, "GetArtifacts").code() is grpc.StatusCode.UNAUTHENTICATED
        header = (("authorization", f"Bearer {served.token()}"),)
        assert channel.unary_unary(METHOD("GetArtifacts"))(b"", timeout=30, metadata=header) == b""


def test_health_is_answered_and_watched(served: Served, channel: grpc.Channel) -> None:
    check = channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=30)
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=30)
    assert check == next(watch) == health_pb2.HealthCheckResponse(status=2).SerializeToString()
    watch.cancel()


@pytest.mark.flaky(reruns=2)
def test_many_half_sent_checks_of_health_hold_up_no_other_on_the_native_engine() -> None:
    with serving(grpc_engine="native") as served, ExitStack() as stack:
        for _ in range(5):
            client = stack.enter_context(HalfSent(served.grpc))
            for _ in range(40):
                client.begin("/grpc.health.v1.Health/Check")
        time.sleep(0.3)
        check = stack.enter_context(grpc.insecure_channel(served.grpc)).unary_unary("/grpc.health.v1.Health/Check")
        assert all(check(b"", timeout=2) for _ in range(5))


def test_reflection_lists_the_services(channel: grpc.Channel) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    answer = next(stub.ServerReflectionInfo(iter([asked]), timeout=30))
    names = {service.name for service in answer.list_services_response.service}
    assert {"ml_metadata.MetadataStoreService", "grpc.health.v1.Health"} <= names


def test_too_large_a_message_is_refused_with_the_flag(engine: str) -> None:
    with serving(grpc_engine=engine, max_message_mib=1) as served, grpc.insecure_channel(served.grpc) as channel:
        error = failure(channel, "PutArtifacts", b"\x0a\x00" * (1 << 20))
    assert (error.code(), "--max-message-mib" in error.details()) == (grpc.StatusCode.RESOURCE_EXHAUSTED, True)


def test_a_message_far_beyond_the_limit_ends_its_connection_before_it_is_complete(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(native_limits, "_LOOK_SECONDS", 0.02)
    with (
        caplog.at_level(logging.INFO),
        serving(grpc_engine="native", max_message_mib=1) as served,
        grpc.insecure_channel(served.grpc) as channel,
    ):
        error = failure(channel, "PutArtifacts", bytes(150 << 20))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert "--max-message-mib" in caplog.text


def test_on_the_native_engine_a_connection_whose_message_does_not_come_is_closed() -> None:
    limits = LimitSettings(max_receive_seconds=0.5)
    with serving(grpc_engine="native", limits=limits) as served, HalfSent(served.grpc) as client:
        client.begin(METHOD("GetArtifacts"))
        assert not client.is_ended(0.3)
        assert client.is_ended(5)


def test_on_the_native_engine_a_connection_without_incomplete_calls_stays() -> None:
    limits = LimitSettings(max_receive_seconds=0.3)
    with serving(grpc_engine="native", limits=limits) as served, HalfSent(served.grpc) as client:
        assert not client.is_ended(1.5)


class Stuck:
    """Lets reads of a store wait until `go` is set: so many of them, the first ones."""

    def __init__(self, served: Served, monkeypatch: pytest.MonkeyPatch, *, reads: int = 1) -> None:
        self.go = threading.Event()
        left = threading.Semaphore(reads)
        read = served.service.database.read

        def wait(work: Any, **options: Any) -> Any:
            if left.acquire(blocking=False):
                self.go.wait(30)
            return read(work, **options)

        monkeypatch.setattr(served.service.database, "read", wait)


def test_a_long_read_holds_up_no_other(served: Served, channel: grpc.Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Stuck(served, monkeypatch)
    get = channel.unary_unary(METHOD("GetArtifacts"))
    first = get.future(b"", timeout=30)
    time.sleep(0.1)
    assert all(get(b"", timeout=5) == b"" for _ in range(20))
    assert not first.done()
    stuck.go.set()
    assert first.result(30) == b""


def test_what_arrived_together_with_a_long_read_is_answered(
    served: Served, channel: grpc.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_dispatch, "_PATIENCE_SECONDS", 0.3)
    stuck = Stuck(served, monkeypatch)
    get = channel.unary_unary(METHOD("GetArtifacts"))
    calls = [get.future(b"", timeout=5) for _ in range(8)]
    time.sleep(1)
    assert sum(call.done() for call in calls) == 7
    stuck.go.set()
    assert all(call.result() == b"" for call in calls)


def test_reads_beyond_the_limit_are_refused(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(grpc_engine=engine, limits=LimitSettings(max_concurrent=10)) as served,
        grpc.insecure_channel(served.grpc) as channel,
    ):
        stuck = Stuck(served, monkeypatch, reads=60)
        get = channel.unary_unary(METHOD("GetArtifacts"))
        calls = [get.future(b"", timeout=30) for _ in range(60)]
        time.sleep(0.5)
        stuck.go.set()
        refused = [call for call in calls if call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED]
    assert 30 <= len(refused) < 60


@pytest.mark.flaky(reruns=2)
def test_a_call_that_its_client_gives_up_is_over_in_the_server(
    served: Served, channel: grpc.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = threading.Event()

    def wait(work: Any, **options: Any) -> Any:
        while (deadline := CURRENT.get()) and not deadline.is_cancelled:
            time.sleep(0.01)
        given_up.set()

    monkeypatch.setattr(served.service.database, "read", wait)
    error = failure(channel, "GetArtifacts", timeout=1)  # time for a crowded server to begin with it
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert given_up.wait(5)


def test_a_large_answer_is_sent_whole_although_the_server_stops(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = [("grpc.max_receive_message_length", -1)]
    with serving(grpc_engine=engine) as served, grpc.insecure_channel(served.grpc, options=options) as channel:
        answered = threading.Event()
        monkeypatch.setattr(served.service, "call", lambda *_, **__: answered.set() or large_answer())
        call = channel.unary_unary(METHOD("GetArtifactTypes")).future(b"", timeout=60)
        assert answered.wait(30)
        served.stop()
        assert len(call.result(60)) > 30_000_000


def large_answer() -> rpc.GetArtifactTypesResponse:
    answer = rpc.GetArtifactTypesResponse()
    answer.artifact_types.add(name="x" * 40_000_000)
    return answer
