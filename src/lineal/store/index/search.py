"""Nodes that a search finds: pages in any order, counts up to a limit, samples.

A page continues by (value of the order, id). An order by a key that not every node has goes through phases: nodes with
a number, then nodes with a text, then the rest by id. What stays out: the meaning of a search (lineal.filter) and the
fields that are shown of a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal import errors
from lineal import filter as filters
from lineal.filter import search
from lineal.kinds import CONTEXT, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.index.ordering import ordered_values
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.rows.pages import PageOrder
from lineal.store.tables import mlmd_tables as tables
from lineal.store.tables import own_tables
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, PARENT_CONTEXT

TABLES = {**tables.metadata.tables, **own_tables.metadata.tables}
COLUMN_ORDERS = {
    "id": "id",
    "created": "create_time_since_epoch",
    "updated": "last_update_time_since_epoch",
    "type": "type_id",
}
# A selection of fewer nodes than this is found first and then sorted; a larger one is found soon by reading all
# nodes in order.
FEW = 2000
_MOST_TYPES = 100
_FILTERED = {kind: NODE[kind].alias("filtered") for kind in KINDS}


@dataclass(frozen=True)
class Selection:
    """Which nodes.

    Attributes:
        kind: their kind.
        query: the search that they must match.
        filter_query: the filter query that they must match ("" for none).
        context_id: the context that holds them.
        workspace_types: names of the types of contexts that count as workspaces.
        run_types: names of the types of contexts that count as runs.
        type_names: the only types that they may have, if any are given.
    """

    kind: Kind
    query: search.Query = field(default_factory=search.Query)
    filter_query: str = ""
    context_id: int | None = None
    workspace_types: tuple[str, ...] = ()
    run_types: tuple[str, ...] = ()
    type_names: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether it has no condition."""
        return not self.query.terms and self._asks_only_the_query

    @property
    def is_all_but_archived(self) -> bool:
        """Whether its only condition is that nodes are not archived."""
        terms = self.query.terms
        return bool(terms) and self._asks_only_the_query and all(map(search.leaves_out_archived, terms))

    @property
    def is_broad(self) -> bool:
        """Whether it has no condition, or only the one that nodes are not archived."""
        return self.is_everything or self.is_all_but_archived

    @property
    def _asks_only_the_query(self) -> bool:
        return not (self.filter_query or self.context_id is not None or self.type_names)


@dataclass(frozen=True)
class Order:
    """The order: a column of COLUMN_ORDERS, "name" or "state", or a family ("metric") with a name."""

    field: str = "created"
    name: str = ""
    ascending: bool = False


class Place(NamedTuple):
    """Where a page ended: the phase of the order, the last value and the last id.

    A value that `is_long` is not given: the node is asked for it again.
    """

    phase: int
    value: Any
    node_id: int
    is_long: bool = False


class Found(NamedTuple):
    """A page of nodes, and where it ended if there is more."""

    rows: list[NodeRow]
    place: Place | None


def find_page(
    session: Session,
    selection: Selection,
    order: Order,
    *,
    limit: int,
    after: Place | None = None,
    first: Sequence[int] | None = None,
) -> Found:
    """Return up to `limit` nodes in an order, those after a place.

    `first` is what first_ids returned of the selection, if it was asked before: the search is then not made again.

    Raises:
        InvalidArgumentError: the search or the filter is wrong.
    """
    if first is None:
        first = first_ids(session, selection)
    few = first if first is not None and len(first) <= FEW else None
    phases = _phases(session, selection.kind, order)
    if after and after.is_long:
        after = _with_value(session, selection.kind, phases, after)
    rows: list[NodeRow] = []
    place: Place | None = None
    for phase in range(after.phase if after else 0, len(phases)):
        here = after if after and after.phase == phase else None
        wanted = limit + 1 - len(rows)
        query = _page(session, selection, phases[phase], order.ascending, few, here).limit(wanted)
        for *columns, value in session.rows(Statement(query, is_asked=True), {"few": few} if few else {}):
            rows.append(NodeRow._make(columns))
            if len(rows) == limit:
                place = Place(phase, value, columns[0])
        if len(rows) > limit:
            return Found(rows[:limit], place)
    return Found(rows, None)


