"""Find what the search index has missed, by comparing it with the nodes in both directions.

Times, ids and marks show the index what is new (index.py). They do not show everything: another library writes no
marks, and people may change tables by hand. So nodes and entries are compared as a whole. If they differ, they are
compared range by range of ids: nodes with a missing or old entry are indexed, and entries without a node are removed.
Comparing may take one hundredth of the time. A request compares only if that is cheap; otherwise the server's thread
does. What stays out: the questions (store/index/comparison.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal.kinds import KINDS, Kind
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.index import comparison as index_comparison
from lineal.store.index import entries as index_rows
from lineal.store.index import removal as index_removal
from lineal.store.rows.nodes import NodeRow

# A comparison that took a second is repeated after so many seconds.
_SHARE = 100
# A request waits for a comparison that took no more seconds than this the last time,
_CHEAP = 0.02
# or of nodes of which none has a greater id than this: some hundredths of a second.
_FEW = 100_000
# Ids compared in one transaction, and nodes indexed in one: some tenths of a second, so that other calls can run.
RANGE = 10_000
BATCH = 1000

Turn = Callable[..., Any]


@dataclass
class _Known:
    """The state of the comparison for one kind.

    Attributes:
        is_equal: whether nodes and entries were the same when they were last compared.
        due: when to compare again, on the monotonic clock.
        cost: how long comparing took, in seconds; None if nobody has.
        low: from which id on ranges are still to be looked at; None if none are.
        rounds: how many times in a row ranges were looked at without making them equal.
    """

    is_equal: bool = False
    due: float = 0.0
    cost: float | None = None
    low: int | None = None
    rounds: int = 0


@dataclass
class Comparison:
    """The comparison of one database's nodes and entries. Safe for any number of threads.

    Attributes:
        index: indexes nodes of a kind with the turn that it is given.
        has_marks: whether the database has the table of marks.
    """

    service: MetadataService
    index: Callable[[Kind, Sequence[NodeRow], Turn], None]
    has_marks: bool = True
    _known: dict[Kind, _Known] = field(default_factory=lambda: {kind: _Known() for kind in KINDS})
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_equal(self, kind: Kind, turn: Turn, end: float, *, is_patient: bool = False) -> bool:
        """Return whether the last comparison found no remaining difference; compare and repair if it is time to.

        Args:
            kind: the kind of the nodes.
            turn: runs a piece of work while nobody else indexes.
            end: when to stop, on the monotonic clock, after one step at least.
            is_patient: whether nobody waits, so that it may take long.
        """
        known = self._known[kind]
        if known.low is None and time.monotonic() < known.due:
            return known.is_equal
        if not self._lock.acquire(blocking=False):
            return known.is_equal
        try:
            return self._compare(kind, known, turn, end, is_patient=is_patient)
        finally:
            self._lock.release()

    def _compare(self, kind: Kind, known: _Known, turn: Turn, end: float, *, is_patient: bool) -> bool:
        if known.low is None and not self._look(kind, known, is_patient=is_patient):
            return known.is_equal
        if self.service.database.dialect.read_only:
            known.low = None
            return False
        while known.low is not None:
            self._mend(kind, known, turn)
            if time.monotonic() > end:
                break
        if known.low is None:
            self._look(kind, known, is_patient=True)
        return known.is_equal

    def _look(self, kind: Kind, known: _Known, *, is_patient: bool) -> bool:
        """Compare as a whole if it is time to; return whether ranges must be compared."""
        if not is_patient and not self._is_cheap(kind, known):
            return False
        began = time.monotonic()
        found = self.service.read(lambda session, _: _are_equal(session, kind, marked=self.has_marks))
        if found is None:  # the index is behind, and the next pass will say so
            return False
        known.cost = time.monotonic() - began
        known.is_equal = found
        known.rounds = 0 if found else known.rounds + 1
        known.due = time.monotonic() + _SHARE * known.cost
        if not found and known.rounds <= 1:
            known.low = 0
        elif not found:  # somebody changes nodes without their times, or at once: try again when it is due
            known.rounds = 0
        return known.low is not None

    def _is_cheap(self, kind: Kind, known: _Known) -> bool:
        if known.cost is not None and known.cost <= _CHEAP:
            return True
        return self.service.read(lambda session, _: index_rows.state(session, kind, marked=False)).node_id <= _FEW

    def _mend(self, kind: Kind, known: _Known, turn: Turn) -> None:
        """Compare one range, and index or remove what differs; go on to the next range if nothing differs any more."""
        assert known.low is not None  # noqa: S101 asked by who calls
        low = self.service.read(lambda session, _: index_comparison.next_id(session, kind, known.low or 0))
        if low is None:
            known.low = None
            return
        rows, orphans, has_facts = self.service.read(lambda session, _: _differences(session, kind, low))
        if rows:
            self.index(kind, rows, turn)
        if orphans or has_facts:
            turn(lambda session, _: _remove(session, kind, low))
        known.low = low if len(rows) == BATCH or len(orphans) == BATCH else low + RANGE


def _are_equal(session: Session, kind: Kind, *, marked: bool) -> bool | None:
    """Say whether nodes and entries are the same; None if marks or a missing progress say that they are not yet."""
    state = index_rows.state(session, kind, marked=marked)
    if state.place is None or state.mark is not None:
        return None
    return index_comparison.are_equal(session, kind, state.place)


def _differences(session: Session, kind: Kind, low: int) -> tuple[list[NodeRow], list[int], bool]:
    high = low + RANGE
    rows = index_comparison.differing_nodes(session, kind, low, high, limit=BATCH)
    orphans = index_comparison.entries_without_node(session, kind, low, high, limit=BATCH)
    return rows, orphans, index_comparison.has_facts_without_node(session, kind, low, high)


def _remove(session: Session, kind: Kind, low: int) -> None:
    """Remove entries whose nodes do not exist; they are looked for again, now that nobody else indexes."""
    gone = index_comparison.entries_without_node(session, kind, low, low + RANGE, limit=BATCH)
    index_removal.forget(session, kind, gone, tables=index_removal.tables_of_index(session))
    index_comparison.delete_facts_without_node(session, kind, low, low + RANGE)
