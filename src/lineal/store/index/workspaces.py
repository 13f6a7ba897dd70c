"""Which workspaces were active last, and how many nodes each holds, up to a limit.

A workspace holds the nodes that its context holds and those that name it, as the search key `workspace` finds them.
Every statement reads a limited number of rows. What stays out: which types of contexts count as workspaces
(lineal.conventions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.filter.dialects import TextIn
from lineal.filter.search import among
from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, TYPE
from lineal.store.tables.own_tables import ENTRY, LONGEST_TEXT


class Active(NamedTuple):
    """The workspaces of the newest nodes of a kind, each with the id of its newest node.

    Attributes:
        contexts: by the id of the context that holds the node.
        names: by the name of the workspace that the node names.
    """

    contexts: dict[int, int]
    names: dict[str, int]


def active(session: Session, kind: Kind, type_names: Sequence[str], *, most: int) -> Active:
    """Return the workspaces of the newest nodes of a kind: of the last `most` that name one or were put into one."""
    link = MEMBERSHIP[kind].c
    last = sa.select(link.context_id, link[kind.id_column].label("node_id")).order_by(link.id.desc()).limit(most)
    held, context = last.subquery("held"), _of_types(type_names).subquery("context")
    by_context = sa.select(held.c.context_id, sa.func.max(held.c.node_id)).where(context.c.id == held.c.context_id)
    newest = sa.select(ENTRY.c.workspace, ENTRY.c.node_id).where(ENTRY.c.kind == kind.type_kind)
    named = newest.order_by(ENTRY.c.node_id.desc()).limit(most).subquery("named")
    by_name = sa.select(named.c.workspace, sa.func.max(named.c.node_id)).where(named.c.workspace.is_not(None))
    return Active(
        dict(session.rows(Statement(by_context.group_by(held.c.context_id)))),
        dict(session.rows(Statement(by_name.group_by(named.c.workspace)))),
    )


def _of_types(type_names: Sequence[str]) -> sa.Select[Any]:
    context = NODE[CONTEXT].c
    types = sa.select(TYPE.c.id).where(TYPE.c.type_kind == CONTEXT.type_kind, among(TYPE.c.name, type_names))
    return sa.select(context.id, context.name).where(context.type_id.in_(types))


def named(session: Session, type_names: Sequence[str], names: Sequence[str]) -> list[tuple[int, str]]:
    """Return (id, name) of the contexts of some types that have one of some names, by id."""
    if not names:
        return []
    context = NODE[CONTEXT].c
    is_one = TextIn(context.name, *[sa.bindparam(None, name, sa.Text()) for name in names])
    query = _of_types(type_names).where(is_one).order_by(context.id)
    return [(context_id, name) for context_id, name in session.rows(Statement(query))]


class Place(NamedTuple):
    """What is counted: the nodes of a kind in the workspace of a name, which some contexts are."""

    kind: Kind
    name: str
    contexts: tuple[int, ...]


def sizes(session: Session, places: Sequence[Place], *, limit: int) -> list[int]:
    """Return how many nodes each place holds, index-aligned with the places; `limit` if there are as many or more."""
    naming = _counted(session, {at: _naming(place, limit) for at, place in enumerate(places)})
    rest = {at: _held(place, limit) for at, place in enumerate(places) if naming[at][0] < limit and place.contexts}
    held = _counted(session, rest)
    return [_size(naming[at][0], *held.get(at, (0, 0)), limit=limit) for at in range(len(places))]


def _size(naming: int, held: int, held_and_naming: int, *, limit: int) -> int:
    return limit if held >= limit else min(limit, naming + held - held_and_naming)


def _counted(session: Session, queries: Mapping[int, sa.Select[Any]]) -> dict[int, tuple[int, int]]:
    """Return (number of rows, sum of their column `named`) of each query; one statement counts all."""
    if not queries:
        return {}
    found = {at: query.subquery(f"of_{at}") for at, query in queries.items()}
    arms = [
        sa.select(sa.literal(at).label("place"), sa.func.count(), sa.func.sum(each.c.named))
        for at, each in found.items()
    ]
    rows = session.rows(Statement(sa.union_all(*arms)))
    return {at: (number, int(named or 0)) for at, number, named in rows}


def _naming(place: Place, limit: int) -> sa.Select[Any]:
    return sa.select(sa.literal_column("1").label("named")).where(_names(place)).limit(limit)


def _names(place: Place) -> sa.ColumnElement[bool]:
    name = sa.bindparam(None, place.name[:LONGEST_TEXT], sa.Text())
    return sa.and_(ENTRY.c.kind == place.kind.type_kind, ENTRY.c.workspace == name)


def _held(place: Place, limit: int) -> sa.Select[Any]:
    """Return the query of the nodes that contexts of a place hold, and whether they name it: 1 or 0."""
    link = MEMBERSHIP[place.kind].c
    node_id = link[place.kind.id_column]
    held = sa.select(node_id.label("node_id")).where(among(link.context_id, place.contexts)).distinct().limit(limit)
    one = held.subquery("held")
    names = sa.exists(
        sa.select(sa.literal_column("1")).where(_names(place), ENTRY.c.node_id == one.c.node_id).correlate(one)
    )
    return sa.select(sa.case((names, sa.literal_column("1")), else_=sa.literal_column("0")).label("named")).select_from(
        one
    )


def holders(session: Session, kind: Kind, type_names: Sequence[str], ids: Sequence[int]) -> dict[str, set[int]]:
    """Return which of some nodes each workspace holds, by the name of the workspace."""
    link = MEMBERSHIP[kind].c
    naming = sa.select(ENTRY.c.workspace, ENTRY.c.node_id).where(
        ENTRY.c.kind == kind.type_kind, listed(ENTRY.c.node_id, "ids"), ENTRY.c.workspace.is_not(None)
    )
    context = _of_types(type_names).subquery("context").c
    node_id = link[kind.id_column]
    held = sa.select(context.name, node_id).where(context.id == link.context_id, listed(node_id, "ids"))
    found: dict[str, set[int]] = {}
    for query in (naming, held):
        for name, node in session.listed_rows(Statement(query), "ids", ids):
            found.setdefault(name[:LONGEST_TEXT], set()).add(node)
    return found
