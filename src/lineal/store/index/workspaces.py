"""Which workspaces were active last, and how many nodes each holds, up to a limit.

A workspace holds the nodes that its context holds and those that name it, as the search key `workspace` finds them.
Every statement reads a limited number of rows. What stays out: which types of contexts count as workspaces
(lineal.conventions).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.filter.dialects import TextIn
from lineal.filter.search import among
from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, TYPE
from lineal.store.tables.own_tables import ENTRY, LONGEST_TEXT

_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer())


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
    """The workspaces of a name: the name, and the ids of the contexts that have it."""

    name: str
    contexts: Sequence[int]


def sizes(session: Session, kind: Kind, places: Sequence[Place], *, limit: int) -> list[int]:
    """Return how many nodes of a kind each place holds, index-aligned; `limit` if there are as many or more."""
    if not places:
        return []
    naming = _counted(session, _naming(kind, len(places)), places, limit)
    rest = [place for place, (number, _) in zip(places, naming, strict=True) if number < limit and place.contexts]
    counted = _counted(session, _held(kind, len(rest)), rest, limit) if rest else []
    held = dict(zip((place.name for place in rest), counted, strict=True))
    return [
        _size(number, *held.get(place.name, (0, 0)), limit=limit)
        for place, (number, _) in zip(places, naming, strict=True)
    ]


def _size(naming: int, held: int, held_and_naming: int, *, limit: int) -> int:
    return limit if held >= limit else min(limit, naming + held - held_and_naming)


def _counted(session: Session, statement: Statement, places: Sequence[Place], limit: int) -> list[tuple[int, int]]:
    """Return (number of rows, sum of their column `named`) for each place, index-aligned; one statement counts all."""
    values: dict[str, Any] = {"most": limit}
    for at, place in enumerate(places):
        values |= {f"name_{at}": place.name[:LONGEST_TEXT], f"contexts_{at}": place.contexts}
    found = {at: (number, int(named or 0)) for at, number, named in session.rows(statement, values)}
    return [found[at] for at in range(len(places))]


# These statements are long: they are compiled once for each number of workspaces.
@lru_cache(maxsize=64)
def _naming(kind: Kind, number: int) -> Statement:
    """Return the query of the nodes that name each of a number of places."""
    one: sa.Label[Any] = sa.literal_column("1").label("named")
    return _united([sa.select(one).where(_names(kind, at)).limit(_MOST) for at in range(number)])


@lru_cache(maxsize=64)
def _held(kind: Kind, number: int) -> Statement:
    """Return the query of the nodes that the contexts of each place hold, and whether they name it: 1 or 0."""
    return _united([_held_in(kind, at) for at in range(number)])


def _held_in(kind: Kind, at: int) -> sa.Select[Any]:
    link = MEMBERSHIP[kind].c
    node_id = link[kind.id_column].label("node_id")
    held = sa.select(node_id).where(listed(link.context_id, f"contexts_{at}")).distinct().limit(_MOST)
    one = held.subquery(f"held_{at}")
    is_one = sa.and_(_names(kind, at), ENTRY.c.node_id == one.c.node_id)
    named = sa.exists(sa.select(sa.literal_column("1")).where(is_one).correlate(one))
    as_number = sa.case((named, sa.literal_column("1")), else_=sa.literal_column("0"))
    return sa.select(as_number.label("named")).select_from(one)


def _united(queries: Sequence[sa.Select[Any]]) -> Statement:
    found = [query.subquery(f"of_{at}") for at, query in enumerate(queries)]
    arms: list[Any] = [
        sa.select(sa.literal_column(str(at)).label("place"), sa.func.count(), sa.func.sum(each.c.named))
        for at, each in enumerate(found)
    ]
    return Statement(sa.union_all(*arms) if len(arms) > 1 else arms[0])


def _names(kind: Kind, at: int) -> sa.ColumnElement[bool]:
    return sa.and_(ENTRY.c.kind == kind.type_kind, ENTRY.c.workspace == sa.bindparam(f"name_{at}", type_=sa.Text()))


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
