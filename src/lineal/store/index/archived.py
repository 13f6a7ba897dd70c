"""Searches without archived nodes (`-has:archived`), which lists of the web UI are by default.

While no node of a kind is archived, such a search is one for everything, and as quick. What stays out: the condition
itself (filter/search), and archiving (service/writes).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from lineal.conventions import ARCHIVED
from lineal.filter import search
from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.index.search import Selection, narrowed
from lineal.store.tables.mlmd_tables import NODE, PROPERTY


def settled(session: Session, selection: Selection) -> Selection:
    """Return a selection without `-has:archived` if no node of its kind is archived."""
    terms = selection.query.terms
    kept = tuple(term for term in terms if not search.leaves_out_archived(term))
    if len(kept) == len(terms) or has_any(session, selection.kind):
        return selection
    return replace(selection, query=search.Query(kept))


def has_any(session: Session, kind: Kind) -> bool:
    """Say whether a node of a kind is archived."""
    row = PROPERTY[kind].c
    query: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
        row.name == sa.bindparam("name"), row.is_custom_property == sa.literal(True), row.int_value.is_not(None)
    )
    return bool(session.rows(Statement(query.limit(1)), {"name": ARCHIVED}))


def by_type(session: Session, kind: Kind) -> Counter[int]:
    """Count the archived nodes of a kind by the id of their type."""
    type_id = NODE[kind].c.type_id
    query = narrowed(session, sa.select(type_id, sa.func.count()), _archived(kind)).group_by(type_id)
    return Counter(dict(session.rows(Statement(query, is_asked=True))))


def by_span(session: Session, kind: Kind, *, start: int, width: int) -> Counter[int]:
    """Count the archived nodes of a kind by the span of time in which they were created.

    Args:
        session: the transaction.
        kind: the kind.
        start: where the first span begins, in milliseconds since the epoch.
        width: how long each is, in milliseconds.
    """
    since = NODE[kind].c.create_time_since_epoch - sa.literal(start, sa.BigInteger())
    began = (since - since % sa.literal(width, sa.BigInteger())).label("began")
    times = narrowed(session, sa.select(began), _archived(kind)).subquery("times")
    query = sa.select(times.c.began, sa.func.count()).group_by(times.c.began)
    return Counter({int(began) // width: number for began, number in session.rows(Statement(query, is_asked=True))})


def _archived(kind: Kind) -> Selection:
    return Selection(kind, search.Query((search.ARCHIVED_TERM,)))
