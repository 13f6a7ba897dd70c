"""Counters and gauges of a watcher, and their text for Prometheus. What stays out: serving it (`health.py`)."""

from __future__ import annotations

import threading
from collections.abc import Mapping

PREFIX = "lineal_watch_"
COUNTERS: Mapping[str, str] = {
    "events_total": "Changes that came from the cluster, by kind and verb.",
    "written_total": "Changes that were written to the store, by kind and verb.",
    "problems_total": "What went wrong, by reason.",
    "lists_total": "Complete lists of a kind, by kind.",
    "gone_total": "Resource versions that were too old (410 Gone), by kind.",
    "connections_total": "Watches that were opened, by kind.",
}
GAUGES: Mapping[str, str] = {
    "queue_changes": "Changes that wait for the store.",
    "queue_bytes": "Bytes of the changes that wait.",
    "kinds_unserved": "Kinds in the list that the cluster does not serve.",
    "kinds_forbidden": "Kinds that the cluster's roles do not let the watcher read.",
    "cluster_away": "Whether the API server does not answer.",
    "store_away": "Whether the store does not answer.",
    "leader": "Whether this replica records.",
}
_Key = tuple[str, tuple[tuple[str, str], ...]]


class Metrics:
    """The numbers of one watcher; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[_Key, float] = {}

    def count(self, name: str, **labels: str) -> None:
        """Add 1 to a counter."""
        key = _key(COUNTERS, name, labels)
        with self._lock:
            self._values[key] = self._values.get(key, 0) + 1

    def set(self, name: str, value: float) -> None:
        """Set a gauge."""
        key = _key(GAUGES, name, {})
        with self._lock:
            self._values[key] = value

    def value(self, name: str, **labels: str) -> float:
        """Return a number; 0 for one that was never counted."""
        with self._lock:
            return self._values.get((name, tuple(sorted(labels.items()))), 0)

    def text(self) -> str:
        """Return all numbers in Prometheus' text format."""
        with self._lock:
            values = sorted(self._values.items())
        lines = []
        for name, (kind, what) in _described().items():
            lines += [f"# HELP {PREFIX}{name} {what}", f"# TYPE {PREFIX}{name} {kind}"]
            lines += [f"{PREFIX}{name}{_labels(key[1])} {value:g}" for key, value in values if key[0] == name]
        return "\n".join(lines) + "\n"


def _described() -> dict[str, tuple[str, str]]:
    counters = {name: ("counter", what) for name, what in COUNTERS.items()}
    return counters | {name: ("gauge", what) for name, what in GAUGES.items()}


def _key(known: Mapping[str, str], name: str, labels: Mapping[str, str]) -> _Key:
    if name not in known:
        raise KeyError(name)
    return name, tuple(sorted(labels.items()))


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    escaped = (f'{name}="{_escape(value)}"' for name, value in labels)
    return "{" + ",".join(escaped) + "}" if labels else ""


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
