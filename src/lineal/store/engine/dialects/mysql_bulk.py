"""The texts of MySQL's statements that insert many rows.

The values are part of the text, because the protocol has no parameters for many rows. They are written column by
column, which is several times as fast as value by value: neighbours in a column mostly have one type, and are often
equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lineal.store.engine.statement import Insertion

_REPEATED = 4


def insert_texts(
    statement: Insertion,
    rows: Sequence[Sequence[Any]],
    quote: Callable[[str], str],
    literal: Callable[[Any], str],
    *,
    room: int,
    ending: str = "",
) -> Iterator[tuple[str, int]]:
    """Yield the statements that insert rows, none longer than `room` bytes, each with the number of its rows.

    Columns that are NULL in all rows are left out. `quote` is for names; `literal` is the driver's, for values.
    """
    columns = dict(zip(statement.order, zip(*rows, strict=True), strict=True))
    filled = {name: column for name, column in columns.items() if column.count(None) < len(rows)}
    head = f"INSERT INTO {quote(statement.table.name)} ({', '.join(map(quote, filled))}) VALUES "
    tail = f" {statement.on_conflict('mysql')}".rstrip()
    texts = map(
        "({})".format, map(",".join, zip(*[_column_texts(column, literal) for column in filled.values()], strict=True))
    )
    for fitting in _fitting(texts, room):
        yield f"{head}{','.join(fitting)}{tail}{ending}", len(fitting)


def _column_texts(column: Sequence[Any], literal: Callable[[Any], str]) -> Iterable[str]:
    """Return the values of a column as text for a statement."""
    types = set(map(type, column))
    if types == {int}:
        return map(str, column)
    if types <= {str, type(None)}:
        distinct = set(column)
        if len(distinct) * _REPEATED < len(column):
            return map({value: literal(value) for value in distinct}.__getitem__, column)
    return map(literal, column)


def _fitting(texts: Iterable[str], room: int) -> Iterator[list[str]]:
    """Split texts into lists of at most this many bytes, or of one text."""
    fitting: list[str] = []
    size = 0
    for text in texts:
        length = size_of(text)
        if fitting and size + length > room:
            yield fitting
            fitting, size = [], 0
        fitting.append(text)
        size += length + 1
    yield fitting


def size_of(text: str | bytes) -> int:
    """Return how many bytes a text takes in a packet."""
    return len(text) if isinstance(text, bytes) or text.isascii() else len(text.encode("utf-8", "surrogateescape"))
