"""From the queue to the store: one thread asks the handlers what to store for each change, and writes it.

While the store is away, the thread waits, and so do the queue and the streams. If the store refuses something for good,
this is logged and counted, and the rest goes on. What stays out: requests (`recorder.py`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from lineal import errors, json_text
from lineal.client import MetadataStore
from lineal.watch.clock import Backoff, now
from lineal.watch.cluster.connection import Cluster, ClusterError
from lineal.watch.cluster.reflector import is_gone
from lineal.watch.handlers import Handler, Seen
from lineal.watch.metrics import Metrics
from lineal.watch.objects import OBJECT_PROPERTY
from lineal.watch.queue import Change, ChangeQueue, QueueClosedError, Verb
from lineal.watch.records import Records, merged
from lineal.watch.writing.additions import Memory
from lineal.watch.writing.recorder import Recorder
from lineal.watch.writing.store import is_about_credentials, is_passing, is_too_large, stored_object
from lineal.watch.writing.unseen_ends import end_unseen, is_identity_alone

LARGE = 64 << 10
ATTEMPTS = 5

_T = TypeVar("_T")

_log = logging.getLogger(__name__)
_UNCERTAIN = (errors.InternalError, errors.UnknownError, errors.DataLossError)


@dataclass(frozen=True)
class Place:
    """What tells the writer about objects of this watcher.

    Attributes:
        cluster_name: the name of the cluster.
        workspace_of: returns the workspace of a namespace.
        selector: the label selector, "" for none.

    """

    cluster_name: str
    workspace_of: Callable[[str], str]
    selector: str = ""


class Writer:
    """Writes changes, one after the other."""

    def __init__(
        self,
        store: MetadataStore,
        *,
        cluster: Cluster,
        queue: ChangeQueue,
        built_in: list[Handler],
        own: list[Handler],
        place: Place,
        metrics: Metrics,
        may_write: Callable[[], bool],
        reached: Callable[[str, str], None],
    ) -> None:
        """Prepare the thread.

        Args:
            store: where records go.
            cluster: the API server, asked whether an object is really gone.
            queue: where changes come from.
            built_in: handlers whose records are written together.
            own: handlers whose records are written separately, so that an error in one harms nothing else.
            place: cluster, workspaces, selector.
            metrics: where changes and problems are counted.
            may_write: whether this replica may write at this moment.
            reached: told the name of a source and the version up to which it is written.

        """
        self._store, self._cluster, self._queue, self._metrics = store, cluster, queue, metrics
        self._built_in, self._own, self._place = built_in, own, place
        self._may_write, self._reached = may_write, reached
        self._recorder = Recorder(store)
        self._backoff = Backoff(longest=5.0)
        self._told: Memory[tuple[str, str], frozenset[int]] = Memory()  # hashes of problems
        self._stopped = threading.Event()
        self.store_answers = True
        self.thread = threading.Thread(target=self._run, name="lineal-watch writer", daemon=True)

    def stop(self) -> None:
        """End the thread after the write that is under way."""
        self._stopped.set()
        self._queue.close()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                change = self._queue.take(1.0)
                if change is not None:
                    self._write(change)
                    self._reached(change.source.name, self._queue.done(change))
        except QueueClosedError:
            return

    def _write(self, change: Change) -> None:
        """Write one change; a fault of this program loses only this change."""
        if change.verb is Verb.MARK:
            return
        kind = change.source.served.resource.name
        try:
            seen = self._repeat(lambda: self._seen(change), what=f"{kind} {change.uid}")
            if seen is not None:
                self._write_seen(change, seen)
                self._metrics.count("written_total", kind=kind, verb=change.verb.value)
        except QueueClosedError:
            raise
        except Exception:
            self._metrics.count("problems_total", reason="fault")
            _log.exception("fault while recording %s %s", kind, change.uid)

    def _seen(self, change: Change) -> Seen | None:
        """Return the object of a change; None for one that turns out to be still there."""
        served, cluster_name = change.source.served, self._place.cluster_name
        if change.body:
            obj = json_text.loads(change.body)
            path = served.object_path(obj)
        else:
            obj, path = stored_object(self._store, served.resource, cluster=cluster_name, uid=change.uid)
            if self._place.selector and not is_gone(self._cluster, path, change.uid):
                return None
        workspace = self._place.workspace_of(str(obj.get("metadata", {}).get("namespace", "")))
        return Seen(served.resource, obj, cluster_name, workspace, time=now(), path=path)

    def _write_seen(self, change: Change, seen: Seen) -> None:
        if change.body or not is_identity_alone(seen):
            together = merged([self._ask(handler, change.verb, seen) for handler in self._built_in])
        else:
            together = self._repeat(lambda: end_unseen(self._store, seen), what=str(seen))
        self._put(together, seen, large=len(change.body) > LARGE)
        for handler in self._own:
            self._put(self._ask(handler, change.verb, seen), seen, large=False)

    def _ask(self, handler: Handler, verb: Verb, seen: Seen) -> Records:
        """Ask a handler what to store; an error of it is logged and counted."""
        try:
            if not handler.wants(seen.resource):
                return Records()
            ask = {Verb.ADDED: handler.on_add, Verb.UPDATED: handler.on_update, Verb.DELETED: handler.on_delete}[verb]
            records = ask(seen) or Records()
        except Exception:
            self._metrics.count("problems_total", reason="handler_error")
            _log.exception("the handler %s failed for %s", type(handler).__name__, seen)
            return Records()
        self._tell_problems((type(handler).__name__, seen.external_id), records)
        return records

    def _tell_problems(self, of: tuple[str, str], records: Records) -> None:
        """Log and count what is wrong in an object, and not again when it changes: a Workflow changes often."""
        told = self._told.get(of, frozenset())
        for problem in records.problems:
            if hash(problem) not in told:
                self._metrics.count("problems_total", reason=problem.reason)
                _log.warning(problem.text)
        if records.problems:
            self._told.put(of, frozenset(map(hash, records.problems)))
        else:
            self._told.pop(of, None)

    def _put(self, records: Records, seen: Seen, *, large: bool) -> None:
        """Write records; if they are refused, write the parts that are not."""
        for attempt in _attempts(records, large=large):
            try:
                self._repeat(lambda some=attempt: self._recorder.write(some), what=str(seen))  # type: ignore[misc]
                return
            except errors.StatusError as error:
                self._tell_refused(seen, error)

    def _tell_refused(self, seen: Seen, error: errors.StatusError) -> None:
        too_large = is_too_large(error)
        self._metrics.count("problems_total", reason="too_large" if too_large else "refused")
        what = "is larger than the store's message limit" if too_large else "was refused by the store"
        _log.error(
            "%s %s: %s; it is recorded without the wrong part", seen, what, " ".join(error.message.split())[:500]
        )

    def _repeat(self, call: Callable[[], _T], *, what: str) -> _T:
        """Return what a call returns, repeated while the store or the cluster is away.

        Raises:
            StatusError: the store refused for good.
            QueueClosedError: the watcher stops.

        """
        uncertain = 0
        while True:
            self._wait_for_leadership()
            try:
                answer = call()
            except (errors.StatusError, ClusterError) as error:
                uncertain += isinstance(error, _UNCERTAIN)
                if not _may_pass(error) or uncertain == ATTEMPTS:
                    raise
                self._wait(error, what)
            else:
                self._well()
                return answer

    def _wait_for_leadership(self) -> None:
        while not self._may_write():
            self._pause(0.2)

    def _wait(self, error: Exception, what: str) -> None:
        if self.store_answers:
            self._metrics.count("problems_total", reason="store_away")
            _log.warning("%s waits: %s; it is tried again until the store takes it", what, error)
        self._tell(answers=False)
        self._pause(self._backoff.pause())

    def _well(self) -> None:
        if not self.store_answers:
            _log.info("the store answers again")
        self._tell(answers=True)
        self._backoff.reset()

    def _tell(self, *, answers: bool) -> None:
        self.store_answers = answers
        self._metrics.set("store_away", 0 if answers else 1)

    def _pause(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise QueueClosedError


def _may_pass(error: Exception) -> bool:
    """Say whether the same call can succeed later: a call that is refused for good must not block the rest."""
    return isinstance(error, (ClusterError, *_UNCERTAIN)) or is_passing(error) or is_about_credentials(error)


def _attempts(records: Records, *, large: bool) -> Iterator[Records]:
    """Return the records, then less and less of them."""
    yield records
    small = records.without(OBJECT_PROPERTY, because="too large for the store, or refused") if large else records
    if large:
        yield small
    if records.executions:
        yield replace(small, executions=tuple(replace(one, inputs=(), outputs=()) for one in small.executions))
        yield Records(artifacts=small.artifacts)
