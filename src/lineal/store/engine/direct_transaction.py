"""A transaction of an engine in this process, whose statements run at once: waiting would gain nothing.

What stays out: what a session says about a statement (transaction.py), and database servers (queued_transaction.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, Protocol

from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import Answer, Command, Keeping, ReadEnd, ReadingIsOverError, Row, Span, Value


class InProcess(Protocol):
    """The parts of an engine in this process that a transaction needs."""

    @property
    def waits_to_read(self) -> bool:
        """Whether a read needs a transaction to wait for writers no longer than its call may take."""

    def begin(self, cursor: Any, *, write: bool) -> None:
        """Start a transaction."""

    def query_asked(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        """Run a query that a caller wrote."""

    def query_once(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        """Run a long query."""

    def change_many(self, cursor: Any, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row."""

    def insert_one(self, cursor: Any, sql: str, row: Sequence[Any]) -> int:
        """Insert a row; return its id."""

    def insert_many(self, cursor: Any, statement: Insertion, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows of which nobody needs the ids."""

    def insert_many_with_ids(
        self, cursor: Any, statement: Insertion, sql: str, rows: Sequence[Sequence[Any]]
    ) -> Sequence[int]:
        """Insert rows; return their ids."""


class DirectTransaction:
    """A transaction of an engine in this process, where waiting would gain nothing.

    Attributes:
        end: whether the next query is the last of a read.
        is_begun: whether a transaction is open on the connection.
        is_careful, has_waited: nothing waits here.
    """

    is_careful = True
    has_waited = False

    def __init__(
        self, dialect: InProcess, connection: Any, *, write: bool, is_careful: bool, span: Span | None
    ) -> None:
        self._dialect = dialect
        self._connection = connection
        self._cursor = connection.cursor()
        self.end = ReadEnd(may_be_early=not (is_careful or write))
        self._write = write
        self._span = span
        self._is_over = False
        self.is_begun = False

    def start(self) -> None:
        """Begin: a lock that a write takes later cannot be waited for safely."""
        self.is_begun = True  # also if it is interrupted, so that what has begun is undone
        self._dialect.begin(self._cursor, write=self._write)

    def query(self, command: Command) -> list[Row]:
        """Return the rows of a query."""
        if self._is_over:
            raise ReadingIsOverError
        if not self.is_begun:
            self._is_over = self.end.is_next and not self._dialect.waits_to_read
            if not self._is_over:
                self.start()
        if self._span is None:
            return self._fetched(command)
        with self._span(command.sql):
            return self._fetched(command)

    def _fetched(self, command: Command) -> list[Row]:
        if command.keeping is Keeping.USUAL:
            self._cursor.execute(command.sql, command.parameters)
        elif command.keeping is Keeping.ASKED:
            self._dialect.query_asked(self._cursor, command.sql, command.parameters)
        else:
            self._dialect.query_once(self._cursor, command.sql, command.parameters)
        return self._cursor.fetchall()  # type: ignore[no-any-return]

    def ask(self, command: Command) -> Answer[list[Row]]:
        """Return the rows, which are there already."""
        rows = self.query(command)
        return lambda: rows

    def change(self, command: Command) -> int:
        """Run a statement that changes rows; return how many rows it found."""
        self._run(command, lambda: self._cursor.execute(command.sql, command.parameters))
        return self._cursor.rowcount  # type: ignore[no-any-return]

    def change_many(self, command: Command) -> None:
        """Run a statement once for each row of parameters."""
        self._run(command, lambda: self._dialect.change_many(self._cursor, command.sql, command.parameters))

    def insert_many(self, insertion: Insertion, command: Command) -> None:
        """Insert the rows."""
        self._run(command, lambda: self._dialect.insert_many(self._cursor, insertion, command.sql, command.parameters))

    def insert(self, insertion: Insertion, command: Command) -> Answer[Sequence[int]]:
        """Insert the rows; return their ids, which are there already."""
        rows = command.parameters
        ids: Sequence[int]
        if len(rows) == 1:
            ids = [self._run(command, lambda: self._dialect.insert_one(self._cursor, command.sql, rows[0]))]
        else:
            ids = self._run(
                command, lambda: self._dialect.insert_many_with_ids(self._cursor, insertion, command.sql, rows)
            )
        return lambda: ids

    def _run(self, command: Command, run: Callable[[], Value]) -> Value:
        """Run a statement, and translate the driver's errors about its values."""
        if not self.is_begun:
            self.start()
        try:
            with self._span(command.sql) if self._span is not None else nullcontext():
                return run()
        except Exception as error:
            refused = command.refused(error) if command.refused is not None else None
            if refused is None:
                raise
            raise refused from error

    def script(self, command: Command) -> list[Row]:
        """Run a statement given as text."""
        if not self.is_begun:
            self.start()
        self._cursor.execute(command.sql, command.parameters)
        return list(self._cursor.fetchall()) if self._cursor.description else []

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    def close(self) -> None:
        """Free the cursor."""
        self._cursor.close()
