"""Keep the search index up to date with the nodes of all writers.

Other libraries write into the same database. So the index follows the nodes by their times of update and their ids, and
needs no message from a writer. `follow` runs before every read that needs the index and does a bounded piece of work; a
thread of the server does the rest. One pass runs at a time, on any number of servers (store/schema/locks.py); a read
that finds a running pass uses the index as it is. A node whose time of update has not changed is skipped, so following
twice costs little (docs/decisions/0014-search-index.md). A node that cannot be indexed is set aside with the reason, so
that it stops neither the others nor a read. A pass also writes the locations of artifacts whose writers did not
(store/own_rows/locations.py). What stays out: what the index says of a node (entries.py), and finding
what times and marks do not tell (comparing.py).
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from lineal import errors
from lineal.catalogue import entries
from lineal.catalogue.comparing import Comparison
from lineal.catalogue.entries import Derived
from lineal.catalogue.level_states import LevelStates
from lineal.deadlines import calling_until
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service import MetadataService
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store.engine.begin_deadline import BeginDeadline
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.node_times import OVERLAP
from lineal.store.engine.session import Session
from lineal.store.index import entries as index_rows
from lineal.store.index import marks as index_marks
from lineal.store.index import unindexed as unindexed_rows
from lineal.store.index.entries import Entry, Progress, RunSeen, State
from lineal.store.own_rows import locations as location_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NodeRow
from lineal.store.schema import locks, on_demand
from lineal.store.tables import own_tables

BATCH = 1000
REQUEST_SECONDS = 0.25
_START = Progress(-1, 0)
_LONGEST_REASON = 500
# How long a pass waits for other writers if nobody waits for it, and how long it rests before it asks again.
_LONGEST_WAIT = 10.0
_REST = 0.02
# How often a pass runs again after failures that this can cure, such as a deadlock.
_ATTEMPTS = 3
# These errors say nothing about the node: indexing it may succeed later, or for another caller.
_OF_THE_MOMENT = (
    errors.CancelledError,
    errors.DeadlineExceededError,
    errors.PermissionDeniedError,
    errors.ResourceExhaustedError,
    errors.AbortedError,
    errors.UnavailableError,
    errors.UnauthenticatedError,
    Conflict,
)
_log = logging.getLogger(__name__)


class BusyError(Exception):
    """Another pass is running, here or on another server."""


@dataclass
class SearchIndex:
    """The index of one database.

    Attributes:
        is_available: whether the database has it; one that is open for reading only may lack it.
        has_unindexed: whether the database has the table of what is set aside, which it may lack as well.
        has_marks: whether it has the table of marks, which it may lack as well.
    """

    service: MetadataService
    is_available: bool = True
    has_unindexed: bool = True
    has_marks: bool = True
    _levels: LevelStates = field(default_factory=LevelStates)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _said: str = ""

    def __post_init__(self) -> None:
        self._comparison = Comparison(self.service, index=self._index_found)

    def prepare(self) -> None:
        """Create the tables if they are missing, and see how far the nodes' times are."""
        database = self.service.database
        self.is_available = on_demand.holds(database, *own_tables.SEARCHED)
        self.has_unindexed = on_demand.holds(database, own_tables.UNINDEXED)
        self.has_marks = self._comparison.has_marks = on_demand.holds(database, own_tables.MARK)
        if self.is_available:
            for kind in KINDS:
                self._look(kind)

    def require(self) -> None:
        """Refuse a read that needs the index if there is none.

        Raises:
            FailedPreconditionError: the database is open for reading only and has no index.
        """
        if not self.is_available:
            raise errors.FailedPreconditionError(
                "searching needs Lineal's index, which this database lacks and which cannot be made while it is open "
                "for reading only; open it for writing once"
            )

    def follow(self, kind: Kind, *, seconds: float = REQUEST_SECONDS, is_patient: bool = False) -> bool:
        """Index what is not indexed yet, for about this time; return whether the index is complete.

        A patient caller also gets the comparison with a large store, which may take longer.
        """
        return self._work(kind, time.monotonic() + seconds, is_patient=is_patient)

    def step(self, kind: Kind) -> bool:
        """Do one step of the background thread, a batch or a part of a comparison; say whether all is done."""
        return self._work(kind, time.monotonic(), is_patient=True)

    def compare(self, kind: Kind) -> bool:
        """Do what the thread of a further worker does: compare what the first one has indexed; there is no hurry."""
        if self.is_available:
            end = time.monotonic()
            with contextlib.suppress(BusyError):
                self._comparison.is_equal(kind, partial(self._take_turn, end), end, is_patient=True)
        return True

    def follow_for_read(self, kind: Kind, *, seconds: float = REQUEST_SECONDS, is_patient: bool = False) -> bool:
        """Do the same for a read that goes on even if indexing fails; return whether the index is complete.

        Raises:
            CancelledError, DeadlineExceededError: nobody waits for the read any more.
        """
        try:
            is_level = self.follow(kind, seconds=seconds, is_patient=is_patient)
            self._said = self._said if not is_level else ""
            return is_level
        except (errors.CancelledError, errors.DeadlineExceededError):
            raise
        except errors.StatusError as error:
            self._say(error.message, None)
        except Exception as error:
            self._say(f"fault while indexing: {_reason(error)}", error)
        return False

    def follow_all(self) -> None:
        """Index all that is not indexed yet."""
        for kind in KINDS:
            self.follow(kind, seconds=math.inf)

    def _say(self, text: str, fault: Exception | None) -> None:
        """Log what hinders the index, once for many reads."""
        if text != self._said:
            self._said = text
            _log.warning("reads use the search index as it is: %s", text, exc_info=fault)

    def _work(self, kind: Kind, end: float, *, is_patient: bool = False) -> bool:
        """Index what is new, and compare if it is time to; say whether the index says what the store holds."""
        if not self.is_available:
            return True
        try:
            turn = partial(self._take_turn, end)
            return self._follow(kind, end) and self._comparison.is_equal(kind, turn, end, is_patient=is_patient)
        except BusyError:
            return False

    def _follow(self, kind: Kind, end: float) -> bool:
        """Index what times, ids and marks say is new; say whether all is done."""
        while not self._is_level(kind):
            if self.service.database.dialect.read_only:
                return False
            try:
                if self._index_batch(kind, end):
                    return True
            except BusyError:
                time.sleep(_REST if time.monotonic() < end else 0)
            if time.monotonic() > end:
                return False
        return True

    def _take_turn(self, end: float, work: Callable[[Session, KnownTypes], Any], *, waits: bool = False) -> Any:
        """Run a part of a pass in a transaction in which nobody else indexes, if no other pass is running.

        Raises:
            BusyError: another pass is running.
        """
        seconds = _LONGEST_WAIT if waits else min(max(end - time.monotonic(), 0.0), _LONGEST_WAIT)
        if not self._turn.acquire(timeout=seconds):
            raise BusyError
        try:
            deadline = BeginDeadline(max(seconds, REQUEST_SECONDS), attempts=_ATTEMPTS)

            def run(session: Session, types: KnownTypes) -> Any:
                deadline.begin()
                if waits:
                    locks.take(session, locks.INDEX)
                elif not locks.try_take(session, locks.INDEX):
                    raise BusyError
                return work(session, types)

            with calling_until(deadline):
                return self.service.write(run)
        finally:
            self._turn.release()

    def _index_batch(self, kind: Kind, end: float) -> bool:
        """Index a batch of nodes, without those that cannot be indexed; return whether it was the last."""
        if self._look(kind).renewing is None:
            self._take_turn(end, lambda session, _: _begin_renewal(session, kind))
        whole = partial(_index_batch, kind=kind, marked=self.has_marks)
        try:
            return bool(self._take_turn(end, whole))
        except (BusyError, *_OF_THE_MOMENT):
            raise
        except Exception as error:
            _log.warning("a batch of %s cannot be indexed together: %s", kind.plural, _reason(error))
        batch = self.service.read(lambda session, _: _next_batch(session, kind, marked=self.has_marks))
        self._index_apart(kind, [row.id for row in batch.rows], every=batch.renewing)
        return bool(self._take_turn(end, partial(whole, indexed=batch.renewing), waits=True))

    def _index_found(self, kind: Kind, rows: Sequence[NodeRow], turn: Callable[..., Any]) -> None:
        """Index nodes that a comparison has found."""
        ids = [row.id for row in rows]
        try:
            turn(lambda session, types: _index(session, types, kind, node_rows.nodes_by_ids(session, kind, ids)))
        except (BusyError, *_OF_THE_MOMENT):
            raise
        except Exception as error:
            _log.warning("a batch of %s cannot be indexed together: %s", kind.plural, _reason(error))
            self._index_apart(kind, ids)

    def _index_apart(self, kind: Kind, ids: Sequence[int], *, every: bool = False) -> None:
        """Index nodes in ever smaller parts, each in its own transaction, and set aside those that fail."""

        def index(session: Session, types: KnownTypes) -> None:
            _index(session, types, kind, node_rows.nodes_by_ids(session, kind, ids), every=every)

        try:
            self._take_turn(0.0, index, waits=True)
        except (BusyError, *_OF_THE_MOMENT):
            raise
        except Exception as error:
            if len(ids) == 1:
                self._set_aside(kind, ids[0], error)
                return
            middle = len(ids) // 2
            self._index_apart(kind, ids[:middle], every=every)
            self._index_apart(kind, ids[middle:], every=every)

    def _set_aside(self, kind: Kind, node_id: int, error: Exception) -> None:
        reason = _reason(error)
        self._take_turn(0.0, lambda session, _: _set_aside(session, kind, node_id, reason), waits=True)
        fault = None if isinstance(error, errors.StatusError) else error
        said = "the %s %d cannot be found by its content: %s; `lineal doctor` lists such records"
        _log.error(said, kind.name, node_id, reason, exc_info=fault)

    def _is_level(self, kind: Kind) -> bool:
        state = self._look(kind)
        return self._levels.is_level(kind, state, lambda: self._has_nothing_new(kind, state))

    def _has_nothing_new(self, kind: Kind, state: State) -> bool:
        """Say whether nothing is new by times, ids and marks."""
        place = state.place
        if place is None or state.mark is not None or state.node_id > state.entry_id or state.renewing is not False:
            return False
        return not self.service.read(lambda session, _: index_rows.pending(session, kind, place, limit=1))

    def _look(self, kind: Kind) -> State:
        state = self.service.read(lambda session, _: index_rows.state(session, kind, marked=self.has_marks))
        self.service.database.node_times.see(state.updated)
        return state


