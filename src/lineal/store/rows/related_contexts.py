"""Rows of the contexts that nodes belong to, and of the parents and children of contexts.

What stays out: writing these relations (relations.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, PARENT_CONTEXT


def _contexts_of_many(kind: Kind) -> Statement:
    link = MEMBERSHIP[kind].c
    query = select_nodes(CONTEXT).add_columns(link[kind.id_column])
    query = query.join(MEMBERSHIP[kind], link.context_id == NODE[CONTEXT].c.id)
    return Statement(query.where(listed(link[kind.id_column], "ids")).order_by(NODE[CONTEXT].c.id))


_CONTEXTS_OF_MANY = {kind: _contexts_of_many(kind) for kind in MEMBERSHIP}


def contexts_of_many(session: Session, kind: Kind, ids: Sequence[int]) -> list[tuple[int, NodeRow]]:
    """Return (node id, context) for every context of the nodes."""
    rows = session.listed_rows(_CONTEXTS_OF_MANY[kind], "ids", ids)
    return [(row[-1], NodeRow._make(row[:-1])) for row in rows]


def _relatives(wanted: str, given: str) -> Statement:
    link = PARENT_CONTEXT.c
    query = select_nodes(CONTEXT).add_columns(link[given]).join(PARENT_CONTEXT, link[wanted] == NODE[CONTEXT].c.id)
    return Statement(query.where(listed(link[given], "ids")).order_by(NODE[CONTEXT].c.id))


_PARENTS = _relatives("parent_context_id", "context_id")
_CHILDREN = _relatives("context_id", "parent_context_id")


def parent_contexts(session: Session, ids: Sequence[int]) -> list[tuple[int, NodeRow]]:
    """Return (child's id, parent) for every parent of the contexts."""
    return [(row[-1], NodeRow._make(row[:-1])) for row in session.listed_rows(_PARENTS, "ids", ids)]


def child_contexts(session: Session, ids: Sequence[int]) -> list[tuple[int, NodeRow]]:
    """Return (parent's id, child) for every child of the contexts."""
    return [(row[-1], NodeRow._make(row[:-1])) for row in session.listed_rows(_CHILDREN, "ids", ids)]
