"""Several statements in one packet: what each of them gave, and the connection afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lineal.config import DatabaseSettings
from lineal.store.engine.dialects import dialect_for
from lineal.store.engine.dialects.mysql_session import MySQLSession
from lineal.store.engine.dialects.server import ServerDialect
from lineal.store.engine.transaction import Command
from lineal.upkeep.opening import open_service
from tests.engines import MARIADB, MARIADB_MYSQLDB, MYSQL, Engine
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts

SMALL_PACKET = 200_000  # bytes


@pytest.fixture(
    params=[
        pytest.param(MARIADB, id="mariadb"),
        pytest.param(MARIADB_MYSQLDB, id="mariadb-mysqldb"),
        pytest.param(MYSQL, id="mysql", marks=pytest.mark.slow),
    ]
)
def dialect(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> ServerDialect:
    """An engine that takes several statements in one packet."""
    engine: Engine = request.param
    url = engine.fresh_url(servers, tmp_path)
    engine.create_database(url)
    made = dialect_for(DatabaseSettings(url))
    assert isinstance(made, ServerDialect)
    return made


@pytest.fixture
def connection(dialect: ServerDialect) -> Iterator[Any]:
    """A connection with a temporary table of numbers."""
    opened = dialect.connect(dialect.url.hosts[0], database=dialect.url.database)
    opened.cursor().execute("CREATE TEMPORARY TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT UNIQUE)")
    yield opened
    opened.close()


def rows(connection: Any, sql: str) -> list[Any]:
    cursor = connection.cursor()
    cursor.execute(sql)
    return list(cursor.fetchall())


def test_a_cursor_says_how_many_rows_it_found_and_the_first_id_it_gave(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("INSERT INTO t (n) VALUES (7), (8), (9)")
    assert (cursor.rowcount, cursor.lastrowid) == (3, 1)
    cursor.executemany("INSERT INTO t (n) VALUES (%s)", [(1,), (2,)])
    assert cursor.rowcount == 2


def test_each_statement_says_what_it_gave(connection: Any) -> None:
    text = (
        "INSERT INTO t (n) VALUES (7), (8); SELECT n, 'x;y' FROM t ORDER BY n; UPDATE t SET n = 7 WHERE n = 7; COMMIT"
    )

    inserted, found, changed, _ = connection.run_together(text)

    assert (inserted.last_id, inserted.found) == (1, 2)
    assert found.rows == [(7, "x;y"), (8, "x;y")]
    assert (changed.rows, changed.found) == ([], 1)


def test_a_statement_that_fails_does_so_in_its_place(connection: Any, dialect: ServerDialect) -> None:
    outcomes = connection.run_together("INSERT INTO t (n) VALUES (1); INSERT INTO t (n) VALUES (1); DELETE FROM t")

    assert next(outcomes).found == 1
    with pytest.raises(Exception, match="Duplicate") as caught:
        next(outcomes)
    assert dialect.is_driver_error(caught.value)
    assert rows(connection, "SELECT n FROM t") == [(1,)]


@pytest.mark.parametrize("rest", ["SELECT 2; SELECT 3", "INSERT INTO t (n) VALUES (1); INSERT INTO t (n) VALUES (1)"])
def test_a_caller_that_stops_early_leaves_a_connection_in_order(connection: Any, rest: str) -> None:
    outcomes = connection.run_together(f"SELECT 1; {rest}")
    assert next(outcomes).rows == [(1,)]

    outcomes.close()

    assert rows(connection, "SELECT 4") == [(4,)]


def test_texts_longer_than_the_packet_are_not_sent(connection: Any, dialect: ServerDialect) -> None:
    text = f"SELECT 1; SELECT '{'é' * (connection.largest_statement // 2)}'"

    with pytest.raises(Exception, match="max_allowed_packet") as caught:
        list(connection.run_together(text))

    assert dialect.is_refused_value(caught.value)
    assert rows(connection, "SELECT 1") == [(1,)]


def test_a_connection_that_is_lost_on_the_way_is_said_to_be(connection: Any, dialect: ServerDialect) -> None:
    outcomes = connection.run_together("SELECT 1; SELECT SLEEP(20); SELECT 2")
    assert next(outcomes).rows == [(1,)]
    with contextlib.closing(dialect.connect(dialect.url.hosts[0], database=dialect.url.database)) as other:
        other.cursor().execute(f"KILL {connection.thread_id()}")

    with pytest.raises(Exception) as caught:  # noqa: PT011 each driver has its own
        list(outcomes)

    assert dialect.is_driver_error(caught.value)
    assert dialect.is_lost(caught.value)


def test_values_in_a_text_come_back_as_they_were(connection: Any) -> None:
    values = ["a'b\\c\"d;e\n\r\0\x1a", "é☃\U0001f600", 1.1, 1e300, -(2**63), True, None, b"\xff\0'\\"]
    text = ", ".join(map(connection.literal, values))

    ((found,),) = (outcome.rows for outcome in connection.run_together(f"SELECT {text}"))

    assert found[:3] == ("a'b\\c\"d;e\n\r\0\x1a", "é☃\U0001f600", 1.1)
    assert found[3:7] == (1e300, -(2**63), 1, None)


def test_statements_that_wait_are_sent_in_as_many_packets_as_they_need(
    dialect: ServerDialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    send, limits = MySQLSession.run_together, MySQLSession._take_settings

    def small(self: MySQLSession, found: dict[str, str]) -> None:
        limits(self, found | {"max_allowed_packet": str(SMALL_PACKET)})

    def note(self: MySQLSession, text: str) -> Any:
        sizes.append(len(text.encode()))
        return send(self, text)

    monkeypatch.setattr(MySQLSession, "_take_settings", small)
    monkeypatch.setattr(MySQLSession, "run_together", note)
    with open_service(dialect.settings) as service:
        type_id = put_artifact_type(service)
        ids = put_artifacts(service, *[artifact(type_id, properties={"text": "ü" * 8000}) for _ in range(30)])
        assert {node.custom_properties["text"].string_value for node in get_artifacts(service, *ids)} == {"ü" * 8000}
    assert sum(size > SMALL_PACKET // 4 for size in sizes) > 2
    assert max(sizes) < SMALL_PACKET


@pytest.mark.parametrize(("is_in_cluster", "write", "packets"), [(False, True, 1), (True, False, 1), (True, True, 3)])
def test_a_node_of_a_cluster_gets_each_statement_of_a_write_alone(
    connection: Any, dialect: ServerDialect, *, is_in_cluster: bool, write: bool, packets: int
) -> None:
    sent: list[object] = []
    query = connection.query
    connection.query = lambda text: sent.append(text) or query(text)
    connection.is_in_cluster = is_in_cluster
    commands = [Command("START TRANSACTION"), Command("SELECT 1"), Command("COMMIT")]
    outcomes = list(dialect.run_together(SimpleNamespace(dbapi_connection=connection), commands, write=write))
    assert ([outcome.rows for outcome in outcomes][1], len(sent)) == ([(1,)], packets)
