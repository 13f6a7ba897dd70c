"""PostgreSQL: how names, statements for many rows, ids and errors differ from the other engines.

What stays out: opening connections (postgresql_connection.py).
"""

from __future__ import annotations

import base64
import contextlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGIdentifierPreparer_psycopg

from lineal import errors, pages
from lineal.config import DatabaseSettings
from lineal.store.engine.column_limits import Limits, limit_of
from lineal.store.engine.connections import Connections
from lineal.store.engine.dialects import refusals
from lineal.store.engine.dialects.base import (
    Conflict,
    RunQuery,
    StorageFullError,
    columns_by_table,
    too_complex,
)
from lineal.store.engine.dialects.conflicts import conflict_in
from lineal.store.engine.dialects.postgresql_bulk import bulk_text
from lineal.store.engine.dialects.server import ServerDialect
from lineal.store.engine.dialects.urls import Host
from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import Command, Keeping, Outcome
from lineal.store.tables.mlmd_tables import metadata, text_indexes
from lineal.store.tables.values import Encoded

_DETAIL = re.compile(r"Key \((?P<columns>.*?)\)=\((?P<entry>.*)\) already exists", re.DOTALL)
_SETUP_LOCK = 7_161_283_504  # any number that other programs on the same database are unlikely to lock

# The tables with twice as many pages as at the last analysis. A process counts only its own rows, so it checks first.
# The server analyses large tables itself in time, and analysing them takes long.
_GROWN = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY(%s)
    AND pg_relation_size(oid) < 64 << 20
    AND pg_relation_size(oid) >= 2 * GREATEST(relpages, 1) * current_setting('block_size')::int
"""

_FULL_INDEX = re.compile(r'index row size \d+ exceeds .* for index "([^"]+)"')
_TEXT_INDEXES = {str(index.name) for index in text_indexes()}
# Characters of a query that a caller wrote: driver and server keep a hundred for each connection.
_LONGEST_PREPARED = 2000
_DUPLICATE = "23505"
_UNDONE = {"40001", "40P01", "55P03"}
_NO_WRITES = {"25006"}
_STOPPING = {"57P01", "57P02", "57P03", "57P05"}
_FULL = "53100"
_REFUSED_VALUE = {"22003", "22001", "22021", "22P05", "54000"}
_TOO_COMPLEX = {"54001", "54011", "54023"}  # the stack is full, too many columns or arguments
_NO_TABLE = "42P01"
_EXISTS = {"42P04", "42P06", "42P07"}
_WRITING = [Command("BEGIN ISOLATION LEVEL READ COMMITTED")]
_READING = [Command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")]


class _LowerCaseNames(PGIdentifierPreparer_psycopg):
    """Names in lower case, as the official library's unquoted statements create them."""

    def quote_identifier(self, value: str) -> str:
        return super().quote_identifier(value.lower())


class _SQLDialect(PGDialect_psycopg):
    preparer = _LowerCaseNames
    supports_statement_cache = True


