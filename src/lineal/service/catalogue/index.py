"""Keep the search index level with the nodes, whoever wrote them.

Other libraries write into the same database, so the index follows the nodes by their times of update and by their ids,
and never trusts a writer to tell it. `follow` is called before every read that needs the index and does a bounded piece
of work; a thread of the server does the rest. A node whose indexed time of update is its present one is left alone, so
following twice costs little (docs/decisions/0014-search-index.md). A node that cannot be indexed is set aside with the
reason, so that it stops neither the others nor a read. What stays out: what the index says of a node (entries.py).
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lineal import errors
from lineal.kinds import CONTEXT, EXECUTION, KINDS, Kind
from lineal.service import MetadataService
from lineal.service.catalogue import entries
from lineal.service.catalogue.entries import Derived
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store import index_rows, own_tables, unindexed_rows
from lineal.store.database import Session
from lineal.store.index_rows import Entry, Progress, RunSeen
from lineal.store.nodes import NodeRow

BATCH = 1000
REQUEST_SECONDS = 0.25
# Transactions may commit after others with later times, and clocks differ: so much is looked at again.
OVERLAP = 10_000
_LONGEST_REASON = 500
# These say nothing of what was to be indexed: the same may succeed later, or for somebody else.
_OF_THE_MOMENT = (
    errors.CancelledError,
    errors.DeadlineExceededError,
    errors.PermissionDeniedError,
    errors.ResourceExhaustedError,
    errors.AbortedError,
    errors.UnavailableError,
    errors.UnauthenticatedError,
)
_log = logging.getLogger(__name__)


@dataclass
class SearchIndex:
    """The index of one database.

    Attributes:
        is_available: whether the database has it; one that is open for reading only may lack it.
        has_unindexed: whether the database has the table of what is set aside, which it may lack as well.
    """

    service: MetadataService
    is_available: bool = True
    has_unindexed: bool = True
    _level: dict[Kind, tuple[int, int]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Create the tables if they are missing."""
        self.is_available = own_tables.holds(self.service.database, *own_tables.SEARCHED)
        self.has_unindexed = own_tables.holds(self.service.database, own_tables.UNINDEXED)

    def require(self) -> None:
        """Refuse what needs the index where there is none.

        Raises:
            FailedPreconditionError: the database is open for reading only and has no index.
        """
        if not self.is_available:
            raise errors.FailedPreconditionError(
                "searching needs Lineal's index, which this database lacks and which cannot be made while it is open "
                "for reading only; open it for writing once"
            )

    def follow(self, kind: Kind, *, seconds: float = REQUEST_SECONDS) -> bool:
        """Index what is not indexed yet, for about so long; say whether all is done."""
        if not self.is_available or self.service.database.dialect.read_only:
            return True
        end = time.monotonic() + seconds
        while not self._is_level(kind):
            if self._index_batch(kind):
                self._note_level(kind)
                return True
            if time.monotonic() > end:
                return False
        return True

    def follow_for_read(self, kind: Kind, *, seconds: float = REQUEST_SECONDS) -> bool:
        """Index what is not indexed yet, for a read that goes on without what cannot be; say whether all is done.

        Raises:
            CancelledError, DeadlineExceededError: nobody waits for the read any more.
        """
        try:
            return self.follow(kind, seconds=seconds)
        except (errors.CancelledError, errors.DeadlineExceededError):
            raise
        except errors.StatusError as error:
            _log.warning("a read takes the search index as it is: %s", error.message)
        except Exception:
            _log.exception("fault while indexing; a read takes the search index as it is")
        return False

    def follow_all(self) -> None:
        """Index all that is not indexed yet."""
        for kind in KINDS:
            self.follow(kind, seconds=math.inf)

    def _index_batch(self, kind: Kind) -> bool:
        """Index a batch of nodes, without those that cannot be; say whether it was the last."""
        renewing = self._is_renewing(kind)
        try:
            return self.service.write(
                lambda session, types: _index_batch(session, types, kind, every=renewing, renewing=renewing)
            )
        except _OF_THE_MOMENT:
            raise
        except Exception as error:
            _log.warning("a batch of %s cannot be indexed as one: %s", kind.plural, _reason(error))
        self._index_apart(kind, self.service.read(lambda session, _: _next_batch(session, kind).rows), every=renewing)
        return self.service.write(
            lambda session, types: _index_batch(session, types, kind, every=False, renewing=renewing)
        )

    def _is_renewing(self, kind: Kind) -> bool:
        """Say whether all nodes are to be indexed again, because an earlier version indexed them in another form."""
        known = self.service.read(lambda session, _: index_rows.is_renewing(session, kind))
        if known is None:
            self.service.write(lambda session, _: index_rows.begin_renewal(session, kind))
        return known is not False

    def _index_apart(self, kind: Kind, rows: Sequence[NodeRow], *, every: bool) -> None:
        """Index nodes in ever smaller parts, each in a transaction of its own, and set aside those that cannot be."""
        try:
            self.service.write(lambda session, types: _index(session, types, kind, rows, every=every))
        except _OF_THE_MOMENT:
            raise
        except Exception as error:
            if len(rows) == 1:
                self._set_aside(kind, rows[0], error)
                return
            middle = len(rows) // 2
            self._index_apart(kind, rows[:middle], every=every)
            self._index_apart(kind, rows[middle:], every=every)

    def _set_aside(self, kind: Kind, row: NodeRow, error: Exception) -> None:
        reason = _reason(error)
        self.service.write(lambda session, _: _set_aside(session, kind, row, reason))
        fault = None if isinstance(error, errors.StatusError) else error
        said = "the %s %d cannot be found by what it says: %s; `lineal doctor` lists such records"
        _log.error(said, kind.name, row.id, reason, exc_info=fault)

    def _is_level(self, kind: Kind) -> bool:
        """Say whether nothing has changed since all was indexed, the index itself included."""
        known = self._level.get(kind)
        if known is not None and known == self.service.read(lambda session, _: _present(session, kind)):
            return True
        self._level.pop(kind, None)
        return False

    def _note_level(self, kind: Kind) -> None:
        """Remember the newest node, once it is so old that nothing can still be written before it."""
        newest = self.service.read(lambda session, _: _present(session, kind))
        self._level.pop(kind, None)
        if newest is not None and newest[0] < now() - OVERLAP:
            self._level[kind] = newest


