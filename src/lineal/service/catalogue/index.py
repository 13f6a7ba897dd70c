"""Keep the search index level with the nodes, whoever wrote them.

Other libraries write into the same database, so the index follows the nodes by their times of update and by their ids,
and never trusts a writer to tell it. `follow` is called before every read that needs the index and does a bounded piece
of work; a thread of the server does the rest. A node whose indexed time of update is its present one is left alone, so
following twice costs little (docs/decisions/0014-search-index.md).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service import MetadataService
from lineal.service.catalogue import groups, reading
from lineal.service.catalogue.reading import Record
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store import index_rows, own_tables
from lineal.store.database import Session
from lineal.store.index_rows import Entry, Fact, Progress, RunSeen
from lineal.store.nodes import NodeRow
from lineal.store.own_tables import LONGEST_TEXT, Family

BATCH = 1000
REQUEST_SECONDS = 0.25
# Transactions may commit after others with later times, and clocks differ: so much is looked at again.
OVERLAP = 10_000


@dataclass
class SearchIndex:
    """The index of one database.

    Attributes:
        is_available: whether the database has it; one that is open for reading only may lack it.
    """

    service: MetadataService
    is_available: bool = True
    _level: dict[Kind, tuple[int, int]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Create the tables if they are missing."""
        self.is_available = own_tables.prepare(self.service.database)

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
            if self.service.write(lambda session, types: _index_batch(session, types, kind)):
                self._note_level(kind)
                return True
            if time.monotonic() > end:
                return False
        return True

    def follow_all(self) -> None:
        """Index all that is not indexed yet."""
        for kind in KINDS:
            self.follow(kind, seconds=math.inf)

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


def _index_batch(session: Session, types: KnownTypes, kind: Kind) -> bool:
    """Index a batch of nodes; say whether it was the last."""
    stored = index_rows.progress(session, kind)
    place = stored or Progress(-1, 0)
    rows = index_rows.pending(session, kind, place, limit=BATCH)
    if len(rows) == BATCH:
        _index(session, types, kind, rows)
        index_rows.set_progress(session, kind, Progress(rows[-1].updated, rows[-1].id))
        return False
    rows += index_rows.newer(session, kind, limit=BATCH)
    _index(session, types, kind, {row.id: row for row in rows}.values())
    reached = Progress(max(row.updated for row in rows) - OVERLAP, 0) if rows else place
    if reached != stored:
        index_rows.set_progress(session, kind, reached)
    return len(rows) < BATCH


def _index(session: Session, types: KnownTypes, kind: Kind, rows: Iterable[NodeRow]) -> None:
    """Index those of the nodes that have changed since they were indexed."""
    rows = list(rows)
    known = index_rows.indexed(session, kind, [row.id for row in rows])
    changed = [row for row in rows if row.id not in known or known[row.id][0] != row.updated]
    if not changed:
        return
    nodes = node_messages(session, types, kind, changed)
    derived = [_derived(kind, node) for node in nodes]
    facts = [(entry.node_id, fact) for entry, found in derived for fact in found]
    replaced = {row.id: known[row.id] for row in changed if row.id in known}
    index_rows.replace_entries(session, kind, [entry for entry, _ in derived], facts, replaced)
    _settle(session, kind, derived, replaced)
    index_rows.note_runs(session, list(_runs(kind, nodes, [entry for entry, _ in derived])))


def _settle(session: Session, kind: Kind, derived: Sequence[tuple[Entry, list[Fact]]], replaced: Any) -> None:
    """Sort out the latest metrics of the nodes that others report on."""
    subjects = {entry.subject_id for entry, _ in derived} | {subject for _, subject in replaced.values()}
    subjects |= {entry.node_id for entry, found in derived if found}
    index_rows.settle_metrics(session, kind, sorted(subject for subject in subjects if subject is not None))


def _derived(kind: Kind, node: Any) -> tuple[Entry, list[Fact]]:
    """Return what the index says of a node."""
    record = Record(node)
    subject = record.subject_id if kind is ARTIFACT else None
    entry = Entry(
        node_id=node.id,
        updated=node.last_update_time_since_epoch,
        type_id=node.type_id,
        name=_cut(record.name),
        version=_cut(record.version),
        workspace=_cut(_group(kind, node, groups.WORKSPACE_TYPES) or record.workspace),
        run=_cut(_group(kind, node, groups.RUN_TYPES) or record.run),
        subject_id=subject,
        words=record.words,
    )
    return entry, _facts(record, subject)


def _group(kind: Kind, node: Any, types: tuple[str, ...]) -> str | None:
    """Return the name of a context that is itself a workspace or run."""
    return str(node.name) if kind is CONTEXT and node.type in types else None


def _facts(record: Record, subject: int | None) -> list[Fact]:
    node_id = record.node.id
    stated: list[tuple[int, Family, dict[str, Any]]] = [
        (node_id, Family.LABEL, record.labels),
        (node_id, Family.METRIC, record.json_metrics),
        (node_id, Family.META, record.json_values),
    ]
    if subject is not None:
        stated.append((subject, Family.METRIC, record.metrics))
    kept = {
        (about, family, name[:LONGEST_TEXT]): value
        for about, family, values in stated
        for name, value in list(values.items())[: reading.MOST_VALUES]
    }
    return [_fact(*place, value) for place, value in kept.items()]


def _fact(node_id: int, family: Family, name: str, value: str | float) -> Fact:
    if isinstance(value, str):
        return Fact(node_id, family, name, None, value[:LONGEST_TEXT])
    if math.isfinite(value):
        return Fact(node_id, family, name, value, None)
    return Fact(node_id, family, name, None, "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity")


def _cut(text: str | None) -> str | None:
    return text[:LONGEST_TEXT] if text else None


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