class _Batch(NamedTuple):
    """The nodes to look at next, how far a kind is indexed before and after them, and whether they are the last."""

    stored: Progress | None
    rows: list[NodeRow]
    marks: list[int]
    reached: Progress
    is_last: bool
    renewing: bool


def _next_batch(session: Session, kind: Kind, *, marked: bool) -> _Batch:
    """Return what is to be indexed next. The order matters: what commits meanwhile is found by the next pass."""
    state = index_rows.state(session, kind, marked=marked)
    marks = index_marks.first(session, kind, limit=BATCH) if state.mark is not None else []
    every = state.renewing is not False
    rows = index_rows.pending(session, kind, state.place or _START, limit=BATCH, every=every)
    reached = Progress(max(state.updated - OVERLAP, _START.time), 0)
    is_last = len(rows) < BATCH and len(marks) < BATCH
    if len(rows) == BATCH:
        # Never beyond it, or what commits late would be missed; but every node of a renewal is looked at once.
        last = Progress(rows[-1].updated, rows[-1].id)
        reached = last if every else min(reached, last)
    else:
        newer = index_rows.newer(session, kind, state.entry_id, limit=BATCH)
        is_last, rows = is_last and len(newer) < BATCH, rows + newer
    rows += node_rows.nodes_by_ids(session, kind, {node_id for _, node_id in marks})
    found = list({row.id: row for row in rows}.values())
    return _Batch(state.place, found, [mark_id for mark_id, _ in marks], reached, is_last, every)


