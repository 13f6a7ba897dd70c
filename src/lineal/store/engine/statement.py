"""Statements: built once with SQLAlchemy Core, compiled once for each engine, run on the driver's cursor.

A statement's text never depends on values: every value is a bound parameter. A list of values (`listed`) is one
parameter for MySQL. The other engines get one for each of a few values, and as far as they can one for many: an array,
or a text of numbers, which SQLite reads as a table. The lengths of lists are rounded up to a few sizes, so that there
are few texts and the driver can keep them prepared. What stays out: connections and transactions (database.py).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect as EngineDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate

from lineal import deadlines

# Lists are padded with their last value up to one of these lengths; a longer list is sent in pieces of the last one.
# SQLite takes 32,766 parameters in one statement, PostgreSQL's protocol 65,535; a filter may bring 20,000 of its own.
LIST_SIZES = (1, 4, 16, 64, 128, 256, 512, 1024, 4096, 10000)
LONGEST_LIST = LIST_SIZES[-1]
# The most values of which each is a parameter, if many can be one. PostgreSQL knows the length of an array only when it
# has one, so it would plan a statement for few values anew each time. SQLite reads a whole table if a list is long and
# seems to select much of it, also because of the values that fill it up; it does not count the values of a text.
_FEW = 16
_AS_ONE = 0  # in place of the number of parameters
_ONE = {
    ("sqlite", True): "IN (SELECT value FROM json_each(?))",
    ("postgresql", True): "= ANY (%s::BIGINT[])",
    ("postgresql", False): "= ANY (%s::TEXT[])",
}
_MOST_TEXTS = 1 << 16  # characters of the texts that a statement keeps for lists of several lengths
_BYTES_PER_PARAMETER = 400


class _Listed(FunctionElement[bool]):
    """The condition that the first operand, a column, is one of the values bound as the second."""

    type = sa.Boolean()
    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        super().__init__(column)
        self.name = name

    @property
    def column(self) -> Any:
        return next(iter(self.clauses))

    def self_group(self, against: Any = None) -> Any:
        return self


@compiles(_Listed)
def _in_values(element: _Listed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.column.in_(sa.bindparam(element.name, expanding=True)), **options))


@compiles(_Listed, "mysql")
def _in_list(element: _Listed, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} IN {compiler.process(sa.bindparam(element.name), **options)}"


def listed(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Return the condition that `column` is one of the values bound as the list `name`."""
    return _Listed(column, name)


class Statement:
    """One SQL statement, the same for every engine.

    Parameters that the expression brings along (the literals of a filter) are bound as they are; the others are named.

    Attributes:
        is_asked: whether it was made for what a caller wrote, so that there is no end of such statements.
    """

    __slots__ = ("_compiled", "element", "is_asked", "order")

    def __init__(
        self, element: sa.sql.expression.ClauseElement, *, order: Sequence[str] = (), is_asked: bool = False
    ) -> None:
        """Take the expression and, for statements run with rows of parameters, the names in the rows' order."""
        self.element = element
        self.order = tuple(order)
        self.is_asked = is_asked
        self._compiled: dict[str, CompiledStatement] = {}

    def compiled(self, engine: str, dialect: EngineDialect) -> CompiledStatement:
        """Return the statement for a driver; `engine` is the dialect's name, and whether there is a scope."""
        found = self._compiled.get(engine)
        if found is None:
            found = self._compiled[engine] = CompiledStatement(self, dialect)
        return found

    def forget_expression(self) -> None:
        """Keep only the compiled text: the expression takes ten times as much memory."""
        self.element = sa.null()

    @property
    def size(self) -> int:
        """How many bytes of memory the compiled text takes, at most; the expression is not counted."""
        return 1000 + sum(compiled.size for compiled in self._compiled.values())


