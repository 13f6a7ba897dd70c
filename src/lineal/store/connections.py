"""Open connections, lent for one transaction at a time.

Taking a connection from SQLAlchemy's pool and giving it back costs more than a small statement on SQLite, so its files
use a plain stack of idle connections instead.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from lineal import errors


class Connections(Protocol):
    """Where a transaction gets its connection from."""

    def connection(self) -> AbstractContextManager[Any]:
        """Lend a driver's connection that nobody else uses meanwhile."""

    def close(self) -> None:
        """Close all connections; lending one afterwards is an error."""


class IdleConnections:
    """As many connections as threads work at once, kept open."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._idle: deque[Any] = deque()
        self._process = os.getpid()
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Lend an idle connection or a new one."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._idle.append(connection)
            if self._closed:
                self.close()

    def _take(self) -> Any:
        if self._closed:
            raise errors.FailedPreconditionError("the store is closed; open it again")
        if self._process != os.getpid():  # SQLite's connections must not be carried over a fork
            self._idle, self._process = deque(), os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def close(self) -> None:
        """Close the idle connections; those lent are closed when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


class SharedConnection:
    """The one connection that is a database in memory."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connection: Any = connect()
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Lend the connection to one thread after the other."""
        with self._lock:
            if self._connection is None:
                raise errors.FailedPreconditionError("the store is closed; open it again")
            yield self._connection

    def close(self) -> None:
        """Close the connection; the database is gone."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