class PostgreSQLDialect(ServerDialect):
    """The differences of PostgreSQL."""

    name = "postgresql"
    holds_nul = False
    limits_indexed_texts = True
    many_recursive_terms = False
    tables_query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    indexes_query = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
    options = (
        "hostaddr", "passfile", "sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl",
        "sslnegotiation", "target_session_attrs", "channel_binding", "gssencmode", "application_name", "options",
        "prepared_statements",
    )  # fmt: skip

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(settings)
        self._driver = _driver()
        from lineal.store.engine.dialects.postgresql_connection import PostgreSQLConnector

        self._connector = PostgreSQLConnector(self.url, self.connect_seconds)
        self._sql_dialect = _SQLDialect(paramstyle="format", dbapi=self._driver)  # type: ignore[no-untyped-call]

    @property
    def sql_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part, which turns expressions into text."""
        return self._sql_dialect

    def connections(self) -> Connections:
        """Return a pool."""
        return self.pool(self._sql_dialect)

    def connect(self, host: Host | None, *, database: str) -> Any:
        """Open a connection in autocommit mode."""
        return self._connector.connect(host, database)

    def accepts_writes(self, connection: Any) -> bool:
        """Say whether the server is not a standby."""
        return bool(connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()[0])

    def lacks_database(self, error: Exception) -> bool:
        """Say whether it is the error of an unknown database, which has no code while connecting."""
        return f'database "{self.url.database}" does not exist' in str(error)

    def create_database(self, host: Host | None) -> None:
        """Create the database for texts of every script."""
        connection = self._connector.connect(host, "postgres")
        name = self.url.database.replace('"', '""')
        try:
            connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
        except self._driver.Error as error:
            if error.sqlstate not in (_DUPLICATE, *_EXISTS):  # somebody was faster
                raise
        finally:
            connection.close()

    def opening(self, *, write: bool) -> Sequence[Command]:
        """Let writes see what others commit meanwhile; give reads a snapshot."""
        return _WRITING if write else _READING

    def run_together(self, connection: Any, commands: Sequence[Command], *, write: bool) -> Iterator[Outcome]:
        """Send the statements in one pipeline; one alone needs none, which costs the driver less.

        Nor does a row of numbers with the commit, such as a mark in the outbox: a pipeline costs more than the row.
        """
        driver = connection.dbapi_connection
        if _is_row_with_commit(commands):
            row = self._driver.ClientCursor(driver).mogrify(commands[0].sql, commands[0].parameters)
            cursor = driver.cursor().execute(f"{row}; COMMIT")
            yield Outcome(cursor.fetchall() if cursor.description else [], cursor.rowcount)
            yield Outcome([])
            return
        cursors = [driver.cursor() for _ in commands]
        failure = self._run(driver, cursors, commands)
        for cursor in cursors:
            if failure is not None and cursor.pgresult is None:
                break
            yield Outcome(cursor.fetchall() if cursor.description else [], cursor.rowcount)
        if failure is not None:
            raise failure

    def _run(self, driver: Any, cursors: Sequence[Any], commands: Sequence[Command]) -> Exception | None:
        """Run each command on its cursor; return the first error."""
        failure = None
        try:
            with driver.pipeline() if len(commands) > 1 or commands[0].is_many else contextlib.nullcontext():
                try:
                    for cursor, command in zip(cursors, commands, strict=True):
                        _run_one(cursor, command)
                except self._driver.Error as error:
                    failure = error  # what the pipeline says at its end would hide it
        except self._driver.Error as error:
            failure = failure or error
        return failure

    def interrupt(self, connection: Any) -> None:
        """Ask the server, on a connection of its own, to cancel the statement."""
        connection.dbapi_connection.cancel_safe(timeout=self.connect_seconds)

    def gather_statistics(self, connection: Any) -> None:
        """Analyse the tables that have doubled now; the server itself does it only within a minute.

        Tables that another connection is analysing are skipped.
        """
        quote = self._sql_dialect.identifier_preparer.quote
        with contextlib.suppress(self._driver.Error), connection.cursor() as cursor:  # it is but advice
            cursor.execute(_GROWN, [[name.lower() for name in metadata.tables]])
            grown = ", ".join(quote(name) for (name,) in cursor.fetchall())
            if grown:
                cursor.execute(f"ANALYZE (SKIP_LOCKED) {grown}")

    # ---- errors

    def is_driver_error(self, error: Exception) -> bool:
        """Say whether the error comes from psycopg."""
        return isinstance(error, self._driver.Error)

    def conflict(self, error: Exception, statement: Insertion | None, rows: Sequence[Sequence[Any]]) -> Conflict | None:
        """Read the columns and values from the error's detail."""
        if _state(error) != _DUPLICATE:
            return None
        found = _DETAIL.search(error.diag.message_detail or "")  # type: ignore[attr-defined]
        columns, entry = (found["columns"], found["entry"]) if found else ("", "")
        return conflict_in(statement, rows, entry, ", ", columns)

    def is_retriable(self, error: Exception) -> bool:
        """Deadlocks, serialization failures, lost connections, and servers that take no writes or callers now."""
        refusal = _refusal(error)
        return _state(error) in _UNDONE or self.is_lost(error) or (refusal is not None and refusal.is_passing)

    def is_lost(self, error: Exception) -> bool:
        """Say whether the connection is of no more use. Errors of the connection itself have no code."""
        state = _state(error)
        if not state:
            is_of_connection = isinstance(error, (self._driver.OperationalError, self._driver.InterfaceError))
            refusal = _refusal(error)
            return is_of_connection and (refusal is None or refusal.is_lost)
        return state.startswith("08") or state in _STOPPING | _NO_WRITES

    def is_undone_commit(self, error: Exception) -> bool:
        """Say whether the server has said that the commit did not happen."""
        return _state(error) in _UNDONE

    def is_refused_value(self, error: Exception) -> bool:
        """Say whether a value does not fit its column; NUL is refused by the driver."""
        return _state(error) in _REFUSED_VALUE or (isinstance(error, self._driver.DataError) and not _state(error))

    def translate(self, error: Exception) -> errors.StatusError:
        """Name the database and the cure."""
        state = _state(error)
        if self.lacks_database(error):
            return self.missing_database()
        if refusal := _refusal(error):
            return self.refused(refusal, state and f"SQLSTATE {state}")
        if self.is_refused_value(error):
            return errors.InvalidArgumentError("a text holds the character NUL, or a value fits no column; take it out")
        if state in _TOO_COMPLEX:
            return too_complex(f"SQLSTATE {state}")
        if state in _UNDONE:
            return errors.AbortedError("other writers were in the way again and again; nothing was written; try again")
        if state == _FULL:
            return StorageFullError(f"{self.place()} has no space left; nothing was written; make room on its disk")
        if state.startswith("53"):
            return errors.ResourceExhaustedError(
                f"{self.place()} stopped this at a limit of its own, such as temp_file_limit or its memory (SQLSTATE "
                f"{state}); ask for less at a time, or raise the limit there"
            )
        if state == _NO_TABLE:
            return self.missing_table()
        if self.is_lost(error):
            return self.unreachable(error)
        return errors.InternalError(f"PostgreSQL failed with SQLSTATE {state or 'unknown'} ({type(error).__name__})")

    def cure_of_refusal(self, error: BaseException | None) -> str:
        """Name the index that holds whole texts, if the server names one, and the command that replaces it."""
        if "index row" not in str(error):
            return super().cure_of_refusal(error)
        found = _FULL_INDEX.search(str(error))
        if found is not None and found[1] not in _TEXT_INDEXES:
            return f"the index {found[1]} of others holds texts whole: drop it, or shorten the text"
        which = f"the index {found[1]}" if found is not None else "an index"
        return (
            f"{which} holds texts whole, up to about 2,700 bytes: run `lineal migrate` (after a backup), which makes "
            "one that any text fits, or shorten the text"
        )

    # ---- rows

    def insertions(
        self, connection: Any, insertion: Insertion, command: Command, *, with_ids: bool
    ) -> Iterator[tuple[Command, int]]:
        """Insert several rows as one array for each column: one short statement, however many rows.

        Ids are drawn in the order of the rows, so ascending ids are in that order.
        """
        rows = command.parameters
        if len(rows) == 1 and not insertion.on_conflict(self.name):  # SQLAlchemy's text ends with RETURNING id
            yield replace(command, parameters=rows[0]), 1
            return
        columns = [list(column) for column in zip(*rows, strict=True)]
        text = f"{bulk_text(insertion, self._sql_dialect)}{' RETURNING id' if with_ids else ''}"
        yield replace(command, sql=text, parameters=columns, rows=len(rows)), len(rows)

    def ids_of(self, connection: Any, outcome: Outcome, count: int) -> Sequence[int]:
        """Return the ids of inserted rows, which the statement returns."""
        return sorted(node_id for (node_id,) in outcome.rows)

    def stored_value(self, columns: Encoded) -> Encoded:
        """Store an Any as its bytes, as the official library does here."""
        integer, number, text, proto, truth = columns
        if proto is not None:
            return integer, number, text, base64.b64decode(proto), truth
        return columns if number != "nan" else (None, math.nan, None, None, None)

    def loaded_value(self, columns: Encoded) -> Encoded:
        """Undo `stored_value`."""
        integer, number, text, proto, truth = columns
        if proto is not None:
            return integer, number, text, base64.b64encode(proto).decode("ascii"), truth
        return columns if number is None or not math.isnan(number) else (None, "nan", None, None, None)

    # ---- schema

    def begin_setup(self, run: RunQuery) -> None:
        """Wait for other servers that create tables at the same time."""
        run(f"SELECT pg_advisory_xact_lock({_SETUP_LOCK})")

    def column_names(self, run: RunQuery) -> Mapping[str, set[str]]:
        """Ask the information schema."""
        return columns_by_table(
            run("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()")
        )

    def foreign_table(self, run: RunQuery, tables: Sequence[str]) -> str | None:
        """Tell a name with capitals, which unquoted statements do not find."""
        found = next((name for name in sorted(tables) if name != name.lower()), None)
        return found and f'the table "{found}" is spelled with capitals, and that of ML Metadata is {found.lower()}'

    def note_ids(self, run: RunQuery, table: str) -> None:
        """Set the sequence, which knows nothing of ids that it did not give."""
        quoted = self._sql_dialect.identifier_preparer.quote(table)
        run(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
            f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {quoted}), false)"
        )

    def column_limits(self, run: RunQuery) -> Limits:
        """Ask the information schema."""
        found = run(
            "SELECT table_name, column_name, udt_name, character_maximum_length "
            "FROM information_schema.columns WHERE table_schema = current_schema()"
        )
        return {
            (table, column): limit_of(data_type, characters, None) for table, column, data_type, characters in found
        }


