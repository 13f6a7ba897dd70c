"""Whether the cluster serves a kind, and under which path. What stays out: reading its objects (`reflector.py`)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from lineal.watch.cluster.connection import AbsentError, Cluster, ForbiddenError
from lineal.watch.resources import Resource, Served


def find_served(cluster: Cluster, resource: Resource) -> Served | None:
    """Ask the cluster for a kind; None where it does not serve it, or not yet.

    Raises:
        ForbiddenError: the kind is served but cannot be watched, or may not be asked for.
        AwayError: the cluster does not answer.

    """
    entry = _entry(cluster, resource.api_path, resource.kind)
    if entry is None:
        return None
    if not {"list", "watch"} <= set(entry.get("verbs", ())):
        raise ForbiddenError(f"{resource.name} cannot be listed and watched in this cluster")
    return Served(resource, entry["name"], bool(entry.get("namespaced")))


def versions_of(cluster: Cluster, resource: Resource) -> list[str]:
    """Return the versions under which a ready cluster serves a kind: its objects exist under all of them.

    Raises:
        ForbiddenError: the cluster may not be asked.
        AwayError: the cluster does not answer, or is only starting and does not know its kinds yet.

    """
    with suppress(AbsentError, ForbiddenError):  # an API server without it, or that tells it to nobody
        cluster.check("/readyz")
    if not resource.group:
        return [resource.version] if _entry(cluster, resource.api_path, resource.kind) else []
    try:
        group = cluster.get(f"/apis/{resource.group}")
    except AbsentError:
        return []
    versions = [str(version["groupVersion"]) for version in group.get("versions", ())]
    found = [version for version in versions if _entry(cluster, f"/apis/{version}", resource.kind)]
    return [version.rpartition("/")[2] for version in found]


def _entry(cluster: Cluster, api_path: str, kind: str) -> dict[str, Any] | None:
    """Return what discovery tells of a kind, None if it is not served under this path."""
    try:
        listed = cluster.get(api_path)
    except AbsentError:
        return None
    entries = (dict(entry) for entry in listed.get("resources", ()))
    return next((one for one in entries if one.get("kind") == kind and "/" not in one.get("name", "/")), None)
