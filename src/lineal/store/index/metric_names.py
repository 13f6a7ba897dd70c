"""The names of metrics that nodes of a selection have, however many nodes it has.

What stays out: counts over nodes that are given by their ids (facets.py), and the values (metrics.py).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.index.search import Selection, narrowed
from lineal.store.tables.mlmd_tables import NODE, PROPERTY
from lineal.store.tables.own_tables import FACT, Family

_ONE: sa.ColumnElement[int] = sa.literal_column("1")


class MetricNames(NamedTuple):
    """Names of metrics, and whether these are all; if not, they are the first in the order of the database."""

    names: list[str]
    are_all: bool


def names_in(session: Session, selection: Selection, *, limit: int) -> MetricNames:
    """Return which of the first names of metrics in the index nodes of a selection have.

    Args:
        session: the transaction.
        selection: the nodes.
        limit: how many names are looked at; fewer than 1,000, at which MySQL stops a recursive query.

    Raises:
        InvalidArgumentError: the search or the filter is wrong.
    """
    names = _names(selection.kind, limit + 1)
    found = sa.func.coalesce(
        *[
            narrowed(session, query, selection, one_by_one=True).limit(1).correlate(names).scalar_subquery()
            for query in (_with_fact(selection.kind, names), _with_number(selection.kind, names))
        ]
    )
    query = sa.select(names.c.name, names.c.place, found).where(names.c.name.is_not(None)).order_by(names.c.place)
    rows = session.rows(Statement(query, is_asked=True))
    return MetricNames([name for name, _, is_found in rows[:limit] if is_found], are_all=len(rows) <= limit)


def _names(kind: Kind, limit: int) -> sa.CTE:
    """Return the first names with their places, and a null at the end if there are no more.

    Each takes one look into the index: reading all facts of a large store would take seconds.
    """
    fact = FACT.c
    next_name = sa.select(sa.func.min(fact.name)).where(fact.kind == kind.type_kind, fact.family == int(Family.METRIC))
    names = sa.select(next_name.scalar_subquery().label("name"), _ONE.label("place")).cte("names", recursive=True)
    following = next_name.where(fact.name > names.c.name).correlate(names).scalar_subquery()
    query = sa.select(following, names.c.place + _ONE).where(names.c.name.is_not(None), names.c.place < limit)
    return names.union_all(query)


def _with_fact(kind: Kind, names: sa.CTE) -> sa.Select[Any]:
    named, node = FACT.alias("named_fact"), NODE[kind]  # the search may have conditions on facts of its own
    fact = named.c
    query = sa.select(_ONE).select_from(named.join(node, node.c.id == fact.node_id))
    return query.where(fact.kind == kind.type_kind, fact.family == int(Family.METRIC), fact.name == names.c.name)


def _with_number(kind: Kind, names: sa.CTE) -> sa.Select[Any]:
    """Return the query of a node with a property of the name that is a number."""
    named, node = PROPERTY[kind].alias("named_property"), NODE[kind]
    row = named.c
    query = sa.select(_ONE).select_from(named.join(node, node.c.id == row[kind.id_column]))
    is_number = sa.or_(row.int_value.is_not(None), row.double_value.is_not(None))
    return query.where(row.name == names.c.name, is_number)
