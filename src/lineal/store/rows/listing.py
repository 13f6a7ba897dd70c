"""Pages of nodes: ordered, filtered, continued after the last node of the page before.

A page continues by (value of the order, id), so that it neither repeats nor skips nodes when others are written
meanwhile. The statement of a listing is built once for each form of it; values are always bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal import filter as filters
from lineal.caches import SizedCache
from lineal.filter.limits import MOST_LEVELS
from lineal.kinds import KINDS, Kind
from lineal.store.engine.dialects.base import DatabaseDialect
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows import packing
from lineal.store.rows.join_order import in_written_order
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.rows.pages import PageOrder
from lineal.store.rows.properties import values_of
from lineal.store.rows.whole_nodes import WholeNodes, joined, node_columns, separated, unjoined, with_properties
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, TYPE, metadata

# The columns by which a listing may be ordered, and the field of NodeRow that holds each.
_FIELDS = {"id": "id", "create_time_since_epoch": "created", "last_update_time_since_epoch": "updated"}
ORDERS = tuple(_FIELDS)
# The front of an order is read first if it is a small part of the store: at most one id in this many.
_FIRST_FRONT, _LOOKS = 512, 2
_IDS_PER_NODE_OF_FRONT = 64
_INDEXED = ("id", "name", "uri", "external_id")  # one of their values is found without reading the front
_GREATEST_ID = {kind: Statement(sa.select(sa.func.max(NODE[kind].c.id))) for kind in KINDS}


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
    form, values = _asked(session, listing, limit, after)
    found = _front_rows(session, form, values) or session.rows(_kept(session, _statement, form), values)
    return [NodeRow._make(row) for row in found]


def list_whole_nodes(
    session: Session, listing: Listing, *, limit: int, after: tuple[int, int] | None = None
) -> WholeNodes:
    """Return what `list_nodes` returns with the properties of the nodes; a database server answers one statement.

    Raises:
        InvalidArgumentError: the filter is wrong.
    """
    if not (session.dialect.is_remote and session.dialect.knows_values):
        rows = list_nodes(session, listing, limit=limit, after=after)
        return WholeNodes(rows, values_of(session, listing.kind, [row.id for row in rows]))
    form, values = _asked(session, listing, limit, after)
    make = _statement_of_whole(session.dialect, limit)
    session.end_with_next()
    read = session.rows(_kept(session, make, form), values)
    found = (separated if make is _whole_statement else unjoined)(session, listing.kind, read)
    place = NodeRow._fields.index(_FIELDS[listing.order])
    found.rows.sort(key=lambda row: (row[place], row.id), reverse=not listing.ascending)
    return found


def rows_around(
    session: Session,
    listing: Listing,
    make: Callable[[sa.FromClause], sa.SelectBase],
    *,
    limit: int,
    values: dict[str, Any],
) -> list[Row]:
    """Return the rows of a query that is made of the query of a page; `make` is kept and compared, and so hashable.

    Raises:
        InvalidArgumentError: the filter is wrong.
    """
    form, own = _asked(session, listing, limit, None)
    return session.rows(_kept(session, _AroundPage(make), form), {**own, **values})


def _asked(
    session: Session, listing: Listing, limit: int, after: tuple[int, int] | None
) -> tuple[_Form, dict[str, Any]]:
    """Return the form of a listing, and the values of its parameters."""
    _check_limits(session, listing.kind, listing.filter_query)
    value, node_id = after or (0, 0)
    values = {
        "of_type_id": listing.type_id,
        "in_context_id": listing.context_id,
        "after_value": value,
        "after_id": node_id,
        "page_size": limit,
    }
    form = _Form(
        listing.kind,
        listing.order,
        listing.ascending,
        listing.filter_query,
        of_type=listing.type_id is not None,
        in_context=listing.context_id is not None,
        continued=after is not None,
    )
    return form, values


def _front_rows(session: Session, form: _Form, values: dict[str, Any]) -> list[Row] | None:
    """Return a page from the front of the order, or None if it may not be full or is easy to get otherwise.

    A planner without statistics for single values thinks that the index of a value is the shortest way, even if half
    the nodes have the value. So the front shows how many nodes match. If they are enough, it is read as far as a page
    needs.
    """
    if session.dialect.knows_values or not session.sees_all or not form.may_fill_from_front:
        return None
    (greatest,) = session.rows(_GREATEST_ID[form.kind])[0]
    most, wanted = (greatest or 0) // _IDS_PER_NODE_OF_FRONT, values["page_size"]
    front = _FIRST_FRONT
    for _ in range(_LOOKS):
        if front > most:
            break
        found = session.rows(_kept(session, _front_statement, form), {**values, "front_size": front})
        if len(found) >= wanted:
            return found
        front = max(2 * front, int(1.3 * front * wanted / len(found))) if found else most + 1
    return None


class _Form(NamedTuple):
    """What the statement of a listing depends on."""

    kind: Kind
    order: str
    ascending: bool
    filter_query: str
    of_type: bool
    in_context: bool
    continued: bool

    @property
    def may_fill_from_front(self) -> bool:
        """Whether the conditions can be checked node by node."""
        if self.in_context or not (self.filter_query or self.of_type):
            return False
        if not self.filter_query:
            return True
        parsed = filters.parse(self.filter_query, kind=self.kind)
        return not parsed.has_neighbours and not any(parsed.pins(name) for name in _INDEXED)

    def page_order(self, columns: Any) -> PageOrder:
        """Return the order of the nodes with these columns."""
        return PageOrder(columns.id, self.ascending, columns[self.order] if self.order != "id" else None)

    def ordered(self, query: sa.Select[Any], columns: Any) -> sa.Select[Any]:
        """Return the query in this order."""
        return query.order_by(*self.page_order(columns).keys)

    def after(self, columns: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a node comes after the last one of the page before."""
        value: sa.BindParameter[int] = sa.bindparam("after_value")
        node_id: sa.BindParameter[int] = sa.bindparam("after_id")
        return self.page_order(columns).after(value, node_id)


