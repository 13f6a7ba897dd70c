"""The metrics of a server as Markdown, from the registry of the Prometheus client."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric

from lineal.server.observing.metrics import REGISTRY

from .markdown import code, prose, table


def measures() -> str:
    """Return a table of the metrics: their kinds, labels and meanings."""
    rows = [
        (code(name_of(metric)), metric.type, ", ".join(map(code, labels)), prose(metric.documentation))
        for metric, labels in metrics()
    ]
    return table(("Metric", "Kind", "Labels", "Meaning"), rows)


def metrics() -> Iterator[tuple[Metric, tuple[str, ...]]]:
    """Yield the metrics of the registry with the names of their labels."""
    for collector in dict.fromkeys(REGISTRY._names_to_collectors.values()):
        for metric in collector.describe() if hasattr(collector, "describe") else collector.collect():
            yield metric, tuple(getattr(collector, "_labelnames", ()))


def name_of(metric: Metric) -> str:
    """Return the name under which a server shows a metric."""
    return f"{metric.name}_total" if metric.type == "counter" else str(metric.name)
