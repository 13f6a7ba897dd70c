"""Find the columns and the row of a bulk statement in a server's message about a duplicate key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.statement import Insertion


def conflict_in(
    statement: Insertion | None, rows: Sequence[Sequence[Any]], entry: str, separator: str, key: str
) -> Conflict:
    """Return the conflict.

    Args:
        statement: the insertion, or None if the statement was another one.
        rows: its rows.
        entry: the values of the key, as the server's message joins them.
        separator: what joins them there.
        key: the name of the key or of its columns.
    """
    if statement is None:
        return Conflict(_named(key), 0 if len(rows) == 1 else None)
    for columns in _unique_columns(statement.table):
        places = [statement.order.index(name) for name in columns if name in statement.order]
        if len(places) < len(columns):
            continue
        for index, row in enumerate(rows):
            if separator.join([str(row[place]) for place in places]) == entry:
                return Conflict(columns, index)
    return Conflict(_named(key), 0 if len(rows) == 1 else None)


def _unique_columns(table: sa.Table) -> Iterator[tuple[str, ...]]:
    for constraint in table.constraints:
        if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
            yield tuple(column.name for column in constraint.columns)


def _named(key: str) -> tuple[str, ...]:
    """Recognise the key of an external id by its name, which every library derives from the column's name."""
    return ("external_id",) if "external_id" in key else ("name",)
