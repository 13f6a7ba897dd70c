"""All points of all metrics of some nodes, and how many there are, each read by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.metrics import PLACE, StoredPoint, are_present
from lineal.store.tables.own_tables import METRIC, METRIC_POINT


class NodePoint(NamedTuple):
    """A point, and the name of its metric."""

    name: str
    point: StoredPoint


_M, _P = METRIC.c, METRIC_POINT.c
_OF_NODES = Statement(
    sa.select(_M.node_id, _M.name, *[_P[name] for name in PLACE])
    .select_from(METRIC.join(METRIC_POINT, _P.metric_id == _M.id))
    .where(_M.kind == sa.bindparam("of_kind"), listed(_M.node_id, "ids"))
    .order_by(_M.node_id, _M.name, _P.step, _P.time)
)


def points_of(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, list[NodePoint]]:
    """Return all points of those of the nodes that have some, by name, step and time, by the id of the node."""
    found: dict[int, list[NodePoint]] = {}
    if not ids or not are_present(session):
        return found
    for piece in session.pieces(ids):
        for node_id, name, *point in session.rows(_OF_NODES, {"of_kind": kind.type_kind, "ids": piece}):
            found.setdefault(node_id, []).append(NodePoint(name, StoredPoint._make(point)))
    return found


_COUNTS_OF_NODES = Statement(
    sa.select(_M.node_id, sa.func.count())
    .select_from(METRIC.join(METRIC_POINT, _P.metric_id == _M.id))
    .where(_M.kind == sa.bindparam("of_kind"), listed(_M.node_id, "ids"))
    .group_by(_M.node_id)
)


def count_points(session: Session, kind: Kind, node_ids: Sequence[int]) -> dict[int, int]:
    """Return how many points nodes have, by their ids; those without any are left out."""
    if not node_ids or not are_present(session):
        return {}
    values = [{"of_kind": kind.type_kind, "ids": piece} for piece in session.pieces(node_ids)]
    return {row[0]: int(row[1]) for each in values for row in session.rows(_COUNTS_OF_NODES, each)}
