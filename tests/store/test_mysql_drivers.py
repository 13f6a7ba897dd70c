"""Which driver speaks to a database, what a missing one is called, and what is particular to the compiled one."""

from __future__ import annotations

import importlib
import os
import socket
import ssl
import sys
import types
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pymysql
import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.store.engine.dialects import dialect_for
from lineal.store.engine.dialects.mysql_drivers import MYSQLCLIENT, PYMYSQL, driver_for
from lineal.store.engine.dialects.urls import parse_server_url
from lineal.upkeep.opening import open_service
from tests.engines import MARIADB, MARIADB_MYSQLDB, POSTGRESQL, mysql_scheme, run_sql


@pytest.fixture
def without_mysqlclient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which mysqlclient is not installed."""
    monkeypatch.setitem(sys.modules, "MySQLdb", None)


def chosen(url: str) -> Any:
    return driver_for(parse_server_url(url, known=("ssl_mode",)))


def test_the_compiled_driver_is_used_where_it_is_installed() -> None:
    mysql_scheme("mysqldb")  # skips without it
    assert chosen("mysql://h/d") is MYSQLCLIENT
    assert chosen("mysql+mysqldb://h/d") is MYSQLCLIENT
    assert chosen("mysql+pymysql://h/d") is PYMYSQL


@pytest.mark.usefixtures("without_mysqlclient")
def test_pymysql_is_used_where_the_compiled_driver_is_absent() -> None:
    assert chosen("mysql://h/d") is PYMYSQL


@pytest.mark.usefixtures("without_mysqlclient")
@pytest.mark.parametrize(
    ("url", "cure"),
    [("mysql+mysqldb://h/d", r"lineal\[mysqlclient\]"), ("mysql+pymysql://h/d", r"lineal\[mysql\]"),
     ("mysql://h/d", r"lineal\[mysql\]")],
)  # fmt: skip
def test_an_absent_driver_is_told_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, url: str, cure: str
) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(errors.FailedPreconditionError, match=f"pip install '{cure}'"):
        open_service(url)


def test_pymysql_under_the_name_of_the_other_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "MySQLdb", pymysql)
    assert chosen("mysql://h/d") is PYMYSQL
    with pytest.raises(errors.FailedPreconditionError, match="mysqlclient"):
        chosen("mysql+mysqldb://h/d")


def test_a_compiled_driver_that_cannot_be_loaded_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def load(name: str) -> types.ModuleType:
        if name == "MySQLdb":
            raise ImportError("libmariadb.so.3: no such file")
        return importlib.__import__(name)

    monkeypatch.setattr("lineal.store.engine.dialects.mysql_drivers.importlib.import_module", load)
    assert chosen("mysql://h/d") is PYMYSQL
    assert "libmariadb.so.3" in caplog.text
    with pytest.raises(errors.FailedPreconditionError, match=r"libmariadb\.so\.3"):
        chosen("mysql+mysqldb://h/d")


def test_a_library_that_checks_certificates_otherwise_is_not_used_for_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mysql_scheme("mysqldb")
    monkeypatch.setattr("MySQLdb._mysql.get_client_info", lambda: "3.4.5")
    assert chosen("mysql://h/d?ssl_mode=verify_identity") is MYSQLCLIENT
    assert chosen("mysql://h/d?ssl_mode=verify_ca") is PYMYSQL
    assert "authority" in caplog.text
    with pytest.raises(errors.FailedPreconditionError, match="verify_identity"):
        chosen("mysql+mysqldb://h/d?ssl_mode=verify_ca")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg"])
def test_postgresql_has_other_names(servers: ExitStack, tmp_path: Path, scheme: str) -> None:
    url = POSTGRESQL.fresh_url(servers, tmp_path).replace("postgresql", scheme)
    assert dialect_for(DatabaseSettings(url)).name == "postgresql"
    with open_service(url) as service:
        assert service.database.read(lambda session: session.script("SELECT 1")) == [(1,)]


def test_a_dead_peer_is_noticed_by_the_compiled_driver_as_well(servers: ExitStack, tmp_path: Path) -> None:
    database = Database(DatabaseSettings(MARIADB_MYSQLDB.fresh_url(servers, tmp_path)))
    database.read(lambda session: session.script("SELECT 1"))
    connection = database._connections.take()  # type: ignore[attr-defined]
    with socket.socket(fileno=os.dup(connection.dbapi_connection.fileno())) as opened:
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    database._connections.give_back(connection)
    database.close()


def test_a_connection_that_need_not_be_encrypted_reads_no_certificates(
    monkeypatch: pytest.MonkeyPatch, servers: ExitStack, tmp_path: Path
) -> None:
    made: list[str] = []
    monkeypatch.setattr(ssl.SSLContext, "set_default_verify_paths", lambda self: made.append("all of the machine"))
    assert run_sql(f"{MARIADB.fresh_url(servers, tmp_path)}?ssl_mode=preferred", "SELECT 1") == [(1,)]
    assert not made
