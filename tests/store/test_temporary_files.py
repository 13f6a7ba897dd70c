"""A query without room for its temporary files is told as such, and the database does not count as full."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.server.rest.problems import status_of
from lineal.store.engine.database import Database
from tests.engines import POSTGRESQL, mariadb, postgresql, server_folder
from tests.fault.faults import disk

ROOM = 1 << 20
SORT_ON_POSTGRESQL = "SELECT md5(g::text) AS h FROM generate_series(1, 300000) AS g ORDER BY h OFFSET 299990"
SORT_ON_MARIADB = """
    WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 300)
    SELECT COUNT(*) FROM (SELECT MD5(CONCAT(a.n, '-', b.n)) AS h, REPEAT(a.n, 200) AS c FROM g AS a, g AS b
    GROUP BY h, c ORDER BY h LIMIT 1000000) AS found
"""


def refused(url: str, *statements: str) -> tuple[errors.StatusError, bool]:
    """Read by statements of which the last is refused; return the error, and whether the database counts as full."""
    with closing(Database(DatabaseSettings(url))) as database:
        with pytest.raises(errors.ResourceExhaustedError) as raised:
            database.read(lambda session: [session.script(sql) for sql in statements])
        return raised.value, database.is_full


@contextmanager
def small_postgresql(folder: Path) -> Iterator[str]:
    """Run a server whose temporary files go to a folder."""
    import psycopg

    shutil.chown(folder, "postgres")
    with postgresql() as server:
        with psycopg.connect(f"{server.url}postgres", autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")  # type: ignore[arg-type]
        yield server.url


@contextmanager
def small_mariadb(folder: Path) -> Iterator[str]:
    with mariadb(f"--tmpdir={folder}", "--tmp-table-size=16384", "--max-heap-table-size=16384") as server:
        yield server.url


def test_a_read_without_room_for_temporary_files_is_no_full_database() -> None:
    numbers = "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g LIMIT 9999) SELECT * FROM g"
    fill = f"CREATE TEMP TABLE x AS {numbers}"
    error, is_full = refused("sqlite://", "CREATE TEMP TABLE y (n)", "PRAGMA temp.max_page_count=2", fill)
    assert "no space left for the temporary files of this query" in error.message
    assert (status_of(error), is_full) == (507, False)


def test_a_limit_of_temporary_files_is_no_full_disk(servers: ExitStack, tmp_path: Path) -> None:
    limits = ("SET LOCAL work_mem = '64kB'", "SET LOCAL temp_file_limit = '1MB'")
    error, is_full = refused(POSTGRESQL.fresh_url(servers, tmp_path), *limits, SORT_ON_POSTGRESQL)
    assert "a limit of its own, such as temp_file_limit" in error.message
    assert (status_of(error), is_full) == (413, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("started", "statements"),
    [
        (small_mariadb, ["SET SESSION sort_buffer_size = 32768", SORT_ON_MARIADB]),
        (small_postgresql, ["SET work_mem = '64kB'", "SET temp_tablespaces = 'small'", SORT_ON_POSTGRESQL]),
    ],
    ids=["mariadb", "postgresql"],
)
def test_a_full_disk_of_temporary_files_is_no_full_database(started: object, statements: list[str]) -> None:
    with server_folder(mode=0o755) as top, disk(top, size=str(ROOM)):
        (top / "space").mkdir()
        with started(top / "space") as url:  # type: ignore[operator]
            error, is_full = refused(f"{url}temporary", *statements)
    assert "no space left for the temporary files of this query" in error.message
    assert (status_of(error), is_full) == (507, False)