def _begin_renewal(session: Session, kind: Kind) -> None:
    """Let all nodes be indexed in the present form, unless somebody else has begun that meanwhile."""
    if index_rows.state(session, kind, marked=False).renewing is None:
        index_rows.begin_renewal(session, kind)


def _index_batch(session: Session, types: KnownTypes, *, kind: Kind, marked: bool, indexed: bool = False) -> bool:
    """Index a batch of nodes; say whether it was the last.

    Args:
        session: the transaction.
        types: the known types.
        kind: the kind of the nodes.
        marked: whether the store has marks.
        indexed: whether all of a renewal's batch are indexed already, as far as they can be.
    """
    batch = _next_batch(session, kind, marked=marked)
    _index(session, types, kind, batch.rows, every=batch.renewing and not indexed)
    index_marks.remove(session, batch.marks)
    if batch.reached != batch.stored:
        index_rows.set_progress(session, kind, batch.reached)
    if batch.renewing and batch.is_last:
        index_rows.end_renewal(session, kind)
    return batch.is_last


def _index(session: Session, types: KnownTypes, kind: Kind, rows: Iterable[NodeRow], *, every: bool = False) -> None:
    """Index every one of the nodes, or those that have changed since they were indexed."""
    rows = list(rows)
    known = index_rows.indexed(session, kind, [row.id for row in rows])
    changed = [row for row in rows if every or row.id not in known or known[row.id][0] != row.updated]
    if not changed:
        return
    nodes = node_messages(session, types, kind, changed)
    derived = [entries.derived(kind, node) for node in nodes]
    facts = [(entry.node_id, fact) for entry, found in derived for fact in found]
    replaced = {row.id: known[row.id] for row in changed if row.id in known}
    index_rows.replace_entries(session, kind, [entry for entry, _ in derived], facts, replaced)
    _settle(session, kind, derived, replaced)
    if kind is ARTIFACT:
        location_rows.follow(session, [(row.id, row.uri) for row in changed], renews=every)
    index_rows.note_runs(session, list(_runs(kind, nodes, [entry for entry, _ in derived])))


