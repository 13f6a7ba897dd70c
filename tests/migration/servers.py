"""Database servers for migrations: started on free ports, looked into with plain SQL.

What stays out: what is expected of a migration.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import services

READY_SECONDS = 60
_UNSAFE = "--innodb-flush-method=nosync"  # a test may lose its data with the power
_MYSQL_COLUMNS = "SELECT table_name, column_name, column_type, is_nullable FROM information_schema.columns"
_MYSQL_INDEXES = """SELECT table_name, index_name = 'PRIMARY', non_unique,
GROUP_CONCAT(CONCAT(column_name, IFNULL(sub_part, '')) ORDER BY seq_in_index) FROM information_schema.statistics"""
_POSTGRESQL_COLUMNS = """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable
FROM information_schema.columns WHERE table_schema = 'public'"""
_POSTGRESQL_INDEXES = "SELECT tablename, regexp_replace(indexdef, 'INDEX .* ON', 'ON') FROM pg_indexes"


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        url: the URL of its databases, without a name at the end.
        connect: opens a driver's connection, in autocommit mode, to a database.
        oldest: the oldest version that the official library can make here.
        upgraded_officially: the versions that the official library can bring up here, its own faults excluded.
    """

    url: str
    connect: Callable[[str], Any]
    oldest: int
    upgraded_officially: Sequence[int]

    def ask(self, database: str, query: str) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows."""
        connection = self.connect(database)
        cursor = connection.cursor()
        cursor.execute(query)
        found = list(cursor.fetchall()) if cursor.description else []
        connection.close()
        return found

    def described(self, database: str) -> list[Any]:
        """Return the columns and indexes of the tables of ML Metadata, without names of indexes."""
        if self.url.startswith("mysql"):
            where = f"WHERE table_schema = '{database}'"
            queries = [
                f"{_MYSQL_COLUMNS} {where}",
                f"{_MYSQL_INDEXES} {where} GROUP BY table_name, index_name, non_unique",
            ]
        else:
            queries = [_POSTGRESQL_COLUMNS, f"{_POSTGRESQL_INDEXES} WHERE schemaname = 'public'"]
        found = [row for query in queries for row in self.ask(database, query)]
        return sorted(map(str, (row for row in found if not row[0].startswith("lineal_"))))


@contextmanager
def mysql_server() -> Iterator[Server]:
    """Run a MariaDB server."""
    pymysql = pytest.importorskip("pymysql")
    install = services.require_program("mariadb-install-db", package="mariadb-server")
    program = services.require_program("mariadbd", package="mariadb-server")
    port = _free_port()
    with _folder() as data:
        flags = ["--no-defaults", f"--datadir={data}", *_user_flag()]
        _run(install, *flags, "--auth-root-authentication-method=normal", "--skip-test-db")
        listening = [f"--socket={data}/s", f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve", _UNSAFE]
        server = _start(program, *flags, f"--pid-file={data}/pid", *listening)

        def connect(database: str) -> Any:
            return pymysql.connect(host="127.0.0.1", port=port, user="root", database=database or None, autocommit=True)

        try:
            _wait_for(lambda: connect(""))
            yield Server(f"mysql://root@127.0.0.1:{port}/", connect, 0, range(10))
        finally:
            _stop(server)


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """Run a PostgreSQL server."""
    psycopg = pytest.importorskip("psycopg")
    programs = _postgresql_programs()
    port = _free_port()
    with _folder(owner="postgres") as data:
        _run(
            *_as_postgres(), programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        listening = ["-c", "listen_addresses=127.0.0.1", "-p", port, "-k", data, "-c", "fsync=off"]
        server = _start(*_as_postgres(), programs / "postgres", "-D", data, *listening)

        def connect(database: str) -> Any:
            name = database or "postgres"
            return psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname={name}", autocommit=True)

        try:
            _wait_for(lambda: connect(""))
            # The official library brings nothing down to 0 here, and nothing up that has times of today.
            yield Server(f"postgresql://postgres:any@127.0.0.1:{port}/", connect, 1, (1, 2, 3, 4, 9))
        finally:
            _run(*_as_postgres(), programs / "pg_ctl", "-D", data, "-m", "fast", "stop")
            _stop(server)


def _postgresql_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else services.require_program("initdb", package="postgresql").parent


def _as_postgres() -> list[str]:
    """Return the words that run a program as the user postgres, since PostgreSQL refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _user_flag() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


@contextmanager
def _folder(owner: str = "") -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        if owner and os.geteuid() == 0:
            shutil.chown(data, owner)
        yield data / "data"


def _run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=READY_SECONDS)


def _start(*command: object) -> subprocess.Popen[bytes]:
    words = [str(word) for word in command]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    server.wait(READY_SECONDS)


def _wait_for(connect: Callable[[], Any]) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            connect().close()
            return
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
