"""The changes that wait for the store: limited in number and bytes, in the order in which objects were first seen.

A new change of a waiting object replaces the older one, so an object waits only once, with its last state. While the
queue is full, putting a change waits, and with it the stream from the cluster. What stays out: writing.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from lineal.watch.resources import Served

OVERHEAD = 500
"""The bytes that a waiting change takes besides its body (measured: 450)."""


class Verb(Enum):
    """What happened to an object; MARK is not about an object, but about a point up to which the cluster was read."""

    ADDED = "added"
    UPDATED = "updated"
    DELETED = "deleted"
    MARK = "mark"


@dataclass(frozen=True)
class Source:
    """One stream of changes: a kind, in one namespace or in all.

    Attributes:
        served: the kind.
        namespace: the namespace, "" for all.

    """

    served: Served
    namespace: str = ""

    @property
    def name(self) -> str:
        """The name under which progress is noted."""
        kind = self.served.resource.name
        return f"{kind}@{self.namespace}" if self.namespace else kind


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        source: where it comes from.
        verb: what happened.
        uid: the object's uid; "" for a mark.
        body: the object as JSON, without secrets; empty for one that went unseen.
        version: the resource version that is reached when this and all before it are written; "" tells nothing.

    """

    source: Source
    verb: Verb
    uid: str = ""
    body: bytes = b""
    version: str = ""

    @property
    def size(self) -> int:
        """The bytes that it takes while it waits."""
        return len(self.body) + OVERHEAD


class QueueClosedError(Exception):
    """The queue takes and gives nothing any more."""


class ChangeQueue:
    """The queue between the streams of the cluster and the one writer."""

    def __init__(self, *, objects: int, size: int) -> None:
        """Make an empty queue.

        Args:
            objects: how many changes may wait.
            size: how many bytes they may take; one change always fits.

        """
        self._limits = objects, size
        self._changed = threading.Condition()
        self._waiting: OrderedDict[tuple[str, str], Change] = OrderedDict()
        self._in_work: Change | None = None
        self._per_source: Counter[str] = Counter()
        self._newest: dict[str, str] = {}
        self._marks = 0
        self._bytes = 0
        self._closed = False

    def put(self, change: Change) -> None:
        """Add a change; wait while the queue is full.

        Raises:
            QueueClosedError: the queue was closed.

        """
        key = self._key(change)
        with self._changed:
            self._wait_for(lambda: self._fits(key, change))
            older = self._waiting.get(key)
            if older is None:
                self._per_source[change.source.name] += 1
                self._waiting[key] = change
            else:
                self._waiting[key] = _joined(older, change)
            self._bytes += change.size - (older.size if older else 0)
            if change.version:
                self._newest[change.source.name] = change.version
            self._changed.notify_all()

    def take(self, timeout: float) -> Change | None:
        """Return the change that waits longest, None after `timeout` seconds without one; `done` must follow.

        Raises:
            QueueClosedError: the queue was closed.

        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or bool(self._waiting), timeout):
                return None
            self._check_open()
            _, self._in_work = self._waiting.popitem(last=False)
            self._bytes -= self._in_work.size
            self._changed.notify_all()
            return self._in_work

    def done(self, change: Change) -> str:
        """Say that a change is written; return the resource version that its source has reached, "" for unknown."""
        name = change.source.name
        with self._changed:
            self._in_work = None
            self._per_source[name] -= 1
            self._changed.notify_all()
            return change.version if self._per_source[name] else self._newest.get(name, change.version)

    def wait_until_written(self, source: Source) -> None:
        """Wait until nothing of a source waits or is in work; what it reached is forgotten, a list follows.

        Raises:
            QueueClosedError: the queue was closed.

        """
        with self._changed:
            self._wait_for(lambda: not self._per_source[source.name])
            self._newest.pop(source.name, None)

    def depth(self) -> tuple[int, int]:
        """Return how many changes wait, and their bytes."""
        with self._changed:
            return len(self._waiting), self._bytes

    def close(self) -> None:
        """Wake all that wait; what waits in the queue is dropped, and read again from the cluster later."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _key(self, change: Change) -> tuple[str, str]:
        if change.uid:
            return change.source.name, change.uid
        with self._changed:
            self._marks += 1
            return change.source.name, f"mark {self._marks}"

    def _fits(self, key: tuple[str, str], change: Change) -> bool:
        if not self._waiting:
            return True
        objects, size = self._limits
        older = self._waiting.get(key)
        new_bytes = self._bytes + change.size - (older.size if older else 0)
        return (older is not None or len(self._waiting) < objects) and new_bytes <= size

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        self._changed.wait_for(lambda: self._closed or condition())
        self._check_open()

    def _check_open(self) -> None:
        if self._closed:
            raise QueueClosedError


def _joined(older: Change, newer: Change) -> Change:
    """Return the newer change in the older one's place: only what the older one reached is reached then."""
    verb = Verb.ADDED if (older.verb, newer.verb) == (Verb.ADDED, Verb.UPDATED) else newer.verb
    return replace(newer, verb=verb, version=older.version)
