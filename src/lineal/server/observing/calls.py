"""What is recorded about each RPC, over gRPC or HTTP: metrics, and a log line if that is set.

What stays out: knowing when a call begins and ends (grpc_calls.py, grpc_web.py).
"""

from __future__ import annotations

import logging
from functools import lru_cache
from time import perf_counter
from typing import Any, NamedTuple

from lineal.server.observing import metrics
from lineal.server.observing.deferred import add, later

_log = logging.getLogger("lineal.requests")


class _Children(NamedTuple):
    """The metrics of one method, found once."""

    seconds: Any
    request_bytes: Any
    response_bytes: Any


@lru_cache(maxsize=256)
def _children(method: str) -> _Children:
    return _Children(
        metrics.RPC_SECONDS.labels(method),
        metrics.RPC_REQUEST_BYTES.labels(method),
        metrics.RPC_RESPONSE_BYTES.labels(method),
    )


@lru_cache(maxsize=2048)
def _counter(door: str, method: str, code: str) -> Any:
    return metrics.RPCS.labels(door, method, code)


class ObservedCall:
    """One RPC from its beginning to its end."""

    __slots__ = ("_door", "_method", "_received", "_seconds", "_sent", "_started")

    def __init__(self, door: str, method: str, request_bytes: int = 0) -> None:
        self._door, self._method = door, method
        self.begin(request_bytes)
        add(metrics.RPCS_IN_PROGRESS)

    def begin(self, request_bytes: int) -> None:
        """Count the time from now on: the request, of so many bytes, is whole."""
        self._received = request_bytes
        self._started = perf_counter()

    def end(self, code: str, response_bytes: int = 0) -> None:
        """Record how it ended: the name of the status, and the size of the answer."""
        self._seconds = perf_counter() - self._started
        self._sent = response_bytes
        add(metrics.RPCS_IN_PROGRESS, -1)
        add(_counter(self._door, self._method, code))
        later(self._observe)
        note_request(self._method, code, self._seconds, received=self._received, sent=response_bytes)

    def _observe(self) -> None:
        children = _children(self._method)
        children.seconds.observe(self._seconds)
        children.request_bytes.observe(self._received)
        children.response_bytes.observe(self._sent)


def note_request(what: str, code: str, seconds: float, *, sent: int, received: int | None = None) -> None:
    """Write the line of a request, if that is set; in a JSON log, its fields are separate fields."""
    if not _log.isEnabledFor(logging.INFO):
        return
    fields = {"request": what, "code": code, "ms": round(seconds * 1000, 2), "sent": sent}
    if received is not None:
        fields["received"] = received
    _log.info("%s %s %.1f ms", what, code, seconds * 1000, extra={"fields": fields})
