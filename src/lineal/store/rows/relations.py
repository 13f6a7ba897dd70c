"""Rows of relations: which context holds which artifact or execution, and which context is the parent of which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest

import sqlalchemy as sa

from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.tables.mlmd_tables import MEMBERSHIP, PARENT_CONTEXT


def _select_members(kind: Kind, column: str) -> Statement:
    link = MEMBERSHIP[kind].c
    return Statement(sa.select(link.context_id, link[kind.id_column]).where(listed(link[column], "ids")))


_INSERT_MEMBER = {
    kind: insertion(table, ["context_id", kind.id_column], keep_existing="context_id")
    for kind, table in MEMBERSHIP.items()
}
_BY_CONTEXT = {kind: _select_members(kind, "context_id") for kind in MEMBERSHIP}
_BY_NODE = {kind: _select_members(kind, kind.id_column) for kind in MEMBERSHIP}
_DELETE_MEMBER = {
    kind: Statement(
        sa.delete(table).where(
            table.c.context_id == sa.bindparam("of_context"), table.c[kind.id_column] == sa.bindparam("of_node")
        ),
        order=["of_context", "of_node"],
    )
    for kind, table in MEMBERSHIP.items()
}
_INSERT_PARENT = insertion(PARENT_CONTEXT, ["context_id", "parent_context_id"])
_DELETE_PARENT = Statement(
    sa.delete(PARENT_CONTEXT).where(
        PARENT_CONTEXT.c.context_id == sa.bindparam("child"),
        PARENT_CONTEXT.c.parent_context_id == sa.bindparam("parent"),
    )
)
_PARENT_IDS = Statement(
    sa.select(PARENT_CONTEXT.c.context_id, PARENT_CONTEXT.c.parent_context_id).where(
        listed(PARENT_CONTEXT.c.context_id, "ids")
    )
)


def add_members(session: Session, kind: Kind, pairs: Iterable[tuple[int, int]]) -> None:
    """Put nodes into contexts, given as (context id, node id); existing pairs do not change."""
    pairs = list(dict.fromkeys(pairs))
    if session.tracker:
        known = set(memberships_of(session.unscoped, kind, [node_id for _, node_id in pairs]))
        for context_id, node_id in dict.fromkeys(pairs).keys() - known:
            session.tracker.added(MEMBERSHIP[kind].name.lower(), kind.name, node_id, {"context_id": context_id})
    session.linked.append((kind, {node_id for _, node_id in pairs}))
    session.change_many(_INSERT_MEMBER[kind], pairs)


def remove_members(session: Session, kind: Kind, pairs: Sequence[tuple[int, int]]) -> None:
    """Take nodes out of contexts, given as (context id, node id)."""
    if session.tracker:
        for context_id, node_id in pairs:
            session.tracker.removed(MEMBERSHIP[kind].name.lower(), kind.name, node_id, {"context_id": context_id})
    session.linked.append((kind, {node_id for _, node_id in pairs}))
    session.change_many(_DELETE_MEMBER[kind], pairs)


def memberships_of(session: Session, kind: Kind, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return (context id, node id) for every context of the nodes."""
    return ask_for_memberships(session, kind, ids)()


def members_of(session: Session, kind: Kind, context_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return (context id, node id) for every node of a kind in the contexts."""
    rows = session.listed_rows(_BY_CONTEXT[kind], "ids", context_ids)
    return [(context_id, node_id) for context_id, node_id in rows]


def ask_for_memberships(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], list[tuple[int, int]]]:
    """Return what `memberships_of` returns when it is needed."""
    rows = session.ask_listed(_BY_NODE[kind], "ids", ids)
    return lambda: [(context_id, node_id) for context_id, node_id in rows()]


def held_by(kinds: Sequence[Kind]) -> sa.CTE:
    """Return the query of the contexts that hold nodes of some kinds, whose ids are bound as the lists of `HELD`."""
    queries = [
        sa.select(MEMBERSHIP[kind].c.context_id).where(listed(MEMBERSHIP[kind].c[kind.id_column], HELD[kind]))
        for kind in kinds
    ]
    return sa.union(*queries).cte("held")


HELD = {kind: f"{kind.name}_ids" for kind in MEMBERSHIP}
NO_NODE = -1  # in a list that must not be empty


def lists_of(session: Session, ids: Mapping[Kind, Sequence[int]]) -> list[dict[str, Sequence[int]]]:
    """Return the lists of `HELD` for some nodes, in pieces that one statement takes; none if there are no nodes."""
    pieces = zip_longest(*[session.pieces(ids[kind]) for kind in HELD], fillvalue=[NO_NODE])
    return [dict(zip(HELD.values(), piece, strict=True)) for piece in pieces]


def add_parents(session: Session, pairs: Sequence[tuple[int, int]]) -> None:
    """Put contexts inside others, given as (child id, parent id).

    Raises:
        Conflict: a pair exists; `row` tells which.
    """
    if session.tracker:
        for child_id, parent_id in pairs:
            session.tracker.added("parent", CONTEXT.name, child_id, {"parent_context_id": parent_id})
    session.linked.append((CONTEXT, {child_id for child_id, _ in pairs}))
    session.change_many(_INSERT_PARENT, pairs)


def remove_parents(session: Session, pairs: Sequence[tuple[int, int]]) -> None:
    """Take contexts out of others, given as (child id, parent id)."""
    session.linked.append((CONTEXT, {child_id for child_id, _ in pairs}))
    for child_id, parent_id in pairs:
        if session.tracker:
            session.tracker.removed("parent", CONTEXT.name, child_id, {"parent_context_id": parent_id})
        session.change(_DELETE_PARENT, {"child": child_id, "parent": parent_id})


def parent_ids(session: Session, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return (child id, parent id) for every parent of the contexts."""
    return ask_for_parent_ids(session, ids)()


def ask_for_parent_ids(session: Session, ids: Sequence[int]) -> Callable[[], list[tuple[int, int]]]:
    """Return what `parent_ids` returns when it is needed."""
    rows = session.ask_listed(_PARENT_IDS, "ids", ids)
    return lambda: [(child_id, parent_id) for child_id, parent_id in rows()]
