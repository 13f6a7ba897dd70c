"""What all points of a metric say together, which the database finds out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.metrics import FINITE, IN_ORDER, NEGATIVE, PLACE, POSITIVE, StoredPoint
from lineal.store.tables.own_tables import METRIC, METRIC_POINT

_M, _P = METRIC.c, METRIC_POINT.c


class Summary(NamedTuple):
    """What all points of a metric say together; least and greatest are None if all values are NaN."""

    points: int
    first: StoredPoint
    least: float | None
    greatest: float | None


def first(name: str) -> sa.ScalarSelect[Any]:
    """Return the expression for a column of the first point of each metric of a query."""
    query = sa.select(_P[name]).where(_P.metric_id == _M.id).order_by(*IN_ORDER).limit(1)
    return query.correlate(METRIC).scalar_subquery()


def _if_special(special: int) -> sa.ColumnElement[int]:
    return sa.func.max(sa.case((_P.special == sa.literal_column(str(special)), 1), else_=0))


_FINITE_VALUE = sa.case((_P.special == sa.literal_column(str(FINITE)), _P.value))
_FIRST = Statement(sa.select(_M.id, *[first(name) for name in PLACE]).where(listed(_M.id, "ids")))
_TOTALS = Statement(
    sa.select(
        _P.metric_id,
        sa.func.count(),
        sa.func.min(_FINITE_VALUE),
        sa.func.max(_FINITE_VALUE),
        _if_special(NEGATIVE),
        _if_special(POSITIVE),
    )
    .where(listed(_P.metric_id, "ids"))
    .group_by(_P.metric_id)
)


def summaries(session: Session, ids: Sequence[int]) -> dict[int, Summary]:
    """Return what the points of metrics say together, by the metric's id; this reads all points, and ends a read."""
    first = session.ask_listed(_FIRST, "ids", ids)
    session.end_with_next()
    totals = session.ask_listed(_TOTALS, "ids", ids)
    starts = {row[0]: StoredPoint._make(row[1:]) for row in first()}
    return {row[0]: _summary(starts[row[0]], *row[1:]) for row in totals()}


def _summary(
    first: StoredPoint, count: int, least: float | None, greatest: float | None, has_negative: int, has_positive: int
) -> Summary:
    odd = ([-math.inf] if has_negative else []) + ([math.inf] if has_positive else [])
    found = odd + [each for each in (least, greatest) if each is not None]
    return Summary(int(count), first, min(found, default=None), max(found, default=None))
