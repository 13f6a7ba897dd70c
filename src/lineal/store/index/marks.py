"""Marks: nodes that the search index must check although their times do not show it.

A transaction that writes nodes marks them itself, just before it commits, if the index may be beyond their times
(store/engine/node_times.py). Each mark is a new row: a pass deletes only the marks that it has read, so it loses none
that is committed meanwhile. The time of a mark only informs people, because the writer's clock may be wrong.
What stays out: indexing (catalogue/index.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.node_times import OVERLAP
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.engine.transaction import Answer
from lineal.store.tables.own_tables import MARK, PROGRESS

TABLE = MARK.name
_OF_KIND: sa.BindParameter[int] = sa.bindparam("kind")
_INSERT = insertion(MARK, ["kind", "node_id", "time"])
_FIRST = Statement(
    sa.select(MARK.c.id, MARK.c.node_id).where(MARK.c.kind == _OF_KIND).order_by(MARK.c.id).limit(sa.bindparam("most"))
)
_DELETE = Statement(sa.delete(MARK).where(listed(MARK.c.id, "ids")))
_REACHED = Statement(sa.select(sa.func.max(PROGRESS.c.time)).where(PROGRESS.c.kind >= 0))


class LateMarks:
    """Marks the nodes of transactions that the index may not find by their times."""

    def __init__(self) -> None:
        self._has_index = False

    def begin(self, session: Session) -> Callable[[], None]:
        """Ask now and then how far the index is, together with a write's first statement; return what marks."""
        names: Answer[list[Row]] | None = None
        reached: Answer[list[Row]] | None = None
        begun = time.monotonic()
        if session.node_times.is_outdated():
            names = session.ask_text(session.dialect.tables_query)
            if self._has_index:
                self._has_index = False  # should the table be gone, only this write fails
                reached = session.unscoped.ask(_REACHED)

        def end() -> None:
            if names is not None:
                self._look(session, [row[0] for row in names()], reached, when=begun)
            if session.node_writes and session.node_times.is_outdated():  # the transaction took long
                self._look(session, session.dialect.table_names(session.script), None, when=time.monotonic())
            self._mark(session)

        return end

    def _look(self, session: Session, names: Iterable[str], reached: Answer[list[Row]] | None, *, when: float) -> None:
        session.table_names = {name.lower() for name in names}
        self._has_index = TABLE in session.table_names
        session.node_times.note_look(when)
        if self._has_index:
            [(time_reached,)] = session.unscoped.rows(_REACHED) if reached is None else reached()
            session.node_times.see((time_reached or 0) + OVERLAP)

    def _mark(self, session: Session) -> None:
        late = [(kind, ids) for kind, ids, earliest in session.node_writes if session.node_times.is_late(earliest)]
        if late and (self._has_index or _is_there(session)):
            written_at = time.time_ns() // 1_000_000
            rows = sorted({(kind.type_kind, node_id) for kind, ids in late for node_id in ids})
            session.change_many(_INSERT, [(*row, written_at) for row in rows])


def _is_there(session: Session) -> bool:
    """Say whether the store has marks; if nobody has ever searched, there is no index."""
    return TABLE in {name.lower() for name in session.dialect.table_names(session.script)}


def first(session: Session, kind: Kind, *, limit: int) -> list[tuple[int, int]]:
    """Return (id of the mark, id of the node) of the oldest marks of a kind."""
    return [(row[0], row[1]) for row in session.rows(_FIRST, {"kind": kind.type_kind, "most": limit})]


def remove(session: Session, ids: Sequence[int]) -> None:
    """Delete marks by their own ids."""
    for piece in session.pieces(ids):
        session.change(_DELETE, {"ids": piece})
