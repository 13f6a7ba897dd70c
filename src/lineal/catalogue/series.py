"""A metric over time and versions: points by group, thinned so that least and greatest stay.

A point is one reported value. Its node is what the value is about: the model that an evaluation names, else the
reporter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lineal.catalogue import shapes
from lineal.catalogue.cards import key_of
from lineal.catalogue.listing import Asked
from lineal.catalogue.shapes import Point
from lineal.kinds import ARTIFACT
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import metrics as metric_rows
from lineal.store.index import search as found_rows
from lineal.store.index.metrics import Named, Report
from lineal.store.index.search import Selection
from lineal.store.rows.events import Period

MOST_POINTS = 10_000
_NAMES = Named._fields
_OF_REPORTER = ("type", "metrics_type")


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
    found = _reports(session, asked.selection(), metric, Period(since, until))
    reports = found[-MOST_POINTS:]
    known = metric_rows.named(session, sorted({node_id for report in reports for node_id in report[:2]}))
    # If the model of an evaluation does not exist, the values count for the evaluation.
    reports = [report if report.about in known else report._replace(about=report.reporter) for report in reports]
    groups = [(key, _values(session, types, reports, known, key)) for key in group_by]
    grouped: dict[tuple[tuple[str, str], ...], list[Point]] = {}
    for report in reports:
        group = tuple((key, values.get(report.reporter, "")) for key, values in groups)
        grouped.setdefault(group, []).append(_point(report, known))
    lines = [_series(dict(group), points, buckets) for group, points in sorted(grouped.items())]
    return shapes.MetricSeries(metric, lines, exact=len(found) <= MOST_POINTS)


def _reports(session: Session, selection: Selection, metric: str, period: Period) -> list[Report]:
    """Return reports by or on a selection's artifacts; of a large selection the newest of the metric."""
    ids = found_rows.sample_ids(session, selection, limit=MOST_POINTS + 1)
    if len(ids) <= MOST_POINTS:
        return metric_rows.reports(session, metric, ids, period=period, limit=MOST_POINTS + 1)
    found = metric_rows.newest_reports(session, metric, period=period, limit=MOST_POINTS + 1)
    kept = found_rows.within(selection, sorted({node_id for report in found for node_id in report[:2]}), session)
    return [report for report in found if report.about in kept or report.reporter in kept]


def _point(report: Report, known: Mapping[int, Named]) -> Point:
    about = known.get(report.about)
    return Point(
        time=report.time,
        value=float(report.value),
        node=key_of(ARTIFACT, report.about),
        version=about.version if about else None,
        reporter=key_of(ARTIFACT, report.reporter),
    )


def _values(
    session: Session, types: KnownTypes, reports: Sequence[Report], known: Mapping[int, Named], key: str
) -> dict[int, str]:
    """Return the values of one key to group by, by the id of the reporter."""
    reporters = [report.reporter for report in reports]
    family, _, name = key.partition(".")
    if family == "label":
        labels = metric_rows.labels(session, sorted({node_id for report in reports for node_id in report[:2]}), name)
        return {each.reporter: labels.get(each.reporter, labels.get(each.about, "")) for each in reports}
    if key == "metrics_type":
        return metric_rows.texts(session, reporters, key)
    if key == "type":
        of_type = metric_rows.type_ids(session, reporters)
        types.load(session, set(of_type.values()))
        return {node_id: types.name(session, type_id) for node_id, type_id in of_type.items()}
    return {each.reporter: getattr(known.get(each.about), key, None) or "" for each in reports}


def is_group(key: str) -> bool:
    """Say whether points can be grouped by a key."""
    return key in (*_NAMES, *_OF_REPORTER) or (key.startswith("label.") and len(key) > len("label."))


def _series(group: dict[str, str], points: list[Point], buckets: int) -> shapes.Series:
    points.sort(key=lambda point: point.time)
    thinned = thin(points, buckets)
    return shapes.Series(group, thinned, len(points), downsampled=len(thinned) < len(points))


def thin(points: Sequence[Point], buckets: int) -> list[Point]:
    """Keep the first, the last, the least and the greatest point of each span of time, and one that is NaN."""
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
