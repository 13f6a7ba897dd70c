"""Rows of the properties of nodes: reading them for answers, reading them for comparison, and writing them.

Answers need only the single value of a row and its form instead of five columns: a driver's time grows with the
columns. What stays out: the meaning of a stored value (values.py), how there are fewer rows for drivers whose time
grows with the rows (packing.py), and any rule about what may be written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.kinds import KINDS, Kind
from lineal.store.engine.column_limits import shown
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Insertion, Statement, insertion, listed
from lineal.store.rows import packing
from lineal.store.tables.mlmd_tables import PROPERTY
from lineal.store.tables.values import (
    CUSTOM,
    DOUBLE,
    INTEGER,
    NOTHING,
    ODD_NUMBERS,
    PLAIN_TEXT,
    PROTO,
    TEXT,
    TRUTH,
    VALUE_COLUMNS,
    Encoded,
)

_ONE_PROPERTY = ("node_id", "property", "is_custom")
PropertyRow = tuple[Any, ...]  # node id, name, is_custom, and the value columns


class _OneValue(FunctionElement[Any]):
    """The first of text, integer, double, truth and proto that has a value, unchanged or as a text."""

    type = sa.types.NullType()
    inherit_cache = True


@compiles(_OneValue)
def _one_value(element: _OneValue, compiler: Any, **options: Any) -> str:
    return f"COALESCE({', '.join(_operands(element, compiler, options))})"


@compiles(_OneValue, "mysql")
def _one_value_on_mysql(element: _OneValue, compiler: Any, **options: Any) -> str:
    text, integer, double, truth, proto = _operands(element, compiler, options)
    proto = f"CONVERT({proto} USING utf8mb4)"
    # The largest double means NaN or an infinity, which the proto beside it names.
    odd = f"CASE WHEN {double} IS NOT NULL AND {proto} IN {ODD_NUMBERS} THEN {proto} END"
    return f"COALESCE({text}, {integer}, {odd}, {double}, {truth}, {proto})"


@compiles(_OneValue, "postgresql")
def _one_value_on_postgresql(element: _OneValue, compiler: Any, **options: Any) -> str:
    text, integer, double, truth, proto = _operands(element, compiler, options)
    lines = f"encode({proto}, 'base64')"  # in lines of 76 characters
    numbers = [f"CAST({each} AS TEXT)" for each in (integer, double, f"CAST({truth} AS INT)")]
    return f"COALESCE({text}, {', '.join(numbers)}, replace({lines}, chr(10), ''))"


def _operands(element: _OneValue, compiler: Any, options: dict[str, Any]) -> list[str]:
    return [compiler.process(each, **options) for each in element.clauses]


def _form(columns: Any) -> sa.ColumnElement[int]:
    """Return the form of a row's value; the first column that is filled decides."""
    text, proto = columns.string_value, columns.proto_value
    numbers = ((columns.int_value, INTEGER), (columns.double_value, DOUBLE), (columns.bool_value, TRUTH))
    form = sa.case(
        (sa.and_(text.is_not(None), proto.is_(None)), packing.number(TEXT)),
        (text.is_not(None), packing.number(PLAIN_TEXT)),
        *[(column.is_not(None), packing.number(form)) for column, form in numbers],
        (proto.is_not(None), packing.number(PROTO)),
        else_=packing.number(NOTHING),
    )
    return form + sa.case((columns.is_custom_property, packing.number(CUSTOM)), else_=packing.number(0))


def property_cells(kind: Kind) -> tuple[sa.ColumnElement[str], sa.ColumnElement[int], sa.ColumnElement[Any]]:
    """Return the parts of a property for answers: its name, the form of its value, and the value."""
    columns = PROPERTY[kind].c
    places = ("string_value", "int_value", "double_value", "bool_value", "proto_value")
    return columns.name, _form(columns), _OneValue(*[columns[name] for name in places])


def packed_cells(kind: Kind) -> tuple[sa.ColumnElement[str], sa.ColumnElement[int]]:
    """Return the properties of a group of rows as one text (packing.py), and their number."""
    columns = PROPERTY[kind].c
    texts = [columns.name, columns.string_value, columns.proto_value]
    return packing.packed(*property_cells(kind), texts=texts), sa.func.count(columns[kind.id_column])


def packed_properties(kind: Kind) -> sa.Select[Any]:
    """Return the query of the properties of all nodes, those of each in one text."""
    owner: sa.ColumnElement[int] = PROPERTY[kind].c[kind.id_column]
    columns: list[sa.ColumnElement[Any]] = [owner, *packed_cells(kind)]
    return sa.select(*columns).group_by(owner)


def raw_properties(kind: Kind) -> sa.Select[Any]:
    """Return the query of the properties of all nodes, as `properties_of` returns them."""
    columns = PROPERTY[kind].c
    names = (kind.id_column, "name", "is_custom_property", *VALUE_COLUMNS)
    return sa.select(*[columns[name] for name in names])


def raw_rows(session: Session, rows: list[Row]) -> list[Row]:
    """Return rows of such a query with the values that the engine stores in another form."""
    if not session.dialect.converts_values:
        return rows
    return [(*row[:3], *session.dialect.loaded_value(row[3:])) for row in rows]


