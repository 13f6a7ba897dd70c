"""Which artifact reports a metric on which: from the index, and from properties that are numbers."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from lineal.filter.search import among
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.store.database import Session
from lineal.store.own_tables import FACT, Family
from lineal.store.statement import Statement, listed
from lineal.store.tables import NODE, PROPERTY


def reports(session: Session, metric: str, ids: Sequence[int], *, limit: int) -> list[tuple[int, int]]:
    """Return (about, reporter) for each report of a metric by or on the artifacts; each report once."""
    found: dict[int, int] = {}
    for piece in session.pieces(ids):
        for query in (_in_index(metric), _in_properties(metric)):
            for about, reporter in session.rows(Statement(query.limit(limit)), {"ids": piece}):
                # What an evaluation says of itself and of its model is one report, about the model.
                if found.get(reporter, reporter) == reporter:
                    found[reporter] = about
    return sorted((about, reporter) for reporter, about in found.items())[:limit]


def _in_index(metric: str) -> sa.Select[tuple[int, int]]:
    fact = FACT.c
    return sa.select(fact.node_id, fact.source_id).where(
        fact.kind == ARTIFACT.type_kind,
        listed(fact.node_id, "ids"),
        among(fact.family, [Family.METRIC, Family.EARLIER_METRIC]),
        fact.name == sa.bindparam(None, metric, sa.Text()),
    )


def _in_properties(metric: str) -> sa.Select[tuple[int, int]]:
    row = PROPERTY[ARTIFACT].c
    return sa.select(row.artifact_id, row.artifact_id).where(
        listed(row.artifact_id, "ids"),
        row.name == sa.bindparam(None, metric, sa.Text()),
        sa.or_(row.double_value.is_not(None), row.int_value.is_not(None)),
    )


def durations(session: Session, type_id: int, state: int, *, limit: int) -> list[tuple[int, int, int]]:
    """Return (id, created, updated) of the newest executions of a type in a state."""
    node = NODE[EXECUTION].c
    query = sa.select(node.id, node.create_time_since_epoch, node.last_update_time_since_epoch)
    query = query.where(node.type_id == type_id, node.last_known_state == state).order_by(node.id.desc())
    return [(row[0], row[1], row[2]) for row in session.rows(Statement(query.limit(limit)))]
