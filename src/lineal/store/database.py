"""A database: transactions on its connections.

`Database.read` and `Database.write` run a piece of work in one transaction: it happens wholly or not at all, and a
write that returned is durable as the settings say. Work may run more than once (after a deadlock, say), so it must not
change anything outside. What stays out: statements, tables and rules.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.dialects import dialect_for
from lineal.store.dialects.base import Conflict, DatabaseDialect
from lineal.store.limits import Limits, RefusedRowsError, explain
from lineal.store.statement import LONGEST_LIST, CompiledStatement, Insertion, Statement

Result = TypeVar("Result")
Row = tuple[Any, ...]
Called = Callable[[int], str]

RERUNS_OF_RACES = 2
_LONGEST_PAUSE = 1.0
_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Session:
    """One transaction in progress.

    Attributes:
        rows_written: how many rows were given to statements that write many.

    Raises, from every method: Conflict (a row would not be unique), StatusError (anything else, translated).
    """

    def __init__(self, database: Database, cursor: Any) -> None:
        self._database = database
        self._cursor = cursor
        self.rows_written = 0

    @property
    def dialect(self) -> DatabaseDialect:
        """The engine's differences."""
        return self._database.dialect

    def rows(self, statement: Statement, values: Mapping[str, Any] = _NO_VALUES) -> list[Row]:
        """Return all rows of a query."""
        sql, parameters = self._database.compiled(statement).bind(values)
        self._database.observe(sql)
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchall()  # type: ignore[no-any-return]

    def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def listed_rows(self, statement: Statement, name: str, values: Sequence[Any]) -> list[Row]:
        """Return the rows of a query whose list parameter `name` gets these values, in pieces if they are many."""
        if 0 < len(values) <= LONGEST_LIST:
            return self.rows(statement, {name: values})
        return [row for piece in self.pieces(values) for row in self.rows(statement, {name: piece})]

    @staticmethod
    def pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """Cut values into lists that one statement can take; none of them is empty."""
        return (values[start : start + LONGEST_LIST] for start in range(0, len(values), LONGEST_LIST))

    def change(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Run a statement that changes rows; return how many rows it found."""
        sql, parameters = self._database.compiled(statement).bind(values)
        given = _Rows(statement, tuple(values), [tuple(values.values())])
        self._guarded(given, sql, lambda: self._cursor.execute(sql, parameters))
        return self._cursor.rowcount  # type: ignore[no-any-return]

    def change_many(self, statement: Statement, rows: Sequence[Sequence[Any]], *, called: Called | None = None) -> None:
        """Run a statement for each row of parameters, which stand in the order of the statement's text.

        Args:
            statement: an insertion, or a statement with an order.
            rows: the parameters.
            called: what a row is called in messages, given its index.
        """
        if not rows:
            return
        self.rows_written += len(rows)
        sql = self._database.compiled(statement).sql
        given = _Rows(statement, statement.order, rows, called)
        if isinstance(statement, Insertion):
            inserted = statement
            self._guarded(given, sql, lambda: self.dialect.insert_many(self._cursor, inserted, sql, rows))
        else:
            self._guarded(given, sql, lambda: self.dialect.change_many(self._cursor, sql, rows))

    def script(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a statement given as text: definitions of tables, and questions about them."""
        self._cursor.execute(sql, parameters)
        return list(self._cursor.fetchall()) if self._cursor.description else []

    def insert(self, statement: Insertion, row: Sequence[Any], *, called: Called | None = None) -> int:
        """Insert one row; return its id."""
        sql = self._database.compiled(statement).sql
        given = _Rows(statement, statement.order, [row], called)
        return self._guarded(given, sql, lambda: self.dialect.insert_one(self._cursor, sql, row))

    def insert_many(
        self, statement: Insertion, rows: Sequence[Sequence[Any]], *, called: Called | None = None
    ) -> Sequence[int]:
        """Insert rows that are at least one; return their ids, index-aligned."""
        self.rows_written += len(rows)
        sql = self._database.compiled(statement).sql
        given = _Rows(statement, statement.order, rows, called)
        return self._guarded(given, sql, lambda: self.dialect.insert_many_with_ids(self._cursor, statement, sql, rows))

    def _guarded(self, given: _Rows, sql: str, run: Callable[[], Result]) -> Result:
        """Run a statement with rows, and tell what the driver says about the rows."""
        self._database.observe(sql)
        try:
            return run()
        except (Conflict, errors.StatusError):
            raise
        except Exception as error:
            if not self.dialect.is_driver_error(error):
                raise
            insertion = given.statement if isinstance(given.statement, Insertion) else None
            conflict = self.dialect.conflict(error, insertion, given.rows)
            if conflict is not None:
                raise conflict from error
            if self.dialect.is_refused_value(error):
                raise given.refused() from error
            raise


@dataclass(frozen=True)
class _Rows:
    """Rows given to a statement, with what messages need to know of them."""

    statement: Statement
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    called: Called | None = None

    def refused(self) -> RefusedRowsError:
        table = getattr(self.statement.element, "table", None)
        name = table.name if isinstance(table, sa.Table) else ""
        return RefusedRowsError(name, self.columns, self.rows, self.called or (lambda _: f"a row of {name}"))


def _nothing(sql: str) -> None:
    """Take no notice of a statement."""


class Database:
    """An open database. Safe for any number of threads.

    Attributes:
        observe: called with the text of each statement before it runs, for tests, metrics and traces; a text never
            holds a value.

    Raises, on opening: what `DatabaseDialect.prepare_file` and `translate` say of a file or server that is not there.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.dialect = dialect_for(settings)
        self._connections = self.dialect.connections()
        self._limits: Limits | None = None
        self._reached = False
        self.observe: Callable[[str], None] = _nothing

    @property
    def engine_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part of the dialect, which turns definitions into text."""
        return self.dialect.sql_dialect

    def compiled(self, statement: Statement) -> CompiledStatement:
        """Return the statement as this database's driver takes it."""
        return statement.compiled(self.dialect.name, self.dialect.sql_dialect)

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Run work that only reads, on one consistent state of the database."""
        return self._run(work, write=False)

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Run work that writes; when this returns, what it wrote is committed, and when it raises, nothing is."""
        with self.dialect.writing():
            return self._run(work, write=True)

    def close(self) -> None:
        """Close the connections. Calls after this are errors."""
        self._connections.close()

    def _run(self, work: Callable[[Session], Result], *, write: bool) -> Result:
        """Run work, again after failures that this can cure: for a bounded time, with growing and jittered pauses."""
        end = time.monotonic() + self.dialect.retry_seconds
        reruns = RERUNS_OF_RACES if write and self.dialect.writers_race else 0
        for attempt in itertools.count(1):
            try:
                return self._attempt(work, write=write)
            except RefusedRowsError as refused:
                raise self._explained(refused) from refused
            except (errors.StatusError, Conflict) as error:
                if attempt > reruns or not _may_be_a_race(error):
                    raise
            except Exception as error:
                if not self.dialect.is_driver_error(error):
                    raise
                if not self._reached or time.monotonic() >= end or not self.dialect.is_retriable(error):
                    raise self.dialect.translate(error) from error
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.005 * 2 ** min(attempt, 10))))  # noqa: S311 no secret
        raise AssertionError("unreachable: counting never ends")

    def _attempt(self, work: Callable[[Session], Result], *, write: bool) -> Result:
        """Run work once in a transaction."""
        connection = self._connections.take()
        self._reached = True  # from now on it is worth waiting for a database that is gone
        try:
            cursor = connection.cursor()
            try:
                self.dialect.begin(cursor, write=write)
                session = Session(self, cursor)
                result = work(session)
            finally:
                cursor.close()
        except BaseException as error:
            self._abandon(connection, error)
            raise
        self._commit(connection, write=write)
        if session.rows_written:
            self.dialect.after_write(connection, session.rows_written)
        self._connections.give_back(connection)
        return result

    def _commit(self, connection: Any, *, write: bool) -> None:
        """Commit; a commit of which nobody knows whether it happened is not repeated.

        Raises:
            UnavailableError: the connection was lost while committing.
        """
        try:
            connection.commit()
        except BaseException as error:
            self._abandon(connection, error)
            if not isinstance(error, Exception) or not self.dialect.is_driver_error(error):
                raise
            if not write or self.dialect.is_undone_commit(error):
                raise
            raise errors.UnavailableError(
                "the database was lost while the call was being committed, so it may or may not be stored; look before "
                "sending it again"
            ) from error

    def _abandon(self, connection: Any, error: BaseException) -> None:
        """Undo a transaction; a connection that cannot do even that, or was lost, is thrown away."""
        lost = isinstance(error, Exception) and self.dialect.is_driver_error(error) and self.dialect.is_lost(error)
        if not lost:
            try:
                connection.rollback()
            except Exception:
                lost = True
        if lost:
            self._connections.discard(connection)
        else:
            self._connections.give_back(connection)

    def _explained(self, refused: RefusedRowsError) -> errors.StatusError:
        """Return the error that names the value that a statement was refused for."""
        if self._limits is None:
            self._limits = self.read(lambda session: self.dialect.column_limits(session.script))
        return explain(refused, self._limits, largest=self.dialect.largest_statement(), nul=self.dialect.holds_nul)


def _may_be_a_race(error: BaseException | None) -> bool:
    """Say whether an error comes from a row that may have been written after the transaction looked for it."""
    while error is not None:
        if isinstance(error, Conflict):
            return True
        error = error.__cause__
    return False
