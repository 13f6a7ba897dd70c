"""MySQL and MariaDB: how statements for many rows, ids, errors and texts differ from the other engines.

Texts are sent as by the official library: as UTF-8 bytes in a session whose character set is latin1. That library never
says that its bytes are UTF-8. So in columns of any character set they are stored as if each byte were a letter of
latin1. Only this way can both read what the other wrote. In tables that Lineal creates, texts are in binary columns:
plain UTF-8, compared byte by byte (docs/decisions, "texts on MySQL"). What stays out: opening connections
(mysql_connection.py), and which driver is used (mysql_drivers.py).
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql.mysqldb import MySQLDialect_mysqldb

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.engine.column_limits import Limits, limit_of
from lineal.store.engine.connections import Connections
from lineal.store.engine.dialects import refusals
from lineal.store.engine.dialects.base import (
    Conflict,
    RunQuery,
    StorageFullError,
    columns_by_table,
    too_complex,
)
from lineal.store.engine.dialects.conflicts import conflict_in
from lineal.store.engine.dialects.mysql_bulk import insert_texts, size_of
from lineal.store.engine.dialects.mysql_drivers import driver_for
from lineal.store.engine.dialects.server import ServerDialect
from lineal.store.engine.dialects.urls import Host
from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import Command, Outcome
from lineal.store.tables.values import ODD_NUMBERS, Encoded

_DUPLICATE = re.compile(r"Duplicate entry '(?P<entry>.*)' for key '(?:\w+\.)?(?P<key>\w+)'", re.DOTALL)
_FOLDED_NAMES = """
    SELECT collation_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND LOWER(table_name) = 'context' AND column_name = 'name'
    AND RIGHT(collation_name, 4) <> '_bin'
