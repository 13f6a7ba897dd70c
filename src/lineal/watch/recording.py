"""One time of recording: the queue, the writer and the streams, from becoming the recording replica to its end.

What stays out: who records (`cluster/lease.py`), and the process around it (`run.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from lineal import errors
from lineal.client import MetadataStore
from lineal.watch.cluster.connection import Cluster
from lineal.watch.cluster.reflector import Surroundings
from lineal.watch.handlers import Handler
from lineal.watch.metrics import Metrics
from lineal.watch.objects import ObjectHandler
from lineal.watch.queue import ChangeQueue
from lineal.watch.readiness import State
from lineal.watch.redaction import Redaction
from lineal.watch.settings import WatchSettings
from lineal.watch.streams import Streams
from lineal.watch.workloads import WorkloadHandler
from lineal.watch.writing.progress import Progress
from lineal.watch.writing.store import live_versions
from lineal.watch.writing.writer import Place, Writer

STOP_GRACE = 10.0

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
        self._settings, self._metrics = settings, metrics
        self._progress = Progress(store, cluster=cluster_name, selector=settings.selector)
        self._queue = ChangeQueue(objects=settings.queue_objects, size=settings.queue_bytes)
        surroundings = Surroundings(
            cluster,
            self._queue,
            Redaction(settings.redact),
            metrics,
            lambda source: live_versions(store, source, cluster=cluster_name),
            settings.selector,
            relist=settings.relist,
        )
        self._streams = Streams(settings, surroundings, self._progress)
        self._writer = Writer(
            store,
            cluster=cluster,
            queue=self._queue,
            built_in=[ObjectHandler(whole=settings.objects), WorkloadHandler()],
            own=own_handlers,
            place=Place(
                cluster_name, lambda namespace: settings.workspace_of(cluster_name, namespace), settings.selector
            ),
            metrics=metrics,
            may_write=may_write,
            reached=self._reached,
        )
        self._next_save = 0.0

    def start(self) -> None:
        """Read how far the cluster was read, and start to write.

        Raises:
            StatusError: the store does not answer.

        """
        self._progress.load()
        self._writer.thread.start()

    def tick(self) -> None:
        """Do what is due: look for kinds, save progress, set metrics; called about every second."""
        self._streams.tick()
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
        self._streams.stop()
        self._writer.stop()
        self._writer.thread.join(timeout=STOP_GRACE)
        self._save()

    def state(self) -> State:
        """Return what keeps the recording from being up to date."""
        return replace(self._streams.state(), store_answers=self._writer.store_answers)

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
