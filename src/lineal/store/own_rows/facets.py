"""Facets of OpenLineage as they came, by node or by event: read, and merged so that the order of arrival is no matter.

The later of two facets of one name stays, and of two of one time the one whose text is greater. A facet that was
deleted stays as a row without content, so that an older one that comes late does not return. What stays out: what a
facet means (lineal/openlineage).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Insertion, Statement, insertion, listed
from lineal.store.tables.own_tables import EVENT_FACET, FACET


class Facet(NamedTuple):
    """A facet of a node or an event.

    Attributes:
        owner_id: the id of the node, or of the event between an artifact and an execution.
        name: its key, such as "schema".
        time: the time of the event that brought it, in microseconds since the epoch.
        content: its JSON, None for one that was deleted.
    """

    owner_id: int
    name: str
    time: int
    content: str | None

    def is_later_than(self, other: Facet) -> bool:
        """Say whether this one takes the place of another."""
        return (self.time, self.content or "") > (other.time, other.content or "")


class _Statements(NamedTuple):
    read: Statement
    named: Statement
    insert: Insertion
    update: Statement


def _statements(table: sa.Table, id_column: str) -> _Statements:
    keys = [column.name for column in table.primary_key]
    row = table.c
    read = sa.select(row[id_column], row.name, row.time, row.content).where(listed(row[id_column], "ids"))
    update = sa.update(table).values({name: sa.bindparam(f"new_{name}") for name in ("time", "content")})
    if "kind" in keys:
        read = read.where(row.kind == sa.bindparam("of_kind"))
    return _Statements(
        Statement(read),
        Statement(read.where(row.name == sa.bindparam("facet"))),
        insertion(table, [column.name for column in table.columns]),
        Statement(
            update.where(*[row[key] == sa.bindparam(f"of_{key}") for key in keys]),
            order=["new_time", "new_content", *[f"of_{key}" for key in keys]],
        ),
    )


_OF_NODES = _statements(FACET, "node_id")
_OF_EVENTS = _statements(EVENT_FACET, "event_id")


def of_nodes(session: Session, kind: Kind, ids: Sequence[int], name: str | None = None) -> list[Facet]:
    """Return the facets of nodes of a kind, deleted ones too; a name means that facet alone."""
    return _read(session, _OF_NODES, ids, {"of_kind": kind.type_kind}, name)


def of_events(session: Session, ids: Sequence[int], name: str | None = None) -> list[Facet]:
    """Return the facets of events, deleted ones too; a name means that facet alone.

    The ids must be those of events that the caller sees.
    """
    return _read(session, _OF_EVENTS, ids, {}, name)


def merge_into_nodes(session: Session, kind: Kind, facets: Sequence[Facet]) -> bool:
    """Store those facets of nodes that are later than the stored ones; return whether there are any."""
    stored = of_nodes(session, kind, sorted({facet.owner_id for facet in facets}))
    return _merge(session, _OF_NODES, (kind.type_kind,), facets, stored)


def merge_into_events(session: Session, facets: Sequence[Facet]) -> bool:
    """Store those facets of events that are later than the stored ones; return whether there are any."""
    stored = of_events(session, sorted({facet.owner_id for facet in facets}))
    return _merge(session, _OF_EVENTS, (), facets, stored)


def _read(
    session: Session, statements: _Statements, ids: Sequence[int], values: dict[str, int], name: str | None
) -> list[Facet]:
    statement = statements.read if name is None else statements.named
    given = values if name is None else {**values, "facet": name}
    rows = [row for piece in session.pieces(ids) for row in session.rows(statement, {**given, "ids": piece})]
    return [Facet._make(row) for row in rows]


def _merge(
    session: Session, statements: _Statements, key: tuple[int, ...], given: Sequence[Facet], stored: Sequence[Facet]
) -> bool:
    before = {(facet.owner_id, facet.name): facet for facet in stored}
    latest: dict[tuple[int, str], Facet] = {}
    for facet in given:
        place = (facet.owner_id, facet.name)
        known = latest.get(place) or before.get(place)
        if known is None or facet.is_later_than(known):
            latest[place] = facet
    new = [(*key, *facet) for place, facet in sorted(latest.items()) if place not in before]
    changed = [facet for place, facet in sorted(latest.items()) if place in before]
    session.change_many(statements.insert, new)
    session.change_many(
        statements.update, [(facet.time, facet.content, *key, facet.owner_id, facet.name) for facet in changed]
    )
    return bool(latest)
