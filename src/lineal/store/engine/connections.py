"""Open connections, lent for one transaction at a time.

Taking a connection from SQLAlchemy's pool and returning it costs more than a small statement on SQLite. So SQLite files
use a plain stack of idle connections instead. A program may drop a store without closing it, like programs for the
official client. Then the connections are closed when the store is collected, or at the end of the process.

SQLite keeps locks and open files for the process as a whole. A forked child that inherits them works without the locks
that it seems to have, and can lose what was written. So no file is open in SQLite while a process forks: transactions
pass a gate, which waits for them, and the parent opens its connections again later
(docs/decisions/0024-files-are-closed-while-a-process-forks.md).
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from lineal import errors
from lineal.forking import Gate

FORK_WAITS = 10.0
_GATE = Gate(FORK_WAITS)
_left_to_parent: list[Any] = []
"""What a forked child must not close, since the parent goes on using it."""
_unsafe: set[str] = set()
"""Files that SQLite believes to be open in this process, because it was forked while they were in use."""


class Connections(Protocol):
    """Where a transaction gets its connection from."""

    def take(self) -> Any:
        """Return a driver's connection that nobody else uses until it is given back."""

    def give_back(self, connection: Any) -> None:
        """Take back a connection on which no transaction is open."""

    def discard(self, connection: Any) -> None:
        """Take back a connection that must not be used again."""

    def usage(self) -> tuple[int, int]:
        """Return how many connections are in use, and how many are open and idle."""

    def replace(self, connection: Any) -> None:
        """Take back a connection that must not be used again, although its host works."""

    def close(self) -> None:
        """Close all connections; taking one afterwards is an error."""

    def before_fork(self) -> None:
        """Get ready for a fork of the process."""

    def after_fork_in_child(self) -> None:
        """Start again in a forked child; nothing is sent on the parent's connections."""


class IdleConnections:
    """As many connections as threads work at once, kept open."""

    def __init__(self, connect: Callable[[], Any], *, file: str = "") -> None:
        """Take the function that opens a connection, and the name of the file for messages and for forked children."""
        self._connect = connect
        self._file = file
        self._closed = False
        self._start_empty()

    def _start_empty(self) -> None:
        self._idle: deque[Any] = deque()
        self._used: dict[int, object] = {}
        self._outdated: set[int] = set()
        self._open = 0
        self._process = os.getpid()
        self._was_used_at_fork = False
        self._finalizer = weakref.finalize(self, _close_all, self._idle)

    def take(self) -> Any:
        """Return an idle connection or a new one.

        Raises:
            FailedPreconditionError: the store is closed, or this process was forked while the file was in use.
        """
        if self._closed:
            raise _closed_error()
        if self._process != os.getpid():  # forked by a program that does not tell Python so
            self.after_fork_in_child()
        ticket = _GATE.enter(self)
        try:
            connection = self._idle_or_new()
        except BaseException:
            _GATE.leave(ticket)
            raise
        self._used[id(connection)] = ticket
        return connection

    def _idle_or_new(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            if self._file in _unsafe:
                raise _unsafe_error(self._file) from None
        connection = self._connect()
        self._open += 1
        return connection

    def give_back(self, connection: Any) -> None:
        """Keep the connection for the next transaction, unless it is outdated."""
        if id(connection) in self._outdated:
            self.discard(connection)
            return
        ticket = self._used.pop(id(connection), None)
        if ticket is None:  # taken before a fork, in the process that goes on using it
            _left_to_parent.append(connection)
            return
        self._idle.append(connection)
        _GATE.leave(ticket)
        if self._closed:
            self.close()

    def discard(self, connection: Any) -> None:
        """Close the connection; a new one is opened when there is need."""
        ticket = self._used.pop(id(connection), None)
        self._outdated.discard(id(connection))
        self._open -= 1
        connection.close()
        _GATE.leave(ticket)

    def renew(self, *, keep: Any) -> None:
        """Use none of the open connections again except one: the others have outdated statistics of the database."""
        self._outdated |= set(self._used) - {id(keep)}
        with contextlib.suppress(IndexError):
            while True:
                self.discard(self._idle.pop())

    def usage(self) -> tuple[int, int]:
        """Return how many connections are in use and idle; other threads may change the numbers meanwhile."""
        idle = len(self._idle)
        return max(0, self._open - idle), idle

    def replace(self, connection: Any) -> None:
        """Keep the connection: SQLite forgets at once that a statement was stopped."""
        self.give_back(connection)

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._closed = True
        with _GATE.passed(self):
            _close_all(self._idle)

    def before_fork(self) -> None:
        """Close the idle connections: these are all, unless a transaction takes very long."""
        self._open -= len(self._idle)
        _close_all(self._idle)
        self._was_used_at_fork = _GATE.has(self)
        if not self._was_used_at_fork:
            self._open = 0

    def after_fork_in_child(self) -> None:
        """Start without connections; a file that was in use at the moment of the fork is refused."""
        if self._was_used_at_fork or self._open:
            _unsafe.add(self._file)
            _left_to_parent.append(self._idle)
        self._finalizer.detach()
        self._start_empty()

    @contextlib.contextmanager
    def unforked(self) -> Iterator[None]:
        """Prevent a fork of the process while a caller uses the file with its own connection."""
        with _GATE.passed(self):
            yield


class SharedConnection:
    """The single connection of a database in memory, only for the process that opened it."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connection: Any = connect()
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._ticket: object = None
        self._finalizer = weakref.finalize(self, self._connection.close)

    def take(self) -> Any:
        """Return the connection to one thread after the other.

        Raises:
            FailedPreconditionError: the store is closed, or is in the memory of another process.
        """
        if self._process != os.getpid():
            raise _foreign_memory_error(self._process)
        self._lock.acquire()
        if self._connection is None:
            self._lock.release()
            raise _closed_error()
        self._ticket = _GATE.enter(self)
        return self._connection

    def give_back(self, connection: Any) -> None:
        """Let the next thread have the connection."""
        _GATE.leave(self._ticket)
        self._lock.release()

    def discard(self, connection: Any) -> None:
        """Let the next thread have the connection: there is no other."""
        self.give_back(connection)

    def usage(self) -> tuple[int, int]:
        """Return whether the connection is in use, or idle."""
        return (1, 0) if self._lock.locked() else (0, 1)

    def replace(self, connection: Any) -> None:
        """Let the next thread have the connection: there is no other."""
        self.give_back(connection)

    def close(self) -> None:
        """Close the connection; the database is gone."""
        if self._process != os.getpid():
            return
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def before_fork(self) -> None:
        """Do nothing: the gate has waited for the transaction."""

    def after_fork_in_child(self) -> None:
        """Do not use the copy of the database: writes to it would be lost silently."""
        self._finalizer.detach()
        self._lock = threading.Lock()


def _close_all(connections: deque[Any]) -> None:
    while connections:
        connections.pop().close()


def _unsafe_error(file: str) -> errors.FailedPreconditionError:
    return errors.FailedPreconditionError(
        f"this process was forked while a call was working on {file}, which SQLite cannot bear; start processes with "
        "spawn or forkserver, or fork before the store is used"
    )


def _foreign_memory_error(process: int) -> errors.FailedPreconditionError:
    return errors.FailedPreconditionError(
        f"this store lies in the memory of process {process}, which forked this one; what is written here would be "
        "lost. Use a file (sqlite:///metadata.db) or a server, or open a store of its own in each process"
    )


def _closed_error() -> errors.FailedPreconditionError:
    return errors.FailedPreconditionError("the store is closed; open it again")
