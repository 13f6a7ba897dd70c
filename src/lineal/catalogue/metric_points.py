"""Points of metrics for REST: pages of metrics and of histories, and adding points, by the RPCs of the service.

What stays out: the rules (lineal.service), and metrics that records report as properties (details.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from lineal import errors
from lineal.catalogue import shapes
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.wire import metrics


class Columns(NamedTuple):
    """Points of one metric as columns, index-aligned."""

    name: str
    steps: list[int]
    times: list[int]
    values: list[float]


class MetricPoints:
    """The metrics of artifacts, as the current caller sees them."""

    def __init__(self, service: MetadataService, caller: Callable[[], Caller]) -> None:
        self._service = service
        self._caller = caller

    def _call(self, method: str, request: Any) -> Any:
        """Run an RPC; errors about a page name the parameter as REST calls it."""
        try:
            return self._service.call(method, request, caller=self._caller())
        except errors.InvalidArgumentError as error:
            message = error.message.replace("next_page_token", "next_cursor").replace("page_token", "cursor")
            raise errors.InvalidArgumentError(message, error.details) from error

    def page(
        self, artifact_id: int, *, names: Sequence[str], latest_only: bool, limit: int, cursor: str
    ) -> shapes.LoggedMetrics:
        """Return a page of the metrics of an artifact."""
        request = metrics.GetMetricsRequest(
            artifact_id=artifact_id, names=names, latest_only=latest_only, page_size=limit, page_token=cursor
        )
        answer = self._call("GetMetrics", request)
        return shapes.LoggedMetrics([_metric(each) for each in answer.metrics], answer.next_page_token or None)

    def history(
        self, artifact_id: int, name: str, *, steps: tuple[int | None, int | None], limit: int, cursor: str
    ) -> shapes.MetricHistory:
        """Return a page of the points of a metric; `steps` are the first and the last, None for no end."""
        first, last = steps
        request = metrics.GetMetricHistoryRequest(
            artifact_id=artifact_id, name=name, first_step=first, last_step=last, page_size=limit, page_token=cursor
        )
        answer = self._call("GetMetricHistory", request)
        found = answer.series
        columns = list(found.steps), list(found.times), list(found.values)
        return shapes.MetricHistory(name, *columns, answer.next_page_token or None)

    def log(self, artifact_id: int, points: Sequence[Columns]) -> shapes.LatestMetrics:
        """Add points, all of them or none; return the latest of each name."""
        series = [metrics.MetricSeries(**each._asdict()) for each in points]
        answer = self._call("LogMetrics", metrics.LogMetricsRequest(artifact_id=artifact_id, series=series))
        latest = [shapes.LoggedMetric(each.name, _point(each.point)) for each in answer.latest]
        return shapes.LatestMetrics(latest, answer.left_out)


def _metric(found: metrics.Metric) -> shapes.LoggedMetric:
    if not found.count:
        return shapes.LoggedMetric(found.name, _point(found.latest))
    return shapes.LoggedMetric(
        found.name,
        _point(found.latest),
        count=found.count,
        first=_point(found.first),
        least=found.least if found.HasField("least") else None,
        greatest=found.greatest if found.HasField("greatest") else None,
    )


def _point(found: metrics.MetricPoint) -> shapes.MetricPoint:
    return shapes.MetricPoint(found.step, found.time, found.value)
