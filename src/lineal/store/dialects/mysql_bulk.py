"""The texts of MySQL's statements that insert many rows.

Values stand in the text, since the protocol has no parameters for many rows. They are written column by column, which
is several times as fast as value by value: neighbours in a column are mostly of one type, and often equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from pymysql.converters import escape_item, escape_string

from lineal.store.statement import Insertion, on_duplicate

# So many rows are worth a statement for those with the same empty columns, which are then left out.
_WORTH_A_STATEMENT = 200
_REPEATED = 4


def insert_texts(
    statement: Insertion, rows: Sequence[Sequence[Any]], quote: Callable[[str], str], *, room: int, ending: str = ""
) -> Iterator[tuple[str, int]]:
    """Yield the statements that insert rows, none longer than `room` bytes, each with the number of its rows.

    Rows keep their order if there is an ending, such as one that returns their ids.
    """
    for names, part in _parts(statement.order, rows, in_order=bool(ending)):
        head = f"INSERT INTO {quote(statement.table.name)} ({', '.join(map(quote, names))}) VALUES "
        tail = f" {on_duplicate(statement.keep_existing)}" if statement.keep_existing else ""
        for texts in _fitting(_row_texts(part), room):
            yield f"{head}{','.join(texts)}{tail}{ending}", len(texts)


def _parts(
    names: Sequence[str], rows: Sequence[Sequence[Any]], *, in_order: bool
) -> Iterable[tuple[Sequence[str], Sequence[Sequence[Any]]]]:
    """Divide many rows by which of their columns are NULL, and leave these columns out."""
    if in_order or len(rows) < _WORTH_A_STATEMENT:
        return [(names, rows)]
    groups: dict[tuple[bool, ...], list[Sequence[Any]]] = {}
    for row in rows:
        groups.setdefault(tuple([value is not None for value in row]), []).append(row)
    return [
        (
            [name for name, kept in zip(names, filled, strict=True) if kept],
            [[value for value in row if value is not None] for row in group],
        )
        for filled, group in groups.items()
    ]


def _row_texts(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    columns = [_column_texts(column) for column in zip(*rows, strict=True)]
    return map("({})".format, map(",".join, zip(*columns, strict=False)))


def _column_texts(column: Sequence[Any]) -> Iterable[str]:
    """Return the values of a column as they stand in a statement; the session's settings make backslashes escape."""
    types = set(map(type, column))
    if types == {int}:
        return map(str, column)
    if types == {type(None)}:
        return repeat("NULL")
    if types == {str}:
        distinct = set(column)
        if len(distinct) * _REPEATED > len(column):
            return [f"'{escape_string(value)}'" for value in column]
        return map({value: f"'{escape_string(value)}'" for value in distinct}.__getitem__, column)
    return map(_literal, column)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"'{escape_string(value)}'" if isinstance(value, str) else str(escape_item(value, "utf8mb4"))


def _fitting(texts: Iterable[str], room: int) -> Iterator[list[str]]:
    """Cut texts into lists of at most so many bytes, or of one text."""
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
