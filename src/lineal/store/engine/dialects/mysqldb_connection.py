"""Connections to MySQL and MariaDB over mysqlclient, the driver that is compiled and imported as MySQLdb.

Values are read and written as with PyMySQL (mysql_connection.py), whatever the driver's own defaults are. What stays
out: session settings (mysql_session.py).
"""

from __future__ import annotations

import math
import os
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import MySQLdb
from MySQLdb import _mysql
from MySQLdb.connections import Connection
from MySQLdb.constants import CLIENT, FIELD_TYPE
from MySQLdb.converters import conversions

from lineal.store.engine.dialects.mysql_session import MySQLConnector, MySQLSession, to_text, watch_peer
from lineal.store.engine.dialects.mysql_tls import ssl_mode, unverified
from lineal.store.engine.dialects.urls import Host, ServerURL
from lineal.store.engine.transaction import Outcome

_TOO_LARGE = 1153
_NO_TLS = 2026
_NO_ANSWER = (2006, 2013)
_NOT_REACHED = (2002, 2003, 2005)
_EARLY_ERROR = re.compile(r"error cannot be verified: (\d+) - (.*)", re.DOTALL)
_SYSTEM_ERROR = re.compile(r"\((\d+)\)$|system error: (\d+)$")
_TEXTS = (
    FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.STRING, FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB,
    FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.JSON,
)  # fmt: skip
_CONVERSIONS = {**conversions, **dict.fromkeys(_TEXTS, to_text)}
_LOOKS_AHEAD = hasattr(Connection, "more_results")  # from mysqlclient 2.3 on
# The library takes "localhost" in lower case for the local socket. A host of the URL is reached by TCP.
_LOCALHOST = "LOCALHOST"
_SSL_OPTIONS = {"cert": "ssl_cert", "key": "ssl_key", "cipher": "ssl_cipher"}
_CHECKS_ALL_OR_NOTHING = (3, 4)
_END_WORDS = ("unexpected eof", "reset by peer", "broken pipe")
_CERTIFICATE_WORDS = ("certificate", "verif", "validation", "hostname")


