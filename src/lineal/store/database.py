"""A database: transactions on its connections.

`Database.read` and `Database.write` run a piece of work in one transaction: it happens wholly or not at all, and a
write that returned is durable as the settings say. Work may run more than once (after a deadlock, say), so it must not
change anything outside. What stays out: statements, tables and rules.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.dialects import dialect_for
from lineal.store.dialects.base import Conflict, DatabaseDialect
from lineal.store.statement import LONGEST_LIST, CompiledStatement, Statement

Result = TypeVar("Result")
Row = tuple[Any, ...]

MOST_ATTEMPTS = 10
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
        self._execute(*self._database.compiled(statement).bind(values))
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
        """Run a statement that changes rows; return how many it changed."""
        self._execute(*self._database.compiled(statement).bind(values))
        return self._cursor.rowcount  # type: ignore[no-any-return]

    def change_many(self, statement: Statement, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters, which stand in the order of the statement's text."""
        if not rows:
            return
        self.rows_written += len(rows)
        counted = _Counted(rows)
        sql = self._database.compiled(statement).sql
        self._database.observe(sql)
        try:
            self._cursor.executemany(sql, counted)
        except Exception as error:
            conflict = self.dialect.conflict(error)
            if conflict is None:
                raise
            raise Conflict(conflict.columns, counted.last) from error

    def script(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a statement given as text: definitions of tables, and questions about them."""
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchall() if self._cursor.description else []

    def _execute(self, sql: str, parameters: Sequence[Any]) -> None:
        self._database.observe(sql)
        try:
            self._cursor.execute(sql, parameters)
        except Exception as error:
            raise self.dialect.conflict(error) or error from error

    def insert(self, statement: Statement, row: Sequence[Any]) -> int:
        """Insert one row; return its id."""
        self._execute(self._database.compiled(statement).sql, row)
        return self._cursor.lastrowid  # type: ignore[no-any-return]

    def reserve_ids(self, table: sa.Table, count: int) -> Sequence[int]:
        """Return ids for new rows of a table, which no other transaction gets."""
        return self.dialect.reserve_ids(self._cursor, table, count)


class _Counted:
    """Rows that remember how far a driver has read them, to tell which one failed."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self._rows = rows
        self.last: int | None = None

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for self.last, row in enumerate(self._rows):  # noqa: B020 the attribute is the point
            yield row


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
        self._engine = self.dialect.create_engine()
        self._connections = self.dialect.connections(self._engine)
        self.observe: Callable[[str], None] = _nothing

    @property
    def engine_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part of the dialect, which turns definitions into text."""
        return self._engine.dialect

    def compiled(self, statement: Statement) -> CompiledStatement:
        """Return the statement as this database's driver takes it."""
        return statement.compiled(self.dialect.name, self._engine.dialect)

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
        """Run work, again after failures that this can cure: bounded, with growing and jittered pauses."""
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                return self._attempt(work, write=write)
            except (errors.StatusError, Conflict):
                raise
            except Exception as error:
                if not self.dialect.is_driver_error(error):
                    raise
                if attempt == MOST_ATTEMPTS or not self.dialect.is_retriable(error):
                    raise self.dialect.translate(error) from error
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.01 * 2**attempt)))  # noqa: S311 no secret
        raise AssertionError("unreachable: the last attempt raises")

    def _attempt(self, work: Callable[[Session], Result], *, write: bool) -> Result:
        """Run work once in a transaction."""
        connection = self._connections.take()
        try:
            cursor = connection.cursor()
            try:
                self.dialect.begin(cursor, write=write)
                session = Session(self, cursor)
                result = work(session)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                cursor.close()
            if session.rows_written:
                self.dialect.after_write(connection, session.rows_written)
            return result
        finally:
            self._connections.give_back(connection)
