"""Rows of types, of their properties and of their base types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.column_limits import shown
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.rows.relations import HELD, held_by, lists_of
from lineal.store.rows.united import NOTHING, Sent
from lineal.store.tables.mlmd_tables import NODE, PARENT_TYPE, TYPE, TYPE_PROPERTY


class TypeRow(NamedTuple):
    """A stored type without its properties; input and output type are JSON texts."""

    id: int
    name: str
    version: str | None
    type_kind: int
    description: str | None
    input_type: str | None
    output_type: str | None
    external_id: str | None


_COLUMNS = [TYPE.c[name] for name in TypeRow._fields]
_OF_KIND = TYPE.c.type_kind == sa.bindparam("type_kind")


def _select(*conditions: sa.ColumnElement[bool]) -> Statement:
    return Statement(sa.select(*_COLUMNS).where(*conditions).order_by(TYPE.c.id))


# What the column of the kind says of a row that is no type: it is the name of a base type, or a property. The number of
# a property's PropertyType is subtracted.
_OF_BASE, _OF_PROPERTY = -1000, -1


def _select_whole(*conditions: sa.ColumnElement[bool]) -> Statement:
    """Return the query of types, of their properties, and of the names of their base types."""
    columns = [Sent(column) if isinstance(column.type, sa.String) else column for column in _COLUMNS]
    types = sa.select(*columns).where(*conditions)
    ids = sa.select(TYPE.c.id).where(*conditions)
    own, base, parent = TYPE_PROPERTY.c, TYPE.alias("base"), PARENT_TYPE.c
    number: Any = sa.literal_column(str(_OF_PROPERTY)) - sa.func.coalesce(own.data_type, sa.literal_column("0"))
    properties = _shaped(own.type_id, own.name, number).where(own.type_id.in_(ids))
    bases = _shaped(parent.type_id, base.c.name, sa.literal_column(str(_OF_BASE)))
    bases = bases.join_from(PARENT_TYPE, base, base.c.id == parent.parent_type_id).where(parent.type_id.in_(ids))
    return Statement(sa.union_all(types, properties, bases))


def _shaped(type_id: Any, name: Any, mark: Any) -> sa.Select[Any]:
    """Return a query with as many columns as that of types."""
    return sa.select(type_id, Sent(name), NOTHING, mark, NOTHING, NOTHING, NOTHING, NOTHING)


_ALL = _select(_OF_KIND)
_BY_EXTERNAL_ID = _select(listed(TYPE.c.external_id, "external_ids"))
_BY_NAME = _select(_OF_KIND, TYPE.c.name == sa.bindparam("name"), TYPE.c.version.is_(None))
_BY_VERSION = _select(_OF_KIND, TYPE.c.name == sa.bindparam("name"), TYPE.c.version == sa.bindparam("version"))
_ALL_WHOLE = _select_whole(_OF_KIND)
_WHOLE_BY_ID = _select_whole(listed(TYPE.c.id, "ids"))
_WHOLE_BY_NAME = _select_whole(_OF_KIND, TYPE.c.name == sa.bindparam("name"), TYPE.c.version.is_(None))
_WHOLE_BY_VERSION = _select_whole(
    _OF_KIND, TYPE.c.name == sa.bindparam("name"), TYPE.c.version == sa.bindparam("version")
)
_WHOLE_BY_EXTERNAL_ID = _select_whole(listed(TYPE.c.external_id, "external_ids"))
_INSERT = insertion(TYPE, TypeRow._fields[1:])
_SET_EXTERNAL_ID = Statement(
    sa.update(TYPE).values(external_id=sa.bindparam("new_id")).where(TYPE.c.id == sa.bindparam("type_id"))
)
_PROPERTIES = Statement(
    sa.select(TYPE_PROPERTY.c.type_id, TYPE_PROPERTY.c.name, TYPE_PROPERTY.c.data_type).where(
        listed(TYPE_PROPERTY.c.type_id, "ids")
    )
)
_INSERT_PROPERTY = insertion(TYPE_PROPERTY, ["type_id", "name", "data_type"])
_PARENTS = Statement(
    sa.select(PARENT_TYPE.c.type_id, TYPE.c.name)
    .join(TYPE, TYPE.c.id == PARENT_TYPE.c.parent_type_id)
    .where(listed(PARENT_TYPE.c.type_id, "ids"))
)
_INSERT_PARENT = insertion(PARENT_TYPE, ["type_id", "parent_type_id"])


class WholeTypes(NamedTuple):
    """Types, by id, with their properties (name → number of the PropertyType) and the names of their base types."""

    rows: list[TypeRow]
    properties: dict[int, dict[str, int]]
    bases: dict[int, str]


def _whole(rows: Sequence[Row]) -> WholeTypes:
    found = WholeTypes(sorted([TypeRow._make(row) for row in rows if row[3] >= 0]), {}, {})
    for type_id, name, _, mark, *_ in rows:
        if mark == _OF_BASE:
            found.bases[type_id] = name
        elif mark < 0:
            found.properties.setdefault(type_id, {})[name] = _OF_PROPERTY - mark
    return found


def all_whole_types(session: Session, kind: Kind) -> WholeTypes:
    """Return every type of a kind; one statement reads them."""
    return ask_for_all_types(session, kind)()


def ask_for_all_types(session: Session, kind: Kind) -> Callable[[], WholeTypes]:
    """Return what `all_whole_types` returns when it is needed."""
    asked = session.ask(_ALL_WHOLE, {"type_kind": kind.type_kind})
    return lambda: _whole(asked())


def ask_for_types_around(
    session: Session, kinds: tuple[Kind, ...], ids: Mapping[Kind, Sequence[int]]
) -> Callable[[], WholeTypes]:
    """Return the types of some artifacts, executions and the contexts that hold them, when they are needed.

    Only the kinds of `kinds` count. One statement reads the types of many nodes, without their rows.
    """
    asked = [session.ask(_around(kinds), lists) for lists in lists_of(session, ids)] if kinds else []

    def types() -> WholeTypes:
        rows = [row for each in asked for row in each()]
        return _whole(rows if len(asked) == 1 else list(dict.fromkeys(rows)))

    return types


@lru_cache
def _around(kinds: tuple[Kind, ...]) -> Statement:
    """Return the query of the types of nodes of some kinds."""
    queries = [
        sa.select(NODE[kind].c.type_id).where(listed(NODE[kind].c.id, HELD[kind])) for kind in kinds if kind in HELD
    ]
    if CONTEXT in kinds:
        held, context = held_by(list(HELD)), NODE[CONTEXT].c
        queries.append(sa.select(context.type_id).join_from(held, NODE[CONTEXT], context.id == held.c.context_id))
    used = sa.union(*queries).cte("used")
    return _select_whole(TYPE.c.id.in_(sa.select(used.c.type_id)))


def whole_types_by_ids(session: Session, ids: Sequence[int]) -> WholeTypes:
    """Return the types that exist, of any kind; one statement reads them."""
    return _whole(session.listed_rows(_WHOLE_BY_ID, "ids", ids))


def whole_types_by_external_ids(session: Session, external_ids: Sequence[str]) -> WholeTypes:
    """Return the types that exist, of any kind; one statement reads them."""
    found = _whole(session.listed_rows(_WHOLE_BY_EXTERNAL_ID, "external_ids", external_ids))
    wanted = set(external_ids)
    return found._replace(rows=[row for row in found.rows if row.external_id in wanted])


def find_whole_type(session: Session, kind: Kind, name: str, version: str) -> WholeTypes:
    """Return the type of that name and version ("" = without version), the oldest if there are several."""
    values = {"type_kind": kind.type_kind, "name": name, "version": version}
    found = _whole(session.rows(_WHOLE_BY_VERSION if version else _WHOLE_BY_NAME, values))
    return found._replace(rows=[row for row in found.rows if row.name == name and (row.version or "") == version][:1])


def all_types(session: Session, kind: Kind) -> list[TypeRow]:
    """Return every type of a kind, by id."""
    return [TypeRow._make(row) for row in session.rows(_ALL, {"type_kind": kind.type_kind})]


def holder_of_external_id(session: Session, external_id: str) -> TypeRow | None:
    """Return the type whose external id is equal for the database, or None."""
    rows = session.rows(_BY_EXTERNAL_ID, {"external_ids": [external_id]})
    return TypeRow._make(rows[0]) if rows else None


def find_type(session: Session, kind: Kind, name: str, version: str) -> TypeRow | None:
    """Return the type of that name and version ("" = without version), the oldest if there are several."""
    values = {"type_kind": kind.type_kind, "name": name, "version": version}
    rows = [TypeRow._make(row) for row in session.rows(_BY_VERSION if version else _BY_NAME, values)]
    return next((row for row in rows if row.name == name and (row.version or "") == version), None)


def type_properties(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the properties (name → number of the PropertyType) of each type that has any."""
    found: dict[int, dict[str, int]] = {}
    for type_id, name, data_type in session.listed_rows(_PROPERTIES, "ids", ids):
        found.setdefault(type_id, {})[name] = data_type or 0
    return found


