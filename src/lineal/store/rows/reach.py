"""Events within some hops of nodes, read in one statement by recursion in the database.

A hop goes from artifacts to executions or back, so the depth of a node determines its kind. A node is found once at a
depth: the statement costs as much as a walk over the same hops, no matter how densely the nodes are connected. A walk
in both directions comes back to where it was at every second depth. So it goes only some hops, and further along two
other ways that never turn: one with the flow, and one against it. What stays out: the rules of a walk
(service/lineage/walk.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.event_directions import OTHER, EventTypes
from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.events import EVENT_COLUMNS, EventRow, Period, is_of_types, is_within
from lineal.store.rows.join_order import in_written_order
from lineal.store.rows.listing import Listing, rows_around
from lineal.store.tables.mlmd_tables import EVENT, NODE

_MOST_HOPS = sa.bindparam("hops", type_=sa.Integer())
MOST_TURNING = 8  # hops of a way that turns, next to two that do not
# Depths of nodes from which no hop leads on, and of starting nodes for the way that turns. They are even, as 0 is. The
# way with the flow has depths above 0, and the one against it below.
_FAR, _TURNING = 1 << 20, 1 << 10
_NO_COLUMNS: list[sa.ColumnElement[Any]] = [sa.null()] * (len(EVENT_COLUMNS) - 1)


class Followed(NamedTuple):
    """The types of the events that a way follows, at nodes of the start's kind and of the other, and how many hops."""

    types: tuple[EventTypes, EventTypes]
    hops: int


class Ways(NamedTuple):
    """Which events are followed, and which are read; of each pair, the first is for nodes of the start's kind.

    Attributes:
        kind: of the nodes where it starts.
        followed: the types of the events of a single way; or those of the ways with the flow, against it, and of the
            one that turns.
        read: the types of the events that are read of every node.
        ends: those that the period of the events has.
    """

    kind: Kind
    followed: tuple[tuple[EventTypes, EventTypes], ...]
    read: tuple[EventTypes, EventTypes]
    ends: tuple[str, ...]

    @property
    def sides(self) -> tuple[Kind, Kind]:
        """The kinds of the nodes at even and at odd depths."""
        return self.kind, OTHER[self.kind]


def followed(directions: Sequence[Mapping[Kind, EventTypes]], kind: Kind, hops: int) -> list[Followed]:
    """Return the ways of a walk over so many hops from nodes of a kind.

    Args:
        directions: the types of the events that lead on in a single direction; or with the flow, against it, and both.
        kind: of the nodes.
        hops: how many.
    """
    types = [(each[kind], each[OTHER[kind]]) for each in directions]
    if hops <= MOST_TURNING:
        return [Followed(types[-1], hops)]
    return [Followed(each, MOST_TURNING if place == 2 else hops) for place, each in enumerate(types)]


class Around(NamedTuple):
    """Nodes of a page, and the events around them; so many events as were asked for are not known to be all."""

    ids: list[int]
    events: list[EventRow]


def ask_for_events_within(
    session: Session, ways: Ways, ids: Sequence[int], *, hops: int, most: int, period: Period
) -> Callable[[], list[EventRow]]:
    """Return the events of nodes of a kind and of all nodes fewer than `hops` hops away, when they are needed.

    Args:
        session: the transaction.
        ways: which events.
        ids: where it starts; no more than one statement takes.
        hops: at least 1, which reads the events of the given nodes alone.
        most: how many events to read; so many of them are not known to be all.
        period: the time of the events.
    """
    statement = _around_ids(ways, session.dialect.many_recursive_terms)
    asked = session.ask(statement, {"ids": ids, "hops": hops - 1, "most": most, **period.values})
    return lambda: [EventRow._make(row) for row in asked()]


def page_with_events(
    session: Session, ways: Ways, listing: Listing, *, limit: int, narrow: int, hops: int, most: int, period: Period
) -> Around:
    """Return the ids of a page of up to `limit` nodes, in no order, and the events within some hops of them.

    One statement reads both. The events of the nodes alone are read if the page has more than `narrow`.

    Raises:
        InvalidArgumentError: the filter is wrong.
    """
    around = _AroundPage(ways, session.dialect.many_recursive_terms)
    values = {"narrow": narrow, "hops": hops - 1, "most": most, **period.values}
    rows = rows_around(session, listing, around, limit=limit, values=values)
    return Around([row[0] for row in rows if row[1] is None], [EventRow._make(row) for row in rows if row[1]])


@lru_cache
def _around_ids(ways: Ways, many_terms: bool) -> Statement:
    node = NODE[ways.kind].c
    start: Any = sa.select(_number(node.id).label("id"), sa.literal_column("0").label("depth"))
    reached = _reached(start.where(listed(node.id, "ids")), ways, many_terms)
    return Statement(_events(reached, ways))


