"""One time of recording: the queue, the writer and the streams, from becoming the recording replica to its end.

What stays out: who records (`lease.py`), and the process around it (`run.py`).
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable

from lineal import errors
from lineal.client import MetadataStore
from lineal.watch.cluster import Cluster, ClusterError, ForbiddenError
from lineal.watch.discovery import Served, find_served, versions_of
from lineal.watch.handlers import Handler
from lineal.watch.metrics import Metrics
from lineal.watch.objects import ObjectHandler
from lineal.watch.progress import Progress
from lineal.watch.queue import ChangeQueue, Source
from lineal.watch.readiness import State
from lineal.watch.redaction import Redaction
from lineal.watch.reflector import Reflector, Surroundings
from lineal.watch.resources import Resource
from lineal.watch.settings import WatchSettings
from lineal.watch.store import live_versions
from lineal.watch.vanished import LOOKS, Vanished, possible_sources
from lineal.watch.workloads import WorkloadHandler
from lineal.watch.writer import Place, Writer

STOP_GRACE = 10.0
AGAIN = 1.0
LONGEST_ROUND = 20.0

_log = logging.getLogger(__name__)


class Recording:
    """Streams into a queue, and a writer out of it."""

    def __init__(
        self,
        settings: WatchSettings,
        *,
        store: MetadataStore,
        cluster: Cluster,
        cluster_name: str,
        own_handlers: list[Handler],
        metrics: Metrics,
        may_write: Callable[[], bool],
    ) -> None:
        self._settings, self._store, self._cluster, self._metrics = settings, store, cluster, metrics
        self._progress = Progress(store, cluster=cluster_name, selector=settings.selector)
        self._queue = ChangeQueue(objects=settings.queue_objects, size=settings.queue_bytes)
        self._shared = Surroundings(
            cluster,
            self._queue,
            Redaction(settings.redact),
            metrics,
            lambda source: live_versions(store, source, cluster=cluster_name),
            settings.selector,
            relist=settings.relist,
        )
        self._writer = Writer(
            store,
            cluster=cluster,
            queue=self._queue,
            built_in=[ObjectHandler(), WorkloadHandler()],
            own=own_handlers,
            place=Place(
                cluster_name, lambda namespace: settings.workspace_of(cluster_name, namespace), settings.selector
            ),
            metrics=metrics,
            may_write=may_write,
            reached=self._reached,
        )
        self._reflectors: dict[str, list[Reflector]] = {}
        self._resources = deque(settings.resources)
        self._vanished: dict[str, Vanished] = {}
        self._told_unserved: set[str] = set()
        self._absent: Counter[str] = Counter()
        self._forbidden: dict[str, str] = {}
        self._unasked: dict[str, str] = {}
        self._next_discovery = self._next_save = 0.0
        self._asked = False

    def start(self) -> None:
        """Read how far the cluster was read, and start to write.

        Raises:
            StatusError: the store does not answer.

        """
        self._progress.load()
        self._writer.thread.start()

    def tick(self) -> None:
        """Do what is due: look for kinds, save progress, set metrics; called about every second."""
        if time.monotonic() >= self._next_discovery:
            self._next_discovery = time.monotonic() + self._settings.discovery_interval
            self._discover()
        if time.monotonic() >= self._next_save:
            self._next_save = time.monotonic() + self._settings.progress_interval
            self._save()
        waiting, size = self._queue.depth()
        self._metrics.set("queue_changes", waiting)
        self._metrics.set("queue_bytes", size)
        state = self.state()
        self._metrics.set("kinds_forbidden", len(state.refused()))
        self._metrics.set("cluster_away", state.cluster_is_away())

    def stop(self) -> None:
        """End the streams and, after the current write, the writer; save the progress."""
        for reflector in self._running():
            reflector.stop()
        for ending in self._vanished.values():
            ending.stop()
        self._writer.stop()
        self._writer.thread.join(timeout=STOP_GRACE)
        self._save()

    def state(self) -> State:
        """Return what keeps the recording from being up to date."""
        return State(
            [one.state for one in self._running()],
            forbidden=dict(self._forbidden),
            unasked=dict(self._unasked),
            asked=self._asked,
            store_answers=self._writer.store_answers,
        )

    @property
    def alive(self) -> bool:
        """Whether the writer works."""
        return self._writer.thread.is_alive()

    def _reached(self, source_name: str, version: str) -> None:
        """Save the progress; the first time at once, because nothing can resume without it."""
        if version and not self._progress.version(source_name):
            self._next_save = 0.0
        if version:
            self._progress.reach(source_name, version)

    def _save(self) -> None:
        try:
            self._progress.save()
        except errors.StatusError as error:
            _log.debug("progress was not saved: %s", error.message)

    def _running(self) -> list[Reflector]:
        return [reflector for several in list(self._reflectors.values()) for reflector in several]

    def _discover(self) -> None:
        """Start a stream for each kind that the cluster serves and that has none, and forget streams that ended.

        A round ends early if the cluster is slow to answer, because the main loop has to go on; the next one begins
        with the kinds that were left out.
        """
        end = time.monotonic() + LONGEST_ROUND
        for asked in range(1, len(self._resources) + 1):
            resource = self._resources[0]
            self._resources.rotate(-1)
            several = [one for one in self._reflectors.get(resource.name, []) if one.thread.is_alive()]
            self._reflectors[resource.name] = several
            if not several:
                self._look_for(resource)
            self._asked = self._asked or asked == len(self._resources)
            if time.monotonic() > end:
                break
        unserved = [name for name, several in self._reflectors.items() if not several]
        self._metrics.set("kinds_unserved", len(unserved))

    def _look_for(self, resource: Resource) -> None:
        ending = self._vanished.get(resource.name)
        if ending is not None and ending.thread.is_alive():
            return
        self._forbidden.pop(resource.name, None)
        self._unasked.pop(resource.name, None)
        try:
            served = find_served(self._cluster, resource)
            if served is None:
                self._miss(resource)
                return
        except ForbiddenError as error:
            self._forbidden[resource.name] = str(error)
            self._tell(resource, "forbidden", f"{resource.name} cannot be watched: {error}")
            return
        except ClusterError as error:
            self._unasked[resource.name] = str(error)
            _log.warning("the cluster was not asked for %s: %s", resource.name, error)
            self._next_discovery = time.monotonic() + AGAIN
            return
        self._told_unserved.discard(resource.name)
        self._absent.pop(resource.name, None)
        self._reflectors[resource.name] = [
            self._start(Source(served, namespace)) for namespace in self._namespaces(served)
        ]

    def _miss(self, resource: Resource) -> None:
        """Tell that a kind is not served, and record the end of its objects once that is sure.

        Raises:
            ClusterError: that is not sure, because the cluster does not answer.

        """
        seconds = self._settings.discovery_interval
        text = f"{resource.name} is not served by the cluster; looking for it every {seconds:g} s"
        self._tell(resource, "unknown_kind", text)
        if self._absent[resource.name] >= LOOKS:
            return
        self._absent[resource.name] += 1
        possible = possible_sources(resource, self._settings.namespaces)
        recorded = [source for source in possible if self._progress.version(source.name)]
        if self._absent[resource.name] < LOOKS or not recorded:
            return
        self._absent[resource.name] -= 1  # unless the cluster answers now, it is asked again
        versions = versions_of(self._cluster, resource)
        self._absent[resource.name] += 1
        if versions:
            named = ", ".join(versions)
            _log.warning("%s: the objects exist as %s now; name that version in --resources", resource.name, named)
            return
        ending = self._vanished[resource.name] = Vanished(recorded, self._shared)
        ending.thread.start()

    def _namespaces(self, served: Served) -> tuple[str, ...]:
        return self._settings.namespaces if served.namespaced and self._settings.namespaces else ("",)

    def _start(self, source: Source) -> Reflector:
        version = "" if self._settings.relist else self._progress.version(source.name)
        _log.info("watching %s%s", source.name, f" from resource version {version}" if version else "")
        reflector = Reflector(source, self._shared, version=version)
        reflector.thread.start()
        return reflector

    def _tell(self, resource: Resource, reason: str, text: str) -> None:
        """Log and count a problem of a kind, once until it is over."""
        if resource.name not in self._told_unserved:
            self._told_unserved.add(resource.name)
            self._metrics.count("problems_total", reason=reason)
            _log.warning(text)
