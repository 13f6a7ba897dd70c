"""A call whose time is over stops in the database, on every engine, and leaves a store that works."""

from __future__ import annotations

import functools
import operator
import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.deadlines import Deadline, calling_until
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.tables.mlmd_tables import TYPE
from lineal.upkeep.opening import open_service
from tests.engines import SERVERS_AND_DRIVERS, Engine

_ENDLESS = 12


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with a fresh store."""
    with open_service(database_url) as service:
        yield service.database


def count_slowly(session: Session) -> None:
    """Run one statement that takes much longer than any test: the rows of the types, with themselves many times."""
    tables = [TYPE.alias(f"t{number}") for number in range(_ENDLESS)]
    total = functools.reduce(operator.add, [table.c.id for table in tables])  # a mere count MySQL knows at once
    session.rows(Statement(sa.select(sa.func.max(total))))


@pytest.mark.flaky(reruns=2)
@pytest.mark.parametrize("writes", [False, True])
def test_a_statement_stops_when_the_time_is_over(database: Database, writes: bool) -> None:
    started = time.monotonic()
    run = database.write if writes else database.read
    with calling_until(Deadline(0.3)), pytest.raises(errors.DeadlineExceededError, match="--max-call-seconds"):
        run(count_slowly)
    assert 0.2 < time.monotonic() - started < 5
    assert database.read(lambda session: session.script("SELECT 1")) == [(1,)]


@pytest.mark.flaky(reruns=2)
def test_a_statement_stops_when_the_caller_gives_up(database: Database) -> None:
    deadline = Deadline(60)
    threading.Timer(0.2, deadline.cancel).start()
    started = time.monotonic()
    with calling_until(deadline), pytest.raises(errors.CancelledError):
        database.read(count_slowly)
    assert time.monotonic() - started < 5


def test_what_a_stopped_call_wrote_is_undone(database: Database) -> None:
    names = Statement(sa.select(TYPE.c.name).order_by(TYPE.c.id))
    quoted = database.engine_dialect.identifier_preparer.quote

    def work(session: Session) -> None:
        session.script(f"UPDATE {quoted('Type')} SET name = 'changed'")
        count_slowly(session)

    before = database.read(lambda session: session.rows(names))
    with calling_until(Deadline(0.3)), pytest.raises(errors.DeadlineExceededError):
        database.write(work)
    assert database.read(lambda session: session.rows(names)) == before


@pytest.mark.parametrize("engine", SERVERS_AND_DRIVERS, indirect=True)
def test_a_connection_that_was_told_to_stop_between_statements_is_not_used_again(
    database: Database, engine: Engine
) -> None:
    def work(session: Session) -> object:
        connection = session.script(engine.own_connection)
        time.sleep(0.4)
        return connection

    with calling_until(Deadline(0.1)):
        told = database.read(work)
    assert database.read(lambda session: session.script(engine.own_connection)) != told


def test_a_call_that_is_over_before_it_begins_runs_nothing(database: Database) -> None:
    statements: list[str] = []
    database.observe = statements.append
    with calling_until(Deadline(-1)), pytest.raises(errors.DeadlineExceededError):
        database.read(count_slowly)
    assert statements == []


def test_a_call_with_time_left_is_left_alone(database: Database) -> None:
    with calling_until(Deadline(60)):
        for _ in range(3):
            assert database.read(lambda session: session.script("SELECT 1")) == [(1,)]


@pytest.mark.flaky(reruns=2)
def test_waiting_for_another_process_ends_with_the_time(tmp_path: object) -> None:
    path = f"{tmp_path}/m.db"
    with open_service(f"sqlite:///{path}") as service, open_service(f"sqlite:///{path}") as other:
        holding, done = threading.Event(), threading.Event()

        def hold(session: Session) -> None:
            holding.set()
            done.wait(30)

        thread = threading.Thread(target=other.database.write, args=(hold,))
        thread.start()
        holding.wait(30)
        started = time.monotonic()
        with calling_until(Deadline(0.3)), pytest.raises(errors.DeadlineExceededError):
            service.database.write(lambda session: None)
        assert time.monotonic() - started < 5
        done.set()
        thread.join()


def test_waiting_for_another_thread_ends_with_the_time() -> None:
    database = Database(DatabaseSettings("sqlite://"))
    with database.dialect.writing(), calling_until(Deadline(0.1)), pytest.raises(errors.DeadlineExceededError):
        database.write(lambda session: None)
