"""Limits at the doors: requests at a time and a second, time, connections; each refusal names its setting."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest

from lineal.security import LimitSettings
from lineal.server import http_connections, http_limits, streams
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.wire import service as rpc
from tests.access.serving import Served, asking, serving
from tests.serving import grpcio_only

METHOD = "/ml_metadata.MetadataStoreService/{}".format
NO_PATHS = [pytest.param(path, marks=grpcio_only) for path in ("x", "/é/\0")]


class Slow:
    """Makes every read of a store wait until `go` is set."""

    def __init__(self, service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        self.waiting = threading.Semaphore(0)
        read = service.database.read

        def wait(work: Any, **options: Any) -> Any:
            self.waiting.release()
            self.go.wait(30)
            return read(work, **options)

        monkeypatch.setattr(service.database, "read", wait)


def called(channel: grpc.Channel, *, timeout: float = 30) -> grpc.Future:
    """Begin a call."""
    return channel.unary_unary(METHOD("GetArtifacts")).future(b"", timeout=timeout)


def test_more_calls_than_may_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(threads=1, limits=LimitSettings(max_concurrent=2)) as served:
        slow = Slow(served.service, monkeypatch)
        with grpc.insecure_channel(served.grpc) as channel:
            calls = [called(channel) for _ in range(12)]
            refused = [call for call in calls if _details(call, 5)]
            assert 8 <= len(refused) < 12
            assert all(_details(call, 5).startswith("RESOURCE_EXHAUSTED") for call in refused)
            assert all("--max-concurrent" in _details(call, 5) for call in refused)
            slow.go.set()
            assert all(call.result(30) == b"" for call in calls if call not in refused)


def _details(call: Any, seconds: float) -> str:
    """Return why a call was refused, or "" if it is in progress after some seconds or succeeded."""
    try:
        call.result(seconds / 10)
    except grpc.FutureTimeoutError:
        return ""
    except grpc.RpcError as error:
        return f"{error.code().name} {error.details()}"
    return ""


@pytest.mark.parametrize("method", ["/", "/x", "/a/b/c", METHOD(""), METHOD("Nothing"), METHOD("../x"), *NO_PATHS])
def test_a_method_of_any_name_is_one_that_there_is_not(method: str) -> None:
    with serving() as served, grpc.insecure_channel(served.grpc) as channel, pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary(method)(b"", timeout=10)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_idle_streams_hold_no_more_than_a_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SECONDS", 1.0)
    with serving(threads=4) as served, grpc.insecure_channel(served.grpc) as channel:
        go = threading.Event()
        reflection = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
        idle = [reflection(iter(go.wait, True), timeout=30) for _ in range(8)]
        codes = [call.code() for call in idle]  # those that were let in are ended after a second
        assert set(codes) == {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED}
        assert channel.unary_unary(METHOD("GetArtifactTypes"))(b"", timeout=10) is not None
        go.set()


def test_more_requests_than_may_be_in_progress_are_refused_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(limits=LimitSettings(max_concurrent=1)) as served, asking(served) as client:
        slow = Slow(served.service, monkeypatch)
        thread = threading.Thread(target=httpx.get, args=(f"http://{served.http}/api/v1/types",))
        thread.start()
        slow.waiting.acquire()
        refused = client.get("/api/v1/types")
        assert (refused.status_code, "--max-concurrent" in refused.text) == (429, True)
        assert client.get("/healthz").status_code == 200
        slow.go.set()
        thread.join()
        assert client.get("/api/v1/types").status_code == 200


def test_a_client_that_sends_too_fast_is_refused_at_both_doors() -> None:
    with serving(limits=LimitSettings(max_rate=5)) as served, grpc.insecure_channel(served.grpc) as channel:
        answers = [called(channel) for _ in range(20)]
        refused = [_details(call, 50) for call in answers]
        assert sum("--max-rate" in text for text in refused) == 10
        with asking(served) as client:
            statuses = [client.get("/version").status_code for _ in range(20)]
        assert statuses.count(429) >= 5


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let GetArtifacts run a statement that does not end."""
    from lineal.service.reads import lists
    from lineal.store.rows import nodes

    def run(session: Session, *_: object) -> Any:
        many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        session.script(many)

    monkeypatch.setattr(nodes, "all_nodes", run)
    assert lists.node_rows is nodes


@pytest.mark.usefixtures("endless")
def test_a_clients_deadline_stops_the_statement() -> None:
    with serving(threads=1) as served, grpc.insecure_channel(served.grpc) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            called(channel, timeout=0.3).result(30)
        assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        types = channel.unary_unary(METHOD("GetArtifactTypes"))
        assert rpc.GetArtifactTypesResponse.FromString(types(b"", timeout=10)) is not None


@pytest.mark.usefixtures("endless")
def test_the_servers_limit_stops_a_statement_and_says_so() -> None:
    with serving(threads=1, limits=LimitSettings(max_call_seconds=0.3)) as served:
        with grpc.insecure_channel(served.grpc) as channel, pytest.raises(grpc.RpcError) as raised:
            called(channel).result(30)
        assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert "--max-call-seconds" in raised.value.details()


@pytest.mark.usefixtures("endless")
def test_a_call_that_is_given_up_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(threads=1) as served, grpc.insecure_channel(served.grpc) as channel:
        call = called(channel)
        time.sleep(0.3)
        call.cancel()
        assert channel.unary_unary(METHOD("GetArtifactTypes"))(b"", timeout=10) is not None


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the HTTP door lose its patience soon."""
    monkeypatch.setattr(http_connections, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(http_connections, "READ_SECONDS", 0.3)
    monkeypatch.setattr(http_limits, "BODY_SECONDS", 0.3)


@pytest.fixture
def served(hurried: None) -> Iterator[Served]:
    """A server with few connections and little patience."""
    with serving(limits=LimitSettings(max_connections=16)) as found:
        yield found


def connected(served: Served, sent: bytes = b"") -> socket.socket:
    """Open a connection and send something."""
    host, _, port = served.http.rpartition(":")
    found = socket.create_connection((host, int(port)), timeout=10)
    found.sendall(sent)
    return found


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"GET"])
def test_a_connection_whose_request_does_not_come_is_closed(served: Served, sent: bytes) -> None:
    with connected(served, sent) as slow, contextlib.suppress(ConnectionResetError):
        assert slow.recv(100) == b""


def test_a_body_that_does_not_come_is_answered(served: Served) -> None:
    head = b"POST /api/v1/views HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    with connected(served, head) as slow:
        assert b"408" in slow.recv(1000)


def test_the_longest_waiting_connection_makes_room(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connections, "HEADER_SECONDS", 30.0)
    waiting = [connected(served) for _ in range(16)]
    with asking(served) as client:
        assert client.get("/healthz").status_code == 200
    closed = 0
    for each in waiting:
        each.settimeout(0.05)
        try:
            closed += each.recv(1) == b""
        except ConnectionResetError:
            closed += 1
        except TimeoutError:
            pass
        each.close()
    assert closed == 1


@pytest.mark.slow
def test_a_connection_is_kept_longer_than_clients_keep_theirs() -> None:
    with serving() as served, contextlib.closing(http.client.HTTPConnection(served.http, timeout=10)) as client:
        for pause in (6, 0):  # many clients close theirs after five seconds
            client.request("GET", "/healthz")
            assert client.getresponse().read()
            time.sleep(pause)
