"""The common parts of database servers: a pool of connections, several hosts of one cluster, commits that may be lost.

What stays out: the differences between MySQL and PostgreSQL.
"""

from __future__ import annotations

import math
import os
import time
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from lineal import errors, pages
from lineal.config import DatabaseSettings, Use
from lineal.store.engine.connections import Connections
from lineal.store.engine.dialects.base import DatabaseDialect, MissingStoreError, NoConnectionError
from lineal.store.engine.dialects.refusals import Refusal
from lineal.store.engine.dialects.urls import Host, ServerURL, parse_server_url
from lineal.store.engine.queued_transaction import QueuedTransaction
from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import Command, Outcome, Span, Transaction

OPTIONS = ("connect_timeout", "create_database", "password_file", "pool_recycle", "pool_size", "retry_seconds")
CONNECT_SECONDS = 10.0
RETRY_SECONDS = 30.0
_POOL_SIZE = 32
_RECYCLE_SECONDS = 1800.0
_POOL_WAIT_SECONDS = 60.0
_USED = "used"
_CONNECTING = errors.Details(page=pages.CONNECTING.name)
_left_to_parent: list[Any] = []
"""Pools that a forked child must neither use nor close, since the parent goes on using them."""


# The words of drivers or the system about a server that they cannot reach, and their meaning.
_UNREACHABLE = (
    (("refused",), "the connection is refused; is the database server running there?"),
    (("not known", "translate host", "resolve host", "nodename", "No address"), "the name of the host is unknown"),
    (("timed out", "timeout"), "it does not answer in time; check address and firewall"),
    (("No such file",), "there is no such socket; is the server running here?"),
    (("Permission denied",), "this user of the machine may not open the socket"),
)


