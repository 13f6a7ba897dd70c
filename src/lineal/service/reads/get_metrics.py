"""The rules of GetMetrics and GetMetricHistory: pages of metrics of a node, and of points of a metric.

A store without the tables, such as one that is open for reading only and was made by an older version, has no metrics.
"""

from __future__ import annotations

import struct
from typing import Any

from lineal import errors
from lineal.kinds import Kind
from lineal.service.known_types import KnownTypes
from lineal.service.metric_requests import no_node, node_of, point_message, require_name
from lineal.store.engine.session import Session
from lineal.store.rows import metric_summaries, pages
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.metric_summaries import Summary
from lineal.store.rows.metrics import MetricRow, StoredPoint
from lineal.wire import metrics

MOST_METRICS = 1000
MOST_POINTS = 50_000
_MOST_NAMES = 10_000
_PLACE = struct.Struct("<qqdB")


def get_metrics(session: Session, types: KnownTypes, request: metrics.GetMetricsRequest) -> metrics.GetMetricsResponse:
    """Return a page of the metrics of a node.

    Raises:
        InvalidArgumentError: the request names no node, or its page or its names are wrong.
        NotFoundError: the node does not exist.
    """
    kind, node_id = node_of(request)
    size = _size(request.page_size, MOST_METRICS)
    after = _after(request.page_token)
    if len(request.names) > _MOST_NAMES:
        raise errors.InvalidArgumentError(f"the request has {len(request.names)} names; give up to {_MOST_NAMES}")
    if not _require(session, kind, node_id):
        return metrics.GetMetricsResponse()
    if request.latest_only:
        session.end_with_next()
    rows = metric_rows.page(session, kind, node_id, names=list(request.names), after=after, limit=size + 1)
    shown, last = pages.first(rows, size)
    summaries = {} if request.latest_only else metric_summaries.summaries(session, [row.id for row in shown])
    return metrics.GetMetricsResponse(
        metrics=[_metric(row, summaries.get(row.id)) for row in shown],
        next_page_token=pages.numbered(last.id) if last else "",
    )


def get_metric_history(
    session: Session, types: KnownTypes, request: metrics.GetMetricHistoryRequest
) -> metrics.GetMetricHistoryResponse:
    """Return a page of the points of a metric.

    Raises:
        InvalidArgumentError: the request names no node or no metric, or its page is wrong.
        NotFoundError: the node does not exist.
    """
    kind, node_id = node_of(request)
    require_name(request.name)
    size = _size(request.page_size, MOST_POINTS)
    place = _place(request.page_token)
    response = metrics.GetMetricHistoryResponse(series=metrics.MetricSeries(name=request.name))
    if not _require(session, kind, node_id):
        return response
    metric = metric_rows.ask_by_names(session, kind, node_id, [request.name])().get(request.name)
    if metric is None:
        return response
    ends = (_end(request, "first_step"), _end(request, "last_step"))
    rows = metric_rows.history(session, metric.id, steps=ends, place=place, limit=size + 1)
    shown, last = pages.first(rows, size)
    steps, times, values = metric_rows.columns(shown)
    response.series.steps.extend(steps)
    response.series.times.extend(times)
    response.series.values.extend(values)
    response.next_page_token = pages.packed(_PLACE.pack(*last)) if last else ""
    return response


def _require(session: Session, kind: Kind, node_id: int) -> bool:
    """Refuse a node that does not exist; say whether the store has metrics."""
    existing, has_tables = node_rows.ask_existing_ids(session, kind, [node_id]), metric_rows.ask_presence(session)
    if not existing():
        raise no_node(kind, node_id)
    return has_tables()


def _metric(row: MetricRow, summary: Summary | None) -> metrics.Metric:
    found = metrics.Metric(name=row.name, latest=point_message(row.latest))
    if summary is not None:
        found.count = summary.points
        found.first.CopyFrom(point_message(summary.first))
        if summary.least is not None and summary.greatest is not None:
            found.least, found.greatest = summary.least, summary.greatest
    return found


def _size(asked: int, most: int) -> int:
    if not 0 <= asked <= most:
        raise errors.InvalidArgumentError(f"page_size is {asked}; give from 1 to {most}, or 0 for {most}")
    return asked or most


def _end(request: Any, field: str) -> int | None:
    return getattr(request, field) if request.HasField(field) else None


def _after(token: str) -> int:
    try:
        return pages.numbers(token, 1)[0] if token else 0
    except ValueError:
        raise _bad_token(token) from None


def _place(token: str) -> StoredPoint | None:
    try:
        return StoredPoint._make(_PLACE.unpack(pages.unpacked(token))) if token else None
    except (ValueError, struct.error):
        raise _bad_token(token) from None


def _bad_token(token: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        f"page_token {token[:60]!r} is none of this call; give next_page_token unchanged"
    )