def _present(session: Session, kind: Kind) -> tuple[int, int] | None:
    """Return (time of the last update, id), each the greatest of a kind's nodes; None without an index."""
    return index_rows.newest(session, kind) if index_rows.progress(session, kind) else None


class _Batch(NamedTuple):
    """The nodes to look at next, how far a kind is indexed before and after them, and whether they are the last."""

    stored: Progress | None
    rows: list[NodeRow]
    reached: Progress
    is_last: bool


def _next_batch(session: Session, kind: Kind) -> _Batch:
    stored = index_rows.progress(session, kind)
    place = stored or Progress(-1, 0)
    rows = index_rows.pending(session, kind, place, limit=BATCH)
    if len(rows) == BATCH:
        return _Batch(stored, rows, Progress(rows[-1].updated, rows[-1].id), is_last=False)
    rows += index_rows.newer(session, kind, limit=BATCH)
    reached = Progress(max(row.updated for row in rows) - OVERLAP, 0) if rows else place
    return _Batch(stored, list({row.id: row for row in rows}.values()), reached, is_last=len(rows) < BATCH)


def _index_batch(session: Session, types: KnownTypes, kind: Kind, *, every: bool, renewing: bool) -> bool:
    """Index a batch of nodes; say whether it was the last."""
    batch = _next_batch(session, kind)
    _index(session, types, kind, batch.rows, every=every)
    if batch.reached != batch.stored:
        index_rows.set_progress(session, kind, batch.reached)
    if renewing and batch.is_last:
        index_rows.end_renewal(session, kind)
    return batch.is_last


def _index(session: Session, types: KnownTypes, kind: Kind, rows: Iterable[NodeRow], *, every: bool) -> None:
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
    index_rows.note_runs(session, list(_runs(kind, nodes, [entry for entry, _ in derived])))


def _set_aside(session: Session, kind: Kind, row: NodeRow, reason: str) -> None:
    """Write an entry that says nothing of a node, and why."""
    replaced = index_rows.indexed(session, kind, [row.id])
    derived = Derived(entries.bare(row), [])
    # A fact of no meaning tells whether the node is at fault: if even that cannot be written, the index is.
    index_rows.replace_entries(session, kind, [derived.entry], [(row.id, entries.probe(row))], replaced)
    index_rows.replace_entries(session, kind, [derived.entry], [], {row.id: (row.updated, None)})
    _settle(session, kind, [derived], replaced)
    unindexed_rows.note(session, kind, row.id, reason)


def _reason(error: Exception) -> str:
    """Return what to say of an error, in characters that every database and log holds."""
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
