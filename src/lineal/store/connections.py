"""Open connections, lent for one transaction at a time.

Taking a connection from SQLAlchemy's pool and giving it back costs more than a small statement on SQLite, so its files
use a plain stack of idle connections instead. A program may drop a store without closing it, as programs for the
official client do: its connections are then closed when it is collected, or at the end of the process.
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from lineal import errors


class Connections(Protocol):
    """Where a transaction gets its connection from."""

    def take(self) -> Any:
        """Return a driver's connection that nobody else uses until it is given back."""

    def give_back(self, connection: Any) -> None:
        """Take back a connection on which no transaction is open."""

    def discard(self, connection: Any) -> None:
        """Take back a connection that nobody shall use again."""

    def usage(self) -> tuple[int, int]:
        """Return how many connections are in use, and how many are open and idle."""

    def replace(self, connection: Any) -> None:
        """Take back a connection that nobody shall use again, through no fault of its host."""

    def close(self) -> None:
        """Close all connections; taking one afterwards is an error."""


class IdleConnections:
    """As many connections as threads work at once, kept open."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._closed = False
        self._start_empty()

    def _start_empty(self) -> None:
        self._idle: deque[Any] = deque()
        self._used: set[int] = set()
        self._outdated: set[int] = set()
        self._open = 0
        self._process = os.getpid()
        weakref.finalize(self, _close_all, self._idle)

    def take(self) -> Any:
        """Return an idle connection or a new one."""
        if self._closed:
            raise _closed_error()
        if self._process != os.getpid():  # SQLite's connections must not be carried over a fork
            self._start_empty()
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
            self._open += 1
        self._used.add(id(connection))
        return connection

    def give_back(self, connection: Any) -> None:
        """Keep the connection for the next transaction, unless it is outdated."""
        if id(connection) in self._outdated:
            self.discard(connection)
            return
        self._used.discard(id(connection))
        self._idle.append(connection)
        if self._closed:
            self.close()

    def discard(self, connection: Any) -> None:
        """Close the connection; a new one is opened when there is need."""
        self._used.discard(id(connection))
        self._outdated.discard(id(connection))
        self._open -= 1
        connection.close()

    def renew(self, *, keep: Any) -> None:
        """Use none of the open connections again but one: what the others know of the database is outdated."""
        self._outdated |= self._used - {id(keep)}
        with contextlib.suppress(IndexError):
            while True:
                self.discard(self._idle.pop())

    def usage(self) -> tuple[int, int]:
        """Return how many connections are in use and idle, as far as threads that come and go let it be told."""
        idle = len(self._idle)
        return max(0, self._open - idle), idle

    def replace(self, connection: Any) -> None:
        """Keep the connection: SQLite forgets at once that a statement was stopped."""
        self.give_back(connection)

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._closed = True
        _close_all(self._idle)


class SharedConnection:
    """The one connection that is a database in memory."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connection: Any = connect()
        self._lock = threading.Lock()
        weakref.finalize(self, self._connection.close)

    def take(self) -> Any:
        """Return the connection to one thread after the other."""
        self._lock.acquire()
        if self._connection is None:
            self._lock.release()
            raise _closed_error()
        return self._connection

    def give_back(self, connection: Any) -> None:
        """Let the next thread have the connection."""
        self._lock.release()

    def discard(self, connection: Any) -> None:
        """Let the next thread have the connection: there is no other."""
        self._lock.release()

    def usage(self) -> tuple[int, int]:
        """Return whether the connection is in use, or idle."""
        return (1, 0) if self._lock.locked() else (0, 1)

    def replace(self, connection: Any) -> None:
        """Let the next thread have the connection: there is no other."""
        self._lock.release()

    def close(self) -> None:
        """Close the connection; the database is gone."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _close_all(connections: deque[Any]) -> None:
    while connections:
        connections.pop().close()


def _closed_error() -> errors.FailedPreconditionError:
    return errors.FailedPreconditionError("the store is closed; open it again")
