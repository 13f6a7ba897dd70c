"""Rows of events and of the steps of their paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.tables.mlmd_tables import EVENT, EVENT_PATH, NODE
from lineal.store.tables.own_tables import EVENT_FACET


class EventRow(NamedTuple):
    """A stored event without its path; the time is in milliseconds since the epoch."""

    id: int
    artifact_id: int
    execution_id: int
    type: int
    time: int | None


class Period(NamedTuple):
    """The period of the events that count, both ends included; an event without a time always counts."""

    since: int | None = None
    until: int | None = None

    @property
    def ends(self) -> tuple[str, ...]:
        """The names of its ends; a statement has one parameter for each."""
        return tuple(name for name, value in zip(self._fields, self, strict=True) if value is not None)

    @property
    def values(self) -> dict[str, int]:
        """The values of the parameters of these names."""
        return {name: value for name, value in zip(self._fields, self, strict=True) if value is not None}


class Link(NamedTuple):
    """An event of an execution, with what tells the artifact."""

    event: EventRow
    external_id: str | None
    uri: str | None


ALL_TIME = Period()
# A step of a path: its index, or its key.
Step = tuple[int | None, str | None]


class NewEvent(NamedTuple):
    """An event to be inserted."""

    artifact_id: int
    execution_id: int
    type: int
    time: int
    steps: Sequence[Step]


class _StoredOrder(sa.ColumnElement[int]):
    """The order of the rows of paths: as they were written, within each event.

    MySQL has no name for the hidden key that says it. Its scans come in that order, by an index or without one, and a
    sort may turn equal rows round: so it sorts nothing.
    """

    inherit_cache = True
    type = sa.Integer()


compiles(_StoredOrder, "sqlite")(lambda element, compiler, **_: "event_id, rowid")
compiles(_StoredOrder, "postgresql")(lambda element, compiler, **_: "event_id, ctid")
compiles(_StoredOrder, "mysql")(lambda element, compiler, **_: "NULL")


class _StoredPlace(sa.ColumnElement[Any]):
    """The place of a path's row, which grows in that order; MySQL has none, and its rows come in the order already."""

    inherit_cache = True
    type = sa.types.NullType()


_PLACES = {"sqlite": "{}.rowid", "postgresql": "CAST({}.ctid AS TEXT)", "mysql": "0"}


@compiles(_StoredPlace)
def _stored_place(element: _StoredPlace, compiler: Any, **_: Any) -> str:
    return _PLACES[compiler.dialect.name].format(compiler.preparer.format_table(EVENT_PATH))


EVENT_COLUMNS = [EVENT.c[name] for name in ("id", "artifact_id", "execution_id", "type", "milliseconds_since_epoch")]
_OWNER = {ARTIFACT: EVENT.c.artifact_id, EXECUTION: EVENT.c.execution_id}


def is_of_types(event: sa.FromClause, types: Sequence[int]) -> sa.ColumnElement[bool]:
    """Return the condition that an event is of one of the types."""
    return sa.or_(*[event.c.type == type_ for type_ in types])


