"""Connections to MySQL and MariaDB over PyMySQL: TLS, sockets that notice a dead peer, several statements at once.

What stays out: session settings (mysql_session.py).
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pymysql
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import Cursor

from lineal import errors
from lineal.store.engine.dialects.mysql_session import MySQLSession, Outcome
from lineal.store.engine.dialects.urls import Host, ServerURL

_READ_SECONDS = 900.0
_IDLE_SECONDS, _PROBE_SECONDS, _PROBES = 30, 10, 4
_MODES = ("disabled", "preferred", "required", "verify_ca", "verify_identity")


class _ListCursor(Cursor):  # type: ignore[misc]
    """A cursor that returns rows in a list, as the drivers of the other engines do."""

    def fetchall(self) -> list[Any]:
        return list(super().fetchall())


class MySQLConnection(MySQLSession, pymysql.connections.Connection):  # type: ignore[misc]
    """A connection of PyMySQL."""

    def cursor(self) -> Any:
        """Return a cursor."""
        return self.cursorclass(self)

    def literal(self, value: Any) -> str:
        """Return the form of a value for a statement, escaped by the driver."""
        return str(self.escape(value, self.encoders))

    def query(self, sql: str | bytes, unbuffered: bool = False) -> Any:
        """Run a statement, but refuse one that the server would answer by closing the connection."""
        excess = self.excess(sql)
        if excess:
            raise pymysql.err.DataError(1153, excess)
        return super().query(sql, unbuffered)

    def run_together(self, text: str | bytes) -> Iterator[Outcome]:
        """Send a text of several statements in one packet; yield what each of them gave, in order.

        The server stops at the first statement that fails. A caller may stop early: then the other statements have run
        all the same, and their results and errors are dropped.

        Raises:
            MySQLError: at the place of the statement that fails.
        """
        self.query(text)
        try:
            yield self._outcome()
            while self._result.has_next:
                self.next_result()
                yield self._outcome()
        finally:
            self._drop_results()

    def _outcome(self) -> Outcome:
        result = self._result
        return Outcome(list(result.rows or ()), result.insert_id or 0, result.affected_rows)

    def _drop_results(self) -> None:
        with contextlib.suppress(pymysql.MySQLError):  # the next statement meets a lost connection again
            while self._result is not None and self._result.has_next:
                self.next_result()


def _to_text(data: bytes | str) -> str:
    """Read the text of a binary column; bytes of another writer that are not UTF-8 are shown as escapes."""
    return data if isinstance(data, str) else data.decode("utf-8", "backslashreplace")


_TEXTS = (FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.STRING)
_LONG_TEXTS = (FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB)
_CONVERSIONS = {**conversions, **dict.fromkeys((*_TEXTS, *_LONG_TEXTS), _to_text)}


class MySQLConnector:
    """Opens connections as a database URL says."""

    def __init__(self, url: ServerURL, timeout: float) -> None:
        self.largest_statement: int | None = None
        self._url = url
        self._timeout = timeout
        self._socket = url.options.get("unix_socket")
        if self._socket and any(host.name != "localhost" for host in url.hosts):
            raise errors.InvalidArgumentError(
                "the database URL names a host beside unix_socket, which would have no effect; leave one of them out"
            )
        self._read_timeout = url.number("read_timeout", _READ_SECONDS)
        self._mode = _ssl_mode(url)
        url.check_choice("charset", ("utf8mb4",))
        self._context = _ssl_context(url, self._mode)

    def connect(self, host: Host | None, database: str | None) -> MySQLConnection:
        """Open a connection, set up and encrypted as the URL says."""
        local = self._socket is not None or host is None
        connection = MySQLConnection(
            host=host.name if host else "localhost",
            port=(host.port if host else None) or 3306,
            unix_socket=(self._socket or "/run/mysqld/mysqld.sock") if local else None,
            user=self._url.user or None,
            password=(self._url.current_password() or "").encode(),
            database=database,
            charset="utf8mb4",
            conv=_CONVERSIONS,
            cursorclass=_ListCursor,
            autocommit=False,
            client_flag=CLIENT.FOUND_ROWS | CLIENT.MULTI_STATEMENTS,
            connect_timeout=self._timeout,
            read_timeout=self._read_timeout,
            write_timeout=self._read_timeout,
            ssl=None if local else self._context,
            ssl_disabled=local or self._mode == "disabled",
            defer_connect=True,
        )
        try:
            connection.connect(None if local else self._open_socket(host))
            if not local and self._context is not None:
                _check_encrypted(connection)
            connection.set_up()
            self.largest_statement = connection.largest_statement
        except BaseException as error:
            if connection.open:
                connection.close()
            _raise_if_unverified(error, host)
            raise
        return connection

    def _open_socket(self, host: Host | None) -> socket.socket:
        """Connect with settings that notice a lost peer within about a minute."""
        assert host is not None  # noqa: S101 no host is the local socket
        try:
            opened = socket.create_connection((host.name, host.port or 3306), self._timeout)
        except (OSError, UnicodeError) as error:  # a name that IDNA cannot encode
            raise pymysql.err.OperationalError(2003, f"cannot connect to {host} ({type(error).__name__})") from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("KEEPIDLE", _IDLE_SECONDS), ("KEEPINTVL", _PROBE_SECONDS), ("KEEPCNT", _PROBES)):
            option = getattr(socket, f"TCP_{name}", None)  # not on every system
            if option is not None:
                opened.setsockopt(socket.IPPROTO_TCP, option, value)
        return opened


def _raise_if_unverified(error: BaseException, host: Host | None) -> None:
    """Refuse a server whose certificate does not match the URL, because trying again cannot help."""
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        raise errors.FailedPreconditionError(
            f"the certificate of the database server {host} is not accepted: {cause.verify_message}; check ssl_ca, "
            "ssl_mode and the host's name"
        ) from error


def _check_encrypted(connection: MySQLConnection) -> None:
    """Refuse a connection that an older driver left unencrypted because the server has no TLS."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        row = cursor.fetchone()
    if not (row and row[1]):
        raise errors.FailedPreconditionError(
            "the database server offers no TLS, and the database URL asks for it; set it up there, or use "
            "ssl_mode=preferred"
        )


