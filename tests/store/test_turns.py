"""Reads of a database in this process take turns."""

from __future__ import annotations

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


def test_who_has_just_read_waits_for_who_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_turns, "_LONG_SECONDS", 60.0)
    turns, order = read_turns.ReadTurns(), list[str]()

    def read_twice(begun: threading.Event) -> None:
        turn = turns.take()
        begun.set()
        time.sleep(0.02)  # the other one comes meanwhile
        turn.release()
        read("again")

    def read(name: str) -> None:
        turn = turns.take()
        order.append(name)
        turn.release()

    with ThreadPoolExecutor(2) as threads:
        for _ in range(20):
            begun = threading.Event()
            first = threads.submit(read_twice, begun)
            begun.wait(30)
            other = threads.submit(read, "other")
            first.result(30)
            other.result(30)
    assert order == ["other", "again"] * 20


def test_a_read_that_fails_ends_its_turn(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        database.read(lambda session: 1 // 0)
    assert database.read(lambda session: session.script("SELECT 7")) == [(7,)]
