"""The lease that decides which of several replicas records (a Lease of coordination.k8s.io/v1).

The rules are those of Kubernetes' own components: the holder renews; another one takes over when it has seen no renewal
for the lease's duration, by its own clock. A holder that cannot renew stops in time. What stays out: what is done as
the holder (`recording.py`).
"""

from __future__ import annotations

import logging
import socket
import threading
import time
import uuid
from typing import Any

from lineal.watch.clock import now
from lineal.watch.cluster.connection import AbsentError, Cluster, ClusterError, ConflictError
from lineal.watch.metrics import Metrics

DURATION = 15.0
RENEWAL = 10.0
INTERVAL = 2.0

_log = logging.getLogger(__name__)


class Leadership:
    """Whether this process holds the lease; a thread of its own renews it."""

    def __init__(self, cluster: Cluster, lease: str, *, metrics: Metrics) -> None:
        """Prepare the thread.

        Args:
            cluster: the API server that keeps the lease.
            lease: "namespace/name".
            metrics: the gauge `leader` is set.

        """
        self._cluster, self._metrics = cluster, metrics
        self._namespace, self._name = lease.split("/")
        self._identity = f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}"
        self._stopped = threading.Event()
        self._held_until = 0.0
        self._observed: tuple[Any, Any] = (None, None)
        self._observed_at = 0.0
        self._thread = threading.Thread(target=self._run, name="lineal-watch lease", daemon=True)

    @property
    def held(self) -> bool:
        """Whether this process is the holder, by its own clock and with time to spare."""
        return time.monotonic() < self._held_until

    def start(self) -> None:
        """Start to ask for the lease."""
        self._thread.start()

    def stop(self) -> None:
        """Release the lease, so that another replica need not wait."""
        self._stopped.set()
        self._thread.join(timeout=INTERVAL)
        if self.held:
            self._held_until = 0.0
            try:
                self._give_back()
            except ClusterError as error:
                _log.info("the lease was not released: %s", error)

    def _run(self) -> None:
        while True:
            was_held = self.held
            try:
                self._try()
            except ClusterError as error:
                _log.warning("the lease %s/%s: %s", self._namespace, self._name, error)
            except Exception:
                _log.exception("fault while taking the lease")
            self._tell(was_held)
            if self._stopped.wait(INTERVAL):
                return

    def _tell(self, was_held: bool) -> None:
        self._metrics.set("leader", 1 if self.held else 0)
        if self.held != was_held:
            _log.info("this replica %s", "records now" if self.held else "waits")

    def _try(self) -> None:
        """Renew the lease, or take it where nobody does."""
        asked_at = time.monotonic()
        try:
            lease = self._cluster.get(self._path)
        except AbsentError:
            self._cluster.send("POST", self._collection, body=self._body({}))
            self._held_until = asked_at + RENEWAL
            return
        if self._may_take(lease):
            try:
                self._cluster.send("PUT", self._path, body=self._body(lease))
            except ConflictError:
                return
            self._held_until = asked_at + RENEWAL

    def _may_take(self, lease: dict[str, Any]) -> bool:
        spec = lease.get("spec", {})
        observed = (spec.get("holderIdentity"), spec.get("renewTime"))
        if observed != self._observed:
            self._observed, self._observed_at = observed, time.monotonic()
        if not observed[0] or observed[0] == self._identity:
            return True
        duration = float(spec.get("leaseDurationSeconds") or DURATION)
        return time.monotonic() - self._observed_at > duration

    def _body(self, lease: dict[str, Any], *, holder: str | None = None) -> dict[str, Any]:
        """Return the lease with this process, or nobody, as its holder; its resource version guards the write."""
        old = lease.get("spec", {})
        taken = old.get("holderIdentity") != self._identity
        spec = {
            "holderIdentity": self._identity if holder is None else holder,
            "leaseDurationSeconds": int(DURATION),
            "renewTime": now(),
            "acquireTime": now() if taken else old.get("acquireTime") or now(),
            "leaseTransitions": int(old.get("leaseTransitions") or 0) + (1 if taken and lease else 0),
        }
        metadata = lease.get("metadata") or {"name": self._name, "namespace": self._namespace}
        return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}

    def _give_back(self) -> None:
        lease = self._cluster.get(self._path)
        if lease.get("spec", {}).get("holderIdentity") == self._identity:
            self._cluster.send("PUT", self._path, body=self._body(lease, holder=""))

    @property
    def _collection(self) -> str:
        return f"/apis/coordination.k8s.io/v1/namespaces/{self._namespace}/leases"

    @property
    def _path(self) -> str:
        return f"{self._collection}/{self._name}"
