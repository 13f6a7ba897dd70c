"""The journal of a SQLite file: a write-ahead log (WAL) if that works, otherwise a rollback journal.

WAL needs memory that processes share by mapping a file. Some mounts do not have it: network file systems and mounts
into virtual machines. SQLite turns WAL on there anyway, and then every statement fails with `disk I/O error`. So WAL is
turned on for a file only after a scratch file beside it has worked. What stays out: the rest of a connection
(sqlite.py).
"""

from __future__ import annotations

import contextlib
import errno
import logging
import sqlite3
import tempfile
import time
from pathlib import Path

from lineal import errors
from lineal.store.engine.dialects.base import NoSpaceToOpenError
from lineal.store.engine.dialects.sqlite_files import first_bytes

WAL = "wal"
MODES = (WAL, "delete", "truncate", "persist")
WITH_READERS_BESIDE = ("", WAL)
"""The modes in which readers and writers do not wait for each other; a database in memory has none."""

_LOG = logging.getLogger(__name__)
_VERSION_OF_FORMAT = 18  # the byte of a file's header that says whether it has a write-ahead log
_WAL_FORMAT = 2
_CAUTION = (
    "the file system has no memory that processes share, which SQLite's write-ahead log needs: a rollback journal is "
    "used, with which readers and writers wait for each other; journal_mode=delete in the database URL asks for it "
    "without this warning"
)
_PAUSE = 0.01  # seconds
_NEEDED = 1 << 16  # bytes; the memory that processes share takes half of it
_READ = "SELECT 1 FROM sqlite_master LIMIT 1"


class Journal:
    """The journal of one file, decided when the file is first opened.

    Attributes:
        mode: one of MODES, or "" before that.
    """

    def __init__(self, path: str, asked: str) -> None:
        """Take the file and the mode that the URL asks for; "" means WAL if it works."""
        self.mode = ""
        self._path = Path(path)
        self._asked = asked
        self._is_fallback: bool | None = None

    def decide(self, *, read_only: bool, busy_timeout: float) -> None:
        """Find out which mode the file has or should have; without write access, nothing is done.

        Raises:
            FailedPreconditionError: WAL is asked for and does not work here, or cannot be turned off.
            NoSpaceToOpenError: there is no space to find out.
        """
        if self.mode:
            return
        has_wal = self.has_wal()
        if read_only:
            self.mode = WAL if has_wal else MODES[1]
        elif self._asked not in ("", WAL):
            if has_wal:
                self._leave_wal(busy_timeout)
            self.mode = self._asked
        elif has_wal or self.shares_memory():
            self.mode = WAL
        else:
            self._fall_back()

    def require_space(self) -> None:
        """Distinguish a full disk from a file system on which WAL does not work: in SQLite both fail alike.

        Raises:
            NoSpaceToOpenError: there is no space for the files that SQLite puts beside the file.
        """
        try:
            with tempfile.TemporaryFile(dir=self._path.absolute().parent) as scratch:
                scratch.write(bytes(_NEEDED))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoSpaceToOpenError(
                    f"no space left for {self._path} and the files that SQLite needs beside it, for reading as well; "
                    "nothing was written; make room on its disk"
                ) from None

    def _fall_back(self) -> None:
        self.require_space()
        if self._asked == WAL:
            raise errors.FailedPreconditionError(
                f"journal_mode is wal in the database URL, and the file system of {self._path} has no memory that "
                "processes share, which WAL needs; leave the option out, or use a local file system"
            )
        self.mode, self._is_fallback = MODES[1], True
        _LOG.warning("%s: %s", self._path, _CAUTION)

    def caution(self) -> str:
        """Return the note about a rollback journal that nobody asked for, or "".

        A file that is only read may have no write-ahead log for other reasons, so its file system is tested here.
        """
        if self._is_fallback is None:
            unasked = self.mode == MODES[1] and not self._asked
            self._is_fallback = unasked and not self.shares_memory()
        return _CAUTION if self._is_fallback else ""

    def set_on(self, connection: sqlite3.Connection, *, busy_timeout: float) -> None:
        """Set the mode on a new connection; DELETE is what SQLite begins with.

        Processes that open a new file at the same moment all change its mode, and SQLite refuses all but one of them
        at once, without waiting as it does for other locks. So this waits, up to `busy_timeout` seconds.
        """
        end = time.monotonic() + busy_timeout
        while self.mode in (WAL, "truncate", "persist"):
            try:
                connection.execute(f"PRAGMA journal_mode={self.mode}")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= end:
                    raise
            time.sleep(_PAUSE)

    def has_wal(self) -> bool:
        """Say whether the file exists and has a write-ahead log."""
        header = first_bytes(self._path, _VERSION_OF_FORMAT + 1)
        return len(header) > _VERSION_OF_FORMAT and header[_VERSION_OF_FORMAT] == _WAL_FORMAT

    def is_in_use(self) -> bool:
        """Say whether somebody has the file open; with a rollback journal nobody can tell."""
        if not self.has_wal():
            return False
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=0.5, isolation_level=None)) as alone:
                alone.execute("PRAGMA locking_mode=EXCLUSIVE")
                alone.execute("BEGIN EXCLUSIVE")
                alone.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        return False

    def shares_memory(self) -> bool:
        """Say whether a write-ahead log works in the file's directory, by a scratch file."""
        try:
            with tempfile.TemporaryDirectory(prefix=".lineal-", dir=self._path.absolute().parent) as folder:
                with contextlib.closing(sqlite3.connect(Path(folder) / "scratch", isolation_level=None)) as scratch:
                    scratch.execute("PRAGMA synchronous=OFF")
                    mode = scratch.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                    scratch.execute(_READ).fetchall()
                return bool(mode == WAL)
        except (sqlite3.Error, OSError):
            return False

    def explain(self) -> str | None:
        """Return the advice for a file with a write-ahead log on a file system where it does not work, or None."""
        if not self.has_wal() or self.shares_memory():
            return None
        return (
            f"{self._path} has a write-ahead log (WAL), and its file system has no memory that processes share, which "
            "WAL needs; stop what works on the file and open it with journal_mode=delete in the database URL, which "
            "turns WAL off, or put it on a local file system"
        )

    def _leave_wal(self, busy_timeout: float) -> None:
        """Turn WAL off; a connection that locks the file for itself needs no shared memory."""
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=busy_timeout, isolation_level=None)) as alone:
                alone.execute("PRAGMA locking_mode=EXCLUSIVE")
                alone.execute(f"PRAGMA journal_mode={self._asked}")
        except sqlite3.Error as error:
            raise errors.FailedPreconditionError(
                f"{self._path} has a write-ahead log that cannot be turned off as the database URL asks "
                f"(journal_mode={self._asked}): {error}; stop what works on the file"
            ) from error