@dataclass(frozen=True)
class _Statements:
    """The statements of one kind's properties."""

    kind: Kind

    @property
    def _owner(self) -> sa.ColumnElement[int]:
        column: sa.ColumnElement[int] = PROPERTY[self.kind].c[self.kind.id_column]
        return column

    @cached_property
    def values(self) -> Statement:
        return Statement(sa.select(self._owner, *property_cells(self.kind)).where(listed(self._owner, "ids")))

    @cached_property
    def packed_values(self) -> Statement:
        return Statement(packed_properties(self.kind).where(listed(self._owner, "ids")))

    @cached_property
    def rows(self) -> Statement:
        return Statement(raw_properties(self.kind).where(listed(self._owner, "ids")))

    @cached_property
    def insert(self) -> Insertion:
        return insertion(PROPERTY[self.kind], [self.kind.id_column, "name", "is_custom_property", *VALUE_COLUMNS])

    @cached_property
    def _is_one(self) -> sa.ColumnElement[bool]:
        columns = PROPERTY[self.kind].c
        return sa.and_(
            self._owner == sa.bindparam("node_id"),
            columns.name == sa.bindparam("property"),
            columns.is_custom_property == sa.bindparam("is_custom"),
        )

    @cached_property
    def update(self) -> Statement:
        change = sa.update(PROPERTY[self.kind]).values({name: sa.bindparam(name) for name in VALUE_COLUMNS})
        return Statement(change.where(self._is_one), order=[*VALUE_COLUMNS, *_ONE_PROPERTY])

    @cached_property
    def delete(self) -> Statement:
        return Statement(sa.delete(PROPERTY[self.kind]).where(self._is_one), order=_ONE_PROPERTY)


class PropertyConflict(Conflict):
    """A node would have two properties whose names are equal for the database."""


_OF: dict[Kind, _Statements] = {kind: _Statements(kind) for kind in KINDS}


def values_of(session: Session, kind: Kind, ids: Sequence[int], *, packs: bool = True) -> list[Row]:
    """Return the rows (node id, name, form, value) of these nodes' properties, in no order.

    A form is one of those of values.py, greater by CUSTOM if the property is custom; a number may be a text. Without
    `packs` every engine sends them row by row.
    """
    return ask_for_values(session, kind, ids, packs=packs)()


def ask_for_values(session: Session, kind: Kind, ids: Sequence[int], *, packs: bool = True) -> Callable[[], list[Row]]:
    """Return what `values_of` returns when it is needed; texts that are not complete are read then."""
    statements = _OF[kind]
    if packs and session.dialect.packs_rows and len(ids) >= packing.FEWEST:
        return packing.ask_packed(session, ids, statement=statements.packed_values, rows=statements.values)
    return session.ask_listed(statements.values, "ids", ids)


def properties_of(session: Session, kind: Kind, ids: Sequence[int]) -> list[Row]:
    """Return the rows (node id, name, is_custom, *VALUE_COLUMNS) of these nodes' properties, in no order."""
    return ask_for_properties(session, kind, ids)()


def ask_for_properties(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], list[Row]]:
    """Return what returns the rows that `properties_of` returns."""
    asked = session.ask_listed(_OF[kind].rows, "ids", ids)

    return lambda: raw_rows(session, asked())


def _stored(session: Session, rows: list[PropertyRow]) -> list[PropertyRow]:
    """Return rows of properties as the engine stores them; only doubles and Anys may differ."""
    if not session.dialect.converts_values:
        return rows
    stored = session.dialect.stored_value
    return [row if row[4] is None and row[6] is None else (*row[:3], *stored(row[3:])) for row in rows]


def insert_properties(session: Session, kind: Kind, rows: list[PropertyRow], owner: Callable[[int], str]) -> None:
    """Insert rows of properties; `owner` returns the name of a node in messages, given its id.

    Raises:
        PropertyConflict: the database takes the names of two properties for the same.
    """
    stored = _stored(session, rows)
    try:
        session.change_many(_OF[kind].insert, stored, called=lambda index: _label(stored[index], owner))
    except Conflict as conflict:
        raise PropertyConflict(conflict.columns) from conflict


@dataclass
class PropertyChanges:
    """Changes of properties, as (node id, name, is_custom) with the new columns where there are any."""

    inserted: list[tuple[int, str, bool, Encoded]]
    updated: list[tuple[int, str, bool, Encoded]]
    deleted: list[tuple[int, str, bool]]


def change_properties(session: Session, kind: Kind, changes: PropertyChanges) -> None:
    """Apply changes of properties.

    Raises:
        PropertyConflict: the database takes the names of two properties for the same.
    """
    owner = f"the {kind.name} with id {{}}".format
    session.change_many(_OF[kind].delete, changes.deleted)
    updated = _stored(session, [(*key, *columns) for *key, columns in changes.updated])
    session.change_many(
        _OF[kind].update, [(*row[3:], *row[:3]) for row in updated], called=lambda index: _label(updated[index], owner)
    )
    insert_properties(session, kind, [(*key, *columns) for *key, columns in changes.inserted], owner)


def _label(row: PropertyRow, owner: Callable[[int], str]) -> str:
    return f"property {shown(row[1])} of {owner(row[0])}"
