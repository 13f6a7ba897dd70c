"""The names of the facets of OpenLineage that nodes have. What stays out: the facets themselves (facets.py)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from lineal.kinds import CONTEXT, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.own_rows.facets import UNVERSIONED
from lineal.store.tables.mlmd_tables import EVENT
from lineal.store.tables.own_tables import EVENT_FACET, FACET


def _names(kind: Kind) -> Statement:
    """Return the query of (node, name) of the facets that nodes of a kind and their events have."""
    own = sa.select(FACET.c.node_id, FACET.c.name).where(
        FACET.c.kind == kind.type_kind, listed(FACET.c.node_id, "ids"), FACET.c.content.is_not(None)
    )
    if kind is CONTEXT:
        return Statement(own)
    node_id = EVENT.c[kind.id_column]
    both = EVENT.join(EVENT_FACET, EVENT_FACET.c.event_id == EVENT.c.id)
    of_events = sa.select(node_id, EVENT_FACET.c.name).select_from(both)
    return Statement(own.union(of_events.where(listed(node_id, "ids"), EVENT_FACET.c.content.is_not(None))))


_NAMES = {kind: _names(kind) for kind in KINDS}


def names_of(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the facets that nodes, or events of artifacts and executions, have, in order, by node."""
    found: dict[int, set[str]] = {}
    for node_id, name in session.listed_rows(_NAMES[kind], "ids", ids):
        if not name.startswith(UNVERSIONED):
            found.setdefault(node_id, set()).add(name)
    return {node_id: sorted(names) for node_id, names in found.items()}
