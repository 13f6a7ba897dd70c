"""The process of a watcher: signals, health, the name of the cluster, and recording while this replica holds the lease.

What stays out: recording itself (`recording.py`).
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from contextlib import closing
from types import FrameType

from lineal import errors
from lineal.client import MetadataStore
from lineal.signals import SignalEvent
from lineal.watch.clock import Backoff
from lineal.watch.cluster.connection import AwayError, Cluster, ClusterError
from lineal.watch.cluster.lease import Leadership
from lineal.watch.handlers import Handler, installed_handlers
from lineal.watch.health import HealthServer
from lineal.watch.metrics import Metrics
from lineal.watch.recording import Recording
from lineal.watch.settings import WatchSettings
from lineal.watch.writing.store import is_passing, open_store

TICK = 0.5
STALE = 120.0
_IDENTITY = "/api/v1/namespaces/kube-system"

_log = logging.getLogger(__name__)


def run(settings: WatchSettings) -> None:
    """Watch until SIGTERM or SIGINT; call it from the main thread.

    Raises:
        StatusError: the cluster's configuration or the store cannot be opened, or the health port cannot be taken.

    """
    stopped = SignalEvent()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    handlers = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        cluster = Cluster(settings.kubeconfig)
        with closing(cluster), open_store(settings.store_url) as store:
            Watcher(settings, cluster, store, stopped).run()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


class Watcher:
    """Records while it holds the lease, waits while another replica does, and ends when it is stopped."""

    def __init__(self, settings: WatchSettings, cluster: Cluster, store: MetadataStore, stopped: SignalEvent) -> None:
        self._settings, self._cluster, self._store, self._stopped = settings, cluster, store, stopped
        self._metrics = Metrics()
        self._leadership = Leadership(cluster, settings.lease, metrics=self._metrics) if settings.lease else None
        self._own_handlers: list[Handler] = installed_handlers()
        self._recording: Recording | None = None
        self._name = self._waits_for = ""
        self._beat = time.monotonic()
        if self._leadership is None:
            self._metrics.set("leader", 1)

    def run(self) -> None:
        """Serve health and metrics, and record."""
        answers = {"/healthz": self._healthy, "/readyz": self._ready, "/metrics": lambda: (200, self._metrics.text())}
        with HealthServer(self._settings.http_host, self._settings.http_port, answers=answers) as server:
            _log.info("health and metrics: http://%s", server.address)
            self._name = self._repeat(self._cluster_name)
            if self._leadership is not None:
                self._leadership.start()
            try:
                self._loop()
            finally:
                self._end_recording()
                if self._leadership is not None:
                    self._leadership.stop()

    def _loop(self) -> None:
        while not self._stopped.wait(TICK):
            self._beat = time.monotonic()
            if self._may_write():
                self._record()
            else:
                self._end_recording()

    def _record(self) -> None:
        if self._recording is None:
            recording = Recording(
                self._settings,
                store=self._store,
                cluster=self._cluster,
                cluster_name=self._name,
                own_handlers=self._own_handlers,
                metrics=self._metrics,
                may_write=self._may_write,
            )
            self._repeat(recording.start)
            self._recording = recording
        if not self._stopped.is_set():
            self._recording.tick()

    def _end_recording(self) -> None:
        if self._recording is not None:
            self._recording.stop()
            self._recording = None

    def _may_write(self) -> bool:
        return self._leadership is None or self._leadership.held

    def _cluster_name(self) -> str:
        """Return the name that was given, or the uid that tells this cluster from all others.

        Raises:
            FailedPreconditionError: there is neither.
            AwayError: the cluster does not answer.

        """
        if self._settings.cluster:
            return self._settings.cluster
        try:
            uid = self._cluster.get(_IDENTITY)["metadata"]["uid"]
        except AwayError:
            raise
        except ClusterError as error:
            raise errors.FailedPreconditionError(
                f"the cluster has no name: {error}; give it one with --cluster"
            ) from None
        return str(uid)

    def _repeat(self, call: Callable[[], object]) -> str:
        """Call until it succeeds or the watcher stops."""
        backoff, told = Backoff(), False
        while not self._stopped.is_set():
            self._beat = time.monotonic()
            try:
                answer = str(call())
            except (AwayError, errors.StatusError) as error:
                if not (isinstance(error, AwayError) or is_passing(error)):
                    raise
                who = "the API server" if isinstance(error, AwayError) else "the store"
                self._waits_for = f": {who} does not answer: {error}"
                if not told:
                    _log.warning("waiting: %s", error)
                told = True
                self._stopped.wait(backoff.pause())
            else:
                self._waits_for = ""
                return answer
        return ""

    def _healthy(self) -> tuple[int, str]:
        if time.monotonic() - self._beat > STALE:
            return 503, "the main loop does not run\n"
        if self._recording is not None and not self._recording.alive:
            return 503, "the writer has ended\n"
        return 200, "ok\n"

    def _ready(self) -> tuple[int, str]:
        recording = self._recording
        if recording is None:
            standing_by = self._leadership is not None and bool(self._name) and not self._waits_for
            return (200, "standing by\n") if standing_by else (503, _text([f"starting{self._waits_for}"]))
        state = recording.state()
        refused = state.refused()
        if in_the_way := state.in_the_way():
            return 503, _text([*in_the_way, *refused])
        return 200, _text(["recording", *refused])


def _text(lines: list[str]) -> str:
    return "\n".join(" ".join(line.split()) for line in lines) + "\n"
