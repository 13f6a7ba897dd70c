"""Rows in the form of an archive: read in the order of their keys, and written with their ids.

A record is a row as a dict of its values that are not NULL, with its properties, base types or steps inside. Its values
have the form of the service, not that of an engine, so it works with every engine. What stays out: files
(lineal/upkeep/archive/files.py), ids that change (lineal/upkeep/archive/renumbering.py), and lists of points
(metric_archive.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal import json_form
from lineal.kinds import ARTIFACT, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Insertion, Statement, insertion, listed
from lineal.store.own_rows import locations as location_rows
from lineal.store.own_rows import values as value_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import files as file_rows
from lineal.store.rows import pages
from lineal.store.rows.files import FileRow
from lineal.store.rows.properties import properties_of
from lineal.store.tables.mlmd_tables import (
    EVENT,
    EVENT_PATH,
    MEMBERSHIP,
    NODE,
    PARENT_CONTEXT,
    PARENT_TYPE,
    PROPERTY,
    TYPE,
    TYPE_PROPERTY,
)
from lineal.store.tables.own_tables import (
    ALIAS,
    AUDIT,
    EVENT_FACET,
    FACET,
    FILE,
    LOCATION,
    METRIC,
    METRIC_POINT,
    VALUE,
    VIEW,
)
from lineal.store.tables.values import VALUE_COLUMNS
from lineal.store.upkeep import metric_archive

BATCH = 1000
Record = dict[str, Any]
_VALUES = tuple(column.removesuffix("_value") for column in VALUE_COLUMNS)


@dataclass(frozen=True, eq=False)
class Member:
    """One table of an archive.

    Attributes:
        name: its name in the archive.
        table: the table with its rows.
        kind: the kind of node, if the rows are nodes.
        key: the columns by which it is read.
        is_own: whether it is one of Lineal's own tables, which a store may lack.
        is_recent: whether older versions do not know it, so that an archive leaves it out if it is empty.
        apart: the table's columns that its records do not have, because they follow from others.
        only: a column and its value, None for any, in the rows that have records, if others follow from other tables or
            are no data.
        batch: how many records are read and written together.
        columns: the names of the other columns.
        insert, without_id: insert a row with its id, and one that gets a new id.
        first, further: read the first page of rows, and together the one after a key.
    """

    name: str
    table: sa.Table
    kind: Kind | None = None
    key: tuple[str, ...] = ("id",)
    is_own: bool = False
    is_recent: bool = False
    apart: tuple[str, ...] = ()
    only: tuple[str, Any] | None = None
    batch: int = BATCH
    columns: tuple[str, ...] = field(init=False)
    insert: Insertion = field(init=False)
    without_id: Insertion = field(init=False)
    first: Statement = field(init=False)
    further: list[Statement] = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(column.name for column in self.table.columns if column.name not in self.apart)
        object.__setattr__(self, "columns", names)
        object.__setattr__(self, "insert", insertion(self.table, self.columns))
        object.__setattr__(self, "without_id", insertion(self.table, [name for name in self.columns if name != "id"]))
        key = [self.table.c[name] for name in self.key]
        query = sa.select(*[self.table.c[name] for name in names]).order_by(*key).limit(sa.bindparam("most"))
        if self.only is not None:
            column, value = self.only
            own = self.table.c[column]
            query = query.where(own.is_not(None) if value is None else own == sa.literal(value, own.type))
        object.__setattr__(self, "first", Statement(query))
        object.__setattr__(self, "further", pages.seeks(query, key))


TYPES = Member("types", TYPE)
NODES = {kind: Member(kind.plural, NODE[kind], kind) for kind in KINDS}
EVENTS = Member("events", EVENT)
MEMBERS = {kind: Member(f"{table.name.lower()}s", table) for kind, table in MEMBERSHIP.items()}
PARENTS = Member("parent_contexts", PARENT_CONTEXT, key=("context_id", "parent_context_id"))
ALIASES = Member("aliases", ALIAS, key=("identity", "alias"), is_own=True, is_recent=True)
VIEWS = Member("views", VIEW, is_own=True)
AUDITED = Member("audit", AUDIT, is_own=True)
_LATEST = ("last_step", "last_time", "last_value", "last_special")
METRICS = Member("metrics", METRIC, is_own=True, is_recent=True, apart=_LATEST)
POINTS = Member(
    "metric_point_lists",
    METRIC_POINT,
    key=("metric_id",),
    is_own=True,
    is_recent=True,
    apart=("step", "time", "value", "special"),
    batch=20,
)
FILES = Member("files", FILE, key=("identity",), is_own=True, is_recent=True, apart=("beginning",))
# Facets have up to some MiB each.
FACETS = Member("facets", FACET, key=("kind", "node_id", "name"), is_own=True, is_recent=True, batch=20)
EVENT_FACETS = Member("event_facets", EVENT_FACET, key=("event_id", "name"), is_own=True, is_recent=True, batch=20)
# The locations of artifacts by their own uris follow from these. Identities are made anew, in the present form.
LOCATIONS = Member(
    "locations",
    LOCATION,
    key=("identity", "artifact_id"),
    is_own=True,
    is_recent=True,
    only=("name", None),
)
# The other values say what this installation does.
VALUES = Member("values", VALUE, key=("name",), is_own=True, is_recent=True, only=("name", value_rows.STORE_ID))
# In the order in which they can be written.
EVERY_MEMBER: tuple[Member, ...] = (TYPES, *NODES.values(), EVENTS, *MEMBERS.values(), PARENTS, ALIASES, VIEWS, AUDITED)
EVERY_MEMBER += (METRICS, POINTS, FILES, FACETS, EVENT_FACETS, LOCATIONS, VALUES)

# The next id must fit as well.
LAST_ID = 2**63 - 2


class Field(NamedTuple):
    """The values of one column of a record: texts, or whole numbers in a range."""

    name: str
    is_required: bool
    span: tuple[int, int] | None


@cache
def fields_of(member: Member) -> list[Field]:
    """Return what the records of a member hold in their columns."""
    found = []
    for column in [member.table.c[name] for name in member.columns]:
        is_required = column.name == "id" or not column.nullable
        is_required = is_required or (member.only is not None and column.name == member.only[0])
        found.append(Field(column.name, is_required, _span(member, column)))
    return found


def _span(member: Member, column: sa.Column[Any]) -> tuple[int, int] | None:
    if isinstance(column.type, sa.String):
        return None
    if column.name == "id" or column.name.endswith("_id"):
        # What an entry of the audit log is about may have no number.
        return (0 if member is AUDITED and column.name == "node_id" else 1), LAST_ID
    bits = 63 if isinstance(column.type, sa.BigInteger) else 31
    return -(2**bits), 2**bits - 1


_INSERT_TYPE_PROPERTY = insertion(TYPE_PROPERTY, ["type_id", "name", "data_type"])
_INSERT_BASE = insertion(PARENT_TYPE, ["type_id", "parent_type_id"])
_INSERT_STEP = insertion(EVENT_PATH, ["event_id", "is_index_step", "step_index", "step_key"])
_INSERT_PROPERTY = {
    kind: insertion(PROPERTY[kind], [kind.id_column, "name", "is_custom_property", *VALUE_COLUMNS]) for kind in KINDS
}
_TYPE_PROPERTIES = Statement(
    sa.select(TYPE_PROPERTY.c.type_id, TYPE_PROPERTY.c.name, TYPE_PROPERTY.c.data_type).where(
        listed(TYPE_PROPERTY.c.type_id, "ids")
    )
)
_BASES = Statement(
    sa.select(PARENT_TYPE.c.type_id, PARENT_TYPE.c.parent_type_id).where(listed(PARENT_TYPE.c.type_id, "ids"))
)


def is_present(session: Session, member: Member) -> bool:
    """Say whether the store has the table."""
    if not member.is_own:
        return True
    return member.table.name in {name.lower() for name in session.dialect.table_names(session.script)}


def read(session: Session, member: Member) -> Iterator[Record]:
    """Yield the records of a table in the order of its key, of which only a batch is in memory."""
    if member is POINTS:
        yield from metric_archive.read_points(session)
        return
    rows = session.rows(member.first, {"most": member.batch})
    while rows:
        records = [_record(member, row) for row in rows]
        _add_children(session, member, records)
        yield from records
        if len(rows) < member.batch:
            return
        after = {f"after_{name}": records[-1][name] for name in member.key}
        rows = pages.sought(session, member.further, after, limit=member.batch)


def _record(member: Member, row: Sequence[Any]) -> Record:
    return {name: value for name, value in zip(member.columns, row, strict=True) if value is not None}


def _add_children(session: Session, member: Member, records: Sequence[Record]) -> None:
    by_id = {record["id"]: record for record in records} if "id" in member.key else {}
    if member is TYPES:
        for type_id, name, number in sorted(session.listed_rows(_TYPE_PROPERTIES, "ids", list(by_id))):
            by_id[type_id].setdefault("properties", {})[name] = number
        for type_id, base_id in sorted(session.listed_rows(_BASES, "ids", list(by_id))):
            by_id[type_id].setdefault("base_types", []).append(base_id)
    elif member is EVENTS:
        for event_id, steps in event_rows.steps_of(session, list(by_id)).items():
            by_id[event_id]["steps"] = event_rows.plain_steps(steps)
    elif member.kind:
        found = properties_of(session, member.kind, list(by_id))
        for node_id, name, is_custom, *values in sorted(found, key=lambda row: (row[0], bool(row[2]), row[1])):
            by_id[node_id].setdefault("properties", []).append(_property(name, bool(is_custom), values))


def _property(name: str, is_custom: bool, values: Sequence[Any]) -> Record:
    record: Record = {"name": name, "custom": True} if is_custom else {"name": name}
    record |= {kind: value for kind, value in zip(_VALUES, values, strict=True) if value is not None}
    if "bool" in record:
        record["bool"] = bool(record["bool"])
    if "double" in record:
        record["double"] = json_form.finite_or_name(float(record["double"]))
    return record


def write(session: Session, member: Member, records: Sequence[Record], lines: Sequence[int]) -> None:
    """Write a batch of records with their ids.

    Args:
        session: the transaction.
        member: the table.
        records: its rows.
        lines: the line of each record in the archive, index-aligned, for errors.

    Raises:
        Conflict: a row exists already.
    """
    if member is POINTS:
        metric_archive.write_points(session, records)
        return
    if member is METRICS:
        metric_archive.write_metrics(session, records, called=named_by_line(member, lines))
        return
    if member is FILES:
        write_files(session, records)
        return
    if member is LOCATIONS:
        location_rows.add_names(session, [(record["artifact_id"], record["name"]) for record in records])
        return
    if member is VALUES:  # in place of the id that the store, which holds nothing else, may have been given
        for record in records:
            value_rows.put(session, record["name"], record["value"])
        return
    columns = member.columns
    rows = [[record.get(name) for name in columns] for record in records]
    session.change_many(member.insert, rows, called=named_by_line(member, lines))
    write_children(session, member, records, lines)


def write_files(session: Session, records: Sequence[Record]) -> None:
    """Write what is recorded of files, without those of which something is recorded."""
    rows = [FileRow._make(record[name] for name in FileRow._fields) for record in records]
    file_rows.put(session, rows, keeps_existing=True)


def named_by_line(member: Member, lines: Sequence[int]) -> Callable[[int], str]:
    """Return a function that names a row in errors by its line in the archive."""
    return lambda index: f"line {lines[index]} of {member.name}.jsonl"


def write_children(session: Session, member: Member, records: Sequence[Record], lines: Sequence[int]) -> None:
    """Write what lies inside records: properties, base types, steps, and the locations of URIs."""

    def put(statement: Insertion, rows: Iterable[tuple[int, Sequence[Any]]]) -> None:
        placed = list(rows)
        called = named_by_line(member, [line for line, _ in placed])
        session.change_many(statement, [row for _, row in placed], called=called)

    each_of = list(zip(lines, records, strict=True))
    if member is TYPES:
        declared = ((at, (each["id"], *pair)) for at, each in each_of for pair in each.get("properties", {}).items())
        put(_INSERT_TYPE_PROPERTY, declared)
        put(_INSERT_BASE, ((at, (each["id"], base)) for at, each in each_of for base in each.get("base_types", ())))
    elif member is EVENTS:
        put(_INSERT_STEP, ((at, _step(each["id"], step)) for at, each in each_of for step in each.get("steps", ())))
    elif member.kind:
        properties = ((at, each["id"], prop) for at, each in each_of for prop in each.get("properties", ()))
        put(_INSERT_PROPERTY[member.kind], ((at, _property_row(session, *row)) for at, *row in properties))
        if member.kind is ARTIFACT and not session.exact_uris:
            location_rows.add_uris(session, [(each["id"], each.get("uri")) for each in records])


def _step(event_id: int, step: int | str) -> tuple[Any, ...]:
    return (event_id, False, None, step) if isinstance(step, str) else (event_id, True, step, None)


def _property_row(session: Session, node_id: int, prop: Record) -> tuple[Any, ...]:
    integer, double, text, proto, truth = (prop.get(kind) for kind in _VALUES)
    if isinstance(double, str):  # its name, in any spelling of any version
        double = "nan" if math.isnan(float(double)) else float(double)
    columns = session.dialect.stored_value((integer, double, text, proto, truth))
    return (node_id, prop["name"], prop.get("custom", False), *columns)


_CLEAR = [Statement(sa.delete(table)) for table in (PARENT_TYPE, TYPE_PROPERTY, TYPE)]


def clear_types(session: Session) -> None:
    """Delete all types of a store without nodes, for those of an archive to take their ids."""
    for statement in _CLEAR:
        session.change(statement, {})


def note_ids(session: Session) -> None:
    """Make the next ids greater than those that were written, if the engine does not do this itself."""
    for member in EVERY_MEMBER:
        if member.key == ("id",) and member is not VIEWS and is_present(session, member):
            session.dialect.note_ids(session.script, member.table.name)
