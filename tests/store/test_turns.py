"""Reads of a database in this process take turns."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lineal.config import DatabaseSettings
from lineal.store.engine import read_turns
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(DatabaseSettings(f"sqlite:///{tmp_path}/store.db"))
    yield opened
    opened.close()


def test_threads_read_one_after_the_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # A read of milliseconds is no long one, however busy the machine is.
    monkeypatch.setattr(read_turns, "_LONG_SECONDS", 60.0)
    reading = threading.Semaphore(1)

    def read(session: Session) -> bool:
        alone = reading.acquire(blocking=False)
        session.script("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n")
        reading.release()
        return alone

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda _: database.read(read), range(40)))


def test_a_read_goes_past_those_that_take_long(database: Database) -> None:
    go = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        slow = [threads.submit(database.read, lambda session: go.wait(30)) for _ in range(2)]
        assert database.read(lambda session: session.script("SELECT 7")) == [(7,)]
        assert not any(read.done() for read in slow)
        go.set()
        assert all(read.result(30) for read in slow)


def test_who_has_just_read_goes_behind_one_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_turns, "_LONG_SECONDS", 60.0)
    turns, order = read_turns.ReadTurns(), list[str]()

    def read(name: str) -> None:
        turn = turns.take()
        order.append(name)
        turn.release()

    def read_again(turn: threading.Lock) -> None:
        turn.release()
        read("again")

    with ThreadPoolExecutor(1) as threads:
        turn = turns.take()
        other = threads.submit(read, "other")
        wait_until_one_waits(turns)
        read_again(turn)
        other.result(30)
    assert order == ["other", "again"]


def wait_until_one_waits(turns: read_turns.ReadTurns) -> None:
    while turns._next.acquire(blocking=False):
        turns._next.release()
        time.sleep(0.001)


def test_a_signal_handler_reads_while_its_thread_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_turns, "_LONG_SECONDS", 0.5)
    turns, found = read_turns.ReadTurns(), list[str]()

    def read(*_: object) -> None:
        turn = turns.take()
        found.append("read")
        turn.release()

    before = signal.signal(signal.SIGUSR1, read)
    held = turns.take()
    try:
        with ThreadPoolExecutor(1) as threads:
            threads.submit(lambda: (wait_until_one_waits(turns), os.kill(os.getpid(), signal.SIGUSR1)))
            read()
    finally:
        signal.signal(signal.SIGUSR1, before)
        held.release()
    assert found == ["read", "read"]


def test_a_read_that_fails_ends_its_turn(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        database.read(lambda session: 1 // 0)
    assert database.read(lambda session: session.script("SELECT 7")) == [(7,)]
