"""One transaction in progress: its statements, compiled and with their values.

What stays out: how statements travel (transaction.py), when a transaction runs (database.py), and what a scope hides
(store/workspaces/scoped_session.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from lineal import deadlines
from lineal.kinds import Kind
from lineal.security import LimitSettings
from lineal.store.engine.column_limits import RefusedRowsError
from lineal.store.engine.dialects.base import DatabaseDialect
from lineal.store.engine.node_times import NodeTimes
from lineal.store.engine.statement import LONGEST_LIST, CompiledStatement, Insertion, Statement
from lineal.store.engine.transaction import Answer, Command, Keeping, Transaction
from lineal.store.engine.transaction import Row as Row

Called = Callable[[int], str]

_LONGEST_KEPT = 6000  # characters of a statement, without its lists
NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class OpenDatabase(Protocol):
    """The parts of a database that a session needs; `Database` explains each."""

    dialect: DatabaseDialect
    limits: LimitSettings
    exact_uris: bool
    node_times: NodeTimes
    building: threading.Lock
    observe: Callable[[str], None] | None
    span: Callable[[str], AbstractContextManager[Any]] | None

    def compiled(self, statement: Statement) -> CompiledStatement:
        """Return the statement in the form for the driver."""

    def folds_names(self, session: Session) -> bool:
        """Say whether names with different spellings are equal for the database."""


class ReceivedEvent(NamedTuple):
    """An event of OpenLineage that a transaction stored.

    Attributes:
        given: the event, without secrets.
        kind: the kind of the node that it is about.
        node_id: that node.
        artifacts: what its data sets are, inputs first, in their order.
    """

    given: Mapping[str, Any]
    kind: Kind
    node_id: int
    artifacts: Sequence[int] = ()


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

    def replaced(
        self, action: str, subject: str, node_id: int, old: dict[str, Any] | None, new: dict[str, Any] | None
    ) -> None:
        """Record something that takes the place of something else, either of which may be nothing."""


class Session:
    """One transaction in progress.

    Attributes:
        rows_written: how many rows were given to statements that write many.
        node_writes: (kind, ids, the earliest time of an update among them) of the nodes that were written.
        artifact_uris: (id, uri) of the artifacts that were written.
        linked: the nodes that events, memberships, parents or points of metrics were written or deleted of, without a
            change of their own.
        linked_artifacts: the artifacts of the events that were written.
        table_names: the tables of the database, in lower case, if the transaction has asked for them.
        has_locations: whether the store is known to have the table of locations.
        received_events: the OpenLineage events that the transaction stored and that changed something.
        dialect: the engine's differences.
        is_careful: whether each statement runs at once, in the order in which the rules make them.
        node_times: the latest time that nodes are known to carry.
        sees_all: whether its queries see the whole store.
        tracker: what notes the changes of the transaction, or None if nobody asks for them.

    Raises, from every method: Conflict (a row would not be unique), StatusError (anything else, translated).
    """

    sees_all = True
    tracker: ChangeTracker | None = None

    def __init__(self, database: OpenDatabase, transaction: Transaction) -> None:
        self._database = database
        self._transaction = transaction
        self.dialect = database.dialect
        self.node_times = database.node_times
        self.is_careful = transaction.is_careful
        self.rows_written = 0
        self.node_writes: list[tuple[Kind, Sequence[int], int]] = []
        self.artifact_uris: list[tuple[int, str | None]] = []
        self.linked: list[tuple[Kind, Iterable[int]]] = []
        self.linked_artifacts: set[int] = set()
        self.table_names: set[str] | None = None
        self.has_locations = False
        self.received_events: list[ReceivedEvent] = []

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

    @property
    def exact_uris(self) -> bool:
        """Whether artifacts are found by their uris as they are spelled alone."""
        return self._database.exact_uris

    def note_times(
        self, kind: Kind, ids: Sequence[int], times: Sequence[int], uris: Sequence[str | None] | None = None
    ) -> None:
        """Record the times of update, at least one, of written nodes, and the uris that they were written with."""
        self.node_writes.append((kind, ids, min(times)))
        self.node_times.see(max(times))
        if uris is not None and kind.has_uri:
            self.artifact_uris.extend(zip(ids, uris, strict=True))

    @property
    def unscoped(self) -> Session:
        """The same transaction, which sees the whole store, for rules that protect it as a whole."""
        return self

    def prepare_write(self) -> None:
        """Ask what the transaction will need, together with its first statement; only a scope needs something."""

    def note_written(self, kind: Kind, ids: Iterable[int]) -> None:
        """Record that nodes were created or changed; only a scope uses this."""

    def rows(self, statement: Statement, values: Mapping[str, Any] = NO_VALUES) -> list[Row]:
        """Return all rows of a query."""
        return self._transaction.query(self._query(self._compiled(statement), values))

    def ask(self, statement: Statement, values: Mapping[str, Any] = NO_VALUES) -> Answer[list[Row]]:
        """Return all rows of a query when they are needed; several queries may travel together."""
        return self._transaction.ask(self._query(self._compiled(statement), values))

    def end_with_next(self) -> None:
        """Announce that the next query, with those that wait, is the last of a read.

        Then it needs no transaction of its own, or ends the one that is open. If another one comes all the same, the
        whole read runs again, without such promises.
        """
        self._transaction.end.announce()

    def _compiled(self, statement: Statement) -> CompiledStatement:
        return self._database.compiled(statement)

    def _query(self, compiled: CompiledStatement, values: Mapping[str, Any]) -> Command:
        """Return a query for the driver, which keeps no long one."""
        deadlines.check()
        sql, parameters = compiled.bind(values)
        if self._database.observe is not None:
            self._database.observe(sql)
        if len(compiled.sql) > _LONGEST_KEPT:
            return Command(sql, parameters, keeping=Keeping.ONCE)
        return Command(sql, parameters, keeping=Keeping.ASKED if compiled.is_asked else Keeping.USUAL)

    def built(self, make: Callable[[], Statement]) -> Statement:
        """Return a statement that is used once and takes much memory to build: only one is built at a time.

        Raises:
            DeadlineExceededError: others were built until the time of the call was over.
        """
        with deadlines.Held(self._database.building):
            return self.made(make)

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

    def ask_listed(self, statement: Statement, name: str, values: Sequence[Any]) -> Callable[[], list[Row]]:
        """Return what `listed_rows` returns when it is needed."""
        if 0 < len(values) <= LONGEST_LIST:
            return self.ask(statement, {name: values})
        asked = [self.ask(statement, {name: piece}) for piece in self.pieces(values)]
        return lambda: [row for each in asked for row in each()]

    @staticmethod
    def pieces(values: Sequence[Any], longest: int = LONGEST_LIST) -> Iterator[Sequence[Any]]:
        """Split values into lists for one statement, up to `longest` each; none of them is empty."""
        return (values[start : start + longest] for start in range(0, len(values), longest))

    def change(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Run a statement that changes rows; return how many rows it found."""
        sql, parameters = self._database.compiled(statement).bind(values)
        given = _Rows(statement, tuple(values), [tuple(values.values())])
        return self._transaction.change(self._command(sql, parameters, given))

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
        command = self._command_of(statement, rows, called)
        if isinstance(statement, Insertion):
            self._transaction.insert_many(statement, command)
        else:
            self._transaction.change_many(command)

    def ask_text(self, sql: str) -> Answer[list[Row]]:
        """Return the rows of a query given as text when they are needed."""
        return self._transaction.ask(Command(sql))

    def script(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a statement given as text: definitions of tables, and questions about them."""
        return self._transaction.script(Command(sql, parameters))

    def insert(self, statement: Insertion, row: Sequence[Any], *, called: Called | None = None) -> int:
        """Insert one row; return its id."""
        return self._transaction.insert(statement, self._command_of(statement, [row], called))()[0]

    def insert_many(
        self, statement: Insertion, rows: Sequence[Sequence[Any]], *, called: Called | None = None
    ) -> Sequence[int]:
        """Insert at least one row; return the ids, index-aligned."""
        return self.insert_later(statement, rows, called=called)()

    def insert_later(
        self, statement: Insertion, rows: Sequence[Sequence[Any]], *, called: Called | None = None
    ) -> Answer[Sequence[int]]:
        """Insert at least one row; return the ids when they are needed, index-aligned."""
        self.rows_written += len(rows)
        return self._transaction.insert(statement, self._command_of(statement, rows, called))

    def _command_of(self, statement: Statement, rows: Sequence[Sequence[Any]], called: Called | None) -> Command:
        sql = self._database.compiled(statement).sql
        return self._command(sql, rows, _Rows(statement, statement.order, rows, called))

    def _command(self, sql: str, parameters: Sequence[Any], given: _Rows) -> Command:
        """Return a statement with rows for the driver, whose errors about the rows are translated."""
        if self._database.observe is not None:
            self._database.observe(sql)
        return Command(sql, parameters, refused=partial(given.refusal, self.dialect))


@dataclass(frozen=True)
class _Rows:
    """Rows for a statement, with their names in messages."""

    statement: Statement
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    called: Called | None = None

    def refusal(self, dialect: DatabaseDialect, error: Exception) -> Exception | None:
        """Return the error of rows that the database refuses, given the driver's error, or None."""
        if not dialect.is_driver_error(error):
            return None
        insertion = self.statement if isinstance(self.statement, Insertion) else None
        conflict = dialect.conflict(error, insertion, self.rows)
        if conflict is not None:
            return conflict
        return self._refused() if dialect.is_refused_value(error) else None

    def _refused(self) -> RefusedRowsError:
        table = getattr(self.statement.element, "table", None)
        name = table.name if isinstance(table, sa.Table) else ""
        return RefusedRowsError(name, self.columns, self.rows, self.called or (lambda _: f"a row of {name}"))
