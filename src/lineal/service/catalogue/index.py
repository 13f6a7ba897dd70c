"""Keep the search index level with the nodes, whoever wrote them.

Other libraries write into the same database, so the index follows the nodes by their times of update and by their ids,
and never trusts a writer to tell it. `follow` is called before every read that needs the index and does a bounded piece
of work; a thread of the server does the rest. A node whose indexed time of update is its present one is left alone, so
following twice costs little (docs/decisions/search-index.md).
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
        known = self._level.get(kind)
        return known is not None and known == self.service.read(lambda session, _: index_rows.newest(session, kind))

    def _note_level(self, kind: Kind) -> None:
        """Remember the newest node, once it is so old that nothing can still be written before it."""
        newest = self.service.read(lambda session, _: index_rows.newest(session, kind))
        self._level.pop(kind, None)
        if newest[0] < now() - OVERLAP:
            self._level[kind] = newest


def _index_batch(session: Session, types: KnownTypes, kind: Kind) -> bool:
    """Index a batch of nodes; say whether it was the last."""
    place = index_rows.progress(session, kind) or Progress(-1, 0)
    rows = index_rows.pending(session, kind, place, limit=BATCH)
    if len(rows) == BATCH:
        _index(session, types, kind, rows)
        index_rows.set_progress(session, kind, Progress(rows[-1].updated, rows[-1].id))
        return False
    rows += index_rows.newer(session, kind, limit=BATCH)
    _index(session, types, kind, {row.id: row for row in rows}.values())
    if rows:
        index_rows.set_progress(session, kind, Progress(max(row.updated for row in rows) - OVERLAP, 0))
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
    meta = reading.meta_of(node)
    labels = reading.json_labels(node, meta)
    subject = reading.subject_of(node, meta) if kind is ARTIFACT else None
    if subject == node.id:
        subject = None
    entry = Entry(
        node_id=node.id,
        updated=node.last_update_time_since_epoch,
        type_id=node.type_id,
        name=_cut(reading.name_of(node)),
        version=_cut(reading.version_of(node)),
        workspace=_cut(_workspace(kind, node)),
        run=_cut(_run(kind, node)),
        subject_id=subject,
        words=reading.words_of(node, labels),
    )
    return entry, _facts(node, meta, labels, subject)


def _facts(node: Any, meta: dict[str, Any], labels: dict[str, str], subject: int | None) -> list[Fact]:
    metrics = reading.json_metrics(meta)
    facts = [Fact(node.id, Family.LABEL, name, None, value) for name, value in labels.items()]
    facts += [_fact(node.id, Family.METRIC, name, value) for name, value in metrics.items()]
    facts += [_fact(node.id, Family.META, name, value) for name, value in reading.json_values(node, meta).items()]
    if subject is not None:
        reported = reading.metrics_of(node, meta)
        facts += [_fact(subject, Family.METRIC, name, value) for name, value in reported.items()]
    kept = {(fact.node_id, fact.family, fact.name[:LONGEST_TEXT]): fact for fact in facts}
    return [
        fact._replace(name=name, text=_cut(fact.text, keep_empty=True))
        for (_, _, name), fact in list(kept.items())[: 4 * reading.MOST_VALUES]
    ]


def _fact(node_id: int, family: Family, name: str, value: str | float) -> Fact:
    if isinstance(value, str):
        return Fact(node_id, family, name, None, value)
    return Fact(node_id, family, name, value if math.isfinite(value) else None, None if math.isfinite(value) else "NaN")


def _cut(text: str | None, *, keep_empty: bool = False) -> str | None:
    return text[:LONGEST_TEXT] if text or (keep_empty and text is not None) else None


def _workspace(kind: Kind, node: Any) -> str | None:
    if kind is CONTEXT and node.type in groups.WORKSPACE_TYPES:
        return str(node.name)
    return reading.group_of(node, groups.WORKSPACE_PROPERTY)


def _run(kind: Kind, node: Any) -> str | None:
    if kind is CONTEXT and node.type in groups.RUN_TYPES:
        return str(node.name)
    return reading.group_of(node, groups.RUN_PROPERTY)


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
