"""The values of MySQL's column types, which are equal whichever driver reads them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from tests.engines import MARIADB, MARIADB_MYSQLDB, MYSQL, Engine
from tests.parameters import rare

ODD = b"\xff\xfe odd"
SHOWN = "\\xff\\xfe odd"
# A type, the SQL of a value, and what is read.
COLUMNS = [
    ("TINYINT(1)", "1", 1),
    ("TINYINT UNSIGNED", "255", 255),
    ("BOOLEAN", "FALSE", 0),
    ("INT", "-2147483648", -(2**31)),
    ("BIGINT", "-9223372036854775808", -(2**63)),
    ("BIGINT UNSIGNED", "18446744073709551615", 2**64 - 1),
    ("DOUBLE", "0.1", 0.1),
    ("DOUBLE", "1.7976931348623157e308", 1.7976931348623157e308),
    ("DOUBLE", "5e-324", 5e-324),
    ("FLOAT", "1.5", 1.5),
    ("DECIMAL(20,3)", "12345678901234567.125", Decimal("12345678901234567.125")),
    ("VARCHAR(20) CHARACTER SET latin1", f"X'{'é'.encode().hex()}'", "é"),
    ("VARCHAR(20) CHARACTER SET latin1", f"X'{ODD.hex()}'", SHOWN),
    ("VARBINARY(20)", f"X'{ODD.hex()}'", SHOWN),
    ("MEDIUMTEXT CHARACTER SET latin1", f"X'{ODD.hex()}'", SHOWN),
    ("LONGBLOB", f"X'{'漢😀'.encode().hex()}'", "漢😀"),
    ("TINYBLOB", "''", ""),
    ("CHAR(5) CHARACTER SET latin1", "'ab'", "ab"),
    ("ENUM('small', 'large')", "'large'", "large"),
    ("BIT(8)", "b'101'", b"\x05"),
    ("DATETIME(6)", "'2024-02-29 01:02:03.000004'", datetime.datetime(2024, 2, 29, 1, 2, 3, 4)),
    ("DATE", "'2024-02-29'", datetime.date(2024, 2, 29)),
    ("TIME", "'-01:02:03'", -datetime.timedelta(hours=1, minutes=2, seconds=3)),
    ("YEAR", "2024", 2024),
    ("INT", "NULL", None),
]


@pytest.fixture(
    params=[MARIADB, MARIADB_MYSQLDB, pytest.param(MYSQL, marks=pytest.mark.slow)], ids=lambda engine: engine.name
)
def database(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> Iterator[Database]:
    """An empty database of MySQL, by each driver."""
    engine: Engine = request.param
    opened = Database(DatabaseSettings(engine.fresh_url(servers, tmp_path)))
    yield opened
    opened.close()


def test_every_column_type_is_read_alike(database: Database) -> None:
    columns = ", ".join(f"c{number} {kind}" for number, (kind, _, _) in enumerate(COLUMNS))
    sql = f"INSERT INTO t VALUES ({', '.join(value for _, value, _ in COLUMNS)})"

    def read(session: Any) -> Any:
        session.script(f"CREATE TEMPORARY TABLE t ({columns})")
        session.script(sql)
        return session.script("SELECT * FROM t")

    ((*found,),) = database.write(read)

    assert found == [value for _, _, value in COLUMNS]
    assert [type(value) for value in found] == [type(value) for _, _, value in COLUMNS]


@pytest.mark.parametrize(
    "value",
    [1.1, -1e-5, 2**63 - 1, True, None, "a'b\\c\"d;e%s\n\r\0\x1a", "é☃\U0001f600", rare("x" * (1 << 20)), rare(1e22)],
    ids=lambda value: str(value)[:10].encode("ascii", "replace").decode(),
)
def test_a_value_that_is_sent_comes_back_the_same(database: Database, value: Any) -> None:
    def echo(session: Any) -> Any:
        session.script("CREATE TEMPORARY TABLE t (i BIGINT, d DOUBLE, s LONGBLOB)")
        column = "s" if isinstance(value, str) else "d" if isinstance(value, float) else "i"
        session.script(f"INSERT INTO t ({column}) VALUES (%s)", (value,))
        return session.script(f"SELECT {column} FROM t WHERE {column} <=> %s", (value,))

    assert database.write(echo) == [(value,)]


def test_bytes_and_lists_are_sent_as_they_are(database: Database) -> None:
    def ask(session: Any) -> Any:
        return session.script("SELECT HEX(%s), 2 IN %s, 'b' IN %s", (b"\0'\\\xff", [1, 2], ("a", "b'")))

    assert database.read(ask) == [("00275CFF", 1, 0)]


def test_the_message_about_a_duplicate_may_hold_bytes_that_are_not_utf8(database: Database) -> None:
    def twice(session: Any) -> None:
        session.script("CREATE TEMPORARY TABLE u (n VARCHAR(20) CHARACTER SET latin1 UNIQUE)")
        for _ in range(2):
            session.script(f"INSERT INTO u VALUES (X'{ODD.hex()}')")

    with pytest.raises(Exception, match="error 1062") as caught:
        database.write(twice)
    assert "Duplicate entry" in str(caught.value.__cause__)
