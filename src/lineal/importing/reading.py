"""Queries on a database: rows, pairs of a key and a value, and long results in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from lineal.importing.connecting import SourceConnection
from lineal.importing.tables import Tables, Wanted

Pairs = dict[Any, dict[str, str]]


def open_source(url: str, shown: str, program: str, wanted: Wanted) -> tuple[SourceConnection, Reading]:
    """Open the database of a program.

    Args:
        url: its URL.
        shown: the URL as messages show it.
        program: what the program is called.
        wanted: the tables and columns that it must have.

    Raises:
        StatusError: it cannot be read, or is none of the program.
    """
    connection = SourceConnection(url, shown, program)
    try:
        with connection.reading():
            return connection, Reading(connection, Tables(connection.connection, shown, wanted))
    except BaseException:
        connection.close()
        raise


class Reading:
    """What asks a database.

    Attributes:
        tables: which tables and columns it has.
    """

    def __init__(self, connection: SourceConnection, tables: Tables) -> None:
        self.tables = tables
        self._connection = connection

    def query(self, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a query.

        Raises:
            UnavailableError: the database cannot be read.
        """
        with self._connection.reading():
            return [tuple(row) for row in self._connection.connection.execute(statement)]

    def pieces(self, statement: sa.Select[Any], size: int) -> Iterator[Sequence[Any]]:
        """Yield the rows of a query in lists, which are read as they are needed.

        Raises:
            UnavailableError: the database cannot be read.
        """
        # A cursor of SQLite reads as it goes; those of servers would read the whole result at once.
        options = {} if self._connection.is_file else {"stream_results": True, "yield_per": size}
        with self._connection.reading():
            result = self._connection.connection.execute(statement, execution_options=options)
        try:
            parts = result.partitions(size)
            while True:
                with self._connection.reading():
                    rows = next(parts, None)
                if rows is None:
                    return
                yield rows
        finally:
            result.close()

    def rows(
        self, name: str, columns: Sequence[str], *, where: str = "", among: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Return columns of a table, NULL for those that it lacks; nothing of a table that is not there.

        Args:
            name: the table.
            columns: the columns.
            where: a column that must have one of some values; "" for all rows.
            among: these values.
        """
        if not self.tables.has(name) or (where and not among):
            return []
        table = self.tables.table(name)
        query = sa.select(*self.tables.columns(table, columns)).select_from(table)
        return self.query(query.where(table.c[where].in_(list(among))) if where else query)

    def pairs(self, name: str, owner: str, key: str, value: str, among: Sequence[Any] | None = None) -> Pairs:
        """Return keys and values by their owner: of some owners, or of all if `among` is None."""
        found: Pairs = {}
        rows = self.rows(name, (owner, key, value), where="" if among is None else owner, among=among or ())
        for owner_id, each, text in rows:
            found.setdefault(owner_id, {})[each] = text or ""
        return found

    def count(self, name: str, condition: sa.ColumnElement[bool] | None = None) -> int:
        """Return how many rows a table has; 0 for one that is not there."""
        if not self.tables.has(name):
            return 0
        query = sa.select(sa.func.count()).select_from(self.tables.table(name))
        return int(self.query(query if condition is None else query.where(condition))[0][0])