def _with_value(session: Session, kind: Kind, phases: Sequence[_Phase], after: Place) -> Place:
    """Return a place with its value, which was too long for the cursor and is read from its node again."""
    order = _page_order(kind, phases[min(after.phase, len(phases) - 1)], ascending=True)
    if order.value is not None:
        node_id = sa.bindparam(None, after.node_id, sa.BigInteger())
        for (value,) in session.rows(Statement(sa.select(order.value).where(order.id == node_id))):
            return after._replace(value=value, is_long=False)
    raise errors.InvalidArgumentError(
        "the last record of the page before is gone, and the cursor with it; read the list from its first page"
    )


def first_ids(session: Session, selection: Selection) -> list[int] | None:
    """Return ids of the selection, all if they are few; None where it has no condition that leaves few."""
    if selection.is_broad:
        return None
    return sample_ids(session, selection, limit=FEW + 1)


class _Phase(NamedTuple):
    """A part of an order: the sorted values as a query of (node_id, value), a column, or neither for the rest by id."""

    values: sa.Subquery | None = None
    column: str | None = None
    without: tuple[sa.Subquery, ...] = ()


def _phases(session: Session, kind: Kind, order: Order) -> list[_Phase]:
    if order.field in COLUMN_ORDERS:
        return [_Phase(column=COLUMN_ORDERS[order.field])]
    if order.field == "state" and kind.state_field:
        return [_Phase(column=kind.state_field)]
    if order.field == "uri" and kind.has_uri:
        return [_Phase(column="uri")]
    valued = ordered_values(session, kind, order.field, order.name)
    return [*[_Phase(values=values) for values in valued], _Phase(without=tuple(valued))]


def _page(
    session: Session,
    selection: Selection,
    phase: _Phase,
    ascending: bool,
    few: Sequence[int] | None,
    after: Place | None,
) -> sa.Select[Any]:
    """Return the query of a page in one phase of an order."""
    node = NODE[selection.kind]
    query = select_nodes(selection.kind)
    if phase.values is not None:
        query = query.select_from(phase.values.join(node, node.c.id == phase.values.c.node_id))
    for values in phase.without:
        query = query.where(~sa.exists(sa.select(sa.literal_column("1")).where(values.c.node_id == node.c.id)))
    if few is not None:
        query = query.where(listed(node.c.id, "few") if few else sa.false())
    else:
        query = narrowed(session, query, selection, one_by_one=True)
    order = _page_order(selection.kind, phase, ascending)
    if after:
        query = query.where(order.after(after.value, sa.bindparam(None, after.node_id, sa.BigInteger())))
    return query.order_by(*order.keys).add_columns(sa.null() if order.value is None else order.value)


def _page_order(kind: Kind, phase: _Phase, ascending: bool) -> PageOrder:
    if phase.values is None:
        return _column_order(kind, phase.column, ascending)
    return PageOrder(phase.values.c.node_id, ascending, phase.values.c.value, may_be_empty=True)


@cache
def _column_order(kind: Kind, column: str | None, ascending: bool) -> PageOrder:
    node = NODE[kind].c
    value = node[column] if column and column != "id" else None
    return PageOrder(node.id, ascending, value, may_be_empty=True)


def narrowed(
    session: Session, query: sa.Select[Any], selection: Selection, *, one_by_one: bool = False
) -> sa.Select[Any]:
    """Return a query of nodes with the conditions of a selection.

    A word is looked for in all texts of the index. Joined with the nodes, the texts are read only until there are
    enough nodes; as a list of ids, engines would first read all texts.
    """
    node = NODE[selection.kind]
    _check_limits(session, selection)
    join_entry = not one_by_one and search.needs_entry(selection.query)
    if join_entry:
        entry = own_tables.ENTRY.c
        of_node = sa.and_(entry.kind == selection.kind.type_kind, entry.node_id == node.c.id)
        query = query.join_from(node, own_tables.ENTRY, of_node)
    for condition in conditions(selection, one_by_one=one_by_one, entry_joined=join_entry):
        query = query.where(condition)
    if selection.filter_query:
        parsed = filters.parse(selection.filter_query, kind=selection.kind)
        filters.require_depth(parsed, session.limits.max_filter_depth)
        filters.require_terms(parsed.terms, session.limits.max_filter_terms)
        clauses = filters.build(
            parsed,
            node=_FILTERED[selection.kind],
            tables=tables.metadata.tables,
        )
        query = query.where(node.c.id.in_(_filtered_ids(clauses, node)))
    return query


def _check_limits(session: Session, selection: Selection) -> None:
    """Refuse a search that is longer, or a filter or search that has more conditions, than the server allows."""
    limits = session.limits
    filters.require_length(selection.filter_query, limits.max_filter_bytes)
    last = selection.query.terms[-1].end if selection.query.terms else 0
    filters.require_length(" " * last, limits.max_filter_bytes, name="q")
    filters.require_terms(search.count_terms(selection.query), limits.max_filter_terms, name="q")


