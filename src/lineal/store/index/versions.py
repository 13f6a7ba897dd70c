"""Artifacts that belong together by their index entries: those of one name, and those that report on another."""

from __future__ import annotations

import sqlalchemy as sa

from lineal.filter.search import among
from lineal.kinds import ARTIFACT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables.mlmd_tables import NODE
from lineal.store.tables.own_tables import ENTRY, FACT, Family

_SELF = ENTRY.alias("self")


_NAMESAKES = _SELF.join(
    ENTRY,
    sa.and_(
        ENTRY.c.kind == _SELF.c.kind,
        ENTRY.c.name == _SELF.c.name,
        ENTRY.c.type_id == _SELF.c.type_id,
        sa.func.coalesce(ENTRY.c.workspace, "") == sa.func.coalesce(_SELF.c.workspace, ""),
    ),
)


def same_name(
    session: Session, kind: Kind, node_id: int, *, limit: int, after: tuple[int, int] | None = None
) -> list[NodeRow]:
    """Return the nodes of the same type, name and workspace as one, newest first; none if it is not indexed.

    Args:
        session: the transaction.
        kind: the kind of the node.
        node_id: the node.
        limit: how many are returned at most.
        after: the time of creation and the id of the last node of the page before.
    """
    node = NODE[kind]
    created = node.c.create_time_since_epoch
    query = select_nodes(kind).select_from(_NAMESAKES.join(node, node.c.id == ENTRY.c.node_id))
    query = query.where(_is_self(kind, node_id))
    if after is not None:
        time, last = (sa.bindparam(None, number, sa.BigInteger()) for number in after)
        query = query.where(sa.or_(created < time, sa.and_(created == time, node.c.id < last)))
    query = query.order_by(created.desc(), node.c.id.desc()).limit(limit)
    return [NodeRow._make(row) for row in session.rows(Statement(query))]


def newest_same_name(session: Session, kind: Kind, node_id: int, *, limit: int) -> list[int]:
    """Return the ids of the newest of the nodes that `same_name` returns, newest first."""
    node = NODE[kind]
    query = sa.select(node.c.id).select_from(_NAMESAKES.join(node, node.c.id == ENTRY.c.node_id))
    query = query.where(_is_self(kind, node_id)).order_by(node.c.create_time_since_epoch.desc(), node.c.id.desc())
    return [found for (found,) in session.rows(Statement(query.limit(limit)))]


def count_same_name(session: Session, kind: Kind, node_id: int) -> int:
    """Return how many nodes `same_name` returns in all."""
    node = NODE[kind]
    query = sa.select(sa.func.count()).select_from(_NAMESAKES.join(node, node.c.id == ENTRY.c.node_id))
    return int(session.rows(Statement(query.where(_is_self(kind, node_id))))[0][0])


def _is_self(kind: Kind, node_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(_SELF.c.kind == kind.type_kind, _SELF.c.node_id == sa.bindparam(None, node_id, sa.BigInteger()))


_OF_EVALUATORS = sa.and_(
    FACT.c.kind == ARTIFACT.type_kind,
    FACT.c.node_id == sa.bindparam("subject"),
    FACT.c.source_id != FACT.c.node_id,
    among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC]),
)
_EVALUATORS = Statement(
    sa.select(FACT.c.source_id)
    .where(_OF_EVALUATORS)
    .distinct()
    .order_by(FACT.c.source_id.desc())
    .limit(sa.bindparam("most"))
)
_COUNT_EVALUATORS = Statement(sa.select(sa.func.count(sa.distinct(FACT.c.source_id))).where(_OF_EVALUATORS))


def evaluators(session: Session, node_id: int, *, limit: int) -> tuple[list[int], int]:
    """Return the ids of the newest artifacts that report metrics on one, and how many report on it in all."""
    found = [source for (source,) in session.rows(_EVALUATORS, {"subject": node_id, "most": limit})]
    if len(found) < limit:
        return found, len(found)
    return found, int(session.rows(_COUNT_EVALUATORS, {"subject": node_id})[0][0])
