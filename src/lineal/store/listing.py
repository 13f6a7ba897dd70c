"""Pages of nodes: ordered, filtered, continued after the last node of the page before.

A page continues by (value of the order, id), so that it neither repeats nor skips nodes when others are written
meanwhile. The statement of a listing is built once for each form of it; values are always bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lineal import filter as filters
from lineal.filter.limits import MOST_LEVELS
from lineal.kinds import Kind
from lineal.store.database import Session
from lineal.store.nodes import NodeRow, select_nodes
from lineal.store.statement import Statement, listed
from lineal.store.tables import MEMBERSHIP, NODE, metadata

ORDERS = ("id", "create_time_since_epoch", "last_update_time_since_epoch")
_KEPT_STATEMENTS = 512


@dataclass(frozen=True)
class Listing:
    """What to list, and in which order.

    Attributes:
        kind: which nodes.
        order: one of ORDERS; ties are broken by id, in the same direction.
        ascending: the direction.
        filter_query: the text of a filter, or "" for none.
        type_id: list only nodes of this type.
        context_id: list only nodes in this context.
    """

    kind: Kind
    order: str = "id"
    ascending: bool = True
    filter_query: str = ""
    type_id: int | None = None
    context_id: int | None = None


def list_nodes(
    session: Session, listing: Listing, *, limit: int, after: tuple[int, int] | None = None
) -> list[NodeRow]:
    """Return up to `limit` nodes, those after the node whose (value of the order, id) is `after`.

    Raises:
        InvalidArgumentError: the filter is wrong.
    """
    _check_depth(session, listing.kind, listing.filter_query)
    statement = _statement(
        listing.kind,
        listing.order,
        listing.ascending,
        listing.filter_query,
        of_type=listing.type_id is not None,
        in_context=listing.context_id is not None,
        continued=after is not None,
    )
    value, node_id = after or (0, 0)
    values = {
        "of_type_id": listing.type_id,
        "in_context_id": listing.context_id,
        "after_value": value,
        "after_id": node_id,
        "page_size": limit,
    }
    return [NodeRow._make(row) for row in session.rows(statement, values)]


def _check_depth(session: Session, kind: Kind, filter_query: str) -> None:
    """Refuse a filter that is nested deeper than the server allows, if it allows less than the language."""
    most = session.limits.max_filter_depth
    if filter_query and most < MOST_LEVELS:
        filters.require_depth(filters.parse(filter_query, kind=kind), most)


@lru_cache(maxsize=_KEPT_STATEMENTS)
def _statement(
    kind: Kind, order: str, ascending: bool, filter_query: str, *, of_type: bool, in_context: bool, continued: bool
) -> Statement:
    columns = NODE[kind].c
    query = _filtered(kind, filter_query)
    if of_type:
        query = query.where(columns.type_id == sa.bindparam("of_type_id"))
    if in_context:
        query = query.where(columns.id.in_(_members(kind)))
    if continued:
        query = query.where(_after(columns, order, ascending))
    keys = [columns[order], columns.id] if order != "id" else [columns.id]
    query = query.order_by(*[key if ascending else key.desc() for key in keys])
    return Statement(query.limit(sa.bindparam("page_size")))


def _members(kind: Kind) -> sa.Select[Any]:
    link = MEMBERSHIP[kind].c
    return sa.select(link[kind.id_column]).where(link.context_id == sa.bindparam("in_context_id"))


def _after(columns: Any, order: str, ascending: bool) -> sa.ColumnElement[bool]:
    """Return the condition that a node comes after the last one of the page before."""
    value: sa.BindParameter[int] = sa.bindparam("after_value")
    node_id: sa.BindParameter[int] = sa.bindparam("after_id")
    beyond = columns.id > node_id if ascending else columns.id < node_id
    if order == "id":
        return beyond  # type: ignore[no-any-return]
    further = columns[order] > value if ascending else columns[order] < value
    return sa.or_(further, sa.and_(columns[order] == value, beyond))


def _filtered(kind: Kind, filter_query: str) -> sa.Select[Any]:
    """Return the query of a kind's nodes that a filter lets through."""
    query: sa.Select[Any] = select_nodes(kind)
    if not filter_query:
        return query
    clauses = filters.build(filters.parse(filter_query, kind=kind), node=NODE[kind], tables=metadata.tables)
    return query.select_from(clauses.source).where(clauses.condition)


@lru_cache(maxsize=_KEPT_STATEMENTS)
def _matching_statement(kind: Kind, filter_query: str) -> Statement:
    query = _filtered(kind, filter_query).with_only_columns(NODE[kind].c.id)
    return Statement(query.where(listed(NODE[kind].c.id, "candidate_ids")))


def matching_ids(session: Session, kind: Kind, filter_query: str, ids: Sequence[int]) -> set[int]:
    """Return those of the nodes that a filter lets through ("" lets all through).

    Raises:
        InvalidArgumentError: the filter is wrong.
    """
    if not filter_query:
        return set(ids)
    _check_depth(session, kind, filter_query)
    statement = _matching_statement(kind, filter_query)
    return {found for (found,) in session.listed_rows(statement, "candidate_ids", ids)}
