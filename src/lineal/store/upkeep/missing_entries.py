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
_COUNTS = Statement(sa.select(sa.func.count(), sa.func.max(AUDIT.c.id)).select_from(AUDIT))
_IDS = Statement(sa.select(AUDIT.c.id).where(AUDIT.c.id > sa.bindparam("after")).order_by(AUDIT.c.id).limit(10_000))
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


def missing_entries(session: Session) -> MissingEntries:
    """Return the ids that are missing. On SQLite, which remembers the last id it gave, also those at the end."""
    found = MissingEntries()
    count, last = session.row(_COUNTS, {}) or (0, None)
    if not session.dialect.leaves_ids_out:
        last = max(last or 0, (session.row(_GIVEN, {}) or (0,))[0])
    if count == (last or 0):
        return found
    after = 0
    while rows := session.rows(_IDS, {"after": after}):
        for (entry_id,) in rows:
            found.add(entry_id)
        after = rows[-1][0]
    if last and last > after:
        found.add(last + 1)
    return found
