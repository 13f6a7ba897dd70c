"""Points of metrics as charts read them: which metrics nodes have, and the points of one in pieces.

What stays out: which points a chart shows (catalogue/curves.py), and all other reads of points (metrics.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows import metrics, pages
from lineal.store.rows.metric_summaries import first
from lineal.store.tables.own_tables import METRIC, METRIC_POINT

PIECE = 50_000
_LEAST, _GREATEST = -(2**63), 2**63 - 1


class Ends(NamedTuple):
    """A metric of a node, with the steps and times of its first and its latest point."""

    node_id: int
    id: int
    name: str
    first_step: int
    first_time: int
    last_step: int
    last_time: int


class Part(NamedTuple):
    """The points between two steps and two times, which are included; times are milliseconds since the epoch."""

    first_step: int = _LEAST
    last_step: int = _GREATEST
    first_time: int = _LEAST
    last_time: int = _GREATEST

    def has_time(self, time: int) -> bool:
        """Say whether a point of a time is in it."""
        return self.first_time <= time <= self.last_time


_M, _P = METRIC.c, METRIC_POINT.c
_ENDS = (
    sa.select(_M.node_id, _M.id, _M.name, first("step"), first("time"), _M.last_step, _M.last_time)
    .where(_M.kind == sa.bindparam("of_kind"), listed(_M.node_id, "ids"))
    .order_by(_M.id)
)
_ALL_ENDS = Statement(_ENDS)
_ENDS_OF_ONE = Statement(_ENDS.where(_M.name == sa.bindparam("metric")))
_IN_ORDER = [_P[name] for name in metrics.PLACE]
_POINTS = (
    sa.select(*_IN_ORDER)
    .where(_P.metric_id == sa.bindparam("of_metric"))
    .order_by(*_IN_ORDER)
    .limit(sa.bindparam("most"))
)
_START = Statement(_POINTS.where(_P.step >= sa.bindparam("from_step"), _P.step <= sa.bindparam("to_step")))
_SEEKS = pages.seeks(_POINTS.where(_P.step <= sa.bindparam("to_step")), _IN_ORDER)
_COUNT = Statement(
    sa.select(sa.func.count()).where(
        _P.metric_id == sa.bindparam("of_metric"),
        _P.step.between(sa.bindparam("first_step"), sa.bindparam("last_step")),
        _P.time.between(sa.bindparam("first_time"), sa.bindparam("last_time")),
    )
)


def ends(session: Session, kind: Kind, ids: Sequence[int], name: str | None = None) -> list[Ends]:
    """Return the metrics of nodes that have points, in the order in which they began; a name means one metric alone."""
    if not ids or not metrics.are_present(session):
        return []
    values: dict[str, Any] = {"of_kind": kind.type_kind} | ({} if name is None else {"metric": name})
    statement = _ALL_ENDS if name is None else _ENDS_OF_ONE
    rows = [row for piece in session.pieces(ids) for row in session.rows(statement, {**values, "ids": piece})]
    return [Ends._make(row) for row in rows if row[3] is not None]


def count(session: Session, metric_id: int, part: Part) -> int:
    """Return how many points of a metric a part has."""
    return int(session.rows(_COUNT, {"of_metric": metric_id, **part._asdict()})[0][0])


def pieces(session: Session, metric_id: int, part: Part) -> Iterator[list[Row]]:
    """Yield rows of (step, time, value, special) of a part in order, in lists made of up to PIECE rows."""
    values: dict[str, Any] = {"of_metric": metric_id, "from_step": part.first_step, "to_step": part.last_step}
    rows = session.rows(_START, {**values, "most": PIECE})
    while rows:
        yield [row for row in rows if part.has_time(row[1])]
        if len(rows) < PIECE:
            return
        after = {f"after_{name}": value for name, value in zip(metrics.PLACE, rows[-1], strict=True)}
        rows = pages.sought(session, _SEEKS, {**values, **after}, limit=PIECE)
