"""A metric over time and versions: points by group, thinned so that least and greatest stay.

A point is one reported value. Its node is what the value is about: the model that an evaluation names, else the
reporter. What stays out: when a value was measured (measured_times.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from lineal.catalogue import shapes
from lineal.catalogue.cards import key_of
from lineal.catalogue.listing import Asked
from lineal.catalogue.measured_times import SKEW, with_measured_times
from lineal.catalogue.shapes import Point
from lineal.kinds import ARTIFACT
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import metrics as metric_rows
from lineal.store.index import search as found_rows
from lineal.store.index.metrics import IdSpan, Named, Report
from lineal.store.index.search import Selection
from lineal.store.rows import metrics as point_rows
from lineal.store.rows.events import Period

MOST_POINTS = 100_000
"""How many values are read; of more, those written in the period first, and the answer says how many are left out."""
_FEW_SUBJECTS = 10_000
MOST_OTHERS = 1000
_NAMES = Named._fields
_OF_REPORTER = ("type", "metrics_type")
_Group = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lines:
    """Which series of a metric are wanted, and how finely.

    Attributes:
        group_by: "label.K", "type", "name", "workspace", "run", "version" or "metrics_type".
        only: the values of the first of these keys whose series are wanted; all if none are given.
        most: how many series have points, those with the newest values; None for all.
        buckets: how many spans of time a thinned series has; each keeps up to four points.
    """

    group_by: Sequence[str] = ()
    only: frozenset[str] = frozenset()
    most: int | None = None
    buckets: int = 500


def series(
    session: Session, types: KnownTypes, asked: Asked, *, metric: str, period: Period, lines: Lines
) -> shapes.MetricSeries:
    """Return the values of a metric that nodes of a search report, or that are about them.

    Args:
        session: the transaction.
        types: the known types.
        asked: the artifacts that report, or that values are about.
        metric: the metric.
        period: when the values were measured.
        lines: which series are wanted, and how finely.
    """
    found, left_out = _reports(session, asked.selection(), metric, period)
    known = metric_rows.named(session, sorted({report.about for report in found}))
    if any(report.about not in known for report in found):
        # If the model of an evaluation does not exist, the values count for the evaluation.
        found = [report if report.about in known else report._replace(about=report.reporter) for report in found]
        known |= metric_rows.named(session, sorted({each.about for each in found if each.about not in known}))
    grouped = _grouped(session, types, found, known, lines.group_by)
    chosen, others = _chosen(grouped, lines)
    drawn = [_series(dict(group), grouped[group], known, lines.buckets) for group in chosen]
    named = [_other(group, grouped[group]) for group in others[:MOST_OTHERS]]
    return shapes.MetricSeries(metric, drawn, exact=not left_out, left_out=left_out, others=named, groups=len(grouped))


def _grouped(
    session: Session, types: KnownTypes, reports: Sequence[Report], known: Mapping[int, Named], keys: Sequence[str]
) -> dict[_Group, list[Report]]:
    values = [(key, _values(session, types, reports, known, key)) for key in keys]
    grouped: dict[_Group, list[Report]] = {}
    for report in reports:
        group = tuple((key, by_reporter.get(report.reporter, "")) for key, by_reporter in values)
        grouped.setdefault(group, []).append(report)
    return grouped


def _chosen(grouped: Mapping[_Group, Sequence[Report]], lines: Lines) -> tuple[list[_Group], list[_Group]]:
    """Return the groups to draw, and the others with the newest values first."""
    if lines.most is None and not lines.only:
        return sorted(grouped), []
    newest = sorted(grouped, key=lambda group: (-max(each.time for each in grouped[group]), group))
    wanted = [group for group in newest if not lines.only or (group and group[0][1] in lines.only)][: lines.most]
    kept = set(wanted)
    return wanted, [group for group in newest if group not in kept]


def _other(group: _Group, reports: Sequence[Report]) -> shapes.SeriesName:
    return shapes.SeriesName(dict(group), len(reports), max(each.time for each in reports))


def _reports(session: Session, selection: Selection, metric: str, period: Period) -> tuple[list[Report], int]:
    """Return reports by or on a selection's artifacts, and how many reports of the metric nobody looked at."""
    ids = found_rows.sample_ids(session, selection, limit=_FEW_SUBJECTS + 1)
    if len(ids) <= _FEW_SUBJECTS:
        found = metric_rows.reports(session, metric, ids, limit=MOST_POINTS + 1)
        if len(found) <= MOST_POINTS:
            return _measured_in(session, metric, found, period), 0
    found, left_out = _of_metric(session, metric, period)
    kept = found_rows.within(selection, sorted({node_id for report in found for node_id in report[:2]}), session)
    found = [report for report in found if report.about in kept or report.reporter in kept]
    return _measured_in(session, metric, found, period), left_out


