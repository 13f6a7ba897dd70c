"""Threads for calls that compute: few, helped by others where they are long at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.server.call_threads import CallThreads, require_room
from lineal.server.reader_threads import READERS, ReaderThreads


class Busy:
    """Work that lasts until it is told to end."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)

    def __call__(self) -> None:
        self.begun.release()
        self.go.wait(30)


@pytest.fixture
def busy() -> Busy:
    return Busy()


@pytest.fixture
def others() -> CallThreads:
    return CallThreads(4, most=10)


@pytest.fixture
def few(others: CallThreads, busy: Busy) -> Iterator[ReaderThreads]:
    threads = ReaderThreads(others)
    yield threads
    busy.go.set()
    threads.shutdown()
    others.shutdown()


def test_a_few_calls_are_worked_on_at_a_time(few: ReaderThreads, busy: Busy) -> None:
    for _ in range(READERS + 2):
        few.submit(busy)
    assert all(busy.begun.acquire(timeout=5) for _ in range(READERS))
    assert not busy.begun.acquire(timeout=0.05)


def test_others_help_where_the_few_are_long_at_work(few: ReaderThreads, busy: Busy) -> None:
    for _ in range(READERS):
        few.submit(busy)
    done = [threading.Event() for _ in range(2)]
    for event in done:
        few.submit(event.set)
    assert all(event.wait(5) for event in done)


def test_what_waits_for_the_few_counts_as_waiting(few: ReaderThreads, others: CallThreads, busy: Busy) -> None:
    for _ in range(READERS):
        few.submit(busy)
    assert all(busy.begun.acquire(timeout=5) for _ in range(READERS))
    for _ in range(7):
        few.submit(lambda: None)
    for threads in (few, others):
        with pytest.raises(errors.ResourceExhaustedError, match="--max-concurrent"):
            threads.submit(require_room).result(5)
