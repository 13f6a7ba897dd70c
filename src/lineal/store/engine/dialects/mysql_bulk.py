"""The texts of MySQL's statements that insert many rows.

The values are part of the text, because the protocol has no parameters for many rows. They are written column by
column, which is several times as fast as value by value: neighbours in a column mostly have one type, and are often
equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pymysql.converters import escape_item, escape_string

from lineal.store.engine.statement import Insertion, on_duplicate

_REPEATED = 4


def insert_texts(
    statement: Insertion, rows: Sequence[Sequence[Any]], quote: Callable[[str], str], *, room: int, ending: str = ""
) -> Iterator[tuple[str, int]]:
    """Yield the statements that insert rows, none longer than `room` bytes, each with the number of its rows.

    Columns that are NULL in all rows are left out.
    """
    columns = dict(zip(statement.order, zip(*rows, strict=True), strict=True))
    filled = {name: column for name, column in columns.items() if column.count(None) < len(rows)}
    head = f"INSERT INTO {quote(statement.table.name)} ({', '.join(map(quote, filled))}) VALUES "
    tail = f" {on_duplicate(statement.keep_existing)}" if statement.keep_existing else ""
    texts = map("({})".format, map(",".join, zip(*map(_column_texts, filled.values()), strict=True)))
    for fitting in _fitting(texts, room):
        yield f"{head}{','.join(fitting)}{tail}{ending}", len(fitting)


def _column_texts(column: Sequence[Any]) -> Iterable[str]:
    """Return the values of a column as text for a statement; backslashes escape, by the session's settings."""
    types = set(map(type, column))
    if types == {int}:
        return map(str, column)
    if types <= {str, type(None)}:
        distinct = set(column)
        if len(distinct) * _REPEATED < len(column):
            return map({value: _literal(value) for value in distinct}.__getitem__, column)
        return ["NULL" if value is None else f"'{escape_string(value)}'" for value in column]
    return ["NULL" if value is None else _literal(value) for value in column]


def _literal(value: Any) -> str:
    if isinstance(value, int):  # True and False as well
        return str(int(value))
    return f"'{escape_string(value)}'" if isinstance(value, str) else str(escape_item(value, "utf8mb4"))


def _fitting(texts: Iterable[str], room: int) -> Iterator[list[str]]:
    """Split texts into lists of at most this many bytes, or of one text."""
    fitting: list[str] = []
    size = 0
    for text in texts:
        length = len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
        if fitting and size + length > room:
            yield fitting
            fitting, size = [], 0
        fitting.append(text)
        size += length + 1
    yield fitting
