"""The files of an open SQLite database: whether they are still the ones that lie at their paths.

SQLite goes on working on files that somebody removed or replaced, and what is written there is lost
(https://www.sqlite.org/howtocorrupt.html). So the files are compared with those at their paths before a transaction
begins, and before a write is acknowledged. A read asks the directory first, whose time of change tells that no file in
it was removed or replaced. Without inodes, only a missing file is found. What stays out: copying over a file in place,
which leaves no trace that a comparison can find.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lineal import errors
from lineal.store.engine.dialects.sqlite_statements import Connection

_BESIDE = ("-wal", "-shm")  # the log, and its index in shared memory
_COPYING_MILLISECONDS = 1000
# File systems round the times of directories, some to two seconds, so one that has just changed may change again
# without a new time.
_SETTLED_SECONDS = 3.0
# How long a directory is believed: there are file systems that keep no time of its changes.
_BELIEVED_SECONDS = 0.1

Identity = tuple[int, int]
"""Device and inode of a file."""
_State = tuple[Any, ...]
"""Devices, inodes and times of change of directories."""


class _Seen(NamedTuple):
    """A state of directories, since when it was seen, and until when it shows that files are in place."""

    state: _State
    since: float
    until: float


_opening = threading.Lock()  # held while a descriptor of a database is opened, or while they are searched
_DESCRIPTORS = "/dev/fd"


def _renew_lock() -> None:
    global _opening  # another thread may have held it when the process forked
    _opening = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def connect(target: str, **options: Any) -> Any:
    """Open a connection, while nobody reads the file beside SQLite."""
    with _opening:
        return sqlite3.connect(target, **{"factory": Connection, **options})


def first_bytes(path: str | os.PathLike[str], number: int) -> bytes:
    """Return the first bytes of a file, fewer if it has fewer; none of a file that cannot be read.

    A process that closes a descriptor of a file loses all the locks that it has on the file through others. SQLite
    knows that, but not of a descriptor that somebody else opens and closes. So a file that is open in this process is
    read through the descriptor that is there.
    """
    with _opening:
        found = _through_open_descriptor(path, number)
        if found is not None:
            return found
        try:
            with open(path, "rb") as file:
                return file.read(number)
        except OSError:
            return b""


def _through_open_descriptor(path: str | os.PathLike[str], number: int) -> bytes | None:
    wanted = _identity(path)
    if not wanted or not wanted[1] or not os.path.isdir(_DESCRIPTORS):
        return None
    for name in os.listdir(_DESCRIPTORS):
        with contextlib.suppress(OSError):  # it was closed meanwhile, or is for writing alone
            if _identity(int(name)) == wanted:
                found = os.pread(int(name), number, 0)
                if _identity(int(name)) == wanted:
                    return found
    return None


class FileDisplacedError(errors.UnavailableError):
    """The file of the database was removed or replaced while it was open."""


class _Directories:
    """The directories of files, which change whenever a file in them is added, removed, renamed or replaced."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple({os.path.dirname(path) for path in paths})
        # Replaced as a whole, since threads do not wait for each other here.
        self._seen = _Seen((), 0.0, 0.0)

    def state(self) -> _State:
        """Return what changes with them; nothing of directories of which one is not there."""
        try:
            if len(self._paths) == 1:
                found = os.stat(self._paths[0])
                return found.st_dev, found.st_ino, found.st_mtime_ns
            return tuple([(each.st_dev, each.st_ino, each.st_mtime_ns) for each in map(os.stat, self._paths)])
        except OSError:
            return ()

    def show_files_in_place(self, state: _State) -> bool:
        """Say whether files that were in place when this state was seen are there now."""
        seen = self._seen
        return state == seen.state and time.monotonic() < seen.until

    def note_in_place(self, state: _State) -> None:
        """Record that the files were in place after a state was seen."""
        now, seen = time.monotonic(), self._seen
        since = seen.since if state == seen.state else now
        self._seen = _Seen(state, since, now + _BELIEVED_SECONDS if now - since >= _SETTLED_SECONDS else 0.0)