def base_type_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the name of the base type of each type that has one."""
    return dict(session.listed_rows(_PARENTS, "ids", ids))


def insert_type(session: Session, row: TypeRow, properties: dict[str, int]) -> int:
    """Insert a type (the row's id is ignored) with its properties; return its id.

    Raises:
        Conflict: the external id is taken.
    """
    type_id = session.insert(_INSERT, row[1:], called=lambda _: f"the type {shown(row.name)}")
    if session.tracker:
        named = {name: value for name, value in row._asdict().items() if value is not None and name != "id"}
        session.tracker.added("create", "type", type_id, named)
    add_type_properties(session, type_id, properties)
    return type_id


def add_type_properties(session: Session, type_id: int, properties: dict[str, int]) -> None:
    """Add properties to a type."""
    if session.tracker and properties:
        session.tracker.added("property", "type", type_id, dict(properties))
    rows = [(type_id, name, data_type) for name, data_type in properties.items()]
    session.change_many(_INSERT_PROPERTY, rows, called=lambda index: f"property {shown(rows[index][1])} of a type")


def set_type_external_id(session: Session, type_id: int, external_id: str) -> None:
    """Give a type an external id.

    Raises:
        Conflict: the external id is taken.
    """
    if session.tracker:
        session.tracker.added("update", "type", type_id, {"external_id": external_id})
    session.change(_SET_EXTERNAL_ID, {"type_id": type_id, "new_id": external_id})


def insert_base_type(session: Session, type_id: int, base_type_id: int) -> None:
    """Say on which type a type is based."""
    if session.tracker:
        session.tracker.added("update", "type", type_id, {"base_type_id": base_type_id})
    session.change_many(_INSERT_PARENT, [(type_id, base_type_id)])
