"""Points of metrics for REST: pages of metrics and of histories, and adding points, by the RPCs of the service.

What stays out: the rules (lineal.service), which points a chart needs (curves.py), and metrics that records report as
properties (details.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from lineal import errors
from lineal.catalogue import cards, curves, shapes
from lineal.catalogue.curves import Range
from lineal.kinds import Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.wire import metrics


class Columns(NamedTuple):
    """Points of one metric as columns, index-aligned."""

    name: str
    steps: list[int]
    times: list[int]
    values: list[float]


LONGEST_HISTORY = 50_000
"""How many points a page of a history has at most."""


class MetricPoints:
    """The metrics of artifacts and executions, as the current caller sees them."""

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
        self, kind: Kind, node_id: int, *, names: Sequence[str], latest_only: bool, limit: int, cursor: str
    ) -> shapes.LoggedMetrics:
        """Return a page of the metrics of a node."""
        node: dict[str, Any] = {kind.id_column: node_id}
        request = metrics.GetMetricsRequest(
            names=names, latest_only=latest_only, page_size=limit, page_token=cursor, **node
        )
        answer = self._call("GetMetrics", request)
        return shapes.LoggedMetrics([_metric(each) for each in answer.metrics], answer.next_page_token or None)

    def history(
        self, kind: Kind, node_id: int, name: str, *, steps: tuple[int | None, int | None], limit: int, cursor: str
    ) -> shapes.MetricHistory:
        """Return a page of the points of a metric; `steps` are the first and the last, None for no end."""
        first, last = steps
        node: dict[str, Any] = {kind.id_column: node_id}
        request = metrics.GetMetricHistoryRequest(
            name=name, first_step=first, last_step=last, page_size=limit, page_token=cursor, **node
        )
        answer = self._call("GetMetricHistory", request)
        found = answer.series
        columns = list(found.steps), list(found.times), list(found.values)
        return shapes.MetricHistory(name, *columns, answer.next_page_token or None)

    def histories(self, key: str, names: Sequence[str]) -> Iterator[shapes.MetricHistory]:
        """Return the pages of all points of metrics of a record, given by its key; no names mean all metrics.

        Raises:
            NotFoundError: the record does not exist.
        """
        kind, node_id = cards.read_key(key)
        known = self.names([key])
        if known.missing:
            raise cards.no_node(kind, node_id)
        wanted = [each.name for each in known.items if not names or each.name in names]
        return (page for name in wanted for page in self._pages(kind, node_id, name))

    def _pages(self, kind: Kind, node_id: int, name: str) -> Iterator[shapes.MetricHistory]:
        cursor: str | None = ""
        while cursor is not None:
            page = self.history(kind, node_id, name, steps=(None, None), limit=LONGEST_HISTORY, cursor=cursor)
            yield page
            cursor = page.next_cursor

    def names(self, keys: Sequence[str]) -> shapes.MetricNames:
        """Return the metrics that records, given by their keys, have points of."""
        return self._service.read(lambda session, _: curves.names(session, keys), caller=self._caller())

    def curves(self, keys: Sequence[str], name: str, wanted: Range, *, points: int) -> shapes.Curves:
        """Return the curves of a metric of records, given by their keys, with up to so many points each."""
        return self._service.read(
            lambda session, _: curves.curves(session, keys, name, wanted, points=points), caller=self._caller()
        )

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
