"""One stream of changes: list, watch, resume from the last resource version, list again when it is too old.

A reflector runs in a thread of its own until it is stopped or its kind is no longer served. What stays out: what is
done with the changes (`writing/writer.py`), and finding out what the cluster serves (`discovery.py`).
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lineal import errors
from lineal.watch.clock import Backoff
from lineal.watch.cluster.connection import (
    AbsentError,
    AwayError,
    Cluster,
    ClusterError,
    ForbiddenError,
    GoneError,
    error_of_status,
    lines,
    read_json,
)
from lineal.watch.cluster.list_text import ListText
from lineal.watch.metrics import Metrics
from lineal.watch.queue import Change, ChangeQueue, QueueClosedError, Source, Verb
from lineal.watch.readiness import Stream, Trouble
from lineal.watch.redaction import Redaction

FIRST_PAGE = 20
LARGEST_PAGE = 500
PAGE_BYTES = 4 << 20
LIST_SILENCE = 30.0
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
        relist: whether a list puts objects that the store holds as they are as well.
        one_at_a_time: held while an object is read, so that only one is in memory in parts, which are much larger.

    """

    cluster: Cluster
    queue: ChangeQueue
    redaction: Redaction
    metrics: Metrics
    known: Known
    selector: str = ""
    relist: bool = False
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)


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
        self._redaction = surroundings.redaction.also(source.served.resource.redact)
        self._all = surroundings
        self._version = version
        self._backoff = Backoff()
        self._stopped = threading.Event()
        self.trouble: Trouble | None = None
        self.synced = bool(version)
        self.thread = threading.Thread(target=self._run, name=f"lineal-watch {source.name}", daemon=True)

    @property
    def source(self) -> Source:
        """What is watched."""
        return self._source

    @property
    def state(self) -> Stream:
        """How it is at this moment."""
        return Stream(self._source.name, self.synced, self.trouble)

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
        query = self._query() | {"limit": str(FIRST_PAGE)}
        version = ""
        while True:
            count, size, metadata = self._list_page(query, known)
            version = version or str(metadata.get("resourceVersion", ""))
            if not metadata.get("continue"):
                break
            query |= {"continue": str(metadata["continue"]), "limit": str(next_limit(count, size))}
        for uid in known:
            self._all.queue.put(Change(self._source, Verb.DELETED, uid))
        self._all.queue.put(Change(self._source, Verb.MARK, version=version))
        self._version = version
        self._well()
        self.synced = True
        self._all.metrics.count("lists_total", kind=self._source.name)

    def _list_page(self, query: dict[str, str], known: dict[str, str]) -> tuple[int, int, dict[str, Any]]:
        """Put the objects of a page, and take them from those that are known.

        Returns:
            how many objects and how many bytes the page had, and the metadata of the list.

        """
        count = 0
        with self._all.cluster.open(self._path, query=query, silence=LIST_SILENCE) as pieces:
            listed = ListText(pieces)
            with self._reading("the answer is not a list"):
                for text in listed.items():
                    change = self._listed(text, known)
                    count += 1
                    if change is not None:
                        self._all.queue.put(change)
                metadata = dict(listed.rest()["metadata"])
        return count, listed.size, metadata

    def _listed(self, text: bytes, known: dict[str, str]) -> Change | None:
        """Return the change that an object of a list is, None if the store holds it as it is."""
        with self._all.one_at_a_time:
            obj = read_json(text)
            metadata = obj["metadata"]
            held = known.pop(str(metadata["uid"]), None)
            if held == metadata["resourceVersion"] and not self._all.relist:
                return None
            return self._change(Verb.ADDED if held is None else Verb.UPDATED, obj)

    @contextmanager
    def _reading(self, wrong: str) -> Iterator[None]:
        """Translate what reading an answer of another form raises."""
        try:
            yield
        except (ValueError, TypeError, KeyError, AttributeError):
            raise AwayError(f"{self._source.name}: {wrong}") from None

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
        with self._all.cluster.open(self._path, query=query, silence=SILENCE) as pieces:
            self._well()
            for line in lines(pieces):
                self._take(line)
                if self._stopped.is_set():
                    return
        if time.monotonic() - began < SHORTEST:  # something in between cuts streams off
            self._stopped.wait(SHORTEST)

    def _take(self, line: bytes) -> None:
        with self._all.one_at_a_time:
            with self._reading("the stream holds something that is not an event"):
                event = read_json(line)
                kind, obj = event["type"], event["object"]
                metadata = obj.get("metadata", {})
                version = str(metadata.get("resourceVersion", ""))
            if kind == "ERROR":
                text = f"watching {self._source.name}: {obj.get('message')}"
                raise error_of_status(int(obj.get("code") or 0), text)
            change = self._change(_VERBS[kind], obj, version=version) if kind in _VERBS else None
            del event, obj  # the rest may wait for the cluster, and for room in the queue
        self._well()
        if kind == "BOOKMARK":
            self._all.queue.put(Change(self._source, Verb.MARK, version=version))
        elif change is not None and (kind != "DELETED" or self._is_gone(metadata)):
            self._all.queue.put(change)
        self._version = version or self._version

    def _change(self, verb: Verb, obj: dict[str, Any], *, version: str = "") -> Change | None:
        """Return the change of an object, as it waits in the queue: without secrets, and as text again.

        A fault of this program loses only this object.
        """
        resource = self._source.served.resource
        uid = str(obj.get("metadata", {}).get("uid", ""))
        self._all.metrics.count("events_total", kind=resource.name, verb=verb.value)
        try:
            obj["apiVersion"], obj["kind"] = resource.api_version, resource.kind
            text = json.dumps(self._redaction.apply(obj), ensure_ascii=False, separators=(",", ":"))
        except Exception:
            self._all.metrics.count("problems_total", reason="fault")
            _log.exception("fault while reading %s %s", resource.name, uid)
            return None
        return Change(self._source, verb, uid, text.encode(), version)

    def _is_gone(self, metadata: Mapping[str, Any]) -> bool:
        """Distinguish a deleted object from one that the selector no longer selects."""
        path = self._source.served.object_path({"metadata": metadata})
        return not self._all.selector or is_gone(self._all.cluster, path, str(metadata.get("uid", "")))

    def _wait_for_permission(self, error: ForbiddenError) -> None:
        self.trouble = Trouble("forbidden", str(error))
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
        reason = "store_away" if isinstance(error, errors.StatusError) else "cluster_away"
        if not self._stopped.is_set() and (self.trouble is None or self.trouble.reason != reason):
            self._all.metrics.count("problems_total", reason=reason)
            _log.warning("%s: %s; trying again until it answers", self._source.name, error)
        self.trouble = Trouble(reason, str(error))
        self._stopped.wait(self._backoff.pause())

    def _well(self) -> None:
        if self.trouble is not None:
            _log.info("%s: it works again", self._source.name)
        self.trouble = None
        self._backoff.reset()

    def _query(self) -> dict[str, str]:
        return {"labelSelector": self._all.selector} if self._all.selector else {}

    @property
    def _path(self) -> str:
        return self._source.served.path(self._source.namespace)


def next_limit(count: int, size: int) -> int:
    """Return how many objects to ask for after a page of so many objects and bytes.

    A page that is read in a moment keeps neither the API server waiting for the store nor much of its memory taken.
    """
    return max(1, min(LARGEST_PAGE, PAGE_BYTES * max(1, count) // max(1, size)))


def is_gone(cluster: Cluster, path: str, uid: str) -> bool:
    """Ask the cluster whether the object at a path, this one and no later one of its name, is no longer there."""
    try:
        found = cluster.get(path)
    except AbsentError:
        return True
    return bool(found.get("metadata", {}).get("uid") != uid)
