"""Rows of metrics and of their points (docs/decisions/0040-metric-points.md).

A value that is not finite is stored as a number that every engine holds, and `special` says which it means. What stays
out: who may write what (service/writes/log_metrics.py), and archives (store/upkeep/metric_archive.py).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.rows import pages
from lineal.store.tables.own_tables import METRIC, METRIC_POINT

FINITE, NAN, POSITIVE, NEGATIVE = range(4)
_STORED = {NAN: 0.0, POSITIVE: sys.float_info.max, NEGATIVE: -sys.float_info.max}
_MEANT = {NAN: math.nan, POSITIVE: math.inf, NEGATIVE: -math.inf}


class StoredPoint(NamedTuple):
    """A point as it is stored; of two points, the greater one is the later one.

    Attributes:
        step: the step.
        time: milliseconds since the epoch.
        value: the value, or what is stored in its place.
        special: FINITE, or which number is meant.
    """

    step: int
    time: int
    value: float
    special: int

    @property
    def meant(self) -> float:
        """The value, which may be NaN or infinite."""
        return self.value if self.special == FINITE else _MEANT[self.special]


class MetricRow(NamedTuple):
    """A metric of a node: its id, its name and its latest point."""

    id: int
    name: str
    latest: StoredPoint


class Points(NamedTuple):
    """Points of one metric as columns, index-aligned; values may be NaN or infinite."""

    steps: list[int]
    times: list[int]
    values: list[float]

    @property
    def latest(self) -> StoredPoint:
        """The latest of the points, of which there is at least one."""
        step = max(self.steps)
        if self.steps.count(step) == 1:
            index = self.steps.index(step)
            return StoredPoint(step, self.times[index], *_stored(self.values[index]))
        same = (each for each in zip(*self, strict=True) if each[0] == step)
        return max(StoredPoint(step, time, *_stored(value)) for _, time, value in same)

    def rows(self, metric_id: int) -> Iterator[tuple[int, int, int, float, int]]:
        """Yield the rows of a metric with these points."""
        if all(map(math.isfinite, self.values)):
            return zip(repeat(metric_id), *self, repeat(FINITE), strict=False)
        return ((metric_id, step, time, *_stored(value)) for step, time, value in zip(*self, strict=True))


def _stored(value: float) -> tuple[float, int]:
    if math.isfinite(value):
        return value, FINITE
    special = NAN if math.isnan(value) else POSITIVE if value > 0 else NEGATIVE
    return _STORED[special], special


_M, _P = METRIC.c, METRIC_POINT.c
_MOST: sa.BindParameter[int] = sa.bindparam("most")
_LAST = ("last_step", "last_time", "last_value", "last_special")
PLACE = ("step", "time", "value", "special")
_OF_NODE = sa.and_(_M.kind == sa.bindparam("of_kind"), _M.node_id == sa.bindparam("of_node"))
_COLUMNS = (_M.id, _M.name, *[_M[name] for name in _LAST])
_BY_NAMES = Statement(sa.select(*_COLUMNS).where(_OF_NODE, listed(_M.name, "names")))
_PAGE = sa.select(*_COLUMNS).where(_OF_NODE, _M.id > sa.bindparam("after")).order_by(_M.id).limit(_MOST)
_ALL_NAMES = Statement(_PAGE)
_SOME_NAMES = Statement(_PAGE.where(listed(_M.name, "names")))
INSERT = insertion(METRIC, ["kind", "node_id", "name", *_LAST])
INSERT_WITH_ID = insertion(METRIC, ["id", "kind", "node_id", "name", *_LAST])
_LATEST = Statement(sa.select(_M.id, *[_M[name] for name in _LAST]).where(listed(_M.id, "ids")))
_MOVE_ON = Statement(
    sa.update(METRIC).values({name: sa.bindparam(name) for name in _LAST}).where(_M.id == sa.bindparam("metric")),
    order=[*_LAST, "metric"],
)
_INSERT_POINTS = insertion(METRIC_POINT, ["metric_id", *PLACE], keep_existing="metric_id")


_LATEST_TIMES = Statement(
    sa.select(_M.node_id, _M.last_time).where(
        _M.kind == sa.bindparam("of_kind"), listed(_M.node_id, "ids"), _M.name == sa.bindparam("metric")
    )
)


def latest_times(session: Session, kind: Kind, ids: Sequence[int], name: str) -> dict[int, int]:
    """Return the time of the latest point of a metric of those of the nodes that have points of it, by id."""
    if not are_present(session):
        return {}
    given = {"of_kind": kind.type_kind, "metric": name}
    return {
        node_id: time
        for piece in session.pieces(ids)
        for node_id, time in session.rows(_LATEST_TIMES, {**given, "ids": piece})
    }


def logged_between(
    session: Session, kind: Kind, name: str, *, since: int, until: int | None, below: int, limit: int
) -> tuple[list[int], int]:
    """Return the ids of nodes whose latest point of a metric is of a time, the greatest first, and how many there are.

    Args:
        session: the transaction.
        kind: the kind of the nodes.
        name: the metric.
        since: the earliest time of the point, milliseconds since the epoch.
        until: the latest time; None for no end.
        below: the id that is greater than those of all these nodes.
        limit: how many ids are returned at most; all are counted.
    """
    if not are_present(session):
        return [], 0
    found = [_M.kind == kind.type_kind, _M.node_id < _number(below), _M.name == sa.bindparam(None, name, sa.Text())]
    found.append(_M.last_time >= _number(since))
    if until is not None:
        found.append(_M.last_time <= _number(until))
    ids = session.rows(Statement(sa.select(_M.node_id).where(*found).order_by(_M.node_id.desc()).limit(limit)))
    if len(ids) < limit:
        return [node_id for (node_id,) in ids], len(ids)
    count = session.rows(Statement(sa.select(sa.func.count()).select_from(METRIC).where(*found)))
    return [node_id for (node_id,) in ids], int(count[0][0])


def _number(value: int) -> sa.BindParameter[int]:
    return sa.bindparam(None, value, sa.BigInteger())


def are_present(session: Session) -> bool:
    """Say whether the store has the tables; one of an older version, or without metrics, may lack them."""
    return ask_presence(session)()


def ask_presence(session: Session) -> Callable[[], bool]:
    """Return what says whether the store has the tables; the question may travel with others."""
    asked = session.ask_text(session.dialect.tables_query)
    return lambda: {METRIC.name, METRIC_POINT.name} <= {name.lower() for (name,) in asked()}


def ask_by_names(
    session: Session, kind: Kind, node_id: int, names: Sequence[str]
) -> Callable[[], dict[str, MetricRow]]:
    """Return what returns the metrics of a node with these names, by name."""
    asked = [
        session.ask(_BY_NAMES, {"of_kind": kind.type_kind, "of_node": node_id, "names": piece})
        for piece in session.pieces(names)
    ]
    return lambda: {row.name: row for each in asked for row in _rows(each())}


def page(
    session: Session, kind: Kind, node_id: int, *, names: Sequence[str], after: int, limit: int
) -> list[MetricRow]:
    """Return metrics of a node, those with ids above `after`, by id; no names mean all."""
    values = {"of_kind": kind.type_kind, "of_node": node_id, "after": after, "most": limit, "names": names}
    return _rows(session.rows(_SOME_NAMES if names else _ALL_NAMES, values))


_OF_NODES = Statement(
    sa.select(_M.node_id, *_COLUMNS)
    .where(_M.kind == sa.bindparam("of_kind"), listed(_M.node_id, "ids"))
    .order_by(_M.node_id, _M.name)
)


def latest_of(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, list[MetricRow]]:
    """Return all metrics of those of the nodes that have some, in the order of their names, by the id of the node."""
    found: dict[int, list[MetricRow]] = {}
    for piece in session.pieces(ids):
        for node_id, *columns in session.rows(_OF_NODES, {"of_kind": kind.type_kind, "ids": piece}):
            found.setdefault(node_id, []).extend(_rows([tuple(columns)]))
    return found


def _rows(found: Iterable[Row]) -> list[MetricRow]:
    return [MetricRow(row[0], row[1], StoredPoint._make(row[2:])) for row in found]


def put_latest(
    session: Session, kind: Kind, node_id: int, known: dict[str, MetricRow], latest: dict[str, StoredPoint]
) -> dict[str, int]:
    """Create the metrics that are missing and move the others on; return the ids by name.

    Args:
        session: the transaction, which holds a lock of the node.
        kind: the kind of the node.
        node_id: the node.
        known: its metrics by name, those of these names at least.
        latest: the latest point that is written of each name.
    """
    session.linked.append((kind, (node_id,)))
    later = [(*point, known[name].id) for name, point in latest.items() if name in known and point > known[name].latest]
    session.change_many(_MOVE_ON, later)
    ids = {name: known[name].id for name in latest if name in known}
    new = [name for name in latest if name not in known]
    if new:
        rows = [(kind.type_kind, node_id, name, *latest[name]) for name in new]
        ids.update(zip(new, session.insert_many(INSERT, rows, called=_label(kind, node_id)), strict=True))
    return ids


def put_latest_of_nodes(
    session: Session,
    kind: Kind,
    known: dict[int, dict[str, MetricRow]],
    latest: dict[int, dict[str, StoredPoint]],
) -> dict[tuple[int, str], int]:
    """Do the same for several nodes; return the ids by the id of the node and the name.

    Args:
        session: the transaction, which holds locks of the nodes.
        kind: the kind of the nodes.
        known: their metrics by the id of the node and by name.
        latest: the latest point that is written of each name, by the id of the node.
    """
    session.linked.append((kind, latest))
    asked = {(node_id, name): point for node_id, points in latest.items() for name, point in points.items()}
    held = {(node_id, name): row for node_id, rows in known.items() for name, row in rows.items()}
    later = [(*point, held[key].id) for key, point in asked.items() if key in held and point > held[key].latest]
    session.change_many(_MOVE_ON, later)
    ids = {key: held[key].id for key in asked if key in held}
    new = [key for key in asked if key not in held]
    if new:
        rows = [(kind.type_kind, *key, *asked[key]) for key in new]
        called = lambda index: f"a metric of the {kind.name} with id {new[index][0]}"  # noqa: E731 a line
        ids.update(zip(new, session.insert_many(INSERT, rows, called=called), strict=True))
    return ids


def move_on(session: Session, latest: Iterable[tuple[int, StoredPoint]]) -> None:
    """Let metrics, given by their ids, show points that are later than those they show."""
    asked: dict[int, StoredPoint] = {}
    for metric_id, point in latest:
        asked[metric_id] = max(point, asked.get(metric_id, point))
    known = session.listed_rows(_LATEST, "ids", list(asked))
    later = [(*asked[row[0]], row[0]) for row in known if asked[row[0]] > StoredPoint._make(row[1:])]
    session.change_many(_MOVE_ON, later)


def _label(kind: Kind, node_id: int) -> Callable[[int], str]:
    return lambda _: f"a metric of the {kind.name} with id {node_id}"


def add_points(session: Session, points: Iterable[tuple[int, Points]]) -> None:
    """Add points to metrics, given by their ids; those that are there already stay as they are."""
    rows: list[Row] = []
    for metric_id, each in points:
        rows += each.rows(metric_id)
    session.change_many(_INSERT_POINTS, rows)


IN_ORDER = [_P[name] for name in PLACE]
_ALL = sa.select(*IN_ORDER).where(_P.metric_id == sa.bindparam("of_metric")).order_by(*IN_ORDER)
_HISTORY = _ALL.limit(_MOST)


def _from_start(*, has_start: bool, has_end: bool) -> Statement:
    query = _HISTORY.where(_P.step >= sa.bindparam("from_step")) if has_start else _HISTORY
    return Statement(query.where(_P.step <= sa.bindparam("to_step")) if has_end else query)


_FROM_START = {
    (has_start, has_end): _from_start(has_start=has_start, has_end=has_end)
    for has_start in (True, False)
    for has_end in (True, False)
}
_UP_TO_STEP = {False: _HISTORY, True: _HISTORY.where(_P.step <= sa.bindparam("to_step"))}
_SEEKS = {has_end: pages.seeks(query, [_P[name] for name in PLACE]) for has_end, query in _UP_TO_STEP.items()}


def history(
    session: Session,
    metric_id: int,
    *,
    steps: tuple[int | None, int | None],
    place: StoredPoint | None,
    limit: int,
) -> list[Row]:
    """Return rows of (step, time, value, special) of one metric in order; the first ones end a read.

    Args:
        session: the transaction.
        metric_id: the metric.
        steps: the first and the last step to return, both included; None for no end.
        place: the last point before them, or None for the first ones.
        limit: how many at most.
    """
    first, last = steps
    values: dict[str, Any] = {"of_metric": metric_id, "from_step": first, "to_step": last}
    if place is None:
        session.end_with_next()
        return session.rows(_FROM_START[first is not None, last is not None], {**values, "most": limit})
    values.update((f"after_{name}", value) for name, value in place._asdict().items())
    return pages.sought(session, _SEEKS[last is not None], values, limit=limit)


_ALL_POINTS = Statement(_ALL)


def all_points(session: Session, metric_id: int) -> list[Row]:
    """Return rows of (step, time, value, special) of all points of one metric, in order."""
    return session.rows(_ALL_POINTS, {"of_metric": metric_id})


def columns(rows: Sequence[Row]) -> tuple[Sequence[int], Sequence[int], Sequence[float]]:
    """Return the steps, times and values of rows of `history`."""
    if not rows:
        return (), (), ()
    steps, times, values, specials = zip(*rows, strict=True)
    if any(specials):
        values = tuple(map(StoredPoint.meant.__get__, map(StoredPoint._make, rows)))
    return steps, times, values


_IDS_OF = Statement(
    sa.select(_M.id, _M.node_id, _M.name).where(_M.kind == sa.bindparam("of_kind"), listed(_M.node_id, "ids"))
)
_DELETE_POINTS = Statement(sa.delete(METRIC_POINT).where(listed(_P.metric_id, "ids")))
_DELETE = Statement(sa.delete(METRIC).where(listed(_M.id, "ids")))


def ids_of(session: Session, kind: Kind, node_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Return the ids of all metrics of nodes, by the id of the node and the name."""
    values = [{"of_kind": kind.type_kind, "ids": piece} for piece in session.pieces(node_ids)]
    return {(row[1], row[2]): row[0] for each in values for row in session.rows(_IDS_OF, each)}


def delete_of(session: Session, kind: Kind, node_ids: Sequence[int]) -> None:
    """Delete the metrics of nodes with all points. The tables must exist.

    The ids are read first: MySQL would look at every point for a subquery.
    """
    for piece in session.pieces(sorted(ids_of(session, kind, node_ids).values())):
        session.change(_DELETE_POINTS, {"ids": piece})
        session.change(_DELETE, {"ids": piece})