class _Cursor:
    """A cursor that keeps what a statement gave; a statement's rows are read at once."""

    def __init__(self, connection: MySQLdbConnection) -> None:
        self.connection = connection
        self.rowcount = -1
        self.lastrowid = 0
        self._rows: Sequence[Any] = ()
        self._result: Any = None

    @property
    def description(self) -> Any:
        """The columns of the last statement's rows, or None if it was no query."""
        return None if self._result is None else self._result.describe()

    def mogrify(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> str:
        """Return a statement with its values, escaped by the driver."""
        if parameters is None:
            return sql
        literal = self.connection.literal
        if isinstance(parameters, Mapping):
            return sql % {name: literal(value) for name, value in parameters.items()}
        return sql % tuple(map(literal, parameters))

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> int:
        """Run a statement; return how many rows it found or changed."""
        self.connection.query(self.mogrify(sql, parameters))
        return self._take()

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row."""
        self.rowcount = sum([self.execute(sql, row) for row in rows])
        return self.rowcount

    def _take(self) -> int:
        self._result, outcome = self.connection.outcome()
        self._rows, self.rowcount, self.lastrowid = outcome
        return self.rowcount

    def fetchone(self) -> Any:
        """Return the first row that is left, or None."""
        rows = self.fetchall()
        self._rows = rows[1:]
        return rows[0] if rows else None

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows, self._rows = self._rows, ()
        return list(rows)

    def close(self) -> None:
        """Do nothing: a statement leaves nothing unread."""


class MySQLdbConnection(MySQLSession, Connection):  # type: ignore[misc]
    """A connection of mysqlclient.

    The driver lets one thread at a time use it, even to ask for its id, so what others need is noted at the start. It
    says goodbye to the server when the object goes, also in a forked child; there the descriptor is made harmless.

    Attributes:
        read_seconds: how long it waits for an answer.
    """

    driver_error = MySQLdb.MySQLError
    read_seconds = math.inf
    _process = 0
    _descriptor = -1
    _thread_id = 0

    def __init__(self, **settings: Any) -> None:
        try:
            self._call(super().__init__, **settings)
        except MySQLdb.OperationalError as error:
            failure = error
        else:
            self._note()
            return
        raise _with_reason(failure)

    def _note(self) -> None:
        self._process = os.getpid()
        self._descriptor = self.fileno()
        self._thread_id = super().thread_id()

    def __del__(self, getpid: Callable[[], int] = os.getpid) -> None:
        if self._descriptor >= 0 and getpid() != self._process:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, self._descriptor)
            os.close(nothing)

    def thread_id(self) -> int:
        """Return the server's number of the connection."""
        return self._thread_id

    def cursor(self, cursorclass: Any = None) -> Any:
        """Return a cursor."""
        return _Cursor(self)

    def literal(self, value: Any) -> str:
        """Return the form of a value for a statement, escaped by the driver."""
        if isinstance(value, str):
            return str(self.string_literal(value.encode()), "utf-8")
        if type(value) is int:
            return str(value)
        if isinstance(value, (bytes, bytearray)):
            return f"X'{value.hex()}'"
        if isinstance(value, (tuple, list, set, frozenset)):
            return f"({','.join(map(self.literal, value))})"
        escaped = self.escape(value, self.encoders)
        return escaped if isinstance(escaped, str) else str(escaped, "utf-8")

    def query(self, sql: str | bytes) -> None:
        """Send a statement, but refuse one that the server would answer by closing the connection."""
        excess = self.excess(sql)
        if excess:
            raise MySQLdb.DataError(_TOO_LARGE, excess)
        started = monotonic()
        try:
            _mysql.connection.query(self, sql)
        except MySQLdb.MySQLError as error:
            readable = self._readable(error)
            if readable.args[0] in _NO_ANSWER and monotonic() - started >= self.read_seconds:
                readable = type(readable)(readable.args[0], f"{readable.args[1]} (timed out)")
        else:
            return
        raise readable

    def take_outcome(self) -> Outcome:
        """Read what a statement gave."""
        return self.outcome()[1]

    def outcome(self) -> tuple[Any, Outcome]:
        """Read what a statement gave; return the driver's result, None for a statement without rows, and the rest."""
        result = self._call(self.store_result)
        if result is None:
            return None, Outcome([], self.affected_rows(), self.insert_id())
        rows = list(result.fetch_row(0))
        return result, Outcome(rows, len(rows))

    def has_next_result(self) -> bool:
        """Go on to the result of the next statement in the text; return whether there is one."""
        if _LOOKS_AHEAD and not self.more_results():  # unlike the other question, it keeps Python's global lock
            return False
        return bool(self._call(self.next_result) != -1)

    def commit(self) -> None:
        """Commit."""
        self._call(super().commit)

    def rollback(self) -> None:
        """Undo the transaction."""
        self._call(super().rollback)

    def ping(self) -> None:
        """Ask the server whether it is there."""
        self._call(super().ping)

    def _call(self, function: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
        """Call the driver; its errors have a broken text if the server's message is not UTF-8.

        Reading the second argument of such an error would crash the process.
        """
        try:
            return function(*arguments, **settings)
        except MySQLdb.MySQLError as error:
            readable = self._readable(error)
        raise readable

    def _readable(self, error: Exception) -> Exception:
        try:
            self.error()
        except UnicodeDecodeError as odd:
            return type(error)(error.args[0], odd.object.decode("utf-8", "backslashreplace"))
        except MySQLdb.MySQLError:  # closed, and then the error has no text of the server
            return error
        if error.args[0] == _NO_TLS and self._descriptor >= 0:
            return _lost(error)  # what ends an encrypted connection is an error of TLS for the library
        return error


class MySQLdbConnector(MySQLConnector):
    """Opens connections of mysqlclient as a database URL says."""

    def open(self, host: Host | None, database: str | None) -> MySQLdbConnection:
        """Open a connection, encrypted as the URL says."""
        if self.is_local(host):
            return self._opened(host="localhost", database=database, unix_socket=self.socket, ssl_mode="DISABLED")
        assert host is not None  # noqa: S101 no host is the local socket
        name = _LOCALHOST if host.name == "localhost" else host.name
        port = host.port or 3306
        try:
            connection = self._opened(host=name, port=port, database=database, **self._tls())
        except MySQLdb.OperationalError as error:
            failure = error
        else:
            _watch_peer_of(connection)
            return connection
        raise self._explained(failure, host) from failure

    def _explained(self, error: Exception, host: Host) -> Exception:
        """Return an error that says why there is no connection, where the library's does not."""
        code, message = error.args[0], str(error.args[1])
        if code == _NO_TLS and any(word in message.lower() for word in _CERTIFICATE_WORDS):
            return unverified(host, message)
        if code == _NO_TLS and any(word in message.lower() for word in _END_WORDS):
            return _lost(error)
        if code in _NOT_REACHED and "timed out" not in message:
            return self._tried(host) or error
        return error

    def _tried(self, host: Host) -> Exception | None:
        """Connect without the library, which does not tell a host that refuses from one that is not there."""
        try:
            socket.create_connection((host.name, host.port or 3306), self.timeout).close()
        except (OSError, UnicodeError) as cause:
            return MySQLdb.OperationalError(2003, f"cannot connect to {host} ({cause})")  # type: ignore[no-any-return]
        return None

    def _tls(self) -> dict[str, Any]:
        """Return the driver's settings. MariaDB's library knows only some of the modes, and each by other names."""
        given = {word: self.url.options[name] for word, name in _SSL_OPTIONS.items() if name in self.url.options}
        mode = self.mode
        if mode.startswith("verify"):
            given.update(_authorities(self.url))
            mode = "required" if mode == "verify_ca" and _is_mariadb_library() else mode  # authorities are enough there
        elif mode == "preferred" and _is_mariadb_library():
            mode = "required"  # with this library it means TLS where the server offers it
        if self.mode in ("disabled", "preferred"):
            given = {}
        return {"ssl_mode": mode.upper(), **({"ssl": given} if given else {})}

    def _opened(self, **settings: Any) -> MySQLdbConnection:
        given = {name: value for name, value in settings.items() if value is not None}
        if self.url.user:
            given["user"] = self.url.user
        connection = MySQLdbConnection(
            **given,
            password=self.url.current_password() or "",
            charset="utf8mb4",
            conv=_CONVERSIONS,
            use_unicode=False,
            autocommit=True,
            client_flag=CLIENT.FOUND_ROWS,
            multi_statements=True,
            local_infile=0,
            connect_timeout=math.ceil(self.timeout),
            read_timeout=math.ceil(self.read_timeout),
            write_timeout=math.ceil(self.read_timeout),
        )
        connection.read_seconds = math.ceil(self.read_timeout)
        return connection


def _watch_peer_of(connection: MySQLdbConnection) -> None:
    """Set what the library does not offer, through a second descriptor of the same socket."""
    with socket.socket(fileno=os.dup(connection.fileno())) as connected:
        watch_peer(connected)


def _lost(error: Exception) -> Exception:
    """Return the error of a lost connection for one that the library calls otherwise."""
    return MySQLdb.OperationalError(2013, f"Lost connection to the server: {error.args[1]}")  # type: ignore[no-any-return]


def _with_reason(error: Exception) -> Exception:
    """Return an error with the server's number, or with the words for the system's, where the library hides them.

    MariaDB's library hides what a server says before TLS: that it takes no more connections, or none of this machine.
    """
    early = _EARLY_ERROR.search(str(error.args[1]))
    if early is not None:
        return type(error)(int(early[1]), early[2])
    number = _SYSTEM_ERROR.search(str(error.args[1]))
    if number is None:
        return error
    return type(error)(error.args[0], f"{error.args[1]}: {os.strerror(int(number[1] or number[2]))}")


def objection(url: ServerURL) -> str:
    """Return why this driver cannot do what a URL asks for, or an empty text.

    From version 3.4 on, MariaDB's library checks the authority and the name of a certificate, or neither.
    """
    if ssl_mode(url) != "verify_ca" or not _is_mariadb_library() or _library_version() < _CHECKS_ALL_OR_NOTHING:
        return ""
    return (
        f"with its library here (MariaDB Connector/C {_mysql.get_client_info()}) it cannot check a certificate's "
        "authority without the host's name (ssl_mode=verify_ca)"
    )


def _library_version() -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", _mysql.get_client_info())[:2])


def _is_mariadb_library() -> bool:
    """Say whether the driver was compiled with MariaDB's library: its versions are 3.x, those of MySQL's 8 or more."""
    return _library_version()[0] == 3


def _authorities(url: ServerURL) -> dict[str, str]:
    """Return the files of the authorities: the URL's, or the system's."""
    given = {
        word: url.options[name] for word, name in (("ca", "ssl_ca"), ("capath", "ssl_capath")) if name in url.options
    }
    if given:
        return given
    paths = ssl.get_default_verify_paths()
    return {word: path for word, path in (("ca", paths.cafile), ("capath", paths.capath)) if path}
