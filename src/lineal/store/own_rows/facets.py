"""Facets of OpenLineage as they came, by node or by event: read, merged and deleted.

They may arrive in any order: of two facets of one name the later one stays, and of two of one time the one whose text
is greater. The statement that writes them decides that, so that writers of one facet at one time lose
nothing, whether they hold a lock or not. A facet that was deleted stays as a row without content, so that an older one
that comes late does not return. What stays out: what a facet means (lineal/openlineage).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.kinds import EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Insertion, Later, Statement, insertion, listed
from lineal.store.tables.mlmd_tables import EVENT
from lineal.store.tables.own_tables import EVENT_FACET, FACET

_Place = tuple[int, str]
UNVERSIONED = "unversioned:"
"""The mark of facets that an event said of the use of a data set without its version (lineal/openlineage/edges.py).

The use of each version has them without the mark, too.
"""


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

    @property
    def place(self) -> tuple[int, str]:
        """Its owner and its name."""
        return self.owner_id, self.name

    def is_later_than(self, other: Facet) -> bool:
        """Say whether this one takes the place of another."""
        return (self.time, self.content or "") > (other.time, other.content or "")


class _Statements(NamedTuple):
    read: Statement
    named: Statement
    times: Statement
    put: Insertion
    delete: Statement


def _statements(table: sa.Table, id_column: str) -> _Statements:
    row = table.c
    is_owned = [listed(row[id_column], "ids")]
    if "kind" in row:
        is_owned.append(row.kind == sa.bindparam("of_kind"))
    is_named = listed(row.name, "names")
    read = sa.select(row[id_column], row.name, row.time, row.content).where(*is_owned)
    return _Statements(
        Statement(read),
        Statement(read.where(is_named)),
        Statement(sa.select(row[id_column], row.name, row.time).where(*is_owned, is_named)),
        insertion(table, [column.name for column in table.columns], keep_later=Later("time", "content")),
        Statement(sa.delete(table).where(*is_owned)),
    )


_OF_NODES = _statements(FACET, "node_id")
_OF_EVENTS = _statements(EVENT_FACET, "event_id")
_EXECUTIONS = Statement(sa.select(EVENT.c.id, EVENT.c.execution_id).where(listed(EVENT.c.id, "ids")))


def are_present(session: Session) -> bool:
    """Say whether the store has the tables; one that is only read, or that nobody sent an event to, may lack them."""
    present = {name.lower() for name in session.dialect.table_names(session.script)}
    return {FACET.name, EVENT_FACET.name} <= present


def is_json(content: str) -> bool:
    """Say whether a text is JSON, as the content of a facet must be; NaN and the infinities are not."""
    try:
        json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def of_nodes(session: Session, kind: Kind, ids: Sequence[int], name: str | None = None) -> list[Facet]:
    """Return the facets of nodes of a kind, deleted ones too; a name means that facet alone."""
    return _read(session, _OF_NODES, ids, {"of_kind": kind.type_kind}, None if name is None else [name])


def of_events(session: Session, ids: Sequence[int], name: str | None = None, *, marked: bool = False) -> list[Facet]:
    """Return the facets of events, deleted ones too, and with `marked` those of UNVERSIONED; a name means one alone.

    The ids must be those of events that the caller sees.
    """
    found = _read(session, _OF_EVENTS, ids, {}, None if name is None else [name])
    return found if marked else [facet for facet in found if not facet.name.startswith(UNVERSIONED)]


def merge_into_nodes(
    session: Session, kind: Kind, facets: Sequence[Facet], *, new: Collection[int] = ()
) -> list[Facet]:
    """Store those facets of nodes that are later than the stored ones; return them. `new` are nodes without facets."""
    return start_merging_into_nodes(session, kind, facets, new=new)()


def start_merging_into_nodes(
    session: Session, kind: Kind, facets: Sequence[Facet], *, new: Collection[int] = ()
) -> Callable[[], list[Facet]]:
    """Begin what `merge_into_nodes` does; return what ends it."""
    finish = _start_merging(session, _OF_NODES, {"of_kind": kind.type_kind}, facets, new)

    def end() -> list[Facet]:
        written = finish()
        session.note_written(kind, {facet.owner_id for facet in written})
        if session.tracker:
            for node_id, names in _names_by_owner(facet.place for facet in written).items():
                session.tracker.added("facets", kind.name, node_id, {"names": names})
        return written

    return end


def merge_into_events(session: Session, facets: Sequence[Facet], *, new: Collection[int] = ()) -> list[Facet]:
    """Store those facets of events that are later than the stored ones; return them. `new` are events without any."""
    return start_merging_into_events(session, facets, new=new)()


def start_merging_into_events(
    session: Session, facets: Sequence[Facet], *, new: Collection[int] = ()
) -> Callable[[], list[Facet]]:
    """Begin what `merge_into_events` does; return what ends it."""
    finish = _start_merging(session, _OF_EVENTS, {}, facets, new)

    def end() -> list[Facet]:
        written = finish()
        if session.tracker and written:
            names = _names_by_owner(facet.place for facet in written)
            for event_id, execution_id in sorted(session.unscoped.listed_rows(_EXECUTIONS, "ids", list(names))):
                session.tracker.added("facets", EXECUTION.name, execution_id, {"names": names[event_id], "of": "event"})
        return written

    return end


def delete_of_nodes(session: Session, kind: Kind, ids: Sequence[int]) -> None:
    """Delete all facets of nodes, also what says that one was deleted."""
    for piece in session.pieces(ids):
        session.change(_OF_NODES.delete, {"of_kind": kind.type_kind, "ids": piece})


def delete_of_events(session: Session, ids: Sequence[int]) -> None:
    """Delete all facets of events."""
    for piece in session.pieces(ids):
        session.change(_OF_EVENTS.delete, {"ids": piece})


def _read(
    session: Session,
    statements: _Statements,
    ids: Sequence[int],
    values: Mapping[str, int],
    names: Sequence[str] | None,
) -> list[Facet]:
    statement = statements.read if names is None else statements.named
    given = values if names is None else {**values, "names": names}
    rows = [row for piece in session.pieces(ids) for row in session.rows(statement, {**given, "ids": piece})]
    return [Facet._make(row) for row in rows]


def _start_merging(
    session: Session,
    statements: _Statements,
    values: Mapping[str, int],
    given: Iterable[Facet],
    new: Collection[int],
) -> Callable[[], list[Facet]]:
    """Ask when the stored facets are from; return what writes those that are later, and returns them."""
    latest: dict[_Place, Facet] = {}
    for facet in given:
        known = latest.get(facet.place)
        if known is None or facet.is_later_than(known):
            latest[facet.place] = facet
    asked = _ask_for_times(session, statements, values, [place for place in latest if place[0] not in new])

    def finish() -> list[Facet]:
        times = asked()
        # Contents may be long: those of equal times alone are read.
        tied = [place for place, facet in latest.items() if times.get(place) == facet.time]
        stored = _read(session, statements, _owners(tied), values, _names(tied)) if tied else []
        equal = {facet.place: facet for facet in stored if facet.place in tied}
        written = [
            facet
            for place, facet in sorted(latest.items())
            if place not in times or facet.time > times[place] or (place in equal and facet.is_later_than(equal[place]))
        ]
        session.change_many(statements.put, [(*values.values(), *facet) for facet in written])
        return written

    return finish


def _ask_for_times(
    session: Session, statements: _Statements, values: Mapping[str, int], places: Collection[_Place]
) -> Callable[[], dict[_Place, int]]:
    given = {**values, "names": _names(places)}
    asked = [session.ask(statements.times, {**given, "ids": piece}) for piece in session.pieces(_owners(places))]
    return lambda: {(owner_id, name): time for rows in asked for owner_id, name, time in rows()}


def _owners(places: Collection[_Place]) -> list[int]:
    return sorted({owner_id for owner_id, _ in places})


def _names(places: Collection[_Place]) -> list[str]:
    return sorted({name for _, name in places})


def _names_by_owner(places: Iterable[_Place]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for owner_id, name in sorted(places):
        found.setdefault(owner_id, []).append(name)
    return found
