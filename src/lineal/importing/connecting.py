"""Connections to databases of other programs, which only read, and what their drivers' errors become.

No message holds a password. What stays out: the queries (reading.py).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import NullPool

from lineal import errors, urls

_DRIVERS = {
    "postgresql": (("psycopg", "psycopg"), ("psycopg2", "psycopg2")),
    "mysql": (("pymysql", "pymysql"), ("mysqldb", "MySQLdb")),
}
"""The drivers of each engine, the first choice first: the name in a URL, and the module."""
_ENGINES = {"postgres": "postgresql", "postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
SCHEMES = ("sqlite", *_ENGINES)
_SQLITE = b"SQLite format 3\0"
_LONGEST_TOLD = 300
_CONNECT_SECONDS = 30


def is_sqlite_file(path: Path) -> bool:
    """Say whether a path is that of a SQLite file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


class SourceConnection:
    """A connection that reads.

    Attributes:
        is_file: whether it is a SQLite file, of which each state is read in a transaction of its own.
    """

    def __init__(self, url: str, shown: str, program: str) -> None:
        """Connect to a database of a program, which is called `shown` in messages.

        Raises:
            InvalidArgumentError: the URL is wrong, or names a file that is not there.
            FailedPreconditionError: no driver for it is installed.
            UnavailableError: the database cannot be reached.
        """
        urls.check_database_url(url)
        self.is_file = url.startswith("sqlite:")
        self._shown = shown
        address = _file_address(url, program) if self.is_file else _server_address(url)
        self._secrets = [each for each in (address.password, address.username) if each]
        level = "AUTOCOMMIT" if self.is_file else "REPEATABLE READ"
        waits = {} if self.is_file or "connect_timeout" in address.query else {"connect_timeout": _CONNECT_SECONDS}
        with self.reading():
            self._engine = sa.create_engine(address, poolclass=NullPool, isolation_level=level, connect_args=waits)
            self.connection = self._engine.connect()

    @contextmanager
    def state(self) -> Iterator[None]:
        """Read one state of a SQLite file within the block; a server's database is read in one state all along."""
        if not self.is_file:
            yield
            return
        with self.reading():
            self.connection.exec_driver_sql("BEGIN")
        try:
            yield
        finally:
            self.connection.exec_driver_sql("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Translate the errors of the driver within the block."""
        try:
            yield
        except exc.SQLAlchemyError as error:
            raise errors.UnavailableError(
                f"{self._shown} cannot be read: {self._told(error)}; what was imported stays, and the same command "
                "goes on from there"
            ) from None

    def _told(self, error: exc.SQLAlchemyError) -> str:
        """Return what the driver says, on one line and without the user and the password."""
        said = str(getattr(error, "orig", None) or error)
        for secret in self._secrets:
            said = said.replace(secret, "***")
        return " ".join(urls.redact_message(said).split())[:_LONGEST_TOLD]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
        self._engine.dispose()


def _file_address(url: str, program: str) -> sa.URL:
    path, _ = urls.sqlite_parts(url)
    if not path:
        raise errors.InvalidArgumentError("a database in memory has nothing to import; name a file: sqlite:///FILE.db")
    file = Path(path).absolute()
    if not file.is_file():
        raise errors.InvalidArgumentError(f"there is no file {str(file)!r}; name the SQLite file of {program}")
    quoted = urls.sqlite_url(file).removeprefix("sqlite:///")
    return sa.URL.create("sqlite", database=f"file:{quoted}", query={"mode": "ro", "uri": "true"})


def _server_address(url: str) -> sa.URL:
    parts = urls.server_parts(url)
    engine, _, driver = parts.scheme.partition("+")
    host, colon, port = parts.hosts.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = parts.hosts, ""
    if port and not (port.isascii() and port.isdigit()):
        raise errors.InvalidArgumentError(
            f"the port in the URL of the database is no number; {urls.form_advice(parts.scheme)}"
        )
    return sa.URL.create(
        f"{_ENGINES[engine]}+{_driver(_ENGINES[engine], driver)}",
        username=parts.user or None,
        password=parts.password,
        host=host.strip("[]") or None,
        port=int(port) if port else None,
        database=parts.database,
        query=parts.options,
    )


def _driver(engine: str, wanted: str) -> str:
    """Return the driver that is installed: the one that the URL names, if it is."""
    known = _DRIVERS[engine]
    for name, module in sorted(known, key=lambda each: each[0] != wanted):
        if importlib.util.find_spec(module) is not None:
            return name
    raise errors.FailedPreconditionError(
        f"a driver for {engine} is missing; install it with: pip install 'lineal[{engine}]'"
    )
