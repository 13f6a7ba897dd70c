"""A watcher in this process for tests, and looks into the store that it writes to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import lineal
from lineal.client import MetadataStore
from lineal.signals import SignalEvent
from lineal.watch import WatchSettings, parse_resources
from lineal.watch.cluster.connection import Cluster
from lineal.watch.metrics import Metrics
from lineal.watch.run import Watcher
from lineal.wire import metadata_store as pb

_T = TypeVar("_T")
CLUSTER = "test-cluster"


@dataclass
class Watching:
    """A running watcher, and the store that it writes to."""

    store: MetadataStore
    watcher: Watcher
    metrics: Metrics

    def artifacts(self, kind: str = "Pod/v1") -> dict[str, pb.Artifact]:
        """The stored objects of a kind, by name; two of one name fail the test."""
        return by_name(self.store.get_artifacts_by_type(f"kubeflow.org/{kind}"))

    def executions(self, kind: str = "Pod/v1") -> dict[str, pb.Execution]:
        return by_name(self.store.get_executions_by_type(f"kubeflow.org/{kind}"))

    def artifact(self, name: str, kind: str = "Pod/v1") -> pb.Artifact:
        """The stored object of a name, as soon as it is there."""
        return eventually(lambda: self.artifacts(kind).get(name))

    def execution(self, name: str, kind: str = "Pod/v1") -> pb.Execution:
        return eventually(lambda: self.executions(kind).get(name))

    def problems(self, reason: str) -> float:
        return self.metrics.value("problems_total", reason=reason)

    def synced(self, what: str = "recording", status: int = 200) -> bool:
        """Whether readiness has this status and this first line."""
        found = self.watcher._ready()
        return (found[0], found[1].partition("\n")[0]) == (status, what)


@contextmanager
def watching(
    kubeconfig: Path,
    resources: str = "Pod/v1",
    *,
    store: MetadataStore | None = None,
    until: str = "recording",
    status: int = 200,
    **settings: Any,
) -> Iterator[Watching]:
    """Watch in a thread until the block ends; without a store in one that is in memory.

    `until` and `status` are the state of readiness that is waited for.
    """
    settings = {"cluster": CLUSTER, "http_port": 0, "discovery_interval": 0.5, "progress_interval": 0.2, **settings}
    made = WatchSettings(parse_resources(resources), "sqlite://", kubeconfig=str(kubeconfig), **settings)
    opened = lineal.connect("sqlite://") if store is None else store
    stopped, cluster = SignalEvent(), Cluster(str(kubeconfig))
    watcher = Watcher(made, cluster, opened, stopped)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    running = Watching(opened, watcher, watcher._metrics)
    try:
        eventually(lambda: running.synced(until, status))
        yield running
    finally:
        stopped.set()
        thread.join(20)
        cluster.close()
        if store is None:
            opened.close()
    assert not thread.is_alive()


def by_name(nodes: list[Any]) -> dict[str, Any]:
    named = {text(node, "name"): node for node in nodes}
    assert len(named) == len(nodes), f"stored twice: {sorted(text(node, 'name') for node in nodes)}"
    return named


def text(node: Any, name: str) -> str:
    """The text of a property, "" for none."""
    return node.properties[name].string_value if name in node.properties else ""


def eventually(look: Callable[[], _T | None], *, timeout: float = 15.0, every: float = 0.02) -> _T:
    """Return what a look finds, as soon as it finds something true."""
    end = time.monotonic() + timeout
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)
