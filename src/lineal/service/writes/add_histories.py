"""The rule of adding points of many nodes at once, as an import does; `log_metrics` serves one node.

The nodes are locked first, so that somebody who logs points of one meanwhile comes before or after. What stays out:
rows (store/rows/metrics.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from lineal.kinds import Kind
from lineal.service.known_types import KnownTypes
from lineal.service.writes.log_metrics import shown_values
from lineal.store.engine.session import Row, Session
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.held_nodes import HeldNode
from lineal.store.rows.metrics import MetricRow, Points, StoredPoint
from lineal.store.rows.properties import PropertyChanges, ask_for_properties, change_properties

History = Mapping[str, Points]
"""The points of a node by the names of the metrics."""


def add_histories(session: Session, types: KnownTypes, kind: Kind, histories: Mapping[int, History]) -> None:
    """Add points to nodes, and show the latest value of each metric in their records.

    Their time of last update moves on by a millisecond only, so that it stays that of what they record.

    Args:
        session: the transaction; the tables of metrics must exist.
        types: the known types.
        kind: the kind of the nodes.
        histories: the points, by the ids of the nodes; what is there stays as it is.
    """
    ids = sorted(histories)
    rows = node_rows.ask_to_update(session, kind, ids)
    properties = ask_for_properties(session, kind, ids)
    nodes = rows()
    stored: dict[int, list[Row]] = {}
    for row in properties():
        stored.setdefault(row[0], []).append(row)
    known = {
        node_id: {row.name: row for row in found}
        for node_id, found in metric_rows.latest_of(session, kind, ids).items()
    }
    latest = {node_id: _latest(history, known.get(node_id, {})) for node_id, history in histories.items()}
    metric_ids = metric_rows.put_latest_of_nodes(session, kind, known, latest)
    points = ((metric_ids[node_id, name], each) for node_id, own in histories.items() for name, each in own.items())
    metric_rows.add_points(session, points)
    changes = PropertyChanges([], [], [])
    for node in nodes:
        values = {name: point.meant for name, point in latest[node.id].items()}
        changed, _ = shown_values(session, types, kind, HeldNode(node, stored.get(node.id, [])), values)
        changes.inserted += changed.inserted
        changes.updated += changed.updated
    change_properties(session, kind, changes)
    node_rows.set_times(session, kind, [(node.id, node.created, node.updated + 1) for node in nodes])


def _latest(history: History, known: Mapping[str, MetricRow]) -> dict[str, StoredPoint]:
    """Return the latest point of each name, of those that are stored and those that are added."""
    found = {name: points.latest for name, points in history.items()}
    return {name: max(point, known[name].latest) if name in known else point for name, point in found.items()}
