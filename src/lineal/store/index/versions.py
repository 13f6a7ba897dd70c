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


def same_name(session: Session, kind: Kind, node_id: int, *, limit: int) -> list[NodeRow]:
    """Return the nodes of the same type, name and workspace as one, newest first; none if it is not indexed."""
    node = NODE[kind]
    query = select_nodes(kind).select_from(
        _SELF.join(
            ENTRY,
            sa.and_(
                ENTRY.c.kind == _SELF.c.kind,
                ENTRY.c.name == _SELF.c.name,
                ENTRY.c.type_id == _SELF.c.type_id,
                sa.func.coalesce(ENTRY.c.workspace, "") == sa.func.coalesce(_SELF.c.workspace, ""),
            ),
        ).join(node, node.c.id == ENTRY.c.node_id)
    )
    query = query.where(_SELF.c.kind == kind.type_kind, _SELF.c.node_id == sa.bindparam(None, node_id, sa.BigInteger()))
    query = query.order_by(node.c.create_time_since_epoch.desc(), node.c.id.desc()).limit(limit)
    return [NodeRow._make(row) for row in session.rows(Statement(query))]


_EVALUATORS = Statement(
    sa.select(FACT.c.source_id)
    .where(
        FACT.c.kind == ARTIFACT.type_kind,
        FACT.c.node_id == sa.bindparam("subject"),
        FACT.c.source_id != FACT.c.node_id,
        among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC]),
    )
    .distinct()
    .order_by(FACT.c.source_id.desc())
    .limit(sa.bindparam("most"))
)


def evaluators(session: Session, node_id: int, *, limit: int) -> list[int]:
    """Return the ids of the newest artifacts that report metrics on one."""
    return [source for (source,) in session.rows(_EVALUATORS, {"subject": node_id, "most": limit})]