class ServerDialect(DatabaseDialect):
    """The differences of database servers from a file."""

    has_lock_table = True
    is_remote = True
    writers_race = True
    leaves_ids_out = True  # the counter of ids is no part of the transaction
    converts_values = True
    tables_keep_space = True
    options: Collection[str] = ()

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(settings)
        self.url: ServerURL = parse_server_url(settings.url, known={*OPTIONS, *self.options})
        self.connect_seconds = self.url.number("connect_timeout", CONNECT_SECONDS)
        self.retry_seconds = self.url.number("retry_seconds", RETRY_SECONDS)
        self._creates = self.url.flag("create_database", default=True) and settings.use is Use.CREATE
        self._was_there = False
        self.read_only = settings.use is Use.READ
        self._preferred = 0
        self._lost_at = -math.inf

    def connect(self, host: Host | None, *, database: str) -> Any:
        """Open a driver's connection to one host, None for the local socket."""
        raise NotImplementedError

    def accepts_writes(self, connection: Any) -> bool:
        """Say whether a new connection leads to a node that takes writes."""
        raise NotImplementedError

    def lacks_database(self, error: Exception) -> bool:
        """Say whether connecting failed because the database does not exist."""
        raise NotImplementedError

    def create_database(self, host: Host | None) -> None:
        """Create the database, if nobody else just did."""
        raise NotImplementedError

    def is_lost(self, error: Exception) -> bool:
        """Say whether the connection that gave the error is of no more use, or its node takes no writes now."""
        raise NotImplementedError

    def pool(self, dialect: sa.Dialect) -> Connections:
        """Return a pool of connections to a host that answers."""
        return PooledConnections(lambda: self._new_pool(dialect), self)

    def _new_pool(self, dialect: sa.Dialect) -> QueuePool:
        pool = QueuePool(
            self._connect_any,
            pool_size=int(self.url.number("pool_size", _POOL_SIZE)),
            max_overflow=0,
            timeout=_POOL_WAIT_SECONDS,
            recycle=int(self.url.number("pool_recycle", _RECYCLE_SECONDS)),
            dialect=dialect,
            reset_on_return=None,
        )
        sa.event.listen(pool, "checkin", _note_use)
        sa.event.listen(pool, "checkout", self._ping_after_loss)
        return pool

    def _ping_after_loss(self, connection: Any, record: Any, _: Any) -> None:
        """Check a connection that was idle when another one was found lost; usually its first statement shows that.

        Raises:
            InvalidatePoolError: it is lost as well, and the pool opens others for all that it had open.
        """
        if record.info.get(_USED, math.inf) > self._lost_at:
            return
        try:
            self.sql_dialect.do_ping(connection)
        except Exception as error:
            if not self.is_driver_error(error):
                raise
            raise sa.exc.InvalidatePoolError from error

    def _connect_any(self) -> Any:
        """Connect to the host that answered last, or to the next one that answers and takes writes."""
        hosts: list[Host | None] = [*self.url.hosts] or [None]
        first, failure = self._preferred, None
        for offset in range(len(hosts)):
            index = (first + offset) % len(hosts)
            try:
                connection = self._connect_or_create(hosts[index])
            except Exception as error:
                if not self.is_driver_error(error):
                    raise
                failure = error
                continue
            if len(hosts) == 1 or self._takes_writes(connection):
                self._preferred = connection.lineal_host = index
                self._was_there = (
                    True  # from now on, a missing database has been dropped, and an empty one would hide that
                )
                return connection
            connection.close()
        if failure is None:
            raise errors.UnavailableError("none of the database's hosts takes writes at the moment; try again")
        raise failure

    def _takes_writes(self, connection: Any) -> bool:
        try:
            return self.accepts_writes(connection)
        except Exception as error:
            if self.is_driver_error(error):
                return False
            raise

    def _connect_or_create(self, host: Host | None) -> Any:
        try:
            return self.connect(host, database=self.url.database)
        except Exception as error:
            may_create = self._creates and not self._was_there
            if not (may_create and self.is_driver_error(error) and self.lacks_database(error)):
                raise
        try:
            self.create_database(host)
        except Exception as error:
            if self.is_driver_error(error) and isinstance(self.translate(error), errors.PermissionDeniedError):
                raise errors.NotFoundError(
                    f"{self.place()} does not exist, and this user may not create it; create it, or check the name in "
                    "the URL (--db)"
                ) from self.shown_cause(error)
            raise
        return self.connect(host, database=self.url.database)

    def distrust_host_of(self, connection: Any) -> None:
        """Check the idle connections before their next use; connect to the next host, unless another thread has."""
        self._lost_at = time.monotonic()
        index = getattr(connection, "lineal_host", self._preferred)
        if index == self._preferred:
            self._preferred = (index + 1) % max(1, len(self.url.hosts))

    def transaction(self, connection: Any, *, write: bool, is_careful: bool, span: Span | None) -> Transaction:
        """Return a transaction whose statements travel together."""
        return QueuedTransaction(self, connection, write=write, is_careful=is_careful, span=span)

    def opening(self, *, write: bool) -> Sequence[Command]:
        """Return the statements that begin a transaction."""
        raise NotImplementedError

    def commits_by_itself(self, sql: str) -> bool:
        """Say whether a statement ends the transaction in which it is sent."""
        return False

    def run_together(self, connection: Any, commands: Sequence[Command], *, write: bool) -> Iterator[Outcome]:
        """Send commands of a transaction in as few round trips as is safe; yield their outcomes in order.

        If one fails, those after it do not happen, and the driver's error is raised in its place.
        """
        raise NotImplementedError

    def insertions(
        self, connection: Any, insertion: Insertion, command: Command, *, with_ids: bool
    ) -> Iterator[tuple[Command, int]]:
        """Yield the commands that insert all rows of a command, each with the number of its rows."""
        raise NotImplementedError

    def ids_of(self, connection: Any, outcome: Outcome, count: int) -> Sequence[int]:
        """Return the ids of the rows that such a command has inserted, index-aligned."""
        raise NotImplementedError

    def writing(self) -> AbstractContextManager[Any]:
        """Hold nothing: the server lets writers work at the same time."""
        return nullcontext()

    def shown_cause(self, error: Exception) -> Exception | None:
        """Return the driver's error, unless it contains user or password: servers name the refused user."""
        secrets = (self.url.user, self.url.password)
        return None if any(secret and secret in str(error) for secret in secrets) else error

    def unreachable(self, error: Exception) -> errors.UnavailableError:
        """Return the error of a server that cannot be reached, with the driver's reason if it gives one."""
        text = f"{error} {error.__cause__ or ''}"
        reason = next((reason for words, reason in _UNREACHABLE if any(word in text for word in words)), "try again")
        return errors.UnavailableError(f"cannot reach {self.place()}: {reason}", _CONNECTING)

    def refused(self, refusal: Refusal, code: str) -> errors.StatusError:
        """Return the error of a server that lets this program not in.

        If it did before, it is no fault of whoever calls now, perhaps over a server of Lineal.
        """
        error = refusal.error(self.place(), code)
        if self._was_there and refusal.is_at_login and not refusal.is_passing:
            return errors.UnavailableError(error.message, error.details)
        return error

    def missing_database(self) -> errors.StatusError:
        """Return the error of a database that does not exist and must not be created."""
        if self._was_there:
            return MissingStoreError(
                f"{self.place()} does not exist any more; restore a backup, then restart the servers and programs that "
                "use it",
                _CONNECTING,
            )
        may_create = self.settings.use is Use.CREATE
        cure = "create it, or leave create_database=false out" if may_create else "check the name in the URL (--db)"
        return errors.NotFoundError(f"{self.place()} does not exist; {cure}", _CONNECTING)

    def missing_table(self) -> errors.StatusError:
        """Return the error of a store that has lost a table."""
        return MissingStoreError(
            f"{self.place()} lacks a table of the store; restore a backup into an empty database, then restart the "
            "servers and programs that use it",
            _CONNECTING,
        )

    def place(self) -> str:
        """Return how messages call the database: its hosts and name, never user or password."""
        hosts = ", ".join(map(str, self.url.hosts)) or "the local socket"
        return f"the database {self.url.database!r} at {hosts}"


