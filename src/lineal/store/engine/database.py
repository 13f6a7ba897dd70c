"""A database: transactions on its connections.

`Database.read` and `Database.write` run a piece of work in one transaction: it happens completely or not at all, and a
write that returned is as durable as the settings say. Work may run more than once (for example after a deadlock), so it
must not change anything outside. What stays out: statements, tables and rules.
"""

from __future__ import annotations

import itertools
import math
import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import sqlalchemy as sa

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.deadlines import CURRENT
from lineal.forking import watch_forks
from lineal.security import UNLIMITED
from lineal.store.engine.column_limits import Limits, RefusedRowsError, explain
from lineal.store.engine.dialects import dialect_for
from lineal.store.engine.dialects.base import Conflict, NoSpaceToOpenError, StorageFullError
from lineal.store.engine.node_times import NodeTimes
from lineal.store.engine.read_turns import ReadTurns
from lineal.store.engine.session import OpenDatabase, Session
from lineal.store.engine.statement import CompiledStatement, Statement
from lineal.store.engine.statement_deadlines import DeadlineWatch
from lineal.store.engine.transaction import (
    EarlierStatementError,
    LostWhileCommittingError,
    ReadingIsOverError,
    Transaction,
)

Result = TypeVar("Result")
SessionFactory = Callable[[OpenDatabase, Transaction], Session]

RERUNS_OF_RACES = 2
_LONGEST_PAUSE = 1.0


