"""The interface of handlers, and finding handlers of other packages.

A handler returns what to store for an object that was added, changed or deleted. It stores nothing itself, so the
watcher can repeat the write if the store was away. What stays out: the built-in handlers (`objects.py`,
`workloads.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineal.watch import names
from lineal.watch.paths import mapping
from lineal.watch.records import Records
from lineal.watch.resources import Resource

ENTRY_POINT_GROUP = "lineal.watch_handlers"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """An object as a handler gets it.

    Attributes:
        resource: its kind.
        object: the object, without secrets; not to be changed.
        cluster: the name of its cluster.
        workspace: the name of the workspace of its namespace.
        time: when it was seen, in UTC, RFC 3339.
        path: its path at the API server.

    """

    resource: Resource
    object: Mapping[str, Any]
    cluster: str
    workspace: str
    time: str
    path: str = ""

    @property
    def metadata(self) -> dict[str, Any]:
        """The object's metadata."""
        return mapping(self.object.get("metadata"))

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.metadata.get("name", ""))

    @property
    def namespace(self) -> str:
        """The object's namespace; "" for one that is in none."""
        return str(self.metadata.get("namespace", ""))

    @property
    def uid(self) -> str:
        """The object's uid, which no other object ever has."""
        return str(self.metadata.get("uid", ""))

    @property
    def external_id(self) -> str:
        """The external id of what is recorded for this object."""
        return names.external_id(self.cluster, self.uid)

    def __str__(self) -> str:
        return f"{self.resource.name} {self.namespace + '/' if self.namespace else ''}{self.name}"


class Handler:
    """Says what to store for an object; a subclass overrides the methods that it needs.

    Bursts of changes to one object may be seen as one: the last state counts. After a restart an object may be seen
    again, so records need external ids. An error in a handler is logged and counted, and the rest goes on.
    """

    def wants(self, resource: Resource) -> bool:
        """Tell whether objects of a kind are for this handler."""
        return True

    def on_add(self, seen: Seen) -> Records | None:
        """Return what to store for an object that is new, or was not seen before."""
        return None

    def on_update(self, seen: Seen) -> Records | None:
        """Return what to store for an object that changed."""
        return self.on_add(seen)

    def on_delete(self, seen: Seen) -> Records | None:
        """Return what to store for an object that is gone; `seen` holds its last state."""
        return None


def installed_handlers() -> list[Handler]:
    """Return the handlers of the entry points; one that cannot be loaded is an error in the log."""
    from importlib.metadata import entry_points

    return [handler for point in entry_points(group=ENTRY_POINT_GROUP) if (handler := _load(point)) is not None]


def _load(point: Any) -> Handler | None:
    try:
        made = point.load()()
    except Exception:
        _log.exception("the handler %s of the group %s cannot be loaded", point.name, ENTRY_POINT_GROUP)
        return None
    if isinstance(made, Handler):
        return made
    _log.error("the handler %s is not a lineal.watch.Handler: %s", point.name, point.value)
    return None
