"""Rows of events and of the steps of their paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.database import Row, Session
from lineal.store.statement import Statement, insertion, listed
from lineal.store.tables import EVENT, EVENT_PATH


class EventRow(NamedTuple):
    """A stored event without its path; the time is in milliseconds since the epoch."""

    id: int
    artifact_id: int
    execution_id: int
    type: int
    time: int | None


# A step of a path: its index, or its key.
Step = tuple[int | None, str | None]
Steps = dict[int, list[Step]]


class NewEvent(NamedTuple):
    """An event to be inserted."""

    artifact_id: int
    execution_id: int
    type: int
    time: int
    steps: Sequence[Step]


class _StoredOrder(sa.ColumnElement[int]):
    """The order in which the rows of a table without key were written, as each engine tells it."""

    inherit_cache = True
    type = sa.Integer()


_ORDER_COLUMNS = {"sqlite": "rowid", "postgresql": "ctid", "mysql": "event_id"}  # InnoDB's hidden key follows that one


@compiles(_StoredOrder)
def _stored_order(element: _StoredOrder, compiler: Any, **options: Any) -> str:
    return f"{compiler.preparer.format_table(EVENT_PATH)}.{_ORDER_COLUMNS[compiler.dialect.name]}"


EVENT_COLUMNS = [EVENT.c[name] for name in ("id", "artifact_id", "execution_id", "type", "milliseconds_since_epoch")]
_OWNER = {ARTIFACT: EVENT.c.artifact_id, EXECUTION: EVENT.c.execution_id}


def is_of_types(event: sa.FromClause, types: Sequence[int]) -> sa.ColumnElement[bool]:
    """Return the condition that an event is of one of the types."""
    return sa.or_(*[event.c.type == type_ for type_ in types])


_PATH_COLUMNS = [EVENT_PATH.c[name] for name in ("is_index_step", "step_index", "step_key")]


def _by_nodes(kind: Kind) -> Statement:
    """Return the query of the events of nodes of a kind, each once for each step of its path."""
    both = sa.outerjoin(EVENT, EVENT_PATH, EVENT_PATH.c.event_id == EVENT.c.id)
    query = sa.select(*EVENT_COLUMNS, EVENT_PATH.c.event_id, *_PATH_COLUMNS).select_from(both)
    return Statement(query.where(listed(_OWNER[kind], "ids")).order_by(EVENT.c.id, _StoredOrder()))


@lru_cache
def _by_nodes_and_types(kind: Kind, *types: int) -> Statement:
    """Return the query of the events of some types of nodes of a kind."""
    query = sa.select(*EVENT_COLUMNS).where(listed(_OWNER[kind], "ids"), is_of_types(EVENT, types))
    return Statement(query.order_by(EVENT.c.id))


_BY_NODES = {kind: _by_nodes(kind) for kind in _OWNER}
_STEPS = Statement(
    sa.select(EVENT_PATH.c.event_id, *_PATH_COLUMNS)
    .where(listed(EVENT_PATH.c.event_id, "ids"))
    .order_by(EVENT_PATH.c.event_id, _StoredOrder())
)
_NEW_COLUMNS = ["artifact_id", "execution_id", "type", "milliseconds_since_epoch"]
_INSERT = insertion(EVENT, _NEW_COLUMNS)
_INSERT_STEP = insertion(EVENT_PATH, ["event_id", "is_index_step", "step_index", "step_key"])


def events_of(session: Session, kind: Kind, ids: Sequence[int]) -> tuple[list[EventRow], Steps]:
    """Return the events of artifacts or of executions, in the order they were written, and the steps of their paths."""
    rows = session.listed_rows(_BY_NODES[kind], "ids", ids)
    steps = _steps([row[5:] for row in rows if row[5] is not None])
    return [EventRow._make(row[:5]) for row in (rows if not steps else {row[0]: row for row in rows}.values())], steps


def events_of_types(session: Session, kind: Kind, ids: Sequence[int], types: Sequence[int]) -> list[EventRow]:
    """Return the events of certain types of artifacts or of executions, in the order they were written."""
    if not ids:
        return []
    rows = session.listed_rows(_by_nodes_and_types(kind, *types), "ids", ids)
    return [EventRow._make(row) for row in rows]


def steps_of(session: Session, event_ids: Sequence[int]) -> Steps:
    """Return the steps of each event that has a path, in order."""
    return _steps(session.listed_rows(_STEPS, "ids", event_ids))


def _steps(rows: Iterable[Row]) -> Steps:
    found: Steps = {}
    for event_id, is_index, index, key in rows:
        found.setdefault(event_id, []).append((index or 0, None) if is_index else (None, key or ""))
    return found


def insert_events(session: Session, events: Sequence[NewEvent]) -> None:
    """Insert events with their paths.

    Raises:
        Conflict: an event of that artifact, execution and type exists; `row` tells which event.
    """
    if session.trail:
        for event in events:
            new = {"artifact_id": event.artifact_id, "type": event.type, "milliseconds_since_epoch": event.time}
            session.trail.added("event", EXECUTION.name, event.execution_id, new)
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
