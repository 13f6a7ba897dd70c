"""Queries of the catalogue that RPCs do not need: the index's metrics, contexts of many nodes, makers, free space."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from lineal import errors
from lineal.filter.search import among
from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.index.entries import read_number
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables import own_tables
from lineal.store.tables.mlmd_tables import EVENT, MEMBERSHIP, NODE
from lineal.store.tables.own_tables import FACT, VIEW, Family
from lineal.store.upkeep import views as view_rows
from lineal.wire import metadata_store as pb

_METRICS = Statement(
    sa.select(FACT.c.node_id, FACT.c.source_id, FACT.c.name, FACT.c.number, FACT.c.text).where(
        FACT.c.kind == sa.bindparam("kind"),
        listed(FACT.c.node_id, "ids"),
        among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC]),
        listed(FACT.c.name, "names"),
    )
)


def metrics(session: Session, kind: Kind, ids: Sequence[int], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (node id, id of who reported it, name, number) of nodes' metrics."""
    found: list[tuple[Any, ...]] = []
    for piece in session.pieces(ids):
        rows = session.rows(_METRICS, {"kind": kind.type_kind, "ids": piece, "names": names})
        found += [(*place, read_number(number, text)) for *place, number, text in rows]
    return found


_METRIC_NAMES = Statement(
    sa.select(FACT.c.name)
    .where(
        FACT.c.kind == sa.bindparam("kind"),
        FACT.c.node_id == sa.bindparam("node"),
        FACT.c.family == int(Family.METRIC),
    )
    .distinct()
)


def metric_names(session: Session, kind: Kind, node_id: int) -> list[str]:
    """Return the names of the metrics that the index knows of a node."""
    return [name for (name,) in session.rows(_METRIC_NAMES, {"kind": kind.type_kind, "node": node_id})]


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


_OUTPUTS = [pb.Event.OUTPUT, pb.Event.DECLARED_OUTPUT, pb.Event.INTERNAL_OUTPUT, pb.Event.PENDING_OUTPUT]
_MAKERS = Statement(
    sa.select(EVENT.c.artifact_id, sa.func.max(EVENT.c.id))
    .where(listed(EVENT.c.artifact_id, "ids"), among(EVENT.c.type, _OUTPUTS))
    .group_by(EVENT.c.artifact_id)
)
_EXECUTION_OF = Statement(sa.select(EVENT.c.id, EVENT.c.execution_id).where(listed(EVENT.c.id, "ids")))


def makers(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return the id of the execution that wrote each artifact last."""
    last: dict[int, int] = dict(session.listed_rows(_MAKERS, "ids", ids))
    executions: dict[int, int] = dict(session.listed_rows(_EXECUTION_OF, "ids", list(last.values())))
    return {artifact_id: executions[event_id] for artifact_id, event_id in last.items()}


# Rows of the length of a probe fit into a page: MariaDB ends itself when a longer one finds no space.
_PROBES = [f"probe {number}" for number in range(9)]  # no names of views
_PROBE_LENGTH = 7000
QUIET = 10.0
"""How many seconds no write must have failed for want of space, where a probe alone does not tell."""
_DELETE_PROBES = Statement(sa.delete(VIEW).where(listed(VIEW.c.id, "ids")))


def has_room(database: Database) -> bool:
    """Say whether something can be written again to a database that was full.

    Where each table has free space of its own, a row that fits into one says nothing of the others: there it also takes
    some seconds in which no write has failed.
    """
    content = secrets.token_hex(_PROBE_LENGTH // 2)  # which no engine makes smaller
    try:
        if own_tables.holds(database, VIEW):
            database.write(_delete_probes)
            database.write(lambda session: view_rows.add_many(session, [(probe, content, 0) for probe in _PROBES]))
            database.write(_delete_probes)
    except errors.StatusError:
        return False
    if database.dialect.tables_keep_space and time.monotonic() < database.full_at + QUIET:
        return False
    database.is_full = False
    return True


def _delete_probes(session: Session) -> None:
    session.change(_DELETE_PROBES, {"ids": _PROBES})
