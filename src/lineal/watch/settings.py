"""The settings of a watcher, frozen. What stays out: reading flags (`lineal.cli.watch`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from lineal import errors
from lineal.watch.resources import Resource


@dataclass(frozen=True)
class WatchSettings:
    """What to watch, and where to record it.

    Attributes:
        resources: the kinds of objects.
        store_url: the store that is written to, as `lineal.connect` takes it.
        cluster: the name that tells this cluster from others in the store; "" takes the uid of `kube-system`.
        kubeconfig: the file that says how to reach the cluster; "" for the one of the pod, or the user's own.
        namespaces: the namespaces to watch; none for all.
        selector: a label selector; "" for every object.
        redact: paths whose values are never stored ("spec.token", "*.password").
        objects: whether the objects themselves are stored, without their secrets, or only what is read from them.
        workspace: the name of an execution's workspace; `{cluster}` and `{namespace}` are filled in.
        lease: "namespace/name" of the lease that decides which of several replicas records; "" for none.
        http_host: the address of health and metrics.
        http_port: their port; 0 takes a free one.
        queue_objects: how many changes may wait for the store.
        queue_mib: how many MiB of them.
        relist: whether to record every object again, as after a change of handlers.
        discovery_interval: seconds between two looks for kinds that the cluster does not serve yet.
        progress_interval: seconds between two notes of how far the cluster was read.

    """

    resources: tuple[Resource, ...]
    store_url: str = field(repr=False)
    cluster: str = ""
    kubeconfig: str = ""
    namespaces: tuple[str, ...] = ()
    selector: str = ""
    redact: tuple[str, ...] = ()
    objects: bool = True
    workspace: str = "{cluster}/{namespace}"
    lease: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = 8082
    queue_objects: int = 1000
    queue_mib: int = 32
    relist: bool = False
    discovery_interval: float = 10.0
    progress_interval: float = 5.0

    def __post_init__(self) -> None:
        if self.lease and self.lease.count("/") != 1:
            raise errors.InvalidArgumentError(f"--lease is {self.lease!r}; write NAMESPACE/NAME")
        if not self.workspace.replace("{cluster}", "").replace("{namespace}", "x").strip():
            raise errors.InvalidArgumentError("--workspace is empty; write for example {cluster}/{namespace}")
        for flag, value in (("--queue-objects", self.queue_objects), ("--queue-mib", self.queue_mib)):
            if value < 1:
                raise errors.InvalidArgumentError(f"{flag} is {value}; give 1 or more")
        for flag, seconds in (
            ("--discovery-interval", self.discovery_interval),
            ("progress_interval", self.progress_interval),
        ):
            if not 0 < seconds <= 86400:
                raise errors.InvalidArgumentError(f"{flag} is {seconds}; give seconds above 0, at most 86400")
        if not 0 <= self.http_port <= 65535:
            raise errors.InvalidArgumentError(f"--http-port is {self.http_port}; give a number from 0 to 65535")

    @property
    def queue_bytes(self) -> int:
        """The limit of the queue in bytes."""
        return self.queue_mib << 20

    def workspace_of(self, cluster: str, namespace: str) -> str:
        """Return the name of a namespace's workspace."""
        return self.workspace.replace("{cluster}", cluster).replace("{namespace}", namespace)
