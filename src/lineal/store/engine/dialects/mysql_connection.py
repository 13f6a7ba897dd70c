"""Connections to MySQL and MariaDB over PyMySQL: TLS, sockets that notice a dead peer, several statements at once.

What stays out: session settings (mysql_session.py), and the compiled driver (mysqldb_connection.py).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pymysql
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions, escape_string
from pymysql.cursors import Cursor

from lineal.store.engine.dialects.mysql_session import MySQLConnector, MySQLSession, to_text, watch_peer
from lineal.store.engine.dialects.mysql_tls import unverified, unverified_context
from lineal.store.engine.dialects.urls import Host
from lineal.store.engine.transaction import Outcome


class _ListCursor(Cursor):  # type: ignore[misc]
    """A cursor that returns rows in a list, as the drivers of the other engines do."""

    def fetchall(self) -> list[Any]:
        return list(super().fetchall())


class MySQLConnection(MySQLSession, pymysql.connections.Connection):  # type: ignore[misc]
    """A connection of PyMySQL."""

    driver_error = pymysql.MySQLError

    def _create_ssl_ctx(self, sslp: Any) -> ssl.SSLContext:
        """Return the context of a connection that need not be encrypted: one for all.

        The driver would make each its own, and read the authorities of the whole machine for it, which takes longer
        than to connect, although it verifies nothing. A driver that no longer asks here is only slower.
        """
        return sslp if isinstance(sslp, ssl.SSLContext) else unverified_context()

    def cursor(self) -> Any:
        """Return a cursor."""
        return self.cursorclass(self)

    def literal(self, value: Any) -> str:
        """Return the form of a value for a statement, escaped by the driver: backslashes escape."""
        if type(value) is str:
            return f"'{escape_string(value)}'"
        return str(self.escape(value, self.encoders))

    def query(self, sql: str | bytes, unbuffered: bool = False) -> Any:
        """Run a statement, but refuse one that the server would answer by closing the connection."""
        excess = self.excess(sql)
        if excess:
            raise pymysql.err.DataError(1153, excess)
        return super().query(sql, unbuffered)

    def ping(self, reconnect: bool = False) -> None:
        """Ask the server whether it is there."""
        super().ping(False)

    def take_outcome(self) -> Outcome:
        """Return what the last statement gave."""
        result = self._result
        return Outcome(list(result.rows or ()), result.affected_rows, result.insert_id or 0)

    def has_next_result(self) -> bool:
        """Go on to the result of the next statement in the text; return whether there is one."""
        if self._result is None or not self._result.has_next:
            return False
        self.next_result()
        return True


def _decimal(data: bytes) -> Decimal:
    return Decimal(data.decode())


_TEXTS = (FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.STRING, FIELD_TYPE.ENUM, FIELD_TYPE.SET)
_LONG_TEXTS = (FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.JSON)
_CONVERSIONS: dict[Any, Callable[..., Any]] = {
    **conversions,
    **dict.fromkeys((*_TEXTS, *_LONG_TEXTS), to_text),
    **dict.fromkeys((FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), _decimal),
}


class PyMySQLConnector(MySQLConnector):
    """Opens connections of PyMySQL as a database URL says."""

    def open(self, host: Host | None, database: str | None) -> MySQLConnection:
        """Open a connection, encrypted as the URL says."""
        local = self.is_local(host)
        connection = MySQLConnection(
            host=host.name if host else "localhost",
            port=(host.port if host else None) or 3306,
            unix_socket=self.socket if local else None,
            user=self.url.user or None,
            password=(self.url.current_password() or "").encode(),
            database=database,
            charset="utf8mb4",
            use_unicode=False,  # bytes go to the conversions, which take those that are not UTF-8
            conv=_CONVERSIONS,
            cursorclass=_ListCursor,
            autocommit=True,
            client_flag=CLIENT.FOUND_ROWS | CLIENT.MULTI_STATEMENTS,
            connect_timeout=self.timeout,
            read_timeout=self.read_timeout,
            write_timeout=self.read_timeout,
            ssl=None if local else self.context,
            ssl_disabled=local or self.mode == "disabled",
            defer_connect=True,
        )
        try:
            connection.connect(None if local else self._open_socket(host))
        except BaseException as error:
            if connection.open:
                connection.close()
            cause = getattr(error, "original_exception", None)
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise unverified(host, cause.verify_message) from error
            raise
        return connection

    def _open_socket(self, host: Host | None) -> socket.socket:
        """Connect with settings that notice a lost peer within about a minute."""
        assert host is not None  # noqa: S101 no host is the local socket
        try:
            opened = socket.create_connection((host.name, host.port or 3306), self.timeout)
        except (OSError, UnicodeError) as error:  # a name that IDNA cannot encode
            raise pymysql.err.OperationalError(2003, f"cannot connect to {host} ({type(error).__name__})") from error
        watch_peer(opened)
        return opened