def _ssl_mode(url: ServerURL) -> str:
    """Return the mode that is given, or the one that the other options ask for."""
    given = url.options.get("ssl_mode", "").lower()
    if given:
        if given not in _MODES:
            raise errors.InvalidArgumentError(
                f"ssl_mode is {given!r} in the database URL; it can be {', '.join(_MODES)}"
            )
        return given
    if url.flag("ssl_check_hostname", default=False):
        return "verify_identity"
    if "ssl_ca" in url.options or "ssl_capath" in url.options:
        return "verify_ca"
    return "required" if {"ssl_cert", "ssl_key", "ssl_cipher"} & url.options.keys() else "preferred"


def _ssl_context(url: ServerURL, mode: str) -> ssl.SSLContext | None:
    """Return the context of modes that insist on TLS; the driver has its own for `preferred`."""
    if mode in ("disabled", "preferred"):
        return None
    options = url.options
    try:
        context = ssl.create_default_context(cafile=options.get("ssl_ca"), capath=options.get("ssl_capath"))
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the certificates that MySQL makes by itself lack extensions
        context.check_hostname = mode == "verify_identity"
        context.verify_mode = ssl.CERT_REQUIRED if mode.startswith("verify") else ssl.CERT_NONE
        if "ssl_cert" in options:
            context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"))
        if "ssl_cipher" in options:
            context.set_ciphers(options["ssl_cipher"])
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise errors.FailedPreconditionError(f"cannot load the certificates of the database URL: {reason}") from None
    return context