def _of_metric(session: Session, metric: str, period: Period) -> tuple[list[Report], int]:
    """Return all reports of a metric or, if they are too many, some that may be of a period, and the number of others.

    Those that were written in the period come first, the newest of them before others, then those written after it: a
    value may be measured long before it is written. What was written earlier belongs to the period only if it was
    logged in it.
    """
    since = None if period.since is None else period.since - SKEW
    written, greatest = metric_rows.ids_of_times(session, since, period.until)
    everything = metric_rows.reports_within(session, metric, IdSpan(0, greatest), limit=MOST_POINTS + 1)
    if len(everything) <= MOST_POINTS:
        return everything, 0
    found, number = _logged_before(session, metric, period, written.first)
    found += metric_rows.reports_within(session, metric, written, limit=MOST_POINTS - len(found))
    later = IdSpan(max(written.first, written.last + 1), greatest)
    found += metric_rows.reports_within(session, metric, later, limit=MOST_POINTS - len(found), oldest_first=True)
    number += metric_rows.count_reports(session, metric, IdSpan(written.first, greatest))
    return found, max(0, number - MOST_POINTS)


def _logged_before(session: Session, metric: str, period: Period, below: int) -> tuple[list[Report], int]:
    """Return reports below an id whose points were logged in a period, and how many there are."""
    if period.since is None:
        return [], 0
    ids, number = point_rows.logged_between(
        session, ARTIFACT, metric, since=period.since, until=period.until, below=below, limit=MOST_POINTS
    )
    return metric_rows.reports_by(session, metric, sorted(ids)), number


def _measured_in(session: Session, metric: str, reports: Sequence[Report], period: Period) -> list[Report]:
    since, until = period.since or 0, math.inf if period.until is None else period.until
    return [each for each in with_measured_times(session, metric, reports) if since <= each.time <= until]


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
        labels = metric_rows.labels(session, sorted(reporters), name)
        lacking = {each.about for each in reports if each.reporter not in labels}
        labels |= metric_rows.labels(session, sorted(lacking.difference(reporters)), name)
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


def _series(
    group: dict[str, str], reports: Sequence[Report], known: Mapping[int, Named], buckets: int
) -> shapes.Series:
    thinned = thin(sorted(reports, key=lambda report: report.time), buckets)
    points = [_point(each, known) for each in thinned]
    return shapes.Series(group, points, len(reports), downsampled=len(points) < len(reports))


def thin(reports: Sequence[Report], buckets: int) -> list[Report]:
    """Keep the first, the last, the least and the greatest of each span of time, and one that is NaN."""
    if len(reports) <= 4 * buckets:
        return list(reports)
    first = reports[0].time
    width = max(1, math.ceil((reports[-1].time - first + 1) / buckets))
    spans: dict[int, list[Report]] = {}
    for report in reports:
        spans.setdefault((report.time - first) // width, []).append(report)
    return [report for span in spans.values() for report in _extremes(span)]


def _extremes(span: list[Report]) -> list[Report]:
    numbers = [each for each in span if not math.isnan(each.value)]
    gap = [each for each in span if math.isnan(each.value)][:1]
    kept = [span[0], span[-1], *gap]
    if numbers:
        kept += [min(numbers, key=_value), max(numbers, key=_value)]
    chosen = set(map(id, kept))
    return [each for each in span if id(each) in chosen]


_value = attrgetter("value")
