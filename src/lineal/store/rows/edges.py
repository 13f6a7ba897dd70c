"""Events as the edges of a graph: the events of many nodes up to a time, within a limit, and how many each node has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

import sqlalchemy as sa

from lineal.event_directions import OTHER, OUTPUTS
from lineal.filter.search import among
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.events import EVENT_COLUMNS, EventRow, Period, is_within
from lineal.store.rows.pages import PageOrder
from lineal.store.tables.mlmd_tables import EVENT

_NEWEST_FIRST = PageOrder(EVENT.c.id, ascending=False)
_OWNER = {ARTIFACT: EVENT.c.artifact_id, EXECUTION: EVENT.c.execution_id}


def events_between(
    session: Session,
    artifacts: Sequence[int],
    executions: Sequence[int],
    types: Collection[int],
    *,
    period: Period,
    most: int,
) -> list[EventRow]:
    """Return up to `most` events between some artifacts and some executions, by id; there may be more."""
    query = sa.select(*EVENT_COLUMNS).where(*_conditions(EXECUTION, period), listed(EVENT.c.artifact_id, "artifacts"))
    statement = Statement(query.order_by(EVENT.c.id).limit(sa.bindparam("most")))
    found: list[EventRow] = []
    for ids in session.pieces(executions):
        for others in session.pieces(artifacts):
            values = {"ids": ids, "artifacts": others, "types": list(types), "most": most - len(found)}
            found += [EventRow._make(row) for row in session.rows(statement, {**values, **period.values})]
            if len(found) >= most:
                return sorted(found)
    return sorted(found)


def _conditions(kind: Kind, period: Period) -> list[sa.ColumnElement[bool]]:
    return [listed(_OWNER[kind], "ids"), listed(EVENT.c.type, "types"), *is_within(EVENT, period.ends)]


def degrees(
    session: Session, kind: Kind, ids: Sequence[int], types: Collection[int], *, period: Period
) -> dict[int, int]:
    """Return how many neighbours each node has over events of certain types."""
    other = _OWNER[OTHER[kind]]
    query = sa.select(_OWNER[kind], sa.func.count(sa.distinct(other))).where(*_conditions(kind, period))
    statement = Statement(query.group_by(_OWNER[kind]))
    found: dict[int, int] = {}
    for piece in session.pieces(ids):
        found |= dict(session.rows(statement, {"ids": piece, "types": list(types), **period.values}))
    return found


def page_of_events(
    session: Session, kind: Kind, node_id: int, types: Collection[int], *, before: int | None, limit: int
) -> list[EventRow]:
    """Return events of one node, newest first, those with ids before one."""
    query = sa.select(*EVENT_COLUMNS).where(_OWNER[kind] == node_id, among(EVENT.c.type, list(types)))
    if before is not None:
        query = query.where(_NEWEST_FIRST.after(None, before))
    rows = session.rows(Statement(query.order_by(*_NEWEST_FIRST.keys).limit(limit)))
    return [EventRow._make(row) for row in rows]


def newest_neighbours(
    session: Session, kind: Kind, ids: Sequence[int], types: Collection[int], *, most: int
) -> dict[int, list[int]]:
    """Return the ids of up to `most` neighbours of each node over events of certain types, those of new events first.

    One statement reads them, and of each node only its newest events: ten for each neighbour that is wanted.
    """
    if not ids:
        return {}
    statement = _newest_events(kind, len(ids), tuple(types), 10 * most)
    rows = session.rows(statement, {f"node_{place}": node_id for place, node_id in enumerate(ids)})
    found: dict[int, dict[int, None]] = {}
    for owner, neighbour, _ in sorted(rows, key=lambda row: -row[2]):
        found.setdefault(owner, {})[neighbour] = None
    return {owner: list(neighbours)[:most] for owner, neighbours in found.items()}


@lru_cache(maxsize=64)
def _newest_events(kind: Kind, number: int, types: tuple[int, ...], most: int) -> Statement:
    """Return the query of (node, neighbour, event) of the newest events of each of a number of nodes."""
    columns = (_OWNER[kind], _OWNER[OTHER[kind]], EVENT.c.id)
    newest = [
        sa.select(*columns)
        .where(_OWNER[kind] == sa.bindparam(f"node_{place}"), among(EVENT.c.type, types))
        .order_by(*_NEWEST_FIRST.keys)
        .limit(most)
        .subquery(f"of_{place}")
        for place in range(number)
    ]
    arms = [sa.select(*each.c) for each in newest]
    return Statement(sa.union_all(*arms) if number > 1 else arms[0])


def count_events(session: Session, kind: Kind, node_id: int, types: Collection[int]) -> int:
    """Return how many events of certain types a node has."""
    counts = event_counts(session, kind, [node_id])[node_id]
    return sum(counts[each] for each in types)


def event_counts(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, Counter[int]]:
    """Return how many events of each type nodes have, for every id."""
    query = sa.select(_OWNER[kind], EVENT.c.type, sa.func.count()).where(listed(_OWNER[kind], "ids"))
    found: dict[int, Counter[int]] = {node_id: Counter() for node_id in ids}
    for node_id, type_, number in session.listed_rows(
        Statement(query.group_by(*query.selected_columns[:2])), "ids", ids
    ):
        found[node_id][type_] += number
    return found


_MAKERS = Statement(
    sa.select(EVENT.c.artifact_id, sa.func.max(EVENT.c.id))
    .where(listed(EVENT.c.artifact_id, "ids"), among(EVENT.c.type, OUTPUTS))
    .group_by(EVENT.c.artifact_id)
)
_EXECUTION_OF = Statement(sa.select(EVENT.c.id, EVENT.c.execution_id).where(listed(EVENT.c.id, "ids")))


def artifacts_of(
    session: Session, execution_ids: Sequence[int], types: Collection[int], *, limit: int
) -> list[tuple[int, int]]:
    """Return pairs (execution id, artifact id) of the events of some types, each once.

    A long list of executions is read in pieces, with up to `limit` pairs each; the lowest ids come first.
    """
    event = EVENT.c
    query = sa.select(event.execution_id, event.artifact_id).where(
        listed(event.execution_id, "ids"), among(event.type, list(types))
    )
    query = query.distinct().order_by(event.execution_id, event.artifact_id).limit(limit)
    found = session.listed_rows(Statement(query), "ids", list(execution_ids))
    return [(execution, artifact) for execution, artifact in found]


def makers(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return the id of the execution that wrote each artifact last."""
    last: dict[int, int] = dict(session.listed_rows(_MAKERS, "ids", ids))
    executions: dict[int, int] = dict(session.listed_rows(_EXECUTION_OF, "ids", list(last.values())))
    return {artifact_id: executions[event_id] for artifact_id, event_id in last.items()}