_Make = Callable[[_Form], Statement]
_statements: SizedCache[tuple[str, _Make, _Form], Statement] = SizedCache(16 << 20)


def _check_limits(session: Session, kind: Kind, filter_query: str) -> None:
    """Refuse a filter that is longer, nested deeper or has more conditions than the server allows."""
    limits = session.limits
    if not filter_query:
        return
    filters.require_length(filter_query, limits.max_filter_bytes)
    if limits.max_filter_depth < MOST_LEVELS or len(filter_query) > limits.max_filter_terms:
        parsed = filters.parse(filter_query, kind=kind)
        filters.require_depth(parsed, limits.max_filter_depth)
        filters.require_terms(parsed.terms, limits.max_filter_terms)


def _kept(session: Session, make: _Make, form: _Form) -> Statement:
    """Return the statement of a form, of those that are kept if its filter is short."""
    if len(form.filter_query) > filters.LONGEST_REMEMBERED:
        return session.built(lambda: make(form))
    return _statements.get((session.engine, make, form), lambda: session.made(lambda: make(form)), _size)


def _size(statement: Statement) -> int:
    return statement.size


def _statement(form: _Form) -> Statement:
    return Statement(_query(form), is_asked=bool(form.filter_query))


def _statement_of_whole(dialect: DatabaseDialect, limit: int) -> _Make:
    """Return what makes the statement of a page with the properties of its nodes."""
    if dialect.evaluates_once:
        return _whole_statement
    return _packed_statement if dialect.packs_rows and limit >= packing.FEWEST else _joined_statement


def _whole_statement(form: _Form) -> Statement:
    page = _query(form).cte("page")
    whole = with_properties(form.kind, node_columns(form.kind, page), lambda owner: owner == page.c.id)
    return Statement(whole.element, is_asked=bool(form.filter_query))


def _joined_statement(form: _Form, *, packs: bool = False) -> Statement:
    page = _query(form).subquery("page")
    return Statement(joined(form.kind, page, packs=packs), is_asked=bool(form.filter_query))


@dataclass(frozen=True)
class _AroundPage:
    """Makes the statement that somebody makes of the query of a page."""

    make: Callable[[sa.FromClause], sa.SelectBase]

    def __call__(self, form: _Form) -> Statement:
        return Statement(self.make(_query(form).subquery("page")), is_asked=bool(form.filter_query))


def _packed_statement(form: _Form) -> Statement:
    return _joined_statement(form, packs=True)


def _query(form: _Form) -> sa.Select[Any]:
    """Return the query of a page."""
    columns = NODE[form.kind].c
    query = _filtered(form.kind, form.filter_query)
    if form.filter_query and filters.parse(form.filter_query, kind=form.kind).pins("name"):
        # Names have an index after types. In a damaged store, a node whose type is missing is not found by its name.
        query = query.where(columns.type_id.in_(sa.select(TYPE.c.id)))
    if form.of_type:
        query = query.where(columns.type_id == sa.bindparam("of_type_id"))
    if form.in_context:
        query = query.where(columns.id.in_(_members(form.kind)))
    if form.continued:
        query = query.where(form.after(columns))
    return form.ordered(query, columns).limit(sa.bindparam("page_size"))


def _front_statement(form: _Form) -> Statement:
    """Return the statement of a listing that reads only the first nodes of the order."""
    columns = NODE[form.kind].c
    front = sa.select(*columns)
    if form.continued:
        front = front.where(form.after(columns))
    table = form.ordered(front, columns).limit(sa.bindparam("front_size")).subquery("front")
    query = _filtered(form.kind, form.filter_query, front=table)
    if form.of_type:
        query = query.where(table.c.type_id == sa.bindparam("of_type_id"))
    return Statement(form.ordered(query, table.c).limit(sa.bindparam("page_size")), is_asked=bool(form.filter_query))


def _members(kind: Kind) -> sa.Select[Any]:
    link = MEMBERSHIP[kind].c
    return sa.select(link[kind.id_column]).where(link.context_id == sa.bindparam("in_context_id"))


def _filtered(kind: Kind, filter_query: str, *, front: sa.FromClause | None = None) -> sa.Select[Any]:
    """Return the query of a kind's nodes that a filter lets through: all, or those of the front of an order."""
    query: sa.Select[Any] = select_nodes(kind, front)
    if not filter_query:
        return query
    node = NODE[kind] if front is None else front
    clauses = filters.build(filters.parse(filter_query, kind=kind), node=node, tables=metadata.tables)
    source = clauses.source if front is None else in_written_order(clauses.source)
    return query.select_from(source).where(clauses.condition)


def _matching_statement(form: _Form) -> Statement:
    query = _filtered(form.kind, form.filter_query).with_only_columns(NODE[form.kind].c.id)
    return Statement(query.where(listed(NODE[form.kind].c.id, "candidate_ids")), is_asked=True)


def ask_for_matching(session: Session, kind: Kind, filter_query: str, ids: Sequence[int]) -> Callable[[], set[int]]:
    """Return the nodes that match a filter ("" matches all) when they are needed.

    Raises:
        InvalidArgumentError: the filter is wrong.
    """
    if not filter_query:
        return lambda: set(ids)
    _check_limits(session, kind, filter_query)
    form = _Form(kind, "id", True, filter_query, of_type=False, in_context=False, continued=False)
    statement = _kept(session, _matching_statement, form)
    asked = session.ask_listed(statement, "candidate_ids", ids)
    return lambda: {found for (found,) in asked()}
