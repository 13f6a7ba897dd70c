"""Pages of a listing: the order, what comes after a place in it, and the place as a text for the next request.

Every listing continues by (value of the order, id), so that it neither repeats nor skips rows when others are written
meanwhile. What stays out: which rows a listing has, and the messages that hold a place (page tokens, cursors).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement

RowT = TypeVar("RowT")
_LONGEST_NUMBER = 18  # digits; every such number fits into 64 bits


class PageOrder:
    """The order of a listing: by a value, and by id where the values are equal.

    Attributes:
        id: the column of the id.
        ascending: the direction of both.
        value: the column of the value; None for an order by id alone.
        may_be_empty: whether rows can lack the value; those come first in ascending order, and last in descending.
        keys: what a query in this order is ordered by.
    """

    def __init__(self, id_column: Any, ascending: bool = True, value: Any = None, may_be_empty: bool = False) -> None:
        self.id = id_column
        self.ascending = ascending
        self.value = value
        self.may_be_empty = may_be_empty
        columns = [id_column] if value is None else [value, id_column]
        self.keys = [column if ascending else column.desc() for column in columns]

    def after(self, value: Any, row_id: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a row comes after the one with this value (None: it has none) and this id."""
        further_id: sa.ColumnElement[bool] = self.id > row_id if self.ascending else self.id < row_id
        key = self.value
        if key is None:
            return further_id
        if value is None:
            rest = sa.and_(key.is_(None), further_id)
            return sa.or_(rest, key.is_not(None)) if self.ascending else rest
        further = key > value if self.ascending else key < value
        if self.may_be_empty and not self.ascending:
            further = sa.or_(further, key.is_(None))
        return sa.or_(further, sa.and_(key == value, further_id))


def seeks(query: sa.Select[Any], key: Sequence[sa.Column[Any]]) -> list[Statement]:
    """Return the queries that together give the rows after a key, whose values are bound as `after_NAME`, in order.

    The first one gives the rows that differ from the key only in its last column, and so on. Each reads one range of
    the index. With one condition for all, only PostgreSQL finds the place: the others read all rows up to it. `query`
    is in the order of the key, and limited to the parameter `most`.
    """
    found = []
    for index in reversed(range(len(key))):
        *equal, last = [
            (column, sa.bindparam(f"after_{column.name}", type_=column.type)) for column in key[: index + 1]
        ]
        found.append(Statement(query.where(*[column == value for column, value in equal], last[0] > last[1])))
    return found


def sought(session: Session, queries: Sequence[Statement], values: Mapping[str, Any], *, limit: int) -> list[Row]:
    """Return up to `limit` rows of the queries of `seeks`."""
    rows: list[Row] = []
    for query in queries:
        rows += session.rows(query, {**values, "most": limit - len(rows)})
        if len(rows) >= limit:
            break
    return rows


def first(rows: Sequence[RowT], size: int) -> tuple[Sequence[RowT], RowT | None]:
    """Return up to `size` of the rows, and the last of these if there are more: one row more than a page is read."""
    shown = rows[:size]
    return shown, shown[-1] if shown and len(rows) > size else None


def packed(place: bytes) -> str:
    """Return a place as a text that fits into a URL."""
    return base64.urlsafe_b64encode(place).decode("ascii").rstrip("=")


def unpacked(text: str) -> bytes:
    """Return the place that a text holds.

    Raises:
        ValueError: `packed` returned no such text.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def numbered(*numbers: int) -> str:
    """Return a place of whole numbers as a text."""
    return "-".join(map(str, numbers))


def numbers(text: str, count: int) -> list[int]:
    """Return the whole numbers of a place.

    Raises:
        ValueError: these are not so many numbers.
    """
    parts = text.split("-")
    if len(parts) != count or not all(p.isascii() and p.isdigit() and len(p) <= _LONGEST_NUMBER for p in parts):
        raise ValueError(text)
    return [int(part) for part in parts]
