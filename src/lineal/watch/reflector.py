"""One stream of changes: list, watch, resume from the last resource version, list again when it is too old.

A reflector runs in a thread of its own until it is stopped or its kind is no longer served. What stays out: what is
done with the changes (`writer.py`), and finding out what the cluster serves (`discovery.py`).
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lineal import errors
from lineal.watch.clock import Backoff
from lineal.watch.cluster import (
    AbsentError,
    AwayError,
    Cluster,
    ClusterError,
    ForbiddenError,
    GoneError,
    error_of_status,
    read_json,
)
from lineal.watch.metrics import Metrics
from lineal.watch.queue import Change, ChangeQueue, QueueClosedError, Source, Verb
from lineal.watch.redaction import Redaction

PAGE = "200"
WATCH_SECONDS = 60
SILENCE = WATCH_SECONDS + 15.0
FORBIDDEN_PAUSE = 30.0
SHORTEST = 1.0

_log = logging.getLogger(__name__)
_VERBS = {"ADDED": Verb.ADDED, "MODIFIED": Verb.UPDATED, "DELETED": Verb.DELETED}
Known = Callable[[Source], dict[str, str]]


@dataclass(frozen=True)
class Surroundings:
    """What all reflectors of a watcher share.

    Attributes:
        cluster: the API server.
        queue: where changes go.
        redaction: takes secrets out of objects.
        metrics: where events are counted.
        known: reads the objects of a source that the store holds as LIVE: resource versions by uid.
        selector: the label selector, "" for none.

    """

    cluster: Cluster
    queue: ChangeQueue
    redaction: Redaction
    metrics: Metrics
    known: Known
    selector: str = ""


class Reflector:
    """Brings the changes of one source into the queue."""

    def __init__(self, source: Source, surroundings: Surroundings, *, version: str) -> None:
        """Prepare the thread.

        Args:
            source: what to watch.
            surroundings: what all reflectors share.
            version: the resource version to resume from; "" lists first.

        """
        self._source = source
        self._redaction = Redaction(source.served.resource.redact)
        self._all = surroundings
        self._version = version
        self._backoff = Backoff()
        self._stopped = threading.Event()
        self._in_trouble = False
        self.synced = bool(version)
        self.thread = threading.Thread(target=self._run, name=f"lineal-watch {source.name}", daemon=True)

    @property
    def source(self) -> Source:
        """What is watched."""
        return self._source

    def stop(self) -> None:
        """End the thread soon."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                if not self._step():
                    return
        except QueueClosedError:
            return
        except Exception:
            _log.exception("fault while watching %s", self._source.name)

    def _step(self) -> bool:
        """List or watch once; return whether the kind is still served."""
        try:
            if not self._version:
                self._list()
            self._watch()
        except GoneError:
            self._all.metrics.count("gone_total", kind=self._source.name)
            _log.info("%s: the resource version %s is too old; listing again", self._source.name, self._version)
            self._version = ""
        except AbsentError:
            _log.warning("%s is no longer served by the cluster", self._source.name)
            return False
        except ForbiddenError as error:
            self._wait_for_permission(error)
        except (ClusterError, errors.StatusError) as error:
            self._wait(error)
        return True

    def _list(self) -> None:
        """Put every object that the store does not hold as it is, and those that it holds and the cluster does not."""
        self._all.queue.wait_until_written(self._source)
        known = self._all.known(self._source)
        version = ""
        for page in self._pages():
            version = version or str(page["metadata"].get("resourceVersion", ""))
            for obj in page.get("items") or ():
                metadata = obj.get("metadata", {})
                held = known.pop(str(metadata.get("uid")), None)
                if held is None or held != metadata.get("resourceVersion"):
                    self._put(Verb.ADDED if held is None else Verb.UPDATED, obj)
        for uid in known:
            self._all.queue.put(Change(self._source, Verb.DELETED, uid))
        self._all.queue.put(Change(self._source, Verb.MARK, version=version))
        self._version = version
        self._well()
        self._all.metrics.count("lists_total", kind=self._source.name)

    def _pages(self) -> Iterator[dict[str, Any]]:
        query = self._query() | {"limit": PAGE}
        while True:
            page = self._all.cluster.get(self._path, **query)
            yield page
            token = page["metadata"].get("continue")
            if not token:
                return
            query["continue"] = token

    def _watch(self) -> None:
        """Put changes as they come, until the server ends the stream."""
        query = self._query() | {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        self._all.metrics.count("connections_total", kind=self._source.name)
        began = time.monotonic()
        for line in self._all.cluster.stream(self._path, query=query, silence=SILENCE):
            self._take(line)
            if self._stopped.is_set():
                return
        self._well()
        if time.monotonic() - began < SHORTEST:  # something in between cuts streams off
            self._stopped.wait(SHORTEST)

    def _take(self, line: bytes) -> None:
        try:
            event = read_json(line)
            kind, obj = event["type"], event["object"]
        except (ValueError, TypeError, KeyError):
            raise AwayError(f"{self._source.name}: the stream holds something that is not an event") from None
        if kind == "ERROR":
            raise error_of_status(int(obj.get("code") or 0), f"watching {self._source.name}: {obj.get('message')}")
        self._well()
        version = str(obj.get("metadata", {}).get("resourceVersion", ""))
        if kind == "BOOKMARK":
            self._all.queue.put(Change(self._source, Verb.MARK, version=version))
        elif kind in _VERBS and (kind != "DELETED" or self._is_gone(obj)):
            self._put(_VERBS[kind], obj, version=version)
        self._version = version or self._version

    def _put(self, verb: Verb, obj: dict[str, Any], *, version: str = "") -> None:
        resource = self._source.served.resource
        obj["apiVersion"], obj["kind"] = resource.api_version, resource.kind
        uid = str(obj.get("metadata", {}).get("uid", ""))
        self._all.redaction.apply(obj)
        body = json.dumps(self._redaction.apply(obj), ensure_ascii=False, separators=(",", ":")).encode()
        self._all.metrics.count("events_total", kind=resource.name, verb=verb.value)
        self._all.queue.put(Change(self._source, verb, uid, body, version))

    def _is_gone(self, obj: dict[str, Any]) -> bool:
        """Distinguish a deleted object from one that the selector no longer selects."""
        return not self._all.selector or is_gone(self._all.cluster, self._source, obj)

    def _wait_for_permission(self, error: ForbiddenError) -> None:
        self._all.metrics.count("problems_total", reason="forbidden")
        _log.error(
            "%s cannot be watched: %s; give the watcher's role the verbs get, list and watch for it (next attempt in "
            "%.0f s)",
            self._source.name,
            error,
            FORBIDDEN_PAUSE,
        )
        self._stopped.wait(FORBIDDEN_PAUSE)

    def _wait(self, error: Exception) -> None:
        if not self._in_trouble and not self._stopped.is_set():
            self._in_trouble = True
            away = "store_away" if isinstance(error, errors.StatusError) else "cluster_away"
            self._all.metrics.count("problems_total", reason=away)
            _log.warning("%s: %s; trying again until it answers", self._source.name, error)
        self._stopped.wait(self._backoff.pause())

    def _well(self) -> None:
        if self._in_trouble:
            _log.info("%s: it works again", self._source.name)
        self._in_trouble = False
        self.synced = True
        self._backoff.reset()

    def _query(self) -> dict[str, str]:
        return {"labelSelector": self._all.selector} if self._all.selector else {}

    @property
    def _path(self) -> str:
        return self._source.served.path(self._source.namespace)


def is_gone(cluster: Cluster, source: Source, obj: dict[str, Any]) -> bool:
    """Ask the cluster whether an object, this one and no later one of its name, is no longer there."""
    try:
        found = cluster.get(source.served.object_path(obj))
    except AbsentError:
        return True
    return bool(found.get("metadata", {}).get("uid") != obj.get("metadata", {}).get("uid"))
