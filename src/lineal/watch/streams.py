"""The streams of a watcher: one for each kind that the cluster serves, begun when it is served and ended with it.

What stays out: what is done with their changes (`recording.py`), and how one works (`reflector.py`, `vanished.py`).
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque

from lineal.watch.cluster.connection import ClusterError, ForbiddenError
from lineal.watch.cluster.discovery import find_served, versions_of
from lineal.watch.cluster.reflector import Reflector, Surroundings
from lineal.watch.cluster.vanished import LOOKS, Vanished, possible_sources
from lineal.watch.queue import Source
from lineal.watch.readiness import State
from lineal.watch.resources import Resource, Served
from lineal.watch.settings import WatchSettings
from lineal.watch.writing.progress import Progress

AGAIN = 1.0
LONGEST_ROUND = 20.0

_log = logging.getLogger(__name__)


class Streams:
    """Looks for the kinds of a list, and keeps a stream for each that is served."""

    def __init__(self, settings: WatchSettings, surroundings: Surroundings, progress: Progress) -> None:
        self._settings, self._all, self._progress = settings, surroundings, progress
        self._resources = deque(settings.resources)
        self._reflectors: dict[str, list[Reflector]] = {}
        self._vanished: dict[str, Vanished] = {}
        self._told_unserved: set[str] = set()
        self._absent: Counter[str] = Counter()
        self._forbidden: dict[str, str] = {}
        self._unasked: dict[str, str] = {}
        self._next_discovery = 0.0
        self._asked = False

    def tick(self) -> None:
        """Look for kinds if that is due; called about every second."""
        if time.monotonic() >= self._next_discovery:
            self._next_discovery = time.monotonic() + self._settings.discovery_interval
            self._discover()

    def stop(self) -> None:
        """End all streams soon."""
        for reflector in self._running():
            reflector.stop()
        for ending in self._vanished.values():
            ending.stop()

    def state(self) -> State:
        """Return how the streams are."""
        return State(
            [one.state for one in self._running()],
            forbidden=dict(self._forbidden),
            unasked=dict(self._unasked),
            asked=self._asked,
        )

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
        self._all.metrics.set("kinds_unserved", len(unserved))

    def _look_for(self, resource: Resource) -> None:
        ending = self._vanished.get(resource.name)
        if ending is not None and ending.thread.is_alive():
            return
        self._forbidden.pop(resource.name, None)
        self._unasked.pop(resource.name, None)
        try:
            served = find_served(self._all.cluster, resource)
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
        versions = versions_of(self._all.cluster, resource)
        self._absent[resource.name] += 1
        if versions:
            named = ", ".join(versions)
            _log.warning("%s: the objects exist as %s now; name that version in --resources", resource.name, named)
            return
        ending = self._vanished[resource.name] = Vanished(recorded, self._all)
        ending.thread.start()

    def _namespaces(self, served: Served) -> tuple[str, ...]:
        return self._settings.namespaces if served.namespaced and self._settings.namespaces else ("",)

    def _start(self, source: Source) -> Reflector:
        version = "" if self._settings.relist else self._progress.version(source.name)
        _log.info("watching %s%s", source.name, f" from resource version {version}" if version else "")
        reflector = Reflector(source, self._all, version=version)
        reflector.thread.start()
        return reflector

    def _tell(self, resource: Resource, reason: str, text: str) -> None:
        """Log and count a problem of a kind, once until it is over."""
        if resource.name not in self._told_unserved:
            self._told_unserved.add(resource.name)
            self._all.metrics.count("problems_total", reason=reason)
            _log.warning(text)