def _note_use(connection: Any, record: Any) -> None:
    """Note when a connection came back from a transaction."""
    record.info[_USED] = time.monotonic()


def _dispose(pool: QueuePool, process: int) -> None:
    """Close the idle connections of a pool, unless they belong to the process that forked this one."""
    if process == os.getpid():
        pool.dispose()


class PooledConnections:
    """Connections from SQLAlchemy's pool, which replaces those that were lost."""

    def __init__(self, make_pool: Callable[[], QueuePool], dialect: ServerDialect) -> None:
        self._make_pool = make_pool
        self._dialect = dialect
        self._closed = False
        self._start()

    def _start(self) -> None:
        """Make a pool; a program may drop the store without closing it."""
        self._pool = self._make_pool()
        self._process = os.getpid()
        weakref.finalize(self, _dispose, self._pool, self._process)

    def take(self) -> Any:
        """Return a connection that answered when it was used last."""
        if self._closed:
            raise errors.FailedPreconditionError("the store is closed; open it again")
        if self._process != os.getpid():  # forked by a program that does not tell Python so
            self.after_fork_in_child()
        try:
            return self._pool.connect()
        except PoolTimeoutError as error:
            raise NoConnectionError(
                f"no connection to {self._dialect.place()} became free in {_POOL_WAIT_SECONDS:g} s; raise pool_size in "
                "the database URL, or send fewer calls at a time"
            ) from error

    def give_back(self, connection: Any) -> None:
        """Take back a connection for the next transaction."""
        connection.close()
        if self._closed:
            self._pool.dispose()

    def discard(self, connection: Any) -> None:
        """Close a connection in an unknown state."""
        self._dialect.distrust_host_of(connection.dbapi_connection)
        connection.invalidate()

    def replace(self, connection: Any) -> None:
        """Close a connection; the next one is opened to the same host."""
        connection.invalidate()

    def usage(self) -> tuple[int, int]:
        """Return how many connections are in use, and how many are idle."""
        return self._pool.checkedout(), self._pool.checkedin()

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._closed = True
        if self._process == os.getpid():
            self._pool.dispose()

    def before_fork(self) -> None:
        """Do nothing: a connection that the child leaves alone serves the parent as before."""

    def after_fork_in_child(self) -> None:
        """Use a new pool; the parent's connections are neither used nor closed, so nothing is sent to the server."""
        _left_to_parent.append(self._pool)
        self._start()