class OpenFiles:
    """The files of a database, from the first connection to the last.

    Attributes:
        path: the path of the database, which may be a symbolic link.
        has_log: whether connections keep a write-ahead log beside the file.
    """

    _known: dict[str, Identity]

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        self.has_log = False
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        """Start without connections: those of the parent are not used here."""
        self._lock = threading.RLock()
        self._open = 0
        self._place(self.path)

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """Let a connection be opened inside (`connect`) and set up.

        Raises:
            FileDisplacedError: others are open, whose files are not those at the paths any more.
        """
        with self._lock:
            if self._open:
                self._require(self.displaced())
            else:
                self._place(os.path.realpath(self.path))
            yield
            self.displaced()

    def connect(self, target: str, **options: Any) -> sqlite3.Connection:
        """Open a connection and count it."""
        connection: _Connection = connect(target, factory=_Connection, **options)
        connection.files = self
        self._open += 1
        return connection

    def close(self, connection: _Connection) -> None:
        """Close a connection; SQLite removes the files beside the database with the last one."""
        with self._lock:
            if self.displaced():
                self._empty_log(connection)
            sqlite3.Connection.close(connection)
            self._open -= 1
            if not self._open:
                self._known = {}

    def check(self, connection: Any, *, write: bool) -> None:
        """Compare every file with what is at its path; for a read, only if its directory may have changed.

        No transaction is open on the connection.

        Raises:
            FileDisplacedError: a file was removed or replaced. The log is no danger any more to the file at its path.
        """
        state = () if write else self._directories.state()
        if state and self._directories.show_files_in_place(state):
            return
        displaced = self.displaced()
        if displaced:
            self._empty_log(connection)
            self._require(displaced)
        if state:
            self._directories.note_in_place(state)

    def displaced(self) -> str:
        """Return what happened to one of the files and which, "" if they are in place; new ones are remembered."""
        known = self._known
        for path in self._paths if self.has_log else self._paths[:1]:
            found = _identity(path)
            if path not in known:
                if found is not None:
                    known[path] = found
            elif found != known[path]:
                return f"{path} was {'replaced' if found else 'removed'}"
        return ""

    def _require(self, displaced: str) -> None:
        if displaced:
            raise FileDisplacedError(
                f"{displaced} while the store is open, so nothing is read from it or written to it any more, and what "
                f"was just written may be lost; move the file back, or stop every program that has {self.path} open "
                "and start it again, which opens the file that is there then"
            )

    def _place(self, real: str) -> None:
        """Take the paths of the files; SQLite puts those beside the database where a symbolic link leads."""
        self._paths = (self.path, *(f"{real}{ending}" for ending in _BESIDE))
        self._directories = _Directories(self._paths)
        self._known = {}

    def _empty_log(self, connection: _Connection) -> None:
        """Move what the log holds into the file that it belongs to, through the connection, which has both open.

        SQLite would otherwise take the log for that of the file that lies at the path now, and damage it. A log or an
        index that somebody else has put there is left alone.
        """
        for path in self._paths[1:]:
            if _identity(path) not in (None, self._known.get(path)):
                return
        with contextlib.suppress(sqlite3.Error):  # somebody reads: the next time will do
            (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
            connection.execute(f"PRAGMA busy_timeout={_COPYING_MILLISECONDS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute(f"PRAGMA busy_timeout={patience}")


class _Connection(Connection):
    """A connection that leaves the files at its paths unharmed when it is closed."""

    files: OpenFiles | None = None

    def close(self) -> None:
        files, self.files = self.files, None
        if files is None:
            super().close()
        else:
            files.close(self)


def _identity(path: str | os.PathLike[str] | int) -> Identity | None:
    """Return the identity of a file, by its path or a descriptor, or None if there is none; (0, 0) without inodes."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else (0, 0)