def _set_aside(session: Session, kind: Kind, node_id: int, reason: str) -> None:
    """Write an empty entry for a node and the reason, unless the node was deleted."""
    for row in node_rows.nodes_by_ids(session, kind, [node_id]):
        _write_bare(session, kind, row, reason)


def _write_bare(session: Session, kind: Kind, row: NodeRow, reason: str) -> None:
    replaced = index_rows.indexed(session, kind, [row.id])
    derived = Derived(entries.bare(row), [])
    # A test row shows whether the node is at fault: if even that cannot be written, the index is.
    index_rows.replace_entries(session, kind, [derived.entry], [(row.id, entries.probe(row))], replaced)
    index_rows.replace_entries(session, kind, [derived.entry], [], {row.id: (row.updated, None)})
    _settle(session, kind, [derived], replaced)
    unindexed_rows.note(session, kind, row.id, reason)


def _reason(error: Exception) -> str:
    """Return the text of an error, in characters that every database and log can hold."""
    said = error.message if isinstance(error, errors.StatusError) else f"{type(error).__name__}: {error}"
    text = " ".join(said.replace("\0", "").split()).encode("ascii", "backslashreplace").decode()
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}..."


def _settle(session: Session, kind: Kind, derived: Sequence[Derived], replaced: Any) -> None:
    """Sort out the latest metrics of the nodes that others report on."""
    subjects = {entry.subject_id for entry, _ in derived} | {subject for _, subject in replaced.values()}
    subjects |= {entry.node_id for entry, _ in derived}  # another workspace makes other reports count
    index_rows.settle_metrics(session, kind, sorted(subject for subject in subjects if subject is not None))


def _runs(kind: Kind, nodes: Sequence[Any], entries: Sequence[Entry]) -> Iterable[RunSeen]:
    """Return the runs that nodes belong to, each once."""
    seen: dict[tuple[str, str, int], RunSeen] = {}
    for node, entry in zip(nodes, entries, strict=True):
        if entry.run is None:
            continue
        key = (entry.workspace or "", entry.run, node.id if kind is CONTEXT else 0)
        times = node.create_time_since_epoch, node.last_update_time_since_epoch if kind is EXECUTION else 0
        known = seen.get(key, RunSeen(*key, times[0], times[0]))
        seen[key] = known._replace(created=min(known.created, times[0]), updated=max(known.updated, *times))
    return seen.values()
