"""A kind that the cluster serves no longer: its objects are gone, and the store learns of it.

Whoever removes the definition of a kind removes all its objects. A watcher that is down then sees no object deleted.
What stays out: finding out that the kind is served no longer (`streams.py`).
"""

from __future__ import annotations

import logging
import threading

from lineal import errors
from lineal.watch.clock import Backoff
from lineal.watch.cluster.reflector import Surroundings
from lineal.watch.queue import Change, QueueClosedError, Source, Verb
from lineal.watch.resources import Resource, Served

LOOKS = 3
"""How many times in a row, `--discovery-interval` seconds apart, a ready cluster must not serve a kind."""

_log = logging.getLogger(__name__)


class Vanished:
    """Puts the end of every object of a kind into the queue, in a thread of its own."""

    def __init__(self, sources: list[Source], surroundings: Surroundings) -> None:
        """Prepare the thread.

        Args:
            sources: the streams that once brought the objects of the kind; one at least.
            surroundings: what all streams share.

        """
        self._sources, self._all = sources, surroundings
        self._backoff = Backoff()
        self._stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"lineal-watch end of {sources[0].name}", daemon=True)

    def stop(self) -> None:
        """End the thread soon."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            for source in self._sources:
                while not self._stopped.is_set() and not self._end_all(source):
                    self._stopped.wait(self._backoff.pause())
        except QueueClosedError:
            return
        except Exception:
            _log.exception("fault while recording that %s is served no longer", self._sources[0].name)

    def _end_all(self, source: Source) -> bool:
        """Put the deletion of what the store holds of a source; return whether the store answered."""
        self._all.queue.wait_until_written(source)
        try:
            known = self._all.known(source)
        except errors.StatusError as error:
            _log.warning("%s: %s; trying again until it answers", source.name, error)
            return False
        for uid in known:
            self._all.queue.put(Change(source, Verb.DELETED, uid))
        if known:
            _log.warning("%s is served no longer: its %d objects are DELETED", source.name, len(known))
        return True


def possible_sources(resource: Resource, namespaces: tuple[str, ...]) -> list[Source]:
    """Return the streams that a watcher of these namespaces may have had of a kind, whatever the kind's scope was."""
    served = Served(resource, plural="", namespaced=True)
    return [Source(served, namespace) for namespace in ("", *namespaces)]