class Database:
    """An open database. Safe for any number of threads.

    Attributes:
        observe: called with the text of each statement before it runs, for tests and metrics; a text never holds a
            value.
        span: returns what each statement runs inside of, given its text; for traces.
        on_retry: called with the kind of failure before a transaction runs again.
        on_end: called after each transaction with whether it wrote and the seconds that it took.
        around_write: called with each transaction that may write, when it begins; returns what runs before the commit.
        node_times: the latest time that nodes are known to carry.
        limits: how much a call may ask for.
        exact_uris: whether artifacts are found by their uris as they are spelled alone.
        is_full: whether a write found no space, and nothing has shown since that there is some.
        full_at: when a write found no space last, on the monotonic clock.
        building: held while a long filter becomes a statement, which takes much memory.

    Raises, on opening: what `DatabaseDialect.translate` says of a file or server that is not there.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.dialect = dialect_for(settings)
        self.exact_uris = settings.exact_uris
        self._engine, self._sql_dialect = self.dialect.name, self.dialect.sql_dialect
        self._connections = self.dialect.connections()
        self._turns = ReadTurns() if settings.is_in_process else None
        self._watch = DeadlineWatch(self.dialect.interrupt)
        self._limits: Limits | None = None
        self._folds_names: bool | None = None
        self.limits = UNLIMITED
        self.building = threading.Lock()
        self._reached = False
        self.is_full = False
        self.full_at = -math.inf
        self.observe: Callable[[str], None] | None = None
        self.span: Callable[[str], AbstractContextManager[Any]] | None = None
        self.on_retry: Callable[[str], None] | None = None
        self.on_end: Callable[[bool, float], None] | None = None
        self.around_write: Callable[[Session], Callable[[], None]] | None = None
        self.node_times = NodeTimes()
        watch_forks(self)

    @property
    def engine_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part of the dialect, which turns definitions into text."""
        return self.dialect.sql_dialect

    def compiled(self, statement: Statement) -> CompiledStatement:
        """Return the statement in the form for this database's driver."""
        return statement.compiled(self._engine, self._sql_dialect)

    def read(self, work: Callable[[Session], Result], *, session: SessionFactory = Session) -> Result:
        """Run work that only reads, on one consistent state of the database, with a session of the given kind."""
        if self._turns is None:
            return self._run(work, write=False, session=session)
        turn = self._turns.take()
        try:
            return self._run(work, write=False, session=session)
        finally:
            turn.release()

    def write(self, work: Callable[[Session], Result], *, session: SessionFactory = Session) -> Result:
        """Run work that writes; when this returns, what it wrote is committed, and when it raises, nothing is."""
        with self.dialect.writing():
            return self._run(work, write=True, session=session)

    def folds_names(self, session: Session) -> bool:
        """Say whether names with different spellings are equal for the database; it is asked only once."""
        if self._folds_names is None:
            self._folds_names = self.dialect.may_fold_names and self.dialect.folds_names(session.script)
        return self._folds_names

    def connections(self) -> tuple[int, int]:
        """Return how many connections are in use, and how many are open and idle."""
        return self._connections.usage()

    def close(self) -> None:
        """Close the connections. Calls after this are errors."""
        self._connections.close()

    def before_fork(self) -> None:
        """Get the connections ready for a fork of the process."""
        self._connections.before_fork()

    def after_fork_in_child(self) -> None:
        """Use new connections and locks: those of the parent's threads are never returned here."""
        self._connections.after_fork_in_child()
        self.dialect.after_fork_in_child()
        self._turns = ReadTurns() if self._turns else None
        self._watch = DeadlineWatch(self.dialect.interrupt)
        self.building = threading.Lock()

    def _run(self, work: Callable[[Session], Result], *, write: bool, session: SessionFactory) -> Result:
        """Run work, and report how long it took if somebody listens."""
        if self.on_end is None:
            return self._rerun(work, write=write, session=session)
        started = time.monotonic()
        try:
            return self._rerun(work, write=write, session=session)
        finally:
            self.on_end(write, time.monotonic() - started)

    def _rerun(self, work: Callable[[Session], Result], *, write: bool, session: SessionFactory) -> Result:
        """Run work, again after failures that this can cure: for a limited time, with growing, jittered pauses."""
        end = time.monotonic() + self.dialect.retry_seconds
        reruns = RERUNS_OF_RACES if write and self.dialect.writers_race else 0
        is_careful = False
        for attempt in itertools.count(1):
            try:
                return self._attempt(work, write=write, session=session, is_careful=is_careful)
            except (EarlierStatementError, ReadingIsOverError):
                is_careful = True
                continue
            except LostWhileCommittingError as error:
                raise errors.UnavailableError(
                    "the database was lost while the call was being committed, so it may or may not be stored; look "
                    "before sending it again"
                ) from error.__cause__
            except RefusedRowsError as refused:
                raise self._explained(refused) from refused
            except (errors.StatusError, Conflict) as error:
                if attempt > reruns or not _may_be_a_race(error):
                    raise
                self._note_retry("race")
            except Exception as error:
                if not self.dialect.is_driver_error(error):
                    raise
                _check_deadline(error)
                if not self._reached or time.monotonic() >= end or not self.dialect.is_retriable(error):
                    translated = self.dialect.translate(error)
                    if isinstance(translated, StorageFullError):
                        translated = self._noted_full(translated, write=write)
                    raise translated from self.dialect.shown_cause(error)
                self._note_retry("lost" if self.dialect.is_lost(error) else "conflict")
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.005 * 2 ** min(attempt, 10))))  # noqa: S311 no secret
        raise AssertionError("unreachable: counting never ends")

    def _note_retry(self, reason: str) -> None:
        if self.on_retry is not None:
            self.on_retry(reason)

    def _noted_full(self, error: StorageFullError, *, write: bool) -> StorageFullError:
        """Record that a write found no space; if a read finds none for its temporary files, the error says so."""
        if write or isinstance(error, NoSpaceToOpenError):
            self.is_full, self.full_at = True, time.monotonic()
            return error
        return StorageFullError(
            f"{self.dialect.place()} has no space left for the temporary files of this query; ask for less at a time, "
            "or make room on the disk that holds them"
        )

    def _attempt(
        self, work: Callable[[Session], Result], *, write: bool, session: SessionFactory, is_careful: bool
    ) -> Result:
        """Run work once in a transaction; carefully after a run that has shown that statements must not wait."""
        deadline = CURRENT.get()
        if deadline is not None and deadline.remaining <= 0:
            raise deadline.error()
        connection = self._connections.take()
        self._reached = True  # from now on, waiting for a lost database makes sense
        transaction = None
        stopped = False
        try:
            self.dialect.check_place(connection, write=write)
            transaction = self.dialect.transaction(connection, write=write, is_careful=is_careful, span=self.span)
            opened = session(self, transaction)
            if deadline is not None:
                self._watch.begin(deadline, connection)
            try:
                finish = self._begin_write(transaction, opened) if write else None
                result = work(opened)
                if finish is not None:
                    finish()
                transaction.commit()
            finally:
                stopped = deadline is not None and self._watch.end(connection)
                transaction.close()
        except BaseException as error:
            self._abandon(connection, error, is_open=transaction is not None and transaction.is_begun, stopped=stopped)
            if transaction is not None and transaction.has_waited and self._is_final(error):
                raise EarlierStatementError from error  # one that waits may fail first
            raise
        self._end(connection, write=write, rows_written=opened.rows_written, stopped=stopped)
        return result

    def _end(self, connection: Any, *, write: bool, rows_written: int, stopped: bool) -> None:
        """Give a connection back after a commit."""
        try:
            if write:
                self.dialect.check_place(connection, write=True)
            if rows_written:
                self.is_full = self.is_full and self.dialect.tables_keep_space
                self.dialect.after_write(connection, rows_written)
        finally:
            if stopped:
                self._connections.replace(connection)
            else:
                self._connections.give_back(connection)

    def _begin_write(self, transaction: Transaction, session: Session) -> Callable[[], None] | None:
        """Ask what every write needs, together with its first statement; return what runs before the commit."""
        transaction.start()
        session.prepare_write()
        return None if self.around_write is None else self.around_write(session)

    def _abandon(self, connection: Any, error: BaseException, *, is_open: bool, stopped: bool) -> None:
        """Undo a transaction; a connection that cannot do this, or that was lost or stopped, is discarded.

        After an interruption, such as Ctrl-C, a driver may not have read all that the server has sent.
        """
        lost = self._is_lost(error)
        stopped = stopped or not isinstance(error, Exception)
        if is_open and not lost:
            try:
                connection.rollback()
            except Exception:
                lost = True
        if lost:
            self._connections.discard(connection)
        elif stopped:
            self._connections.replace(connection)
        else:
            self._connections.give_back(connection)

    def _is_final(self, error: BaseException) -> bool:
        """Say whether an error is one that the caller would get, since running the same again cures nothing."""
        if isinstance(error, (errors.StatusError, Conflict, RefusedRowsError)):
            return True
        return (
            isinstance(error, Exception)
            and self.dialect.is_driver_error(error)
            and not self.dialect.is_retriable(error)
        )

    def _is_lost(self, error: BaseException) -> bool:
        """Say whether an error means that the connection is of no more use."""
        if isinstance(error, LostWhileCommittingError):
            return True
        return isinstance(error, Exception) and self.dialect.is_driver_error(error) and self.dialect.is_lost(error)

    def _explained(self, refused: RefusedRowsError) -> errors.StatusError:
        """Return the error that names the value that a statement was refused for."""
        if self._limits is None:
            self._limits = self.read(lambda session: self.dialect.column_limits(session.script))
        return explain(
            refused,
            self._limits,
            largest=self.dialect.largest_statement(),
            nul=self.dialect.holds_nul,
            cure=self.dialect.cure_of_refusal(refused.__cause__),
        )


def _check_deadline(error: Exception) -> None:
    """Distinguish a stopped statement from a failed one.

    Raises:
        DeadlineExceededError, CancelledError: the time of the call is over, which made the driver raise the error.
    """
    deadline = CURRENT.get()
    if deadline is not None and deadline.remaining <= 0:
        raise deadline.error() from error


def _may_be_a_race(error: BaseException | None) -> bool:
    """Say whether an error comes from a row that may have been written after the transaction looked for it."""
    while error is not None:
        if isinstance(error, Conflict):
            return True
        error = error.__cause__
    return False
