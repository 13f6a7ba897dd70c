"""What a connection to MySQL or MariaDB does alike with every driver: session settings, and limits of the server.

What stays out: opening connections, and how a driver sends statements (mysql_connection.py).
"""

from __future__ import annotations

from typing import Any, NamedTuple

# No value is cut or changed to fit; backslashes escape, and a double quote begins a text, as the drivers expect.
_SQL_MODE = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION"
# Bytes of a text that the server joins of many; one that is cut there is read again in another way (packing.py).
_LONGEST_JOINED = 1 << 20
_ASKED = (
    "max_allowed_packet", "auto_increment_increment", "read_only", "super_read_only", "version", "wsrep_on",
    "group_replication_consistency",
)  # fmt: skip


class Outcome(NamedTuple):
    """What one statement of several gave.

    Attributes:
        rows: the rows of a query, none for another statement.
        lastrowid: the first id that the statement gave to a row, 0 if it gave none.
        rowcount: the rows that were found, changed or inserted.
    """

    rows: list[Any]
    lastrowid: int
    rowcount: int


class MySQLSession:
    """The part of a connection that all drivers share.

    Attributes:
        largest_statement: bytes of the largest packet that the server takes.
        id_step: the distance of the ids of neighbouring rows.
        returns_ids: whether INSERT ... RETURNING is there (MariaDB).
        lineal_host: which host of the database URL it leads to.
    """

    largest_statement = 1 << 20
    id_step = 1
    returns_ids = False
    lineal_host = 0
    _read_only = False

    def cursor(self) -> Any:
        """Return a cursor of the driver."""
        raise NotImplementedError

    def set_up(self) -> None:
        """Read the limits of the server, and set the session variables that Lineal relies on."""
        cursor = self.cursor()
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
        cursor.close()

    def _take_settings(self, found: dict[str, str]) -> None:
        self.largest_statement = int(found["max_allowed_packet"])
        self.id_step = int(found["auto_increment_increment"])
        self.returns_ids = "MariaDB" in found["version"]
        self._read_only = "ON" in (found.get("read_only"), found.get("super_read_only"))

    def accepts_writes(self) -> bool:
        """Say whether the node is neither read-only nor cut off from its cluster and so without answers."""
        return not self._read_only

    def excess(self, sql: str | bytes) -> str:
        """Return why a text is too long for one packet, which the server would answer by closing the connection."""
        size = len(sql) if isinstance(sql, bytes) or sql.isascii() else len(sql.encode("utf-8", "surrogateescape"))
        if size < self.largest_statement:
            return ""
        return f"{size} bytes in a statement, max_allowed_packet is {self.largest_statement}"
