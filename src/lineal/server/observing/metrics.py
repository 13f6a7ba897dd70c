"""The numbers of a server, and their text for Prometheus.

Several workers of one server write their numbers into files of one folder (the client library's multiprocess mode), and
each worker answers with the sum of all. What stays out: counting (calls.py, database.py).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

import lineal
from lineal.server.observing.deferred import count
from lineal.server.observing.restarts import WORKER_RESTARTS

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BYTES = tuple(4**power for power in range(4, 14))  # 256 B to 64 MiB


def _counter(name: str, text: str, labels: Sequence[str] = ()) -> Counter:
    return Counter(f"lineal_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, labels: Sequence[str] = (), *, summed: bool = True) -> Gauge:
    mode: Literal["livesum", "livemin"] = "livesum" if summed else "livemin"
    return Gauge(f"lineal_{name}", text, labels, registry=REGISTRY, multiprocess_mode=mode)


def _histogram(name: str, text: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
    return Histogram(f"lineal_{name}", text, labels, registry=REGISTRY, buckets=buckets)


RPCS = _counter(
    "rpcs_total",
    "RPCs that were answered or refused, by way in (door: grpc or web), method and status.",
    ("door", "method", "code"),
)
RPC_SECONDS = _histogram("rpc_seconds", "How long RPCs took, in seconds.", ("method",), _SECONDS)
RPC_REQUEST_BYTES = _histogram(
    "rpc_request_bytes", "How large the requests of RPCs were, in bytes.", ("method",), _BYTES
)
RPC_RESPONSE_BYTES = _histogram(
    "rpc_response_bytes", "How large the answers to RPCs were, in bytes.", ("method",), _BYTES
)
RPCS_IN_PROGRESS = _gauge("rpcs_in_progress", "RPCs that are worked on.")
_HTTP = (
    "HTTP requests, by method, route and status; a route is a pattern, never a path with an id, and calls of MLflow's "
    "clients have their names (/api/2.0/mlflow/runs/log-batch)."
)
HTTP_REQUESTS = _counter("http_requests_total", _HTTP, ("method", "route", "status"))
HTTP_SECONDS = _histogram("http_request_seconds", "How long HTTP requests took, in seconds.", ("route",), _SECONDS)
REFUSED_CREDENTIALS = _counter(
    "refused_credentials_total", "Requests whose credentials were refused: unknown, expired or revoked ones."
)
STATEMENTS = _counter("database_statements_total", "Statements that were sent to the database.")
TRANSACTIONS = _histogram(
    "database_transaction_seconds",
    "How long transactions took, in seconds, by kind (read, write), repeated runs included.",
    ("kind",),
    _SECONDS,
)
RETRIES = _counter(
    "database_retries_total", "Transactions that ran again, by reason (race, conflict, lost connection).", ("reason",)
)
CONNECTIONS = _gauge("database_connections", "Open connections to the database, by state (used, idle).", ("state",))
READY = _gauge("ready", "Whether the database answers: 1 if it does for every worker.", summed=False)
WORKERS = _gauge("workers", "Processes that serve.")
OPENLINEAGE_WAITING = _gauge("openlineage_outbox_waiting", "Records that wait to be sent as OpenLineage.")
OPENLINEAGE_AGE = _gauge(
    "openlineage_outbox_age_seconds", "How long the oldest record has waited to be sent, in seconds."
)
OPENLINEAGE_DEAD = _gauge("openlineage_outbox_dead", "Records that the receiver of OpenLineage refused.")
OPENLINEAGE_SENT = _counter("openlineage_outbox_sent_total", "Rows of the outbox that were sent as OpenLineage.")
REGISTRY.register(WORKER_RESTARTS)
BUILD = _gauge("build_info", "The version that runs, as a label; always 1.", ("version",), summed=False)


def begin() -> None:
    """Note that this process serves."""
    BUILD.labels(lineal.__version__).set(1)
    WORKERS.set(1)
    if not _folder():
        ProcessCollector(registry=REGISTRY)
        PlatformCollector(registry=REGISTRY)


def text() -> bytes:
    """Return all numbers in Prometheus' text format, those of all workers together, which may be a moment behind."""
    count()
    if not _folder():
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def _folder() -> str:
    return os.environ.get(FOLDER_VARIABLE, "")
