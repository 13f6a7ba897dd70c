"""The rules of metrics of runs: points are Lineal's metric points of the run's execution.

What stays out: which run (runs.py), and the rows (store/rows/metrics.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import EXECUTION, Kind
from lineal.mlflow import keys
from lineal.mlflow.requests import Request, finite
from lineal.service.known_types import KnownTypes
from lineal.service.writes.log_metrics import log_held, log_metrics
from lineal.store.engine.session import Session
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows.held_nodes import HeldNode
from lineal.store.rows.metrics import StoredPoint
from lineal.wire import metrics as wire

Fields = dict[str, Any]
_MOST = {"metrics": 1000, "params": 100, "tags": 100}
_MOST_IN_ALL = 1000


def check_batch(request: Request) -> None:
    """Refuse a batch that is larger than MLflow's server takes.

    Raises:
        InvalidArgumentError: it is.
    """
    counts = {name: len(request.list(name)) for name in _MOST}
    for name, most in _MOST.items():
        if counts[name] > most:
            raise errors.InvalidArgumentError(
                f"the batch has {counts[name]} {name}, and one takes up to {most}; send the rest in further batches"
            )
    total = sum(counts.values())
    if total > _MOST_IN_ALL:
        raise errors.InvalidArgumentError(
            f"the batch has {total} metrics, params and tags, and one takes up to {_MOST_IN_ALL} in all; send the rest "
            "in further batches"
        )


def series_of(points: Sequence[Fields], *, place: str) -> list[wire.MetricSeries]:
    """Return the points of a request by metric.

    Args:
        points: objects with `key`, `value`, `timestamp` and perhaps `step`.
        place: the field that they are in, with the index to be filled in: `metrics[{}].`, or "" for one alone.

    Raises:
        InvalidArgumentError: a key is one that no metric can have, or a time is negative.
    """
    found: dict[str, wire.MetricSeries] = {}
    for index, point in enumerate(points):
        inside = place.format(index)
        keys.check_key(point["key"], f"{inside}name")
        if point["timestamp"] < 0:
            raise errors.InvalidArgumentError(
                f"'{inside}timestamp' of the metric {point['key']!r} is {point['timestamp']}; give milliseconds since "
                "the epoch, 0 or more"
            )
        series = found.setdefault(point["key"], wire.MetricSeries(name=point["key"]))
        series.steps.append(point.get("step", 0))
        series.times.append(point["timestamp"])
        series.values.append(point["value"])
    return list(found.values())


def log(
    session: Session, types: KnownTypes, node: int, series: Sequence[wire.MetricSeries], *, kind: Kind = EXECUTION
) -> None:
    """Add points to a run, or to a model, given by the id of its node."""
    log_metrics(session, types, wire.LogMetricsRequest(**{kind.id_column: node}, series=series))


def log_of_run(session: Session, types: KnownTypes, stored: HeldNode, series: Sequence[wire.MetricSeries]) -> None:
    """Add points to a run that the transaction holds."""
    request = wire.LogMetricsRequest(**{EXECUTION.id_column: stored.row.id}, series=series)
    log_held(session, types, EXECUTION, stored, request)


def latest_of(session: Session, ids: Sequence[int], *, kind: Kind = EXECUTION) -> dict[int, list[Fields]]:
    """Return the latest point of each metric of runs, or of models, given by the ids of their nodes."""
    if not ids or not metric_rows.are_present(session):
        return {}
    found = metric_rows.latest_of(session, kind, ids)
    return {node: [point_fields(row.name, row.latest) for row in rows] for node, rows in found.items()}


def point_fields(key: str, point: StoredPoint) -> Fields:
    """Return a point as MLflow's clients read it."""
    return {"key": key, "value": finite(point.meant), "timestamp": point.time, "step": point.step}


def history(session: Session, run: int, key: str) -> list[Fields]:
    """Return all points of a metric of a run in MLflow's order: by time, step and value."""
    if not metric_rows.are_present(session):
        return []
    metric = metric_rows.ask_by_names(session, EXECUTION, run, [key])().get(key)
    if metric is None:
        return []
    points = [StoredPoint._make(row) for row in metric_rows.all_points(session, metric.id)]
    points.sort(key=lambda point: (point.time, point.step, point.value))
    return [point_fields(key, point) for point in points]