def is_within(event: sa.FromClause, ends: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that an event is in a period with these ends."""
    time = event.c.milliseconds_since_epoch
    given = {end: sa.bindparam(end, type_=sa.BigInteger()) for end in ends}
    compared = {"since": lambda: time >= given["since"], "until": lambda: time <= given["until"]}
    return [sa.or_(compared[end](), time.is_(None)) for end in ends]


def _by_nodes(
    kind: Kind, types: Sequence[int] = (), ends: Sequence[str] = (), *, is_limited: bool = False
) -> Statement:
    """Return the query of events of nodes of a kind: all, or those of some types and within a period."""
    query = sa.select(*EVENT_COLUMNS).where(listed(_OWNER[kind], "ids"))
    if types:
        query = query.where(is_of_types(EVENT, types))
    query = query.where(*is_within(EVENT, ends)).order_by(EVENT.c.id)
    return Statement(query.limit(sa.bindparam("most")) if is_limited else query)


_BY_NODES = {kind: _by_nodes(kind) for kind in _OWNER}
_by_nodes_and_types = lru_cache(_by_nodes)
_STEPS = Statement(
    sa.select(EVENT_PATH.c.event_id, EVENT_PATH.c.is_index_step, EVENT_PATH.c.step_index, EVENT_PATH.c.step_key)
    .where(listed(EVENT_PATH.c.event_id, "ids"))
    .order_by(_StoredOrder())
)
_IS_THERE = Statement(
    sa.select(EVENT.c.id).where(
        *[EVENT.c[name] == sa.bindparam(name) for name in ("artifact_id", "execution_id", "type")]
    )
)
_NEW_COLUMNS = ["artifact_id", "execution_id", "type", "milliseconds_since_epoch"]
_INSERT = insertion(EVENT, _NEW_COLUMNS)
_INSERT_STEP = insertion(EVENT_PATH, ["event_id", "is_index_step", "step_index", "step_key"])
_ARTIFACT = NODE[ARTIFACT].c
_BY_EXTERNAL_ID = NODE[EXECUTION].c.external_id == sa.bindparam("wanted")
_LINKS = Statement(
    sa.select(*EVENT_COLUMNS, _ARTIFACT.external_id, _ARTIFACT.uri)
    .select_from(EVENT.join(NODE[ARTIFACT], _ARTIFACT.id == EVENT.c.artifact_id))
    .where(EVENT.c.execution_id.in_(sa.select(NODE[EXECUTION].c.id).where(_BY_EXTERNAL_ID)))
    .order_by(EVENT.c.id)
)
_SET_TIME = Statement(
    sa.update(EVENT)
    .values(milliseconds_since_epoch=sa.bindparam("new_time"))
    .where(EVENT.c.id == sa.bindparam("event")),
    order=["new_time", "event"],
)
_DELETE = Statement(sa.delete(EVENT).where(EVENT.c.id == sa.bindparam("event")), order=["event"])
_DELETE_FACETS = Statement(
    sa.delete(EVENT_FACET).where(EVENT_FACET.c.event_id == sa.bindparam("event")), order=["event"]
)
_DELETE_STEPS = Statement(sa.delete(EVENT_PATH).where(EVENT_PATH.c.event_id == sa.bindparam("event")), order=["event"])


def events_of(session: Session, kind: Kind, ids: Sequence[int]) -> list[EventRow]:
    """Return the events of artifacts or of executions, in the order they were written."""
    return [EventRow._make(row) for row in session.listed_rows(_BY_NODES[kind], "ids", ids)]


def ask_for_links(session: Session, external_id: str) -> Callable[[], list[Link]]:
    """Return what returns the events of the execution with an external id, with those of their artifacts, by id."""
    rows = session.ask(_LINKS, {"wanted": external_id})
    return lambda: [Link(EventRow._make(row[:5]), row[5], row[6]) for row in rows()]


def set_times(session: Session, times: Sequence[tuple[int, int]]) -> None:
    """Say when events were, given as (event id, milliseconds since the epoch)."""
    session.change_many(_SET_TIME, [(time, event_id) for event_id, time in times])


def _with_steps(kind: Kind) -> Statement:
    """Return the query of events of nodes of a kind, each with each step of its path."""
    step = EVENT_PATH.c
    columns = [*EVENT_COLUMNS, step.is_index_step, step.step_index, step.step_key, _StoredPlace()]
    both = EVENT.outerjoin(EVENT_PATH, step.event_id == EVENT.c.id)
    query = sa.select(*columns).select_from(both).where(listed(_OWNER[kind], "ids"))
    # A hash join of MySQL, which it chooses for small tables, turns the rows of an event round.
    return Statement(query.prefix_with(f"/*+ NO_BNL({EVENT_PATH.name}) */", dialect="mysql"))


_WITH_STEPS = {kind: _with_steps(kind) for kind in _OWNER}


def events_with_steps(session: Session, kind: Kind, ids: Sequence[int]) -> tuple[Sequence[Row], dict[int, list[Step]]]:
    """Return the events of artifacts or of executions, as EventRow has them, and the steps of their paths.

    Events are in the order they were written. One statement reads both.
    """
    rows = session.listed_rows(_WITH_STEPS[kind], "ids", ids)
    paths = [row for row in rows if row[5] is not None]
    if not paths:
        return sorted([row[:5] for row in rows]), {}
    paths.sort(key=_place)
    return sorted({row[:5] for row in rows}), _steps_by_event([(row[0], *row[5:8]) for row in paths])


def _place(row: Row) -> Any:
    """Return the place of a path's row: a number, or on PostgreSQL the numbers of its page and its line."""
    place = row[8]
    return tuple(map(int, place[1:-1].split(","))) if isinstance(place, str) else place


def _steps_by_event(rows: Sequence[Row]) -> dict[int, list[Step]]:
    """Gather rows of (event id, whether it is an index, index, ..., key)."""
    found: dict[int, list[Step]] = {}
    for row in rows:
        found.setdefault(row[0], []).append((row[2] or 0, None) if row[1] else (None, row[-1] or ""))
    return found


def events_of_types(
    session: Session, kind: Kind, ids: Sequence[int], types: Sequence[int], *, period: Period = ALL_TIME
) -> list[EventRow]:
    """Return the events of certain types of artifacts or of executions, in the order they were written."""
    statement = _by_nodes_and_types(kind, tuple(types), period.ends)
    rows = [row for piece in session.pieces(ids) for row in session.rows(statement, {"ids": piece, **period.values})]
    return [EventRow._make(row) for row in rows]


def first_events_of_types(
    session: Session, kind: Kind, ids: Sequence[int], types: Sequence[int], *, most: int, period: Period = ALL_TIME
) -> list[EventRow]:
    """Return up to `most` events of certain types of artifacts or of executions; there may be more."""
    statement = _by_nodes_and_types(kind, tuple(types), period.ends, is_limited=True)
    found: list[EventRow] = []
    for piece in session.pieces(ids):
        if len(found) < most:
            values = {"ids": piece, "most": most - len(found), **period.values}
            found += [EventRow._make(row) for row in session.rows(statement, values)]
    return found


def steps_of(session: Session, event_ids: Sequence[int]) -> dict[int, list[Step]]:
    """Return the steps of each event that has a path, in order."""
    return ask_for_steps(session, event_ids)()


def ask_for_steps(session: Session, event_ids: Sequence[int]) -> Callable[[], dict[int, list[Step]]]:
    """Return what `steps_of` returns when it is needed."""
    rows = session.ask_listed(_STEPS, "ids", event_ids)
    return lambda: _steps_by_event(rows())


def plain_steps(steps: Sequence[Step]) -> list[int | str]:
    """Return a path as JSON can hold it: indexes as numbers, keys as texts."""
    return [(index or 0) if key is None else key for index, key in steps]


def is_there(session: Session, artifact_id: int, execution_id: int, event_type: int) -> bool:
    """Say whether an artifact and an execution have an event of a type."""
    values = {"artifact_id": artifact_id, "execution_id": execution_id, "type": event_type}
    return session.row(_IS_THERE, values) is not None


def delete_events(session: Session, events: Sequence[EventRow]) -> None:
    """Delete events with their paths, and with their facets if the store has any."""
    if not events:
        return
    if session.tracker:
        for event in events:
            old = {"artifact_id": event.artifact_id, "type": event.type, "milliseconds_since_epoch": event.time}
            session.tracker.removed("event", EXECUTION.name, event.execution_id, old)
    session.linked.append((EXECUTION, {event.execution_id for event in events}))
    ids = [(event.id,) for event in events]
    session.change_many(_DELETE_STEPS, ids)
    if EVENT_FACET.name in {name.lower() for name in session.dialect.table_names(session.script)}:
        session.change_many(_DELETE_FACETS, ids)
    session.change_many(_DELETE, ids)


def insert_plain(session: Session, events: Sequence[NewEvent]) -> Sequence[int]:
    """Insert at least one event without paths; return the ids, index-aligned.

    Raises:
        Conflict: an event of that artifact, execution and type exists; `row` tells which event.
    """
    _note(session, events)
    return session.insert_many(_INSERT, [event[:4] for event in events])


def insert_events(session: Session, events: Sequence[NewEvent]) -> None:
    """Insert events with their paths.

    Raises:
        Conflict: an event of that artifact, execution and type exists; `row` tells which event.
    """
    _note(session, events)
    if not any(event.steps for event in events):
        session.change_many(_INSERT, [event[:4] for event in events])
        return
    ids = session.insert_many(_INSERT, [event[:4] for event in events])
    steps: list[tuple[Any, ...]] = [
        (id_, index is not None, index, key)
        for id_, event in zip(ids, events, strict=True)
        for index, key in event.steps
    ]
    session.change_many(_INSERT_STEP, steps, called=lambda _: "a step of an event's path")


def _note(session: Session, events: Sequence[NewEvent]) -> None:
    if session.tracker:
        for event in events:
            new = {"artifact_id": event.artifact_id, "type": event.type, "milliseconds_since_epoch": event.time}
            path = {"path": plain_steps(event.steps)} if event.steps else {}
            session.tracker.added("event", EXECUTION.name, event.execution_id, {**new, **path})
    session.linked.append((EXECUTION, {event.execution_id for event in events}))
    session.linked_artifacts.update(event.artifact_id for event in events)
