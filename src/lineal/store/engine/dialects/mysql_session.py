"""What a connection to MySQL or MariaDB does alike with every driver: session settings, and limits of the server.

What stays out: opening connections and sending statements, which each driver does in its own way (mysql_connection.py
for PyMySQL, mysqldb_connection.py for mysqlclient), and which driver is used (mysql_drivers.py).
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from lineal import errors
from lineal.store.engine.dialects.mysql_bulk import size_of
from lineal.store.engine.dialects.mysql_tls import check_encrypted, ssl_context, ssl_mode
from lineal.store.engine.dialects.urls import Host, ServerURL
from lineal.store.engine.transaction import Outcome

# No value is cut or changed to fit; backslashes escape, and a double quote begins a text, as the drivers expect.
_SQL_MODE = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION"
# Bytes of a text that the server joins of many; one that is cut there is read again in another way (packing.py).
_LONGEST_JOINED = 1 << 20
# Bytes that a sort may take. MySQL fails if 15 rows of the longest kind do not fit, and takes no more than it needs.
_SORT_BUFFER = 16 << 20
# MariaDB sorts such rows with what it has.
_SORT_BUFFER_OF_MYSQL = (
    "SESSION sort_buffer_size = CAST(IF(VERSION() LIKE '%MariaDB%', @@sort_buffer_size, "
    f"GREATEST(@@sort_buffer_size, {_SORT_BUFFER})) AS UNSIGNED)"
)
_ASKED = (
    "max_allowed_packet", "auto_increment_increment", "read_only", "super_read_only", "version", "wsrep_on",
    "group_replication_consistency",
)  # fmt: skip
_READ_SECONDS = 900.0
_IDLE_SECONDS, _PROBE_SECONDS, _PROBES = 30, 10, 4


class MySQLSession:
    """The part of a connection that all drivers share.

    Attributes:
        largest_statement: bytes of the largest packet that the server takes.
        id_step: the distance of the ids of neighbouring rows.
        returns_ids: whether INSERT ... RETURNING is there (MariaDB).
        is_in_cluster: whether the server is a node of a Galera cluster.
        lineal_host: which host of the database URL it leads to.
        driver_error: the base of the driver's errors.
    """

    largest_statement = 1 << 20
    id_step = 1
    returns_ids = False
    is_in_cluster = False
    lineal_host = 0
    driver_error: type[Exception]
    query: Any  # of the driver, which sends a text
    _read_only = False

    def cursor(self) -> Any:
        """Return a cursor of the driver."""
        raise NotImplementedError

    def set_up(self) -> None:
        """Read the limits of the server, and set the session variables that Lineal relies on."""
        cursor = self.cursor()
        cursor.execute(
            f"SET NAMES latin1, SESSION sql_mode = '{_SQL_MODE}', SESSION group_concat_max_len = {_LONGEST_JOINED}, "
            f"{_SORT_BUFFER_OF_MYSQL}"
        )
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        names = ", ".join(f"'{name}'" for name in _ASKED)
        cursor.execute(f"SHOW SESSION VARIABLES WHERE Variable_name IN ({names})")
        found = {name: str(value) for name, value in cursor.fetchall()}
        self._take_settings(found)
        self.is_in_cluster = found.get("wsrep_on") == "ON"
        if self.is_in_cluster:  # reads wait until this node has what any node has acknowledged
            cursor.execute("SET SESSION wsrep_sync_wait = 7")
        if "group_replication_consistency" in found:
            cursor.execute("SET SESSION group_replication_consistency = 'BEFORE'")
        cursor.close()

    def _take_settings(self, found: dict[str, str]) -> None:
        self.largest_statement = int(found["max_allowed_packet"])
        self.id_step = int(found["auto_increment_increment"])
        self.returns_ids = "MariaDB" in found["version"]
        self._read_only = "ON" in (found.get("read_only"), found.get("super_read_only"))

    def accepts_writes(self) -> bool:
        """Say whether the node is neither read-only nor cut off from its cluster and so without answers."""
        return not self._read_only

    def take_outcome(self) -> Outcome:
        """Read what a statement gave."""
        raise NotImplementedError

    def has_next_result(self) -> bool:
        """Go on to the result of the next statement in the text; return whether there is one."""
        raise NotImplementedError

    def run_together(self, text: str | bytes) -> Iterator[Outcome]:
        """Send a text of several statements in one packet; yield what each of them gave, in order.

        The server stops at the first statement that fails. A caller may stop early: then the other statements have run
        all the same, and their results and errors are dropped.

        Raises:
            MySQLError: at the place of the statement that fails.
        """
        self.query(text)
        is_over = False
        try:
            yield self.take_outcome()
            while self.has_next_result():
                yield self.take_outcome()
            is_over = True
        finally:
            if not is_over:
                self._drop_results()

    def _drop_results(self) -> None:
        with contextlib.suppress(self.driver_error):  # the next statement meets a lost connection again
            while self.has_next_result():
                self.take_outcome()

    def excess(self, sql: str | bytes) -> str:
        """Return why a text is too long for one packet, which the server would answer by closing the connection."""
        size = size_of(sql)
        if size < self.largest_statement:
            return ""
        return f"{size} bytes in a statement, max_allowed_packet is {self.largest_statement}"


class MySQLConnector:
    """Opens connections as a database URL says; a driver's own part is `open`.

    Attributes:
        largest_statement: bytes of the largest packet that the server last connected to takes.
        url: the database URL.
        timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer, and for a request to be sent.
        mode: one of the modes of TLS.
        context: TLS of the modes that insist on it.
        socket: the path of the local socket.
    """

    def __init__(self, url: ServerURL, timeout: float) -> None:
        self.largest_statement: int | None = None
        self.url = url
        self.timeout = timeout
        given = url.options.get("unix_socket")
        if given and any(host.name != "localhost" for host in url.hosts):
            raise errors.InvalidArgumentError(
                "the database URL names a host beside unix_socket, which would have no effect; leave one of them out"
            )
        self._has_socket = given is not None
        self.socket = given or "/run/mysqld/mysqld.sock"
        self.read_timeout = url.number("read_timeout", _READ_SECONDS)
        self.mode = ssl_mode(url)
        url.check_choice("charset", ("utf8mb4",))
        self.context = ssl_context(url, self.mode)

    def is_local(self, host: Host | None) -> bool:
        """Say whether a host is reached by the local socket."""
        return self._has_socket or host is None

    def open(self, host: Host | None, database: str | None) -> Any:
        """Open a connection, encrypted as the URL says, without session settings."""
        raise NotImplementedError

    def connect(self, host: Host | None, database: str | None) -> Any:
        """Open a connection, set up and encrypted as the URL says."""
        connection = self.open(host, database)
        try:
            if not self.is_local(host) and self.context is not None:
                check_encrypted(connection)
            connection.set_up()
        except BaseException:
            if connection.open:
                connection.close()
            raise
        self.largest_statement = connection.largest_statement
        return connection


def watch_peer(connected: socket.socket) -> None:
    """Let a socket send at once, and notice within about a minute that the other side is gone."""
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("KEEPIDLE", _IDLE_SECONDS), ("KEEPINTVL", _PROBE_SECONDS), ("KEEPCNT", _PROBES)):
        option = getattr(socket, f"TCP_{name}", None)  # not on every system
        if option is not None:
            connected.setsockopt(socket.IPPROTO_TCP, option, value)


def to_text(data: bytes | str) -> str:
    """Read a text; bytes of another writer that are not UTF-8 are shown as escapes."""
    return data if isinstance(data, str) else data.decode("utf-8", "backslashreplace")
