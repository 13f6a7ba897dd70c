"""Events within some hops of nodes, read in one statement by recursion in the database.

A hop goes from artifacts to executions or back, so the depth of a node determines its kind. A node is found once at a
depth: the statement costs as much as a walk over the same hops, no matter how densely the nodes are connected. What
stays out: the rules of a walk (service/lineage/walk.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lineal.event_directions import OTHER, EventTypes
from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.events import ALL_TIME, EVENT_COLUMNS, EventRow, Period, is_of_types, is_within
from lineal.store.tables.mlmd_tables import EVENT, NODE

_Sides = tuple[tuple[Kind, EventTypes], ...]
_MOST_HOPS = sa.bindparam("hops", type_=sa.Integer())


def events_within(
    session: Session,
    kind: Kind,
    ids: Sequence[int],
    types: Sequence[int],
    other_types: Sequence[int],
    *,
    hops: int,
    most: int,
    period: Period = ALL_TIME,
) -> list[EventRow]:
    """Return the events that lead on from nodes of a kind and from all nodes fewer than `hops` hops away.

    Args:
        session: the transaction.
        kind: of the nodes with these ids, artifact or execution.
        ids: where the walk starts.
        types: the types of events that lead on from nodes of the kind.
        other_types: those that lead on from nodes of the other kind.
        hops: at least 1, which reads the events of the given nodes alone.
        most: how many events to read; so many of them are not known to be all.
        period: the time of the events.
    """
    sides = ((kind, tuple(types)), (OTHER[kind], tuple(other_types)))
    statement = _statement(sides, period.ends, session.dialect.many_recursive_terms)
    found: dict[int, EventRow] = {}
    for piece in session.pieces(ids):
        rows = session.rows(statement, {"ids": piece, "hops": hops - 1, "most": most, **period.values})
        found.update((row[0], EventRow._make(row)) for row in rows)
    return list(found.values())


@lru_cache
def _statement(sides: _Sides, ends: tuple[str, ...], many_terms: bool) -> Statement:
    node = NODE[sides[0][0]].c
    start: Any = sa.select(_number(node.id).label("id"), sa.literal_column("0").label("depth")).where(
        listed(node.id, "ids")
    )
    reached = start.cte("reached", recursive=True)
    steps = [_step(reached, *side, parity, ends) for parity, side in enumerate(sides)]
    if many_terms:
        reached = reached.union(*steps)
    else:
        both = sa.union_all(*[step.correlate(reached) for step in steps]).lateral("steps")
        reached = reached.union(sa.select(both.c.id, both.c.depth).select_from(reached.join(both, sa.true())))
    return Statement(
        sa.union(*[_events(reached, *side, parity, ends) for parity, side in enumerate(sides)]).limit(
            sa.bindparam("most")
        )
    )


def _step(reached: sa.CTE, kind: Kind, types: EventTypes, parity: int, ends: tuple[str, ...]) -> sa.Select[Any]:
    """Return the query of the nodes one hop away from the nodes of a kind."""
    event = EVENT.alias(f"{kind.name}_event")
    target = event.c[OTHER[kind].id_column]
    leads = _leads(event, reached, kind, types, parity, ends)
    return sa.select(_number(target).label("id"), (reached.c.depth + 1).label("depth")).where(
        leads, reached.c.depth < _MOST_HOPS
    )


def _events(reached: sa.CTE, kind: Kind, types: EventTypes, parity: int, ends: tuple[str, ...]) -> sa.Select[Any]:
    """Return the query of the events that lead on from the nodes of a kind."""
    return sa.select(*EVENT_COLUMNS).where(_leads(EVENT, reached, kind, types, parity, ends))


def _leads(
    event: sa.FromClause, reached: sa.CTE, kind: Kind, types: EventTypes, parity: int, ends: tuple[str, ...]
) -> sa.ColumnElement[bool]:
    is_of_kind = reached.c.depth % sa.literal_column("2") == sa.literal_column(str(parity))
    return sa.and_(
        event.c[kind.id_column] == reached.c.id, is_of_types(event, types), is_of_kind, *is_within(event, ends)
    )


def _number(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Give ids one type: tables have ids of different widths, which the terms of a recursion must not have."""
    return sa.cast(column, sa.BigInteger)
