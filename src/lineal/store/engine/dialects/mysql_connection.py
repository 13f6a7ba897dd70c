"""Connections to MySQL and MariaDB over PyMySQL: session settings, TLS, sockets that notice a dead peer."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pymysql
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import Cursor

from lineal import errors
from lineal.store.engine.dialects.urls import Host, ServerURL

# No value is cut or changed to fit; backslashes escape, and a double quote begins a text, as the driver expects.
_SQL_MODE = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION"
# Bytes of a text that the server joins of many; one that is cut there is read again in another way (packing.py).
_LONGEST_JOINED = 1 << 20
_ASKED = (
    "max_allowed_packet", "auto_increment_increment", "read_only", "super_read_only", "version", "wsrep_on",
    "group_replication_consistency",
)  # fmt: skip
_READ_SECONDS = 900.0
_IDLE_SECONDS, _PROBE_SECONDS, _PROBES = 30, 10, 4
_MODES = ("disabled", "preferred", "required", "verify_ca", "verify_identity")


class _ListCursor(Cursor):  # type: ignore[misc]
    """A cursor that returns rows in a list, as the drivers of the other engines do."""

    def fetchall(self) -> list[Any]:
        return list(super().fetchall())


class MySQLConnection(pymysql.connections.Connection):  # type: ignore[misc]
    """A connection with the limits of its server.

    Attributes:
        largest_statement: bytes of the largest packet that the server takes.
        id_step: the distance of the ids of neighbouring rows.
        returns_ids: whether INSERT ... RETURNING is there (MariaDB).
    """

    largest_statement = 1 << 20
    id_step = 1
    returns_ids = False
    _read_only = False

    def set_up(self) -> None:
        """Read the limits of the server, and set the session variables that Lineal relies on."""
        with self.cursor() as cursor:
            cursor.execute(
                f"SET NAMES latin1, SESSION sql_mode = '{_SQL_MODE}', SESSION group_concat_max_len = {_LONGEST_JOINED}"
            )
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            names = ", ".join(f"'{name}'" for name in _ASKED)
            cursor.execute(f"SHOW SESSION VARIABLES WHERE Variable_name IN ({names})")
            found = {name: str(value) for name, value in cursor.fetchall()}
            self._take_settings(found)
            if found.get("wsrep_on") == "ON":  # reads wait until this node has what any node has acknowledged
                cursor.execute("SET SESSION wsrep_sync_wait = 7")
            if "group_replication_consistency" in found:
                cursor.execute("SET SESSION group_replication_consistency = 'BEFORE'")

    def _take_settings(self, found: dict[str, str]) -> None:
        self.largest_statement = int(found["max_allowed_packet"])
        self.id_step = int(found["auto_increment_increment"])
        self.returns_ids = "MariaDB" in found["version"]
        self._read_only = "ON" in (found.get("read_only"), found.get("super_read_only"))

    def accepts_writes(self) -> bool:
        """Say whether the node is neither read-only nor cut off from its cluster and so without answers."""
        return not self._read_only

    def query(self, sql: str | bytes, unbuffered: bool = False) -> Any:
        """Run a statement, but refuse one that the server would answer by closing the connection."""
        size = len(sql) if isinstance(sql, bytes) or sql.isascii() else len(sql.encode("utf-8", "surrogateescape"))
        if size >= self.largest_statement:
            raise pymysql.err.DataError(
                1153, f"{size} bytes in a statement, max_allowed_packet is {self.largest_statement}"
            )
        return super().query(sql, unbuffered)


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
            client_flag=CLIENT.FOUND_ROWS,
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
