"""Find nodes that share a workspace: by the property that names it, and by the contexts that hold them.

A context of the SDK's type is the workspace of its name; every other one is a workspace of its own, since it may be the
limit of a caller. What stays out: what a caller sees (visibility.py).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import sqlalchemy as sa

from lineal.conventions import WORKSPACE_PROPERTY, WORKSPACE_TYPE
from lineal.kinds import CONTEXT, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, PROPERTY, TYPE

Pair = tuple[int, int]


def _names(kind: Kind) -> Statement:
    row = PROPERTY[kind].c
    owned = sa.and_(listed(row[kind.id_column], "ids"), row.name == WORKSPACE_PROPERTY)
    return Statement(sa.select(row[kind.id_column], row.string_value).where(owned))


def _contexts(kind: Kind) -> Statement:
    link, context = MEMBERSHIP[kind], NODE[CONTEXT]
    held = link.join(context, context.c.id == link.c.context_id).join(TYPE, TYPE.c.id == context.c.type_id)
    query = sa.select(link.c[kind.id_column], context.c.id, context.c.name, TYPE.c.name).select_from(held)
    return Statement(query.where(listed(link.c[kind.id_column], "ids")))


_NAMES = {kind: _names(kind) for kind in KINDS}
_CONTEXTS = {kind: _contexts(kind) for kind in MEMBERSHIP}


def strangers(session: Session, kind: Kind, pairs: Collection[Pair]) -> set[Pair]:
    """Return the pairs of nodes that share no workspace; two nodes without any workspace count as sharing one."""
    ids = {node_id for pair in pairs if pair[0] != pair[1] for node_id in pair}
    known = _workspaces(session.unscoped, kind, sorted(ids)) if ids else {}
    nowhere: set[Hashable] = set()
    found = set()
    for first, second in pairs:
        here, there = known.get(first, nowhere), known.get(second, nowhere)
        if first != second and (here or there) and not here & there:
            found.add((first, second))
    return found


def _workspaces(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, set[Hashable]]:
    """Return the workspaces of those of the nodes that have any."""
    found: dict[int, set[Hashable]] = {}
    for node_id, name in session.listed_rows(_NAMES[kind], "ids", ids):
        # A property that is not a text names a workspace without other nodes.
        found.setdefault(node_id, set()).add(name if isinstance(name, str) else (node_id,))
    rows = session.listed_rows(_CONTEXTS[kind], "ids", ids) if kind in _CONTEXTS else ()
    for node_id, context_id, name, type_name in rows:
        found.setdefault(node_id, set()).add(name if type_name == WORKSPACE_TYPE else context_id)
    return found