class CompiledStatement:
    """A statement in the form for one engine's driver."""

    def __init__(self, statement: Statement, dialect: EngineDialect) -> None:
        compiled: Any = statement.element.compile(dialect=dialect)
        self.sql: str = compiled.string
        self._order: tuple[str, ...] = tuple(compiled.positiontup or ())
        if statement.order and statement.order != self._order:
            raise AssertionError(f"rows of {statement.order} for a statement that takes {self._order}")
        self._own: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}
        self._lists = tuple(bind.key for bind in compiled.post_compile_params)
        lists = _lists_of(statement.element)
        self._arrays = lists.keys() - set(self._lists)
        self._ones = {name: one for name, kind in lists.items() if (one := _ONE.get((dialect.name, kind)))}
        self._as_one: Callable[[list[Any]], Any] = json.dumps if dialect.name == "sqlite" else list
        self._is_list = len(self._lists) == len(self._order) == 1
        self._placeholder = "?" if dialect.paramstyle == "qmark" else "%s"
        self._texts: dict[tuple[int, ...], str] = {}
        self._texts_size = 0
        self.is_asked = statement.is_asked

    @property
    def size(self) -> int:
        """How many bytes of memory it takes, at most."""
        values = sum(4 * len(value) for value in self._own.values() if isinstance(value, str))
        texts = _MOST_TEXTS if self._lists else 0
        return 1000 + len(self.sql) + texts + _BYTES_PER_PARAMETER * len(self._order) + values

    def bind(self, values: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """Return the text and the parameters, in the driver's order, for these values."""
        if self._is_list:
            size, items = self._items(self._order[0], values)
            return self._text((size,)), items
        own = self._own
        if not self._lists and not self._arrays:
            return self.sql, [values[name] if name in values else own.get(name) for name in self._order]
        flat: list[Any] = []
        sizes: list[int] = []
        for name in self._order:
            if name in self._lists:
                size, items = self._items(name, values)
                sizes.append(size)
                flat.extend(items)
            else:
                value: Any = values[name] if name in values else own.get(name)
                flat.append(list(value) if name in self._arrays else value)
        return self._text(tuple(sizes)), flat

    def _items(self, name: str, values: Mapping[str, Any]) -> tuple[int, Sequence[Any]]:
        """Return the parameters of a list that is not empty, and how many they are, or that many values are one.

        Lists are filled up to the next of LIST_SIZES with their last value.
        """
        items: Sequence[Any] = values[name]
        if len(items) > _FEW and name in self._ones:
            return _AS_ONE, [self._as_one(list(items))]
        missing = LIST_SIZES[bisect_left(LIST_SIZES, len(items))] - len(items)
        if missing:
            items = [*items, *[items[-1]] * missing]
        return len(items), items

    def _text(self, sizes: tuple[int, ...]) -> str:
        """Return the statement's text with lists of these lengths, in the order of the text."""
        text = self._texts.get(sizes)
        if text is None:
            text = self.sql
            lists = [name for name in self._order if name in self._lists]
            for name, size in zip(lists, sizes, strict=True):
                items = f"IN ({', '.join([self._placeholder] * size)})" if size else self._ones[name]
                text = text.replace(f"IN (__[POSTCOMPILE_{name}])", items, 1)
            self._keep_text(sizes, text)
        return text

    def _keep_text(self, sizes: tuple[int, ...], text: str) -> None:
        """Keep a text for the next time; if all texts together are long, forget the others."""
        if self._texts_size + len(text) > _MOST_TEXTS:
            self._texts, self._texts_size = {}, 0
        if len(text) <= _MOST_TEXTS:
            self._texts[sizes] = text
            self._texts_size += len(text)


def _lists_of(element: sa.sql.expression.ClauseElement) -> dict[str, bool]:
    """Return the names of an expression's lists, and whether they are lists of numbers."""
    found: dict[str, bool] = {}
    for each in iterate(element):
        deadlines.check()
        if isinstance(each, _Listed):
            found[each.name] = isinstance(each.column.type, sa.Integer)
    return found


class Later(NamedTuple):
    """What tells which of two rows of one key is the later one: a time, and for equal times the greater text.

    Attributes:
        time: the column of the time.
        text: the column of the text, compared by its bytes; NULL is the least.
    """

    time: str
    text: str


class Insertion(Statement):
    """The statement that inserts a row, which a dialect can also turn into one for many rows.

    Attributes:
        table: where the rows go.
        keep_existing: a column of the table if a row that exists already is to be left alone, else None.
        keep_later: what compares the new row with one that exists, if the later of them is to stay, else None.
    """

    __slots__ = ("keep_existing", "keep_later", "table")

    def __init__(
        self, table: sa.Table, columns: Sequence[str], *, keep_existing: str | None, keep_later: Later | None
    ) -> None:
        """Take the columns in the table's order."""
        self.table = table
        self.keep_existing = keep_existing
        self.keep_later = keep_later
        insert = _InsertOrKeep(self) if keep_existing or keep_later else sa.insert(table)
        super().__init__(insert.values({name: sa.bindparam(name) for name in columns}), order=columns)

    def on_conflict(self, engine: str) -> str:
        """Return the clause that says what becomes of a row that exists, on an engine; empty if it is an error."""
        if self.keep_later is not None:
            return _keeps_later(self.table, self.keep_later, engine)
        if self.keep_existing is None:
            return ""
        # On MySQL it is a change that changes nothing, which hides no other error as IGNORE would.
        unchanged = f"ON DUPLICATE KEY UPDATE {self.keep_existing} = {self.keep_existing}"
        return unchanged if engine == "mysql" else "ON CONFLICT DO NOTHING"


def _keeps_later(table: sa.Table, later: Later, engine: str) -> str:
    time, text = later
    if engine == "mysql":  # the changes are made from left to right; its texts are bytes
        is_later = (
            f"{time} < VALUES({time}) OR ({time} = VALUES({time}) "
            f"AND COALESCE({text}, '') < COALESCE(VALUES({text}), ''))"
        )
        return (
            f"ON DUPLICATE KEY UPDATE {text} = IF({is_later}, VALUES({text}), {text}), "
            f"{time} = GREATEST({time}, VALUES({time}))"
        )
    by_bytes = ' COLLATE "C"' if engine == "postgresql" else ""
    old, new = (f"({row}.{time}, COALESCE({row}.{text}, ''){by_bytes})" for row in (table.name, "excluded"))
    key = ", ".join(column.name for column in table.primary_key)
    return f"ON CONFLICT ({key}) DO UPDATE SET {time} = excluded.{time}, {text} = excluded.{text} WHERE {old} < {new}"


class _InsertOrKeep(Insert):
    """An insert that says what becomes of a row that exists."""

    inherit_cache = False

    def __init__(self, insertion: Insertion) -> None:
        super().__init__(insertion.table)
        self.insertion = insertion


@compiles(_InsertOrKeep)
def _insert_or_keep(element: _InsertOrKeep, compiler: Any, **options: Any) -> str:
    return f"{compiler.visit_insert(element, **options)} {element.insertion.on_conflict(compiler.dialect.name)}"


def insertion(
    table: sa.Table, columns: Sequence[str], *, keep_existing: str | None = None, keep_later: Later | None = None
) -> Insertion:
    """Return the statement that inserts a row; its parameters are the columns in the table's order."""
    return Insertion(table, columns, keep_existing=keep_existing, keep_later=keep_later)
