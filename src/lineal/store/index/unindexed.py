"""Rows of the nodes that the search index has set aside, each with the reason.

What stays out: the index itself (entries.py), and what cannot be indexed (catalogue/index.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.tables.own_tables import ENTRY, PROGRESS, UNINDEXED

TABLE = UNINDEXED.name
_OF_KIND: sa.BindParameter[int] = sa.bindparam("kind")
_NUMBER = sa.func.count()
_INSERT = insertion(UNINDEXED, ["kind", "node_id", "reason"])
_ALL = Statement(sa.select(_NUMBER).select_from(UNINDEXED))
_COUNT = Statement(sa.select(_NUMBER).select_from(UNINDEXED).where(UNINDEXED.c.kind == _OF_KIND))
_REASONS = Statement(
    sa.select(UNINDEXED.c.node_id, UNINDEXED.c.reason).where(
        UNINDEXED.c.kind == _OF_KIND, listed(UNINDEXED.c.node_id, "ids")
    )
)
_FIRST = Statement(
    sa.select(UNINDEXED.c.node_id, UNINDEXED.c.reason)
    .where(UNINDEXED.c.kind == _OF_KIND)
    .order_by(UNINDEXED.c.node_id)
    .limit(sa.bindparam("most"))
)
_SET_ASIDE = sa.select(UNINDEXED.c.node_id).where(UNINDEXED.c.kind == _OF_KIND)
_DELETE_ENTRIES = Statement(sa.delete(ENTRY).where(ENTRY.c.kind == _OF_KIND, ENTRY.c.node_id.in_(_SET_ASIDE)))
_DELETE = Statement(sa.delete(UNINDEXED).where(UNINDEXED.c.kind == _OF_KIND))
_DELETE_PROGRESS = Statement(sa.delete(PROGRESS).where(PROGRESS.c.kind == _OF_KIND))


def note(session: Session, kind: Kind, node_id: int, reason: str) -> None:
    """Record why a node cannot be indexed, until its entry is replaced."""
    session.change_many(_INSERT, [(kind.type_kind, node_id, reason)])


def count(session: Session) -> int:
    """Return how many nodes of any kind are set aside."""
    return int(session.rows(_ALL)[0][0])


def reasons(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    """Return the reasons of those of the nodes that are set aside."""
    return dict(session.rows(_REASONS, {"kind": kind.type_kind, "ids": ids})) if ids else {}


def first(session: Session, kind: Kind, *, limit: int) -> tuple[int, list[tuple[int, str]]]:
    """Return how many nodes of a kind are set aside, and (id, reason) of the first of them."""
    number = int(session.rows(_COUNT, {"kind": kind.type_kind})[0][0])
    return number, [(row[0], row[1]) for row in session.rows(_FIRST, {"kind": kind.type_kind, "most": limit})]


def try_again(session: Session, kind: Kind) -> None:
    """Make the index check all nodes of a kind again, and index those that are set aside."""
    for statement in (_DELETE_ENTRIES, _DELETE, _DELETE_PROGRESS):
        session.change(statement, {"kind": kind.type_kind})
