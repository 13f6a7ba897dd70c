"""Metrics and their points in the form of an archive: a record for each metric, and one for up to BATCH of its points.

A record of points has the columns `steps`, `times` and `values`; NaN and the infinities are their names. The latest
point of a metric is not in its record, because its points say it. What stays out: the other tables (archive.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from lineal import json_form
from lineal.kinds import KINDS
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import pages
from lineal.store.rows.metrics import FINITE, PLACE, Points, StoredPoint
from lineal.store.tables.own_tables import METRIC_POINT

POINT_COLUMNS = ("steps", "times", "values")
BATCH = 1000
_PAGE = 5000
Record = dict[str, Any]
_NOT_YET = StoredPoint(-(2**63), 0, 0.0, FINITE)

_KEY = ("metric_id", *PLACE)
_ORDERED = sa.select(*[METRIC_POINT.c[name] for name in _KEY]).order_by(*[METRIC_POINT.c[name] for name in _KEY])
_FIRST = Statement(_ORDERED.limit(_PAGE))
_NEXT = pages.seeks(_ORDERED.limit(sa.bindparam("most")), [METRIC_POINT.c[name] for name in _KEY])


def read_points(session: Session) -> Iterator[Record]:
    """Yield records of the points of all metrics, in order."""
    rows = session.rows(_FIRST)
    while rows:
        for metric_id, points in groupby(rows, key=lambda row: row[0]):
            found = [row[1:] for row in points]
            for start in range(0, len(found), BATCH):
                yield _record(metric_id, found[start : start + BATCH])
        if len(rows) < _PAGE:
            return
        after = {f"after_{name}": value for name, value in zip(_KEY, rows[-1], strict=True)}
        rows = pages.sought(session, _NEXT, after, limit=_PAGE)


def _record(metric_id: int, rows: Sequence[Row]) -> Record:
    steps, times, values = metric_rows.columns(rows)
    shown = [json_form.finite_or_name(float(value)) for value in values]
    return {"metric_id": metric_id, **dict(zip(POINT_COLUMNS, (steps, times, shown), strict=True))}


def write_metrics(session: Session, records: Sequence[Record], *, called: Callable[[int], str]) -> None:
    """Write metrics with their ids, whose points follow.

    Raises:
        Conflict: a row exists already.
    """
    rows = [(each["id"], each["kind"], each["node_id"], each["name"], *_NOT_YET) for each in records]
    session.change_many(metric_rows.INSERT_WITH_ID, rows, called=called)


def put_metrics(session: Session, metrics: Sequence[tuple[int, int, str]]) -> list[int]:
    """Write metrics, given by the number of the kind, the id of the node and the name, unless they exist.

    Returns:
        Their ids, index-aligned.
    """
    known: dict[tuple[int, int, str], int] = {}
    for kind in KINDS:
        nodes = sorted({node_id for number, node_id, _ in metrics if number == kind.type_kind})
        known |= {(kind.type_kind, *key): found for key, found in metric_rows.ids_of(session, kind, nodes).items()}
    new = [each for each in metrics if each not in known]
    if new:
        rows = [(*each, *_NOT_YET) for each in new]
        known |= dict(zip(new, session.insert_many(metric_rows.INSERT, rows), strict=True))
    return [known[each] for each in metrics]


def write_points(session: Session, records: Sequence[Record]) -> None:
    """Write records of points, and let their metrics show the latest; points that exist stay as they are."""
    points = [(each["metric_id"], _points(each)) for each in records if each["steps"]]
    metric_rows.add_points(session, points)
    metric_rows.move_on(session, [(metric_id, each.latest) for metric_id, each in points])


def _points(record: Record) -> Points:
    return Points(record["steps"], record["times"], [_number(value) for value in record["values"]])


def _number(value: float | str) -> float:
    """Return a number, given by its name in any spelling of any version if it is not finite."""
    return math.nan if isinstance(value, str) and value.lower() == "nan" else float(value)
