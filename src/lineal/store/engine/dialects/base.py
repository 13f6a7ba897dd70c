"""What every engine does alike, and the questions on which engines differ.

A dialect holds only differences, each with its reason; statements and rules live elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.engine.column_limits import Limits
from lineal.store.engine.connections import Connections
from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import Span, Transaction
from lineal.store.tables.values import Encoded

# Statistics are gathered after so many rows written, and again whenever as many more were written as before.
_FIRST_STATISTICS = 1000

RunQuery = Callable[[str], list[tuple[Any, ...]]]


class StorageFullError(errors.ResourceExhaustedError):
    """There is no space left for what was to be written."""


class NoSpaceToOpenError(StorageFullError):
    """There is no space left for what even a reader needs beside the database."""


class MissingStoreError(errors.UnavailableError):
    """The database, or a table of the store in it, is gone since the store was opened."""


class NoConnectionError(errors.ResourceExhaustedError):
    """The database or the pool has no connection left at the moment."""


@dataclass
class Conflict(Exception):  # noqa: N818 what was met, not what is raised to callers
    """A row would break a rule of uniqueness.

    Attributes:
        columns: the columns that must be unique together, as far as the engine says it.
        row: which row of a bulk statement it was, counted from 0, if the engine says it.
    """

    columns: tuple[str, ...]
    row: int | None = None


class DatabaseDialect:
    """The base of the engines' differences.

    Attributes:
        name: the scheme of its URLs.
        read_only: whether nothing may be written.
        has_lock_table: whether locks among servers are rows of a table (locks.py), since writers work at the same time.
        writers_race: whether what a writing transaction has read may be out of date when it writes.
        retry_seconds: how long a transaction is run again after failures that this can cure.
        holds_nul: whether a text may hold the character NUL.
        many_recursive_terms: whether a recursive query may refer to itself more than once.
        knows_values: whether the planner knows how often a single value occurs.
        converts_values: whether `stored_value` and `loaded_value` change anything.
        may_fold_names: whether tables that others made may take two names for the same that differ in case, accents or
            blanks at the end (`folds_names` says whether those of a database do).
        limits_indexed_texts: whether a text that an index holds whole may be too long for it.
        tables_keep_space: whether space that is free in one table is of no use to the others.
        is_remote: whether statements travel to a server, so that their number counts more than what each does.
        evaluates_once: whether a query that a statement names is evaluated once, however often it is used.
        tables_query: the query for the names of the database's tables.
        indexes_query: the query for the names of the indexes of these tables.
        leaves_ids_out: whether an id that was given in a transaction that is rolled back is never given again.
        packs_rows: whether many rows are cheaper to read as few texts (packing.py).
    """

    name: str
    read_only = False
    has_lock_table = False
    writers_race = False
    retry_seconds = 0.0
    holds_nul = True
    many_recursive_terms = True
    knows_values = True
    converts_values = False
    may_fold_names = False
    limits_indexed_texts = False
    tables_keep_space = False
    packs_rows = False
    leaves_ids_out = False
    evaluates_once = True
    tables_query: str
    indexes_query: str
    is_remote = False

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self._rows_written = 0
        self._next_statistics = _FIRST_STATISTICS

    def shown_cause(self, error: Exception) -> Exception | None:
        """Return the driver's error as the cause that stack traces show, or None if it shows a user."""
        return error

    @property
    def sql_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part of the dialect, which turns expressions into text."""
        raise NotImplementedError

    def connections(self) -> Connections:
        """Return the connections that the database works on."""
        raise NotImplementedError

    def place(self) -> str:
        """Return how messages call the database, without user and password."""
        raise NotImplementedError

    def is_blank(self) -> bool:
        """Say, without opening it, whether the database is a file that exists and holds nothing at all."""
        return False

    def caution(self) -> str:
        """Return what users should know of how the open database works, or an empty text."""
        return ""

    def writing(self) -> AbstractContextManager[Any]:
        """Return what is held while a transaction writes."""
        raise NotImplementedError

    def after_fork_in_child(self) -> None:
        """Replace the locks that a thread of the parent may have held."""

    def check_place(self, connection: Any, *, write: bool) -> None:
        """Check whether the database is still where it was opened; no transaction is open on the connection.

        Args:
            connection: one of its connections.
            write: whether something was written or will be, so that nothing less than the files is believed.

        Raises:
            FileDisplacedError: it is not, so writes would be lost.
        """

    def transaction(self, connection: Any, *, write: bool, is_careful: bool, span: Span | None) -> Transaction:
        """Return a transaction on a connection on which none is open; its first statement begins it.

        Args:
            connection: the connection.
            write: whether it may write.
            is_careful: whether each statement is sent at once, and no read ends before its work does.
            span: returns what each round trip runs inside of, given its text.
        """
        raise NotImplementedError

    def interrupt(self, connection: Any) -> None:
        """Stop the statement that runs on a connection, from another thread; if none runs, do nothing."""
        raise NotImplementedError

    def after_write(self, connection: Any, rows: int) -> None:
        """Gather the planner's statistics as the store grows, after a committed transaction that wrote so many rows."""
        self._rows_written += rows
        if self._rows_written >= self._next_statistics:
            self._next_statistics = 2 * self._rows_written
            self.gather_statistics(connection)

    def gather_statistics(self, connection: Any) -> None:
        """Let the planner look at the tables, without which it takes an index that selects little, or none at all.

        MySQL and MariaDB look by themselves while rows are written.
        """

    # ---- errors

    def is_driver_error(self, error: Exception) -> bool:
        """Say whether the error comes from the driver."""
        raise NotImplementedError

    def conflict(self, error: Exception, statement: Insertion | None, rows: Sequence[Sequence[Any]]) -> Conflict | None:
        """Return what was not unique, if that is what the driver's error about these rows says."""
        raise NotImplementedError

    def is_retriable(self, error: Exception) -> bool:
        """Say whether running the whole transaction again can cure the driver's error, which came before the commit."""
        raise NotImplementedError

    def is_lost(self, error: Exception) -> bool:
        """Say whether the connection is of no more use after the driver's error."""
        return False

    def is_undone_commit(self, error: Exception) -> bool:
        """Say whether the driver's error about a commit means that nothing was committed, without a doubt."""
        return True

    def is_refused_value(self, error: Exception) -> bool:
        """Say whether the driver's error means that a value does not fit."""
        return False

    def largest_statement(self) -> int | None:
        """Return how many bytes a statement with its values may have, or None if there is no limit to speak of."""
        return None

    def translate(self, error: Exception) -> errors.StatusError:
        """Return the error that a caller sees for a driver's error that is none of the above."""
        raise NotImplementedError

    # ---- rows

    def stored_value(self, columns: Encoded) -> Encoded:
        """Return the value columns of a property as this engine stores them."""
        return columns

    def loaded_value(self, columns: Encoded) -> Encoded:
        """Undo `stored_value`."""
        return columns

    # ---- schema

    def begin_setup(self, run: RunQuery) -> None:
        """Wait for other servers that create or change tables at the same time, where a lock of the engine can."""

    def define(self, run: RunQuery, sql: str) -> None:
        """Run the definition of a table or index."""
        run(sql)

    def table_names(self, run: RunQuery) -> list[str]:
        """Return the names of the database's tables; `run` executes a query."""
        return [row[0] for row in run(self.tables_query)]

    def index_names(self, run: RunQuery) -> set[str]:
        """Return the names of the indexes of the database's tables, in lower case; `run` executes a query."""
        return {row[0].lower() for row in run(self.indexes_query)}

    def column_names(self, run: RunQuery) -> Mapping[str, set[str]]:
        """Return the names of the columns of the database's tables, by the table's name in lower case."""
        raise NotImplementedError

    def foreign_table(self, run: RunQuery, tables: Sequence[str]) -> str | None:
        """Return what shows that one of the tables, which have names of ours, is another program's; columns aside."""
        return None

    def note_ids(self, run: RunQuery, table: str) -> None:
        """Let the table's next row have a greater id than any that was written with its id; most engines do so."""

    def copy_file(self, path: str) -> None:
        """Copy the database, as it is at one moment, into a file that does not exist.

        Raises:
            UnimplementedError: the engine has no such copies.
            OSError: the disk of the copy is full.
        """
        raise errors.UnimplementedError(f"{self.name} has no copies of the database as a file; make an archive")

    def folds_names(self, run: RunQuery) -> bool:
        """Say whether the database takes names for the same that differ in case, accents or blanks at the end."""
        return False

    def faults(self, run: RunQuery, tables: Sequence[str]) -> list[str]:
        """Return what the engine's own check says is damaged; an engine without one says nothing."""
        return []

    def column_limits(self, run: RunQuery) -> Limits:
        """Return what the columns of the database can hold."""
        return {}

    def cure_of_refusal(self, error: BaseException | None) -> str:
        """Return what to do about the driver's error of a text that fits its column and still was refused."""
        return "shorten it, or store it elsewhere"


def too_complex(reason: str) -> errors.InvalidArgumentError:
    """Return the error of a query that asks more of an engine than it can do in one statement."""
    return errors.InvalidArgumentError(
        f"the filter_query or search is too complex for the database ({reason}): use fewer conditions, compare with "
        "many values by IN (...), or ask in several calls"
    )


def columns_by_table(rows: Iterable[tuple[Any, ...]]) -> Mapping[str, set[str]]:
    """Gather rows of (table, column)."""
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table.lower(), set()).add(column)
    return found
