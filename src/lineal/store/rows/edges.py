"""Events as the edges of a graph: those of many nodes up to a time, bounded, and how many each node has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.filter.search import among
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.events import EventRow
from lineal.store.tables.mlmd_tables import EVENT
from lineal.wire import metadata_store as pb

_COLUMNS = [EVENT.c[name] for name in ("id", "artifact_id", "execution_id", "type", "milliseconds_since_epoch")]
_OWNER = {ARTIFACT: EVENT.c.artifact_id, EXECUTION: EVENT.c.execution_id}


class Period(NamedTuple):
    """The time of events that count, both ends included; an event without a time always counts."""

    since: int | None = None
    until: int | None = None


def _conditions(kind: Kind, period: Period) -> list[sa.ColumnElement[bool]]:
    time = EVENT.c.milliseconds_since_epoch
    found = [listed(_OWNER[kind], "ids"), listed(EVENT.c.type, "types")]
    if period.since is not None:
        found.append(sa.or_(time >= sa.bindparam(None, period.since, sa.BigInteger()), time.is_(None)))
    if period.until is not None:
        found.append(sa.or_(time <= sa.bindparam(None, period.until, sa.BigInteger()), time.is_(None)))
    return found


def events_of(
    session: Session, kind: Kind, ids: Sequence[int], types: Collection[int], *, period: Period, limit: int
) -> list[EventRow]:
    """Return up to `limit` events of certain types of nodes, by id."""
    query = sa.select(*_COLUMNS).where(*_conditions(kind, period)).order_by(EVENT.c.id)
    statement = Statement(query.limit(sa.bindparam("most")))
    found: list[EventRow] = []
    for piece in session.pieces(ids):
        values = {"ids": piece, "types": list(types), "most": limit - len(found)}
        found += [EventRow._make(row) for row in session.rows(statement, values)]
        if len(found) >= limit:
            break
    return found


def degrees(
    session: Session, kind: Kind, ids: Sequence[int], types: Collection[int], *, period: Period
) -> dict[int, int]:
    """Return how many neighbours each node has over events of certain types."""
    other = _OWNER[EXECUTION if kind is ARTIFACT else ARTIFACT]
    query = sa.select(_OWNER[kind], sa.func.count(sa.distinct(other))).where(*_conditions(kind, period))
    statement = Statement(query.group_by(_OWNER[kind]))
    found: dict[int, int] = {}
    for piece in session.pieces(ids):
        found |= dict(session.rows(statement, {"ids": piece, "types": list(types)}))
    return found


def page_of_events(
    session: Session, kind: Kind, node_id: int, types: Collection[int], *, before: int | None, limit: int
) -> list[EventRow]:
    """Return events of one node, newest first, those with ids before one."""
    query = sa.select(*_COLUMNS).where(_OWNER[kind] == node_id, among(EVENT.c.type, list(types)))
    if before is not None:
        query = query.where(EVENT.c.id < before)
    rows = session.rows(Statement(query.order_by(EVENT.c.id.desc()).limit(limit)))
    return [EventRow._make(row) for row in rows]


def count_events(session: Session, kind: Kind, node_id: int, types: Collection[int]) -> int:
    """Return how many events of certain types a node has."""
    query = sa.select(sa.func.count()).select_from(EVENT)
    query = query.where(_OWNER[kind] == node_id, among(EVENT.c.type, list(types)))
    return int(session.rows(Statement(query))[0][0])


_OUTPUTS = [pb.Event.OUTPUT, pb.Event.DECLARED_OUTPUT, pb.Event.INTERNAL_OUTPUT, pb.Event.PENDING_OUTPUT]
_MAKERS = Statement(
    sa.select(EVENT.c.artifact_id, sa.func.max(EVENT.c.id))
    .where(listed(EVENT.c.artifact_id, "ids"), among(EVENT.c.type, _OUTPUTS))
    .group_by(EVENT.c.artifact_id)
)
_EXECUTION_OF = Statement(sa.select(EVENT.c.id, EVENT.c.execution_id).where(listed(EVENT.c.id, "ids")))


def makers(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return the id of the execution that wrote each artifact last."""
    last: dict[int, int] = dict(session.listed_rows(_MAKERS, "ids", ids))
    executions: dict[int, int] = dict(session.listed_rows(_EXECUTION_OF, "ids", list(last.values())))
    return {artifact_id: executions[event_id] for artifact_id, event_id in last.items()}
