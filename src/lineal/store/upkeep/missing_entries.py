"""Ids that the audit log does not have, although it has greater ones.

What stays out: what that means (upkeep/doctor.py, upkeep/archive).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy as sa

from lineal.counting import amount
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.tables.own_tables import AUDIT

_SHOWN = 5
_BETWEEN = [AUDIT.c.id > sa.bindparam("after"), AUDIT.c.id <= sa.bindparam("until")]
_COUNTS = Statement(sa.select(sa.func.count(), sa.func.max(AUDIT.c.id)).select_from(AUDIT).where(*_BETWEEN))
_IDS = Statement(sa.select(AUDIT.c.id).where(*_BETWEEN).order_by(AUDIT.c.id).limit(10_000))
_RESTORED = Statement(sa.select(sa.func.max(AUDIT.c.id)).where(AUDIT.c.subject == "store", AUDIT.c.action == "restore"))
_GREATEST = (1 << 63) - 1
_SEQUENCE = sa.table("sqlite_sequence", sa.column("name", sa.Text), sa.column("seq", sa.BigInteger))
_GIVEN = Statement(sa.select(_SEQUENCE.c.seq).where(_SEQUENCE.c.name == sa.literal(AUDIT.name)))
_Entry = TypeVar("_Entry")


@dataclass
class MissingEntries:
    """Ids that are missing among those that are added in ascending order, beginning with 1.

    Attributes:
        total: how many.
        first: the first of them, as ranges.
    """

    total: int = 0
    first: list[tuple[int, int]] = field(default_factory=list)
    _last: int = 0

    def add(self, entry_id: int) -> None:
        """Add the next id that is there."""
        if entry_id > self._last + 1:
            self.total += entry_id - self._last - 1
            if len(self.first) < _SHOWN:
                self.first.append((self._last + 1, entry_id - 1))
        self._last = entry_id

    def among(self, records: Iterable[dict[str, _Entry]]) -> Iterator[dict[str, _Entry]]:
        """Yield records of entries, and look at their ids."""
        for record in records:
            if isinstance(record["id"], int):
                self.add(record["id"])
            yield record

    def __str__(self) -> str:
        """Return how many there are and which: "3 entries of the audit log are missing: 7, 9 to 10"."""
        named = ", ".join(str(low) if low == high else f"{low} to {high}" for low, high in self.first)
        more = ", ..." if sum(high - low + 1 for low, high in self.first) < self.total else ""
        are = "is" if self.total == 1 else "are"
        return f"{amount(self.total, 'entries')} of the audit log {are} missing: {named}{more}"


def last_restore(session: Session) -> int:
    """Return the id of the entry of the last restore into this store, 0 for none."""
    return int((session.row(_RESTORED, {}) or (0,))[0] or 0)


def missing_entries(session: Session, *, after: int = 0, until: int | None = None) -> MissingEntries:
    """Return the ids that are missing. On SQLite, which remembers the last id it gave, also those at the end.

    Args:
        session: the transaction.
        after: the id after which they are.
        until: the id up to which they are; None for the end of the log.
    """
    found = MissingEntries(_last=after)
    between = {"after": after, "until": _GREATEST if until is None else until}
    count, last = session.row(_COUNTS, between) or (0, None)
    if until is None and not session.dialect.leaves_ids_out:
        last = max(last or after, (session.row(_GIVEN, {}) or (0,))[0])
    if count == (last or after) - after:
        return found
    while rows := session.rows(_IDS, {**between, "after": after}):
        for (entry_id,) in rows:
            found.add(entry_id)
        after = rows[-1][0]
    if last and last > after:
        found.add(last + 1)
    return found
