"""The rules of LogMetrics: points are added, and the node's record shows the latest value of each name.

The node is locked first, so that of two calls for a node the second one sees what the first one wrote. What stays out:
rows (store/rows/metrics.py), and the JSON of a record (metric_values.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lineal import deadlines, errors
from lineal.conventions import ALL_META
from lineal.counting import amount
from lineal.kinds import Kind
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.metric_requests import no_node, node_of, point_message, require_name
from lineal.service.writes.metric_values import with_values
from lineal.store.engine.session import Session
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.held_nodes import HeldNode
from lineal.store.rows.metrics import Points, StoredPoint
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.properties import PropertyChanges, ask_for_properties, change_properties
from lineal.wire import metadata_store as pb
from lineal.wire import metrics

MOST_POINTS = 100_000
"""How many points one call can bring."""
_SHOWN = 20


def log_metrics(session: Session, types: KnownTypes, request: metrics.LogMetricsRequest) -> metrics.LogMetricsResponse:
    """Add points to a node, all of them or none.

    Raises:
        InvalidArgumentError: the request names no node, has no points or too many, or a name or column is wrong.
        NotFoundError: the node does not exist.
    """
    kind, node_id = node_of(request)
    points = _points(request)
    rows = node_rows.ask_to_update(session, kind, [node_id])
    properties = ask_for_properties(session, kind, [node_id])
    known = metric_rows.ask_by_names(session, kind, node_id, list(points))
    found = rows()
    if not found:
        raise no_node(kind, node_id)
    latest, left_out = _add(session, types, kind, HeldNode(found[0], properties()), points, known())
    return metrics.LogMetricsResponse(
        latest=[metrics.LatestPoint(name=name, point=point_message(each)) for name, each in latest.items()],
        left_out=left_out,
    )


def log_held(
    session: Session, types: KnownTypes, kind: Kind, held: HeldNode, request: metrics.LogMetricsRequest
) -> None:
    """Add points to a node that the transaction has locked and read already.

    Raises:
        InvalidArgumentError: the request has no points or too many, or a name or column is wrong.
    """
    points = _points(request)
    known = metric_rows.ask_by_names(session, kind, held.row.id, list(points))
    _add(session, types, kind, held, points, known())


def _add(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    held: HeldNode,
    points: dict[str, Points],
    known: dict[str, metric_rows.MetricRow],
) -> tuple[dict[str, StoredPoint], int]:
    """Store points; return the latest of each name, and how many names the record has no room to show."""
    latest, node_id = _latest(points, known), held.row.id
    ids = metric_rows.put_latest(session, kind, node_id, known, latest)
    metric_rows.add_points(session, ((ids[name], each) for name, each in points.items()))
    with _unrecorded(session):
        left_out = _show(session, types, kind, held, {name: each.meant for name, each in latest.items()})
    _record(session, kind, node_id, points)
    session.note_written(kind, [node_id])
    return latest, left_out


def _points(request: metrics.LogMetricsRequest) -> dict[str, Points]:
    """Return the points of a request by name, checked."""
    total = sum(len(each.values) for each in request.series)
    if not 0 < total <= MOST_POINTS:
        raise errors.InvalidArgumentError(
            f"the request has {amount(total, 'points')}; give from 1 to {MOST_POINTS}, and more in further calls"
        )
    time = now()
    found: dict[str, Points] = {}
    for series in request.series:
        deadlines.check()
        require_name(series.name)
        steps, times, values = [*series.steps], [*series.times], [*series.values]
        _require_columns(series.name, len(steps), len(times), len(values))
        points = Points(steps, times or [time] * len(steps), values)
        found[series.name] = _together(found[series.name], points) if series.name in found else points
    return {name: each for name, each in found.items() if each.steps}


def _together(points: Points, others: Points) -> Points:
    return Points(points.steps + others.steps, points.times + others.times, points.values + others.values)


def _require_columns(name: str, steps: int, times: int, values: int) -> None:
    if steps != values or times not in (0, values):
        raise errors.InvalidArgumentError(
            f"the metric {name!r} has {amount(values, 'values')}, {amount(steps, 'steps')} and "
            f"{amount(times, 'times')}; give one step for each value, and one time for each or none at all"
        )


def _latest(points: dict[str, Points], known: dict[str, metric_rows.MetricRow]) -> dict[str, StoredPoint]:
    """Return the latest point of each name, of those that are stored and those that are added."""
    found = {name: each.latest for name, each in points.items()}
    return {name: max(point, known[name].latest) if name in known else point for name, point in found.items()}


def _show(session: Session, types: KnownTypes, kind: Kind, shown: HeldNode, values: dict[str, float]) -> int:
    """Put values into the node's record and move its time of last update; return how many are left out."""
    time = max(now(), shown.row.updated + 1)
    node_rows.update_nodes(session, kind, [shown.row._replace(updated=time)])
    changes, left_out = shown_values(session, types, kind, shown, values)
    change_properties(session, kind, changes)
    return left_out


def shown_values(
    session: Session, types: KnownTypes, kind: Kind, shown: HeldNode, values: dict[str, float]
) -> tuple[PropertyChanges, int]:
    """Return the changes that put the latest values by name into a node's record, and how many values are left out."""
    node, stored = shown
    held = {bool(is_custom): text for _, name, is_custom, _, _, text, *_ in stored if name == ALL_META}
    is_custom = False not in held if held else not _declares_record(session, types, kind, node)
    text, left_out = with_values(held.get(is_custom, ""), values)
    if text is None:
        return PropertyChanges([], [], []), left_out
    changed = [(node.id, ALL_META, is_custom, (None, None, text, None, None))]
    return PropertyChanges([], changed, []) if held else PropertyChanges(changed, [], []), left_out


def _declares_record(session: Session, types: KnownTypes, kind: Kind, node: NodeRow) -> bool:
    """Say whether the JSON of a record is a property of the node's type, as with the SDK's types."""
    known = types.get(session, kind, node.type_id)
    return types.property_type(session, known, ALL_META) == pb.STRING


@contextmanager
def _unrecorded(session: Session) -> Iterator[None]:
    """Keep a change out of the audit log: the call has an entry of its own."""
    tracker, session.tracker = session.tracker, None
    try:
        yield
    finally:
        session.tracker = tracker


def _record(session: Session, kind: Kind, node_id: int, points: dict[str, Points]) -> None:
    """Record the call for the audit log, with counts: the points themselves are the history."""
    if session.tracker:
        names = list(points)
        counts = {
            "points": sum(len(each.steps) for each in points.values()),
            "metrics": len(names),
            "names": names[:_SHOWN],
        }
        session.tracker.added("metrics", kind.name, node_id, counts)
