"""A system that gives no more threads or processes: calls wait for what there is, and what watches goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from lineal.deadlines import Deadline
from lineal.server import grpc_connections, streams, supervisor
from lineal.server.call_threads import CallThreads
from lineal.server.grpc_connections import Callers, GrpcConnections
from lineal.server.reader_threads import READERS, ReaderThreads
from lineal.server.readiness import Readiness
from lineal.server.receiving import Receiving
from lineal.service import MetadataService
from lineal.store.engine.statement_deadlines import DeadlineWatch

Starve = Callable[[bool], None]


@pytest.fixture
def starve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Starve]:
    """A function that says whether the system is out of threads."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    yield lambda is_starved: monkeypatch.setattr(threading.Thread, "start", refuse if is_starved else start)
    monkeypatch.setattr(threading.Thread, "start", start)


def hold(threads: CallThreads | ReaderThreads) -> threading.Event:
    """Let a thread work until an event."""
    go, begun = threading.Event(), threading.Event()
    threads.submit(lambda: (begun.set(), go.wait(10)))
    assert begun.wait(5)
    return go


@pytest.mark.parametrize("are_few", [False, True])
def test_calls_wait_for_the_threads_that_there_are(are_few: bool, starve: Starve) -> None:
    others = CallThreads(4, most=10)
    threads = ReaderThreads(others) if are_few else others
    go = hold(threads)
    starve(True)
    done = [threading.Event() for _ in range(READERS)]
    for each in done:
        threads.submit(each.set)
    threads.replace_stalled(2)
    go.set()
    assert all(each.wait(5) for each in done)

    starve(False)
    for pool in {threads, others}:
        pool.shutdown()


class Faulty:
    """Threads that cannot be replaced."""

    asked = False

    def replace_stalled(self, stalled: int) -> None:
        self.asked = True
        raise RuntimeError("can't start new thread")


def test_messages_are_watched_after_a_fault() -> None:
    receiving, threads = Receiving(60), Faulty()
    context: Any = SimpleNamespace(peer=str, cancel=bool)

    def late() -> Iterator[bytes]:
        while not threads.asked:
            time.sleep(0.01)
        yield b"message"

    assert receiving.message(late(), context, threads) == b"message"
    receiving._watching.join(0.1)
    assert receiving._watching.is_alive()
    receiving.close()


def test_connections_are_counted_again_after_a_try_without_a_free_file(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def listdir(path: str) -> list[str]:
        looks.append(path)
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(grpc_connections, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(grpc_connections, "os", SimpleNamespace(listdir=listdir, path=grpc_connections.os.path))
    connections = GrpcConnections(1, 10, Callers())
    time.sleep(0.1)
    connections.close()
    assert len(looks) > 1


def test_the_database_is_looked_at_again_after_a_fault(service: MetadataService, starve: Starve) -> None:
    readiness = Readiness(service, interval=0.01)
    looks = 0

    def fail(*, ready: bool) -> None:
        nonlocal looks
        looks += 1
        raise RuntimeError("can't start new thread")

    with readiness:
        starve(True)
        readiness.on_look(fail)
        time.sleep(0.2)
    starve(False)
    assert looks > 1


def test_a_stream_that_cannot_be_bounded_leaves_its_place(starve: Starve) -> None:
    bounded = streams.BoundedStreams()._bounded(lambda requests, context: iter(()))
    starve(True)
    for _ in range(streams.MOST + 1):
        with pytest.raises(RuntimeError, match="can't start"):
            list(bounded(iter(()), SimpleNamespace(cancel=None)))


def test_statements_are_watched_once_there_is_a_thread(starve: Starve) -> None:
    interrupted = threading.Event()
    watch = DeadlineWatch(lambda connection: interrupted.set())
    starve(True)
    watch.begin(Deadline(0), "first")
    starve(False)
    watch.begin(Deadline(0), "second")
    assert interrupted.wait(2)


def test_a_worker_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def start(settings: object, slot: int) -> None:
        tried.append(slot)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(supervisor, "Worker", start)
    workers = supervisor.Supervisor(SimpleNamespace(workers=1))  # type: ignore[arg-type]
    workers._pauses[0] = (0.0, 0.0)
    workers._replace_dead()
    workers._replace_dead()
    assert tried == [0]
    workers._pauses[0] = (0.0, workers._pauses[0][1])
    workers._replace_dead()
    assert (tried, workers._pauses[0][1]) == ([0, 0], 1.0)