def _is_row_with_commit(commands: Sequence[Command]) -> bool:
    """Say whether these are a statement that takes numbers alone, and the commit."""
    if len(commands) != 2 or commands[1].sql != "COMMIT" or commands[0].is_many:
        return False
    return all(value is None or type(value) is int for value in commands[0].parameters)


def _run_one(cursor: Any, command: Command) -> None:
    """Run a command; the driver does not prepare long queries that a caller wrote.

    Several rows end what is sent together, because the driver waits for them; a single one does not.
    """
    if command.is_many and len(command.parameters) > 1:
        cursor.executemany(command.sql, command.parameters)
        return
    parameters = command.parameters[0] if command.is_many else command.parameters
    is_long = command.keeping is not Keeping.USUAL and len(command.sql) > _LONGEST_PREPARED
    prepare = False if command.keeping is Keeping.ONCE or is_long else None
    cursor.execute(command.sql, parameters, prepare=prepare)


def _state(error: Exception) -> str:
    """Return the SQLSTATE of an error, "" if it has none."""
    return getattr(error, "sqlstate", None) or ""


def _refusal(error: Exception) -> refusals.Refusal | None:
    return refusals.of_postgresql(_state(error), str(error))


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise errors.FailedPreconditionError(
            "postgresql:// needs the driver psycopg 3; install it with pip install 'lineal[postgresql]'",
            errors.Details(page=pages.DATABASES.name),
        ) from error
    return psycopg
