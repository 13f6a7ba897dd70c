"""One transaction in progress: running statements on its cursor.

What stays out: beginning and ending transactions (database.py), and what a scope hides
(store/workspaces/scoped_session.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from lineal import deadlines, errors
from lineal.kinds import Kind
from lineal.security import LimitSettings
from lineal.store.engine.column_limits import RefusedRowsError
from lineal.store.engine.dialects.base import Conflict, DatabaseDialect
from lineal.store.engine.node_times import NodeTimes
from lineal.store.engine.statement import LONGEST_LIST, CompiledStatement, Insertion, Statement

Result = TypeVar("Result")
Row = tuple[Any, ...]
Called = Callable[[int], str]

_LONGEST_KEPT = 6000  # characters of a statement, without its lists
NO_VALUES: Mapping[str, Any] = MappingProxyType({})
_UNTRACED = nullcontext()


class OpenDatabase(Protocol):
    """The parts of a database that a session needs; `Database` explains each."""

    dialect: DatabaseDialect
    limits: LimitSettings
    node_times: NodeTimes
    building: threading.Lock
    observe: Callable[[str], None] | None
    span: Callable[[str], AbstractContextManager[Any]] | None

    def compiled(self, statement: Statement) -> CompiledStatement:
        """Return the statement in the form for the driver."""

    def folds_names(self, session: Session) -> bool:
        """Say whether names with different spellings are equal for the database."""


class ChangeTracker(Protocol):
    """The methods that functions call when they write rows."""

    def created(self, kind: Kind, ids: Iterable[int]) -> None:
        """Record nodes that are new."""

    def changing(self, session: Session, kind: Kind, ids: Iterable[int], action: str = "update") -> None:
        """Record nodes that are about to be changed or deleted."""

    def added(self, action: str, subject: str, node_id: int, new: dict[str, Any]) -> None:
        """Record something that is added."""

    def removed(self, action: str, subject: str, node_id: int, old: dict[str, Any]) -> None:
        """Record something that is removed."""


class Session:
    """One transaction in progress.

    Attributes:
        rows_written: how many rows were given to statements that write many.
        node_writes: (kind, ids, the earliest time of an update among them) of the nodes that were written.
        dialect: the engine's differences.
        node_times: the latest time that nodes are known to carry.
        sees_all: whether its queries see the whole store.
        tracker: what notes the changes of the transaction, or None if nobody asks for them.

    Raises, from every method: Conflict (a row would not be unique), StatusError (anything else, translated).
    """

    sees_all = True
    tracker: ChangeTracker | None = None

    def __init__(self, database: OpenDatabase, cursor: Any) -> None:
        self._database = database
        self._cursor = cursor
        self.dialect = database.dialect
        self.node_times = database.node_times
        self.rows_written = 0
        self.node_writes: list[tuple[Kind, Sequence[int], int]] = []

    @property
    def folds_names(self) -> bool:
        """Whether names that differ in case, accents or blanks at the end are equal for the database."""
        return self._database.folds_names(self)

    @property
    def engine(self) -> str:
        """The target for compiling a statement: the name of the dialect, and whether there is a scope."""
        return self.dialect.name

    @property
    def limits(self) -> LimitSettings:
        """How much the call may ask for."""
        return self._database.limits

    def note_times(self, kind: Kind, ids: Sequence[int], times: Sequence[int]) -> None:
        """Record the times of update, at least one, of written nodes."""
        self.node_writes.append((kind, ids, min(times)))
        self.node_times.see(max(times))

    @property
    def unscoped(self) -> Session:
        """The same transaction, which sees the whole store, for rules that protect it as a whole."""
        return self

    def note_written(self, kind: Kind, ids: Iterable[int]) -> None:
        """Record that nodes were created or changed; only a scope uses this."""

    def rows(self, statement: Statement, values: Mapping[str, Any] = NO_VALUES) -> list[Row]:
        """Return all rows of a query."""
        return self._fetched(self._compiled(statement), values)

    def _compiled(self, statement: Statement) -> CompiledStatement:
        return self._database.compiled(statement)

    def _fetched(self, compiled: CompiledStatement, values: Mapping[str, Any]) -> list[Row]:
        """Run a query and return its rows; a long query stays in no cache of the driver."""
        deadlines.check()
        sql, parameters = compiled.bind(values)
        database = self._database
        if database.observe is not None:
            database.observe(sql)
        with database.span(sql) if database.span is not None else _UNTRACED:
            if compiled.is_asked and len(compiled.sql) <= _LONGEST_KEPT:
                self.dialect.query_asked(self._cursor, sql, parameters)
            elif len(compiled.sql) > _LONGEST_KEPT:
                self.dialect.query_once(self._cursor, sql, parameters)
            else:
                self._cursor.execute(sql, parameters)
            return self._cursor.fetchall()  # type: ignore[no-any-return]

    def built(self, make: Callable[[], Statement]) -> Statement:
        """Return a statement that is used once and takes much memory to build: only one is built at a time.

        Raises:
            DeadlineExceededError: others were built until the time of the call was over.
        """
        deadline = deadlines.CURRENT.get()
        if not self._database.building.acquire(timeout=-1 if deadline is None else max(0.0, deadline.remaining)):
            deadlines.check()
        try:
            return self.made(make)
        finally:
            self._database.building.release()

    def made(self, make: Callable[[], Statement]) -> Statement:
        """Return a statement that is compiled for this session's engine, without its expression."""
        statement = make()
        self._compiled(statement)
        statement.forget_expression()
        return statement

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
    def pieces(values: Sequence[Any], longest: int = LONGEST_LIST) -> Iterator[Sequence[Any]]:
        """Split values into lists for one statement, up to `longest` each; none of them is empty."""
        return (values[start : start + longest] for start in range(0, len(values), longest))

    def change(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Run a statement that changes rows; return how many rows it found."""
        sql, parameters = self._database.compiled(statement).bind(values)
        given = _Rows(statement, tuple(values), [tuple(values.values())])
        self._guarded(given, sql, lambda: self._cursor.execute(sql, parameters))
        return self._cursor.rowcount  # type: ignore[no-any-return]

    def change_many(self, statement: Statement, rows: Sequence[Sequence[Any]], *, called: Called | None = None) -> None:
        """Run a statement for each row of parameters, which are in the order of the statement's text.

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
        """Insert at least one row; return the ids, index-aligned."""
        self.rows_written += len(rows)
        sql = self._database.compiled(statement).sql
        given = _Rows(statement, statement.order, rows, called)
        return self._guarded(given, sql, lambda: self.dialect.insert_many_with_ids(self._cursor, statement, sql, rows))

    def _guarded(self, given: _Rows, sql: str, run: Callable[[], Result]) -> Result:
        """Run a statement with rows, and translate the driver's errors about the rows."""
        database = self._database
        if database.observe is not None:
            database.observe(sql)
        try:
            with database.span(sql) if database.span is not None else _UNTRACED:
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
    """Rows for a statement, with their names in messages."""

    statement: Statement
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    called: Called | None = None

    def refused(self) -> RefusedRowsError:
        table = getattr(self.statement.element, "table", None)
        name = table.name if isinstance(table, sa.Table) else ""
        return RefusedRowsError(name, self.columns, self.rows, self.called or (lambda _: f"a row of {name}"))
