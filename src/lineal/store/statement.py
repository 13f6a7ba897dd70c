"""Statements: built once with SQLAlchemy Core, compiled once for each engine, run on the driver's cursor.

A statement's text never depends on values: every value is a bound parameter. A list of values (`listed`) is bound as
one parameter for each value, in lists whose lengths are rounded up to a few sizes, so that few texts exist and the
driver can keep them prepared. What stays out: connections and transactions (database.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect as EngineDialect

# Lists are padded with their last value up to one of these lengths; a longer list is sent in pieces of the last one.
# SQLite takes 32,766 parameters in one statement, PostgreSQL's protocol 65,535.
LIST_SIZES = (1, 4, 16, 64, 256, 1024, 4096, 30000)
LONGEST_LIST = LIST_SIZES[-1]


def listed(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Return the condition that `column` is one of the values bound as the list `name`."""
    return column.in_(sa.bindparam(name, expanding=True))


class Statement:
    """One SQL statement, the same for every engine.

    Parameters that the expression brings along (the literals of a filter) are bound as they are; the others are named.
    """

    __slots__ = ("_compiled", "element", "order")

    def __init__(self, element: sa.sql.expression.ClauseElement, *, order: Sequence[str] = ()) -> None:
        """Take the expression and, for statements run with rows of parameters, the names in the rows' order."""
        self.element = element
        self.order = tuple(order)
        self._compiled: dict[str, CompiledStatement] = {}

    def compiled(self, engine: str, dialect: EngineDialect) -> CompiledStatement:
        """Return the statement as an engine's driver takes it; `engine` names the dialect."""
        found = self._compiled.get(engine)
        if found is None:
            found = self._compiled[engine] = CompiledStatement(self, dialect)
        return found


class CompiledStatement:
    """A statement as one engine's driver takes it."""

    def __init__(self, statement: Statement, dialect: EngineDialect) -> None:
        compiled: Any = statement.element.compile(dialect=dialect)
        self._sql: str = compiled.string
        self._order: tuple[str, ...] = tuple(compiled.positiontup or ())
        if statement.order and statement.order != self._order:
            raise AssertionError(f"rows of {statement.order} for a statement that takes {self._order}")
        self._own: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}
        self._lists = tuple(bind.key for bind in compiled.post_compile_params)
        self._placeholder = "?" if dialect.paramstyle == "qmark" else "%s"
        self._texts: dict[tuple[int, ...], str] = {}

    @property
    def sql(self) -> str:
        """The text of a statement without lists."""
        return self._sql

    def bind(self, values: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """Return the text and the parameters, in the driver's order, for these values."""
        if not self._lists:
            own = self._own
            return self._sql, [values[name] if name in values else own.get(name) for name in self._order]
        padded = {name: _padded(values.get(name, self._own.get(name))) for name in self._lists}
        sizes = tuple(len(padded[name]) for name in self._lists)
        return self._text(sizes), self._flat({**self._own, **values, **padded})

    def _text(self, sizes: tuple[int, ...]) -> str:
        """Return the statement's text with lists of these lengths."""
        text = self._texts.get(sizes)
        if text is None:
            text = self._sql
            for name, size in zip(self._lists, sizes, strict=True):
                text = text.replace(f"__[POSTCOMPILE_{name}]", ", ".join([self._placeholder] * size))
            self._texts[sizes] = text
        return text

    def _flat(self, values: Mapping[str, Any]) -> list[Any]:
        """Lay the values out in the driver's order, lists value by value."""
        flat: list[Any] = []
        for name in self._order:
            if name in self._lists:
                flat.extend(values[name])
            else:
                flat.append(values[name])
        return flat


def _padded(values: Sequence[Any]) -> list[Any]:
    """Fill a list that is not empty up to the next size with its last value."""
    size = next(size for size in LIST_SIZES if size >= len(values))
    return [*values, *[values[-1]] * (size - len(values))]


def insertion(table: sa.Table, columns: Sequence[str]) -> Statement:
    """Return the statement that inserts one row; its parameters are the columns, which stand in the table's order."""
    return Statement(sa.insert(table).values({name: sa.bindparam(name) for name in columns}), order=columns)
