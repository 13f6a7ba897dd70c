"""Whether the cluster serves a kind, and under which path. What stays out: reading its objects (`reflector.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineal.watch.cluster import AbsentError, Cluster, ForbiddenError
from lineal.watch.resources import Resource


@dataclass(frozen=True)
class Served:
    """A kind as the cluster serves it.

    Attributes:
        resource: the kind.
        plural: its name in paths.
        namespaced: whether its objects are in namespaces.

    """

    resource: Resource
    plural: str
    namespaced: bool

    def path(self, namespace: str = "") -> str:
        """Return the path of the list of a namespace; of all objects without one."""
        place = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{self.resource.api_path}{place}/{self.plural}"

    def object_path(self, obj: Mapping[str, Any]) -> str:
        """Return the path of an object: what API servers of old wrote into it as its self link."""
        metadata = obj.get("metadata", {})
        return f"{self.path(metadata.get('namespace', ''))}/{metadata.get('name', '')}"


def find_served(cluster: Cluster, resource: Resource) -> Served | None:
    """Ask the cluster for a kind; None where it does not serve it, or not yet.

    Raises:
        ForbiddenError: the kind is served but cannot be watched, or may not be asked for.
        AwayError: the cluster does not answer.

    """
    try:
        listed = cluster.get(resource.api_path)
    except AbsentError:
        return None
    for entry in listed.get("resources", ()):
        if entry.get("kind") == resource.kind and "/" not in entry.get("name", "/"):
            if not {"list", "watch"} <= set(entry.get("verbs", ())):
                raise ForbiddenError(f"{resource.name} cannot be listed and watched in this cluster")
            return Served(resource, entry["name"], bool(entry.get("namespaced")))
    return None