def _filtered_ids(clauses: filters.Clauses, node: sa.Table) -> sa.Select[Any]:
    return sa.select(_leftmost(clauses.source).c.id).select_from(clauses.source).where(clauses.condition)


def _leftmost(source: Any) -> Any:
    while isinstance(source, sa.Join):
        source = source.left
    return source


def conditions(
    selection: Selection, *, one_by_one: bool = False, entry_joined: bool = False
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a selection, its filter query aside."""
    kind, node = selection.kind, NODE[selection.kind]
    found: list[sa.ColumnElement[bool]] = []
    target = search.Target(
        kind,
        node,
        TABLES,
        selection.workspace_types,
        selection.run_types,
        one_by_one=one_by_one,
        entry_joined=entry_joined,
    )
    searched = search.condition(selection.query, target)
    if searched is not None:
        found.append(searched)
    if selection.context_id is not None:
        found.append(_held(target, selection.context_id))
    if selection.type_names:
        type_ = tables.TYPE.c
        of_kind = type_.type_kind == kind.type_kind
        found.append(
            target.unled(node.c.type_id).in_(
                sa.select(type_.id).where(of_kind, search.among(type_.name, selection.type_names))
            )
        )
    return found


def _held(target: search.Target, context_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a context holds the node; if the node is a context, that it is its parent."""
    given = sa.bindparam(None, context_id, sa.BigInteger())
    if target.kind is CONTEXT:
        return target.has_row(PARENT_CONTEXT.c.context_id, PARENT_CONTEXT.c.parent_context_id == given)
    link = MEMBERSHIP[target.kind].c
    return target.has_row(link[target.kind.id_column], link.context_id == given)


def sample_ids(session: Session, selection: Selection, *, limit: int) -> list[int]:
    """Return the ids of up to `limit` nodes of a selection.

    If the store has more nodes and there is no condition, or only the one that they are not archived, half are the
    newest and half come from every type: the latest records often have only one type, and a sample of them would hide
    the labels and metrics of the others.
    """
    node = NODE[selection.kind]
    query: sa.Select[Any] = sa.select(node.c.id)
    if selection.is_broad:
        query = query.order_by(node.c.id.desc())
    query = narrowed(session, query, selection, one_by_one=False).limit(limit)
    found = [node_id for (node_id,) in session.rows(Statement(query, is_asked=True))]
    if len(found) < limit or not selection.is_broad:
        return found
    half = limit // 2
    return list(dict.fromkeys([*found[:half], *_of_each_type(session, selection, half), *found]))[:limit]


def _of_each_type(session: Session, selection: Selection, limit: int) -> list[int]:
    """Return the ids of up to `limit` nodes of a selection, equally many of each of the first types."""
    kind = selection.kind
    type_, node = tables.TYPE.c, NODE[kind].c
    types = sa.select(type_.id).where(type_.type_kind == kind.type_kind).order_by(type_.id).limit(_MOST_TYPES)
    type_ids = [type_id for (type_id,) in session.rows(Statement(types))]
    query = sa.select(node.id).where(node.type_id == sa.bindparam("type_id")).limit(sa.bindparam("most"))
    of_type = Statement(narrowed(session, query, selection, one_by_one=True))
    most = max(1, limit // max(1, len(type_ids)))
    found: list[int] = []
    for type_id in type_ids:
        found += [node_id for (node_id,) in session.rows(of_type, {"type_id": type_id, "most": most})]
    return found


def count(session: Session, selection: Selection, *, limit: int | None = None) -> int:
    """Return the number of nodes of a selection, or `limit` if there are as many or more."""
    node = NODE[selection.kind]
    query = narrowed(session, sa.select(node.c.id), selection, one_by_one=False)
    if limit is not None:
        query = query.limit(limit)
    rows = session.rows(Statement(sa.select(sa.func.count()).select_from(query.subquery()), is_asked=True))
    return int(rows[0][0])


def within(selection: Selection, ids: Sequence[int], session: Session) -> set[int]:
    """Return the ids that are in a selection."""
    if selection.is_everything:
        return set(ids)
    node = NODE[selection.kind]
    query = narrowed(session, sa.select(node.c.id), selection, one_by_one=True).where(listed(node.c.id, "candidates"))
    return {node_id for (node_id,) in session.listed_rows(Statement(query, is_asked=True), "candidates", list(ids))}
