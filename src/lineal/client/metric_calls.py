"""The client's calls for points of metrics, which the SDK uses: lineal.v1.MetricService.

What stays out: names, steps and times that a program leaves out (lineal.sdk.metric_points).
"""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from lineal import errors
from lineal.client.calls import Calls
from lineal.wire import metrics


class MetricCalls(Calls):
    """Calls for points of metrics. A server that lacks them is refused with an error that says so."""

    def _log_metrics(self, request: metrics.LogMetricsRequest) -> metrics.LogMetricsResponse:
        """Add points to a node; a call may be repeated."""
        response: metrics.LogMetricsResponse = self._ask_for_metrics("LogMetrics", request)
        return response

    def _get_metrics(self, request: metrics.GetMetricsRequest) -> metrics.GetMetricsResponse:
        """Return a page of the metrics of a node."""
        response: metrics.GetMetricsResponse = self._ask_for_metrics("GetMetrics", request)
        return response

    def _get_metric_history(self, request: metrics.GetMetricHistoryRequest) -> metrics.GetMetricHistoryResponse:
        """Return a page of the points of a metric."""
        response: metrics.GetMetricHistoryResponse = self._ask_for_metrics("GetMetricHistory", request)
        return response

    def _ask_for_metrics(self, method: str, request: Message) -> Any:
        """Send a request.

        Raises:
            UnimplementedError: the server has no points of metrics.
        """
        try:
            return self._send(method, request)
        except errors.UnimplementedError as error:
            raise errors.UnimplementedError(
                f"the server has no call {method}: it is the official server, or an older version of Lineal; upgrade "
                "it, or log metrics as `values` of a record"
            ) from error
