"""Queries for rows that no correct writer leaves behind, and the statements that repair them.

What stays out: the order of the checks, and the messages (upkeep/doctor.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.own_rows.facets import is_json
from lineal.store.tables.mlmd_tables import (
    ENVIRONMENT,
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
    ENTRY,
    EVENT_FACET,
    FACET,
    FACT,
    LOCATION,
    METRIC,
    METRIC_POINT,
    SENT,
    UNINDEXED,
)
from lineal.store.upkeep import archive


@dataclass(frozen=True)
class BadRows:
    """Rows that should not be there.

    Attributes:
        what: the rows in words, as in "12 events without ...".
        table: their table.
        condition: the condition that selects them.
        is_own: whether it is one of Lineal's own tables, which a store may lack.
    """

    what: str
    table: sa.Table
    condition: sa.ColumnElement[bool]
    is_own: bool = False

    def count(self, session: Session) -> int:
        """Return how many there are."""
        counted = sa.select(sa.func.count()).select_from(self.table).where(self.condition)
        return int(session.rows(Statement(counted))[0][0])

    def delete(self, session: Session) -> None:
        """Delete them."""
        session.change(Statement(sa.delete(self.table).where(self.condition)), {})


@dataclass(frozen=True)
class UnreadableFacets:
    """Facets whose content is not JSON.

    Attributes:
        what: the facets in words.
        member: their rows.
    """

    what: str
    member: archive.Member

    def find(self, session: Session) -> list[tuple[Any, ...]]:
        """Return their keys; all contents are read."""
        records = archive.read(session, self.member)
        bad = (record for record in records if "content" in record and not is_json(record["content"]))
        return [tuple(record[name] for name in self.member.key) for record in bad]

    def delete(self, session: Session, keys: Sequence[tuple[Any, ...]]) -> None:
        """Delete them, given what was found."""
        table, names = self.member.table, self.member.key
        is_one = [table.c[name] == sa.bindparam(f"of_{name}") for name in names]
        session.change_many(Statement(sa.delete(table).where(*is_one), order=[f"of_{name}" for name in names]), keys)


UNREADABLE_FACETS = (
    UnreadableFacets("facets of nodes that are not JSON", archive.FACETS),
    UnreadableFacets("facets of events that are not JSON", archive.EVENT_FACETS),
)


def _lacks(table: sa.Table, column: str, owner: sa.Table) -> sa.ColumnElement[bool]:
    return ~sa.exists(sa.select(sa.literal_column("1")).where(owner.c.id == table.c[column]))


def _orphans() -> Iterator[tuple[str, sa.Table, str, sa.Table]]:
    """Yield (rows in words, table, the column that refers, the table referred to), parents first."""
    yield "events without their artifact", EVENT, "artifact_id", NODE[ARTIFACT]
    yield "events without their execution", EVENT, "execution_id", NODE[EXECUTION]
    yield "steps of paths without their event", EVENT_PATH, "event_id", EVENT
    for kind in KINDS:
        yield f"properties of {kind.plural} that do not exist", PROPERTY[kind], kind.id_column, NODE[kind]
    for kind, table in MEMBERSHIP.items():
        yield f"memberships of {kind.plural} that do not exist", table, kind.id_column, NODE[kind]
        yield f"memberships of {kind.plural} in contexts that do not exist", table, "context_id", NODE[CONTEXT]
    for column in ("context_id", "parent_context_id"):
        yield "parent links of contexts with a missing end", PARENT_CONTEXT, column, NODE[CONTEXT]
    yield "properties of types that do not exist", TYPE_PROPERTY, "type_id", TYPE
    for column in ("type_id", "parent_type_id"):
        yield "base types of types with a missing end", PARENT_TYPE, column, TYPE


def _empty(kind: Kind) -> sa.ColumnElement[bool]:
    columns = [column for column in PROPERTY[kind].columns if column.name.endswith("_value")]
    return sa.and_(*[column.is_(None) for column in columns])


_INDEX_COLUMNS = ((ENTRY, "node_id"), (FACT, "node_id"), (FACT, "source_id"), (UNINDEXED, "node_id"))


def _index_rows() -> Iterator[BadRows]:
    for kind in KINDS:
        for table, column in _INDEX_COLUMNS:
            lacking = sa.and_(table.c.kind == sa.literal(kind.type_kind), _lacks(table, column, NODE[kind]))
            yield BadRows(f"rows of the search index about {kind.plural} that do not exist", table, lacking, True)


def _facet_rows() -> Iterator[BadRows]:
    for kind in KINDS:
        for table, what in ((FACET, "facets"), (SENT, "rows of what was sent")):
            lacking = sa.and_(table.c.kind == sa.literal(kind.type_kind), _lacks(table, "node_id", NODE[kind]))
            yield BadRows(f"{what} of {kind.plural} that do not exist", table, lacking, True)
    yield BadRows("facets of events that do not exist", EVENT_FACET, _lacks(EVENT_FACET, "event_id", EVENT), True)
    no_artifact = _lacks(LOCATION, "artifact_id", NODE[ARTIFACT])
    yield BadRows("locations of artifacts that do not exist", LOCATION, no_artifact, True)


def _metric_rows() -> Iterator[BadRows]:
    for kind in KINDS:
        lacking = sa.and_(METRIC.c.kind == sa.literal(kind.type_kind), _lacks(METRIC, "node_id", NODE[kind]))
        yield BadRows(f"metrics of {kind.plural} that do not exist", METRIC, lacking, True)
    yield BadRows("points without their metric", METRIC_POINT, _lacks(METRIC_POINT, "metric_id", METRIC), True)
    has_point = sa.exists(sa.select(sa.literal_column("1")).where(METRIC_POINT.c.metric_id == METRIC.c.id))
    yield BadRows("metrics without any point", METRIC, ~has_point, True)


BAD_ROWS = (
    *[BadRows(what, table, _lacks(table, column, owner)) for what, table, column, owner in _orphans()],
    *[BadRows(f"properties of {kind.plural} without any value", PROPERTY[kind], _empty(kind)) for kind in KINDS],
    BadRows(
        "rows of aliases of artifacts that do not exist", ALIAS, _lacks(ALIAS, "artifact_id", NODE[ARTIFACT]), True
    ),
    *_index_rows(),
    *_metric_rows(),
    *_facet_rows(),
)
NODES_WITHOUT_TYPE = tuple(
    BadRows(f"{kind.plural} whose type does not exist", NODE[kind], _lacks(NODE[kind], "type_id", TYPE))
    for kind in KINDS
)

_VERSION = sa.func.coalesce(TYPE.c.version, sa.literal_column("''"))
_ALL_TYPES = Statement(sa.select(TYPE.c.type_kind, TYPE.c.name, _VERSION, TYPE.c.id).order_by(TYPE.c.id))


def duplicate_types(session: Session) -> dict[tuple[int, str, str], list[int]]:
    """Return the ids, the oldest first, of each (kind, name, version) that several types have."""
    found: dict[tuple[int, str, str], list[int]] = {}
    for type_kind, name, version, type_id in session.rows(_ALL_TYPES):
        found.setdefault((type_kind, name, version), []).append(type_id)
    return {identity: ids for identity, ids in found.items() if len(ids) > 1}


_PROPERTIES_OF = Statement(
    sa.select(TYPE_PROPERTY.c.name, TYPE_PROPERTY.c.data_type).where(listed(TYPE_PROPERTY.c.type_id, "ids")).distinct()
)


def _names(kind: Kind) -> Statement:
    node = NODE[kind].c
    twice = sa.select(node.name).where(listed(node.type_id, "ids"), node.name.is_not(None))
    return Statement(twice.group_by(node.name).having(sa.func.count() > 1).limit(1))


_NAMES_TWICE = {kind: _names(kind) for kind in KINDS}


def obstacle_to_merging(session: Session, kind: Kind, ids: list[int]) -> str | None:
    """Return why types cannot be merged, or None."""
    declared = session.rows(_PROPERTIES_OF, {"ids": ids})
    names = [name for name, _ in declared]
    unequal = next((name for name in names if names.count(name) > 1), None)
    if unequal is not None:
        return f"their property {unequal!r} has several data types"
    twice = session.row(_NAMES_TWICE[kind], {"ids": ids})
    return f"several {kind.plural} of theirs are called {twice[0]!r}" if twice else None


_MOVE_NODES = {
    kind: Statement(
        sa.update(NODE[kind]).values(type_id=sa.bindparam("kept")).where(listed(NODE[kind].c.type_id, "ids"))
    )
    for kind in KINDS
}
_DROP_PROPERTIES = Statement(sa.delete(TYPE_PROPERTY).where(listed(TYPE_PROPERTY.c.type_id, "ids")))
_DROP_BASES = Statement(sa.delete(PARENT_TYPE).where(listed(PARENT_TYPE.c.type_id, "ids")))
_DROP_TYPES = Statement(sa.delete(TYPE).where(listed(TYPE.c.id, "ids")))
_ADD_PROPERTY = insertion(TYPE_PROPERTY, ["type_id", "name", "data_type"], keep_existing="name")


def merge_types(session: Session, kind: Kind, ids: list[int]) -> None:
    """Give the nodes and properties of the other types to the first one, and delete the others."""
    kept, others = ids[0], ids[1:]
    declared = session.rows(_PROPERTIES_OF, {"ids": others})
    session.change_many(_ADD_PROPERTY, [(kept, name, data_type) for name, data_type in declared])
    session.change(_MOVE_NODES[kind], {"kept": kept, "ids": others})
    for statement in (_DROP_PROPERTIES, _DROP_BASES, _DROP_TYPES):
        session.change(statement, {"ids": others})


_MOVE_ENTRIES = Statement(
    sa.update(ENTRY)
    .values(type_id=sa.bindparam("kept"))
    .where(ENTRY.c.kind == sa.bindparam("of_kind"), listed(ENTRY.c.type_id, "ids"))
)


def merge_types_of_entries(session: Session, kind: Kind, ids: list[int]) -> None:
    """Make the entries of the search index name the first of the types, like their nodes."""
    session.change(_MOVE_ENTRIES, {"kept": ids[0], "of_kind": kind.type_kind, "ids": ids[1:]})


_ALL_PARENTS = Statement(sa.select(PARENT_CONTEXT.c.context_id, PARENT_CONTEXT.c.parent_context_id))


def parent_pairs(session: Session) -> list[tuple[int, int]]:
    """Return (child id, parent id) of all contexts."""
    return [(row[0], row[1]) for row in session.rows(_ALL_PARENTS)]


_DROP_VERSIONS = Statement(sa.delete(ENVIRONMENT))
_ADD_VERSION = insertion(ENVIRONMENT, ["schema_version"])


def set_version(session: Session, version: int) -> None:
    """Let MLMDEnv hold one version."""
    session.change(_DROP_VERSIONS, {})
    session.change_many(_ADD_VERSION, [(version,)])
