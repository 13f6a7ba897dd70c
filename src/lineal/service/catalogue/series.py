"""A metric over time and versions: points by group, thinned so that least and greatest stay.

A point is one reported value. Its node is what the value is about: the model that an evaluation names, else the
reporter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lineal.kinds import ARTIFACT
from lineal.service.catalogue import shapes
from lineal.service.catalogue.cards import key_of
from lineal.service.catalogue.listing import Asked
from lineal.service.catalogue.reading import Record
from lineal.service.catalogue.shapes import Point
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store import metric_rows
from lineal.store import nodes as node_rows
from lineal.store import search as found_rows
from lineal.store.database import Session

MOST_POINTS = 20_000
_GROUPS: dict[str, Callable[[Record], str | None]] = {
    "type": lambda record: record.node.type,
    "name": lambda record: record.name,
    "workspace": lambda record: record.workspace,
    "run": lambda record: record.run,
    "version": lambda record: record.version,
    "metrics_type": lambda record: record.metrics_type,
}


def series(
    session: Session,
    types: KnownTypes,
    asked: Asked,
    *,
    metric: str,
    group_by: Sequence[str],
    since: int | None,
    until: int | None,
    buckets: int,
) -> shapes.MetricSeries:
    """Return the values of a metric that nodes of a search report, or that are about them.

    Args:
        session: the transaction.
        types: the known types.
        asked: the artifacts that report, or that values are about.
        metric: the metric.
        group_by: "label.K", "type", "name", "workspace", "run", "version" or "metrics_type".
        since: values from then on, milliseconds.
        until: values up to then.
        buckets: how many spans of time a thinned series has; each keeps up to four points.
    """
    ids = found_rows.sample_ids(session, asked.selection(), limit=MOST_POINTS + 1)
    pairs = metric_rows.reports(session, metric, ids[:MOST_POINTS], limit=MOST_POINTS + 1)
    records = _records(session, types, {node_id for pair in pairs[:MOST_POINTS] for node_id in pair})
    grouped: dict[tuple[tuple[str, str], ...], list[Point]] = {}
    for about, reporter in dict.fromkeys(pairs[:MOST_POINTS]):
        point = _point(records.get(about), records.get(reporter), metric)
        if point is not None and (since or 0) <= point.time <= (until if until is not None else point.time):
            grouped.setdefault(_group(records[about], records[reporter], group_by), []).append(point)
    found = [_series(dict(group), points, buckets) for group, points in sorted(grouped.items())]
    return shapes.MetricSeries(metric, found, exact=len(ids) <= MOST_POINTS and len(pairs) <= MOST_POINTS)


def _records(session: Session, types: KnownTypes, ids: set[int]) -> dict[int, Record]:
    rows = node_rows.nodes_by_ids(session, ARTIFACT, sorted(ids))
    return {node.id: Record(node) for node in node_messages(session, types, ARTIFACT, rows)}


def _point(about: Record | None, reporter: Record | None, metric: str) -> Point | None:
    if about is None or reporter is None or metric not in reporter.metrics:
        return None
    return Point(
        time=reporter.node.create_time_since_epoch,
        value=reporter.metrics[metric],
        node=key_of(ARTIFACT, about.node.id),
        version=about.version,
        reporter=key_of(ARTIFACT, reporter.node.id),
    )


def _group(about: Record, reporter: Record, group_by: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for key in group_by:
        family, _, name = key.partition(".")
        if family == "label":
            value = reporter.labels.get(name, about.labels.get(name))
        else:
            value = _GROUPS[key](reporter if key in ("metrics_type", "type") else about)
        found.append((key, value or ""))
    return tuple(found)


def is_group(key: str) -> bool:
    """Say whether points can be grouped by a key."""
    return key in _GROUPS or (key.startswith("label.") and len(key) > len("label."))


def _series(group: dict[str, str], points: list[Point], buckets: int) -> shapes.Series:
    points.sort(key=lambda point: (point.time, point.reporter))
    thinned = thin(points, buckets)
    return shapes.Series(group, thinned, len(points), downsampled=len(thinned) < len(points))


def thin(points: Sequence[Point], buckets: int) -> list[Point]:
    """Keep of each span of time the first, the last, the least and the greatest point, and one that is NaN."""
    if len(points) <= 4 * buckets:
        return list(points)
    first = points[0].time
    width = max(1, math.ceil((points[-1].time - first + 1) / buckets))
    spans: dict[int, list[Point]] = {}
    for point in points:
        spans.setdefault((point.time - first) // width, []).append(point)
    return [point for span in spans.values() for point in _extremes(span)]


def _extremes(span: list[Point]) -> list[Point]:
    numbers = [point for point in span if not math.isnan(point.value)]
    gap = [point for point in span if math.isnan(point.value)][:1]
    kept = [span[0], span[-1], *gap]
    if numbers:
        kept += [min(numbers, key=lambda point: point.value), max(numbers, key=lambda point: point.value)]
    chosen = set(map(id, kept))
    return [point for point in span if id(point) in chosen]
