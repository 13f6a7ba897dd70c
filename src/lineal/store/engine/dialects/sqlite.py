"""SQLite: one file, WAL if it works, one writer at a time, full durability unless the settings relax it."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import sqlalchemy as sa

from lineal import errors, urls
from lineal.config import DatabaseSettings, Use
from lineal.deadlines import CURRENT, Deadline, Held
from lineal.store.engine.connections import Connections, IdleConnections, SharedConnection
from lineal.store.engine.dialects import sqlite_statistics
from lineal.store.engine.dialects.base import (
    Conflict,
    DatabaseDialect,
    RunQuery,
    StorageFullError,
    columns_by_table,
    too_complex,
)
from lineal.store.engine.dialects.sqlite_compiler import Dialect
from lineal.store.engine.dialects.sqlite_files import OpenFiles, connect
from lineal.store.engine.dialects.sqlite_journal import MODES, WAL, WITH_READERS_BESIDE, Journal
from lineal.store.engine.dialects.sqlite_options import one_of, seconds
from lineal.store.engine.dialects.sqlite_statements import (
    KEPT_STATEMENTS,
    ROWS_TOGETHER,
    for_many_rows,
    joined_rows,
)
from lineal.store.engine.direct_transaction import DirectTransaction
from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import Span, Transaction
from lineal.store.tables.mlmd_tables import metadata

_CONFLICT = re.compile(r"UNIQUE constraint failed: (.*)")
_MODES = ("rwc", "rw", "ro")
_LEVELS = ("FULL", "NORMAL", "OFF", "EXTRA")
_SQL_DIALECT = Dialect(paramstyle="qmark")  # one for all databases, so that texts are made once
_UNABLE = "unable to open database file"  # SQLite's words, for which programs look
_TOO_COMPLEX = (
    "stack overflow",
    "Expression tree",
    "too many SQL variables",
    "LIKE or GLOB pattern too",
    "at most 64 tables",
)
_BUSY = (5, 6)  # SQLITE_BUSY and SQLITE_LOCKED, which the module names from Python 3.11 on


class SQLiteDialect(DatabaseDialect):
    """SQLite's differences."""

    name = "sqlite"
    knows_values = False
    tables_query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    indexes_query = "SELECT name FROM sqlite_master WHERE type = 'index'"

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(settings)
        self._path, query = urls.sqlite_parts(settings.url)
        self._mode = self._fitting_mode(one_of(query.pop("mode", "rwc"), _MODES, "mode"))
        self.read_only = self._mode == "ro" or settings.use is Use.READ
        self._level = one_of(query.pop("synchronous", settings.synchronous), _LEVELS, "synchronous")
        self._busy_timeout = seconds(query.pop("busy_timeout", settings.busy_timeout))
        asked = query.pop("journal_mode", None)
        self._journal = Journal(self._path, "" if asked is None else one_of(asked, MODES, "journal_mode"))
        if query:
            raise urls.unknown_option(
                next(iter(query)), "SQLite knows mode, synchronous, busy_timeout and journal_mode"
            )
        self._writing = Held(threading.Lock())
        self._idle: IdleConnections | None = None
        is_minded = self._path and self._mode != "ro"
        self._files = OpenFiles(self._path) if is_minded else None

    def _fitting_mode(self, asked: str) -> str:
        """Return the mode to open a file in: create or write nothing if the use forbids it."""
        if self.settings.use is Use.CREATE:
            return asked
        may_write = os.access(self._path, os.W_OK) and self._may_add_files
        if asked == "ro" or (self.settings.use is Use.READ and not may_write):
            return "ro"
        return "rw"

    @property
    def _directory(self) -> Path:
        return Path(os.path.abspath(self._path)).parent

    @property
    def _may_add_files(self) -> bool:
        """Whether this user may write in the file's directory, where SQLite puts files beside the database."""
        return os.access(self._directory, os.W_OK | os.X_OK)

    @property
    def _is_beyond_change(self) -> bool:
        """Whether nobody like us can write; then SQLite can read without files beside the database."""
        return self._mode == "ro" and not self._may_add_files and not os.path.exists(f"{self._path}-wal")

    def place(self) -> str:
        """Return how messages call the database: its file."""
        return f"the database file {self._path}" if not self.in_memory else "the database in memory"

    @property
    def in_memory(self) -> bool:
        """Whether the database is in memory and ends with this object."""
        return not self._path

    @property
    def sql_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part, which turns expressions into text."""
        return _SQL_DIALECT

    def _connect(self) -> sqlite3.Connection:
        """Open the file and set it up for a server's work."""
        with self._files.opening() if self._files else nullcontext():
            connection = self._open()
            try:
                connection.execute(f"PRAGMA synchronous={self._level}")
                if not (self.read_only or self.in_memory):
                    self._journal.set_on(connection, busy_timeout=self._busy_timeout)
            except sqlite3.Error:
                connection.close()
                raise
            return connection

    def _open(self) -> sqlite3.Connection:
        if not self.in_memory:
            self._journal.decide(read_only=self.read_only, busy_timeout=self._busy_timeout)
        if self._files is not None:
            self._files.has_log = self._journal.mode == WAL and not self.read_only
        path = self._files.path if self._files else os.path.abspath(self._path)
        target = f"file:{quote_from_bytes(os.fsencode(path))}?mode={self._mode}"
        target += "&immutable=1" if self._is_beyond_change else ""
        return (self._files.connect if self._files else connect)(
            ":memory:" if self.in_memory else target,
            uri=not self.in_memory,
            timeout=self._busy_timeout,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=KEPT_STATEMENTS,
        )

    def connections(self) -> Connections:
        """Share the one connection of a database in memory; keep as many of a file as threads need at once."""
        self._check_path()
        if self.in_memory:
            return SharedConnection(self._connect)
        self._idle = IdleConnections(self._connect, file=os.path.realpath(self._path))
        return self._idle

    def _check_path(self) -> None:
        """Refuse a path that cannot hold a database, with a reason, which SQLite does not give."""
        if self.in_memory:
            return
        path = Path(self._path)
        if path.is_dir():
            raise errors.FailedPreconditionError(f"{_UNABLE} {path}: it is a directory; give the path of a file in it")
        if not path.exists():
            self._check_new(path)
        elif not os.access(path, os.R_OK if self._mode == "ro" else os.R_OK | os.W_OK):
            raise errors.PermissionDeniedError(f"{_UNABLE} {path}: this user has no permission")
        elif self._mode != "ro" and not self._may_add_files:
            raise errors.PermissionDeniedError(
                f"{_UNABLE} {path}: no permission to write in the directory {self._directory}, which SQLite needs; "
                "give this user that permission, or read the store with mode=ro in the database URL"
            )
        elif self.settings.use is not Use.CREATE and self.is_blank():
            raise errors.FailedPreconditionError(
                f"{self.place()} is empty and holds no metadata store; `lineal serve` or a first write creates it"
            )

    def _check_new(self, path: Path) -> None:
        """Refuse a file that does not exist and cannot be made."""
        if self._mode != "rwc":
            may_create = self.settings.use is Use.CREATE
            cure = "open it with mode=rwc to create it" if may_create else "check the name in the URL (--db)"
            raise errors.NotFoundError(f"{_UNABLE} {path}: no such file; {cure}")
        if not path.parent.is_dir():
            raise errors.NotFoundError(f"{_UNABLE} {path}: no directory {path.parent}; create it first")
        if not self._may_add_files:
            raise errors.PermissionDeniedError(
                f"{_UNABLE} {path}: no permission to write in the directory {path.parent}"
            )

    def is_blank(self) -> bool:
        """Say whether the file exists and is empty."""
        path = Path(self._path)
        return not self.in_memory and path.is_file() and not path.stat().st_size

    def caution(self) -> str:
        """Say that there is a rollback journal although nobody asked for it; without write access, nothing is tried."""
        return "" if self.in_memory or self._mode == "ro" else self._journal.caution()

    def writing(self) -> AbstractContextManager[Any]:
        """Make other writers of this process wait here; otherwise they would poll for SQLite's lock."""
        return self._writing

    def after_fork_in_child(self) -> None:
        """Replace the locks."""
        self._writing = Held(threading.Lock())
        if self._files is not None:
            self._files.after_fork_in_child()

    def check_place(self, connection: Any, *, write: bool) -> None:
        """Compare the files with those that are open."""
        if self._files is not None:
            self._files.check(connection, write=write)

    @property
    def waits_to_read(self) -> bool:
        """Whether readers wait for a writer, for as long as a transaction's opening says."""
        return self._journal.mode not in WITH_READERS_BESIDE

    def transaction(self, connection: Any, *, write: bool, is_careful: bool, span: Span | None) -> Transaction:
        """Return a transaction whose statements run at once."""
        return DirectTransaction(self, connection, write=write, is_careful=is_careful, span=span)

    def begin(self, cursor: Any, *, write: bool) -> None:
        """Take the write lock at once when writing: a lock taken later cannot be waited for safely."""
        deadline = CURRENT.get() if write else None
        if self._journal.mode not in WITH_READERS_BESIDE:
            self._begin_waiting(cursor, write=write)
        elif deadline is not None and deadline.remaining < self._busy_timeout:
            self._begin_until(cursor, deadline)
        else:
            cursor.execute("BEGIN IMMEDIATE" if write else "BEGIN")

    def _begin_waiting(self, cursor: Any, *, write: bool) -> None:
        """Begin in a mode in which reads and commits wait for locks, too: no longer than the call may take."""
        deadline = CURRENT.get()
        seconds = self._busy_timeout if deadline is None else min(self._busy_timeout, deadline.remaining)
        cursor.execute(f"PRAGMA busy_timeout={max(0, int(seconds * 1000))}")
        cursor.execute("BEGIN IMMEDIATE" if write else "BEGIN")

    def _begin_until(self, cursor: Any, deadline: Deadline) -> None:
        """Wait for the lock no longer than the call may take: nothing else ends SQLite's own waiting."""
        cursor.execute(f"PRAGMA busy_timeout={max(0, int(deadline.remaining * 1000))}")
        try:
            cursor.execute("BEGIN IMMEDIATE")
        finally:
            cursor.execute(f"PRAGMA busy_timeout={int(self._busy_timeout * 1000)}")

    def interrupt(self, connection: Any) -> None:
        """Let the statement that runs fail."""
        connection.interrupt()

    def query_once(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        """Run a query, and fill the module's cache with short statements, so that it forgets the long one."""
        cursor.execute(sql, parameters)
        cursor.connection.forget_statements()

    def query_asked(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        """Run a query; the connection forgets such queries when they are many."""
        cursor.execute(sql, parameters)
        cursor.connection.note_asked(sql)

    def gather_statistics(self, connection: Any) -> None:
        """Analyse a sample of each index, unless another process is writing."""
        with suppress(sqlite3.Error):  # busy: the next time will do
            sqlite_statistics.gather(connection)
            if self._idle is not None:
                self._idle.renew(keep=connection)

    def is_driver_error(self, error: Exception) -> bool:
        """Say whether the error comes from sqlite3; an integer beyond 64 bits is an OverflowError there."""
        return isinstance(error, (sqlite3.Error, OverflowError))

    def conflict(self, error: Exception, statement: Insertion | None, rows: Sequence[Sequence[Any]]) -> Conflict | None:
        """Read the columns from SQLite's message, the only place that has them."""
        found = _CONFLICT.match(str(error)) if isinstance(error, sqlite3.IntegrityError) else None
        if found is None:
            return None
        return Conflict(tuple(name.rpartition(".")[2] for name in found[1].split(", ")))

    def is_retriable(self, error: Exception) -> bool:
        """Nothing is: the busy timeout has waited already, and IMMEDIATE writers never deadlock."""
        return False

    def translate(self, error: Exception) -> errors.StatusError:
        """Return an error that names the file and says what to do."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        text = str(error)
        if code in _BUSY or "locked" in text:
            return errors.AbortedError(
                "the database file is busy: another process has held its write lock for "
                f"{self._busy_timeout:g} s; try again"
            )
        if "not a database" in text or "malformed" in text:
            return errors.FailedPreconditionError(
                f"{self._path} is not a SQLite database or is damaged; check the path, or restore it from a backup"
            )
        if self._mode == "ro" and ("readonly" in text or "unable to open" in text) and not self._may_add_files:
            return errors.PermissionDeniedError(
                f"{self._path} cannot be read while {self._path}-wal is there and this user has no permission to write "
                f"in the directory {self._directory}; give it that permission, or stop what works on the store"
            )
        if "readonly" in text:
            return errors.PermissionDeniedError(f"{self._path} is open for reading only; nothing was written")
        if "full" in text:
            return StorageFullError(f"no space left for {self._path}; nothing was written; make room on its disk")
        if any(words in text for words in ("unable to open", "disk I/O", "locking protocol")):
            explained = None if self.in_memory else self._explained()
            if explained:
                return explained
            return errors.UnavailableError(f"cannot open or use {self._path}: {text}")
        if any(words in text for words in _TOO_COMPLEX):
            return too_complex(text)
        if isinstance(error, (OverflowError, sqlite3.DataError)) or "too big" in text:
            return errors.OutOfRangeError(f"a value is too large for the database: {text}")
        return errors.InternalError(f"SQLite failed: {type(error).__name__}")

    def _explained(self) -> errors.StatusError | None:
        """Return the error that says why SQLite cannot use an existing file, or None."""
        try:
            self._journal.require_space()
        except StorageFullError as full:
            return full
        reason = self._journal.explain()
        return errors.FailedPreconditionError(reason) if reason else None

    def insert_one(self, cursor: Any, sql: str, row: Sequence[Any]) -> int:
        """Insert a row; the driver knows the id."""
        cursor.execute(sql, row)
        return cursor.lastrowid  # type: ignore[no-any-return]

    def insert_many(self, cursor: Any, statement: Insertion, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert row by row, to find the row of a conflict; where there is none, many in one statement save half."""
        whole = len(rows) - len(rows) % ROWS_TOGETHER if statement.keep_existing else 0
        if whole:
            cursor.executemany(for_many_rows(sql), joined_rows(rows[:whole]))
        if whole < len(rows):
            self.change_many(cursor, sql, rows[whole:])

    def insert_many_with_ids(
        self, cursor: Any, statement: Insertion, sql: str, rows: Sequence[Sequence[Any]]
    ) -> Sequence[int]:
        """Insert rows and read the table's counter: while this transaction writes, nobody else moves it."""
        self.change_many(cursor, sql, rows)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (statement.table.name,))
        last = cursor.fetchone()[0]
        return range(last - len(rows) + 1, last + 1)

    def change_many(self, cursor: Any, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run the statement for each row; the number of changed rows shows which one was a conflict.

        This only works if each earlier row has changed one row, so not for insertions that keep existing rows.
        """
        before = cursor.connection.total_changes
        try:
            cursor.executemany(sql, rows)
        except sqlite3.Error as error:
            conflict = self.conflict(error, None, rows)
            if conflict is None:
                raise
            raise Conflict(conflict.columns, cursor.connection.total_changes - before) from error

    def column_names(self, run: RunQuery) -> Mapping[str, set[str]]:
        """Ask SQLite's catalogue."""
        return columns_by_table(
            run("SELECT owner.name, part.name FROM sqlite_master AS owner, pragma_table_info(owner.name) AS part")
        )

    def foreign_table(self, run: RunQuery, tables: Sequence[str]) -> str | None:
        """Recognise a table that may reuse ids: ML Metadata has no such table."""
        texts = {name: text or "" for name, text in run("SELECT name, sql FROM sqlite_master WHERE type = 'table'")}
        ours = {name.lower() for name, table in metadata.tables.items() if "id" in table.c}
        plain = (name for name in sorted(tables) if name.lower() in ours and "AUTOINCREMENT" not in texts[name].upper())
        found = next(plain, None)
        return found and f"the table {found} numbers its rows without AUTOINCREMENT"

    def copy_file(self, path: str) -> None:
        """Copy by SQLite's online backup in one step: writers go on, and the copy is the state at its start."""
        with self._idle.unforked() if self._idle else nullcontext():
            source = self._connect()
            try:
                with closing(sqlite3.connect(path)) as target:
                    source.backup(target)
                    target.execute("PRAGMA journal_mode=DELETE")  # one file, which can be opened for reading only
            except sqlite3.Error as error:
                translated = self.translate(error)
                if isinstance(translated, StorageFullError):  # the copy is, since the source is only read
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path) from error
                raise translated from error
            finally:
                source.close()

    def faults(self, run: Callable[[str], list[tuple[Any, ...]]], tables: Sequence[str]) -> list[str]:
        """Ask SQLite's own check, which reads the whole file."""
        return [line for (line,) in run("PRAGMA integrity_check(20)") if line != "ok"]
