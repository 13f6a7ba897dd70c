"""Database servers for migrations: started on free ports, looked into with plain SQL.

What stays out: what is expected of a migration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql

from tests import engines

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
    with engines.mariadb() as server:

        def connect(database: str) -> Any:
            return pymysql.connect(
                host="127.0.0.1", port=_port(server), user="root", database=database or None, autocommit=True
            )

        yield Server(server.url, connect, 0, range(10))


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """Run a PostgreSQL server."""
    with engines.postgresql() as server:

        def connect(database: str) -> Any:
            return psycopg.connect(f"{server.url}{database or 'postgres'}", autocommit=True)

        # The official library brings nothing down to 0 here, and nothing up that has times of today.
        yield Server(server.url.replace("postgres@", "postgres:any@"), connect, 1, (1, 2, 3, 4, 9))


def _port(server: engines.Server) -> int:
    port = urlsplit(server.url).port
    assert port is not None
    return port