@dataclass(frozen=True)
class _AroundPage:
    """Returns the query of the nodes of a page and of the events around them, given the query of the page."""

    ways: Ways
    many_terms: bool

    def __call__(self, page: sa.FromClause) -> sa.SelectBase:
        is_narrow = sa.func.count().over() <= sa.bindparam("narrow", type_=sa.Integer())
        depth = sa.case((is_narrow, sa.literal_column("0")), else_=sa.literal_column(str(_FAR)))
        reached = _reached(sa.select(_number(page.c.id).label("id"), depth.label("depth")), self.ways, self.many_terms)
        is_start = reached.c.depth.in_([sa.literal_column("0"), sa.literal_column(str(_FAR))])
        events = _events(reached, self.ways).subquery("events")
        return sa.union_all(sa.select(reached.c.id, *_NO_COLUMNS).where(is_start), sa.select(*events.c))


def _reached(start: sa.Select[Any], ways: Ways, many_terms: bool) -> sa.CTE:
    """Return the nodes within some hops of the starting nodes, with their depths."""
    reached = start.cte("reached", recursive=True)
    steps = [
        _step(reached, kind, types, parity, ways, number, many_terms)
        for number, followed in enumerate(ways.followed)
        for parity, (kind, types) in enumerate(zip(ways.sides, followed, strict=True))
    ]
    if many_terms:
        return reached.union(*steps)
    every = sa.union_all(*[step.correlate(reached) for step in steps]).lateral("steps")
    return reached.union(sa.select(every.c.id, every.c.depth).select_from(reached.join(every, sa.true())))


def _step(
    reached: sa.CTE, kind: Kind, types: EventTypes, parity: int, ways: Ways, number: int, many_terms: bool
) -> sa.Select[Any]:
    """Return the query of the nodes one hop away from the nodes of a kind, along the way of this number."""
    event = EVENT.alias(f"{kind.name}_event_{number}")
    depth, target = reached.c.depth, event.c[OTHER[kind].id_column]
    goes_on, following = _next_depth(depth, number, is_single=len(ways.followed) == 1)
    leads = _leads(event, reached, kind, types, parity, ways)
    query = sa.select(_number(target).label("id"), following.label("depth")).where(*goes_on)
    return query.select_from(_nodes_first(reached, event, leads)) if many_terms else query.where(leads)


def _next_depth(depth: Any, number: int, *, is_single: bool) -> tuple[list[Any], Any]:
    """Return the conditions that a way goes on from a depth, and the depth to which it comes."""
    one, start = _number_of(1), depth == _number_of(0)
    if is_single:
        return [depth < _MOST_HOPS], depth + one
    if number == 0:
        return [depth >= _number_of(0), depth < _MOST_HOPS], depth + one
    if number == 1:
        return [depth <= _number_of(0), depth > -_MOST_HOPS], depth - one
    is_on_way = sa.or_(start, depth > _number_of(_TURNING))
    following = sa.case((start, _number_of(_TURNING + 1)), else_=depth + one)
    return [is_on_way, depth < _number_of(_TURNING + MOST_TURNING - 1)], following


def _events(reached: sa.CTE, ways: Ways) -> sa.CompoundSelect[Any]:
    """Return the query of the events of the nodes that were reached."""
    queries = [
        sa.select(*EVENT_COLUMNS).select_from(
            _nodes_first(reached, EVENT, _leads(EVENT, reached, kind, types, parity, ways))
        )
        for parity, (kind, types) in enumerate(zip(ways.sides, ways.read, strict=True))
    ]
    return sa.union(*queries).limit(sa.bindparam("most"))


def _leads(
    event: sa.FromClause, reached: sa.CTE, kind: Kind, types: EventTypes, parity: int, ways: Ways
) -> sa.ColumnElement[bool]:
    """Return the condition that an event leads on from a node, whose depth is even or odd."""
    depth: Any = reached.c.depth if len(ways.followed) == 1 else sa.func.abs(reached.c.depth)
    is_of_kind = depth % _number_of(2) == _number_of(parity)
    return sa.and_(
        event.c[kind.id_column] == reached.c.id,
        is_of_kind,
        _Both(is_of_kind, is_of_types(event, types)),
        *is_within(event, ways.ends),
    )


def _nodes_first(reached: sa.CTE, event: sa.FromClause, leads: sa.ColumnElement[bool]) -> sa.FromClause:
    """Return the join of nodes and events, where a planner would not know how few the nodes are."""
    return in_written_order(reached.join(event, leads))


class _Both(FunctionElement[bool]):
    """Both of two conditions, on nodes and on events.

    SQLite gets them as one: for a condition on events alone, it would first read all events into a filter.
    """

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        return self


@compiles(_Both)
def _both(element: _Both, compiler: Any, **options: Any) -> str:
    _, second = element.clauses
    return f"({compiler.process(second, **options)})"


@compiles(_Both, "sqlite")
def _both_at_once(element: _Both, compiler: Any, **options: Any) -> str:
    first, second = [compiler.process(each, **options) for each in element.clauses]
    return f"CASE WHEN {first} THEN {second} END"


def _number(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Give ids one type: tables have ids of different widths, which the terms of a recursion must not have."""
    return sa.cast(column, sa.BigInteger)


def _number_of(value: int) -> sa.ColumnElement[int]:
    """Return a number that is the same in every statement."""
    return sa.literal_column(str(value), sa.Integer())