"""
_ROOM = 1 << 16  # bytes of a packet that are not for the rows
_LARGEST_DOUBLE = 1.7976931348623157e308

_DUPLICATES = {1062, 1586}
_UNDONE = {1020, 1205, 1213, 1412, 1047, 1615, 3101}  # deadlocks, lock timeouts, changed tables, refused by the cluster
_LOST = {1053, 1152, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013, 2055, 4031}
_NO_WRITES = {1047, 1290, 1792, 1836, 3100}
_REFUSED_VALUE = {1153, 1264, 1265, 1366, 1367, 1406, 1426, 3988}
_TOO_COMPLEX = {1038, 1116, 1119, 1390, 1436, 3170}  # stack, memory, joins and placeholders of one statement
_TOO_LARGE = 1153
_NO_TLS = 2026
_NO_TABLE = 1146
_NO_DATABASE = {1046, 1049}
_FULL = {1021, 1114}
_FILE_ERRORS = {3, 1026, 1030, 1041}
_NO_SPACE = re.compile(r"\b28\b|[Nn]o space left")  # the number of ENOSPC
_CRASHED = {
    126,
    127,
    134,
    144,
    145,
    1034,
    1194,
    1195,
}  # MariaDB's error about a temporary table that it could not write
_TEMPORARY = "#sql"
_EXISTS = {1007, 1050, 1061}
_DEFINITIONS = {"ALTER", "ANALYZE", "CHECK", "CREATE", "DROP", "OPTIMIZE", "RENAME", "TRUNCATE"}  # they commit
_WRITING = [Command("START TRANSACTION")]
_READING = [Command("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"), Command("START TRANSACTION READ ONLY")]


class MySQLDialect(ServerDialect):
    """The differences of MySQL and MariaDB."""

    name = "mysql"
    may_fold_names = True
    evaluates_once = False  # MariaDB evaluates it for each use
    tables_query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    indexes_query = "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
    options = (
        "unix_socket", "read_timeout", "ssl_mode", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher",
        "ssl_check_hostname", "charset",
    )  # fmt: skip

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(settings)
        driver = driver_for(self.url)
        self._driver = driver.errors()
        self._connector = driver.connector_for(self.url, self.connect_seconds)
        self.packs_rows = driver.packs_rows
        self._sql_dialect = MySQLDialect_mysqldb(paramstyle="format", dbapi=self._driver)
        self._sql_dialect.session_charset = "latin1"  # type: ignore[attr-defined]  # the filter language asks

    @property
    def sql_dialect(self) -> sa.Dialect:
        """SQLAlchemy's part, which turns expressions into text."""
        return self._sql_dialect

    def connections(self) -> Connections:
        """Return a pool."""
        return self.pool(self._sql_dialect)

    def connect(self, host: Host | None, *, database: str) -> Any:
        """Open a connection that never cuts a value, and sees what other nodes of the cluster have acknowledged."""
        return self._connector.connect(host, database)

    def accepts_writes(self, connection: Any) -> bool:
        """Say whether the node is neither read-only nor cut off from its cluster."""
        return bool(connection.accepts_writes())

    def lacks_database(self, error: Exception) -> bool:
        """Say whether it is the error of an unknown database."""
        return _code(error) in _NO_DATABASE

    def create_database(self, host: Host | None) -> None:
        """Create the database; its character set matters only to tables that others make in it."""
        connection = self._connector.connect(host, None)
        name = self.url.database.replace("`", "``")
        try:
            connection.cursor().execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
        finally:
            connection.close()

    def opening(self, *, write: bool) -> Sequence[Command]:
        """Let writes see what others commit meanwhile, as the session does; give reads a snapshot."""
        return _WRITING if write else _READING

    def commits_by_itself(self, sql: str) -> bool:
        """Say whether a statement is a definition."""
        return sql.split(None, 1)[0].upper() in _DEFINITIONS

    def run_together(self, connection: Any, commands: Sequence[Command], *, write: bool) -> Iterator[Outcome]:
        """Send the statements in as few packets as the largest that the server takes allows.

        A node of a Galera cluster gets each statement of a write alone. It may undo a transaction for the sake of
        another node's, also between two statements of a packet. It tells nobody then, and runs the rest of the packet
        without a transaction.
        """
        driver = connection.dbapi_connection
        texts = [_texts_of(driver.cursor(), command) for command in commands]
        each_alone = write and driver.is_in_cluster
        packets = _packets([text for each in texts for text in each], 0 if each_alone else driver.largest_statement)
        outcomes = (outcome for packet in packets for outcome in driver.run_together(packet))
        for each in texts:
            found = [next(outcomes) for _ in each]
            yield found[0] if len(found) == 1 else Outcome([], sum(outcome.found for outcome in found))

    def interrupt(self, connection: Any) -> None:
        """Kill the statement from a connection of its own."""
        driver = connection.dbapi_connection
        hosts: list[Host | None] = [*self.url.hosts] or [None]
        with contextlib.closing(
            self.connect(hosts[getattr(driver, "lineal_host", 0)], database=self.url.database)
        ) as other:
            other.cursor().execute(f"KILL QUERY {driver.thread_id():d}")

    # ---- errors

    def is_driver_error(self, error: Exception) -> bool:
        """Say whether the error comes from the driver."""
        return isinstance(error, self._driver.MySQLError)

    def conflict(self, error: Exception, statement: Insertion | None, rows: Sequence[Sequence[Any]]) -> Conflict | None:
        """Read the key's name and values from the message, the only place that has them."""
        if _code(error) not in _DUPLICATES:
            return None
        found = _DUPLICATE.search(str(error.args[1]))
        entry, key = (found["entry"], found["key"]) if found else ("", "")
        return conflict_in(statement, rows, entry, "-", key)

    def is_retriable(self, error: Exception) -> bool:
        """Deadlocks, refused certification, lost connections, and nodes that take no writes or callers now."""
        refusal = refusals.of_mysql(_code(error))
        return _code(error) in _UNDONE or self.is_lost(error) or (refusal is not None and refusal.is_passing)

    def is_lost(self, error: Exception) -> bool:
        """Say whether the connection is of no more use."""
        return isinstance(error, self._driver.InterfaceError) or _code(error) in _LOST | _NO_WRITES

    def is_undone_commit(self, error: Exception) -> bool:
        """Say whether the server has said that the commit did not happen."""
        return _code(error) in _UNDONE | _NO_WRITES

    def is_refused_value(self, error: Exception) -> bool:
        """Say whether a value does not fit its column, or a statement the largest packet."""
        return _code(error) in _REFUSED_VALUE

    def largest_statement(self) -> int | None:
        """Return what the server last connected to allows."""
        return self._connector.largest_statement

    def translate(self, error: Exception) -> errors.StatusError:
        """Return an error that names the database and says what to do."""
        code = _code(error)
        if refusal := refusals.of_mysql(code):
            return self.refused(refusal, f"MySQL error {code}")
        if code == _NO_TLS:
            return errors.FailedPreconditionError(
                f"{self.place()} offers no TLS, or none that fits; set it up there, or use ssl_mode=preferred"
            )
        if self.lacks_database(error):
            return self.missing_database()
        if code == _NO_TABLE:
            return self.missing_table()
        no_space = code in _FILE_ERRORS and _NO_SPACE.search(str(error))
        if code in _FULL or no_space or (code in _CRASHED and _TEMPORARY in str(error)):
            return StorageFullError(f"{self.place()} has no space left; nothing was written; make room on its disk")
        if code == _TOO_LARGE:
            return too_complex(f"it becomes a statement that is longer than max_allowed_packet, MySQL error {code}")
        if code in _REFUSED_VALUE:
            return errors.OutOfRangeError(f"a value does not fit its column (MySQL error {code}); nothing was written")
        if code in _TOO_COMPLEX:
            return too_complex(f"MySQL error {code}")
        if code in _UNDONE - _NO_WRITES:
            return errors.AbortedError("other writers were in the way again and again; nothing was written; try again")
        if self.is_lost(error):
            return self.unreachable(error)
        return errors.InternalError(f"MySQL failed with error {code}")

    # ---- rows

    def insertions(
        self, connection: Any, insertion: Insertion, command: Command, *, with_ids: bool
    ) -> Iterator[tuple[Command, int]]:
        """Insert rows with as few statements as the largest packet allows; MariaDB returns their ids."""
        rows, driver = command.parameters, connection.dbapi_connection
        if len(rows) == 1:
            yield replace(command, parameters=rows[0]), 1
            return
        quote = self._sql_dialect.identifier_preparer.quote
        ending = " RETURNING id" if with_ids and driver.returns_ids else ""
        room = driver.largest_statement - _ROOM
        for text, count in insert_texts(insertion, rows, quote, driver.literal, room=room, ending=ending):
            yield Command(text, None, rows=count, refused=command.refused), count

    def ids_of(self, connection: Any, outcome: Outcome, count: int) -> Sequence[int]:
        """Return the ids of inserted rows.

        MySQL gives the rows of one such statement ids at equal distances, whatever others do meanwhile; the distance is
        1 but in clusters.
        """
        if outcome.rows:
            return [node_id for (node_id,) in outcome.rows]
        step = connection.dbapi_connection.id_step
        return range(outcome.last_id, outcome.last_id + step * count, step)

    def stored_value(self, columns: Encoded) -> Encoded:
        """Store NaN and infinities, which MySQL does not have, as the largest number, with their name beside it."""
        number = columns[1]
        if number is None or (not isinstance(number, str) and math.isfinite(number)):
            return columns
        largest = -_LARGEST_DOUBLE if number == -math.inf else _LARGEST_DOUBLE
        return None, largest, None, str(number), None

    def loaded_value(self, columns: Encoded) -> Encoded:
        """Undo `stored_value`."""
        integer, number, text, proto, truth = columns
        if number is None or proto not in ODD_NUMBERS:
            return columns
        return integer, (proto if proto == "nan" else float(proto)), text, None, truth

    # ---- schema

    def column_names(self, run: RunQuery) -> Mapping[str, set[str]]:
        """Ask the information schema."""
        return columns_by_table(
            run("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()")
        )

    def folds_names(self, run: RunQuery) -> bool:
        """Ask for the collation of a column of names; those of Lineal's own tables hold bytes and have none."""
        return bool(run(_FOLDED_NAMES))

    def faults(self, run: RunQuery, tables: Sequence[str]) -> list[str]:
        """Ask CHECK TABLE, which answers several lines for each table."""
        quote = self._sql_dialect.identifier_preparer.quote
        lines = [line for table in tables for line in run(f"CHECK TABLE {quote(table)}")]
        return [f"{line[0]}: {line[3]}" for line in lines if str(line[2]).lower() == "error"]

    def column_limits(self, run: RunQuery) -> Limits:
        """Ask the information schema. A text column's bytes count, which are its characters in a latin1 session."""
        found = run(
            "SELECT table_name, column_name, data_type, character_octet_length, character_maximum_length "
            "FROM information_schema.columns WHERE table_schema = DATABASE()"
        )
        return {
            (table.lower(), column.lower()): limit_of(data_type, None, characters or size)
            for table, column, data_type, size, characters in found
        }

    def define(self, run: RunQuery, sql: str) -> None:
        """Run a definition, which commits at once, unless another server has been faster."""
        try:
            run(sql)
        except self._driver.MySQLError as error:
            if _code(error) not in _EXISTS:
                raise


def _texts_of(cursor: Any, command: Command) -> list[str]:
    """Return the texts of a command, one for each row of parameters, with values as the driver escapes them."""
    if command.parameters is None:
        return [command.sql]
    rows = command.parameters if command.is_many else [command.parameters]
    return [cursor.mogrify(command.sql, row) for row in rows]


def _packets(texts: Sequence[str], largest: int) -> Iterator[str]:
    """Join texts to packets of fewer bytes than the largest; a text that is too large stays alone."""
    packet: list[str] = []
    size = 0
    for text in texts:
        length = size_of(text) + 1
        if packet and size + length >= largest:
            yield ";".join(packet)
            packet, size = [], 0
        packet.append(text)
        size += length
    if packet:
        yield ";".join(packet)


def _code(error: Exception) -> int:
    """Return MySQL's number of an error, 0 if it has none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
