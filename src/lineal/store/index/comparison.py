"""Compare the nodes of a kind with the entries of the search index, as a whole and by ranges of ids.

As a whole, sums over all nodes and all entries are compared, without the nodes that the index will check anyway (after
its progress). What stays out: when this happens and what follows (catalogue/comparing.py).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lineal.kinds import KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.index.entries import after_place, differing, with_entry
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables.mlmd_tables import NODE
from lineal.store.tables.own_tables import ENTRY, FACT, MARK

# Primes: sums of remainders stay far below 64 bits, and two faults are unlikely to cancel out.
_PRIMES = 1_000_003, 9_973, 9_967
_OF_KIND: sa.BindParameter[int] = sa.bindparam("kind")
_LOW: sa.BindParameter[int] = sa.bindparam("low", type_=sa.BigInteger())
_HIGH: sa.BindParameter[int] = sa.bindparam("high", type_=sa.BigInteger())


def _terms(node_id: Any, updated: Any) -> list[Any]:
    prime, first, second = [sa.literal_column(str(number), sa.BigInteger()) for number in _PRIMES]
    return [node_id % prime, (node_id % first) * (updated % second)]


def _sums(node_id: Any, updated: Any) -> list[Any]:
    return [sa.func.count(), *[sa.func.sum(term) for term in _terms(node_id, updated)]]


def _of_nodes(kind: Kind) -> Statement:
    node = NODE[kind].c
    return Statement(sa.select(*_sums(node.id, node.last_update_time_since_epoch)).select_from(NODE[kind]))


def _of_window(kind: Kind) -> Statement:
    """Return the query of the difference between the nodes after the progress and their entries."""
    node = NODE[kind].c
    own, indexed = _terms(node.id, node.last_update_time_since_epoch), _terms(ENTRY.c.node_id, ENTRY.c.updated)
    more = [sa.func.sum(a - sa.func.coalesce(b, sa.literal_column("0"))) for a, b in zip(own, indexed, strict=True)]
    columns = [sa.func.count() - sa.func.count(ENTRY.c.node_id), *more]
    return Statement(sa.select(*columns).select_from(with_entry(kind)).where(after_place(kind)))


_OF_NODES = {kind: _of_nodes(kind) for kind in KINDS}
_OF_ENTRIES = Statement(
    sa.select(*_sums(ENTRY.c.node_id, ENTRY.c.updated)).select_from(ENTRY).where(ENTRY.c.kind == _OF_KIND)
)
_OF_WINDOW = {kind: _of_window(kind) for kind in KINDS}


def are_equal(session: Session, kind: Kind, place: tuple[int, int]) -> bool:
    """Say whether nodes and entries are equal, except the nodes after the index's progress."""
    nodes = _read(session, _OF_NODES[kind], {})
    entries = _read(session, _OF_ENTRIES, {"kind": kind.type_kind})
    window = _read(session, _OF_WINDOW[kind], {"time": place[0], "node_id": place[1]})
    return all(node - entry == more for node, entry, more in zip(nodes, entries, window, strict=True))


def _read(session: Session, statement: Statement, values: dict[str, Any]) -> list[int]:
    """Return the number, a sum over ids, and a sum over ids and times."""
    return [int(value or 0) for value in session.rows(statement, values)[0]]


def _in_range(column: Any) -> sa.ColumnElement[bool]:
    return sa.and_(column >= _LOW, column < _HIGH)


def _differing(kind: Kind) -> Statement:
    node = NODE[kind].c
    query = select_nodes(kind).select_from(with_entry(kind)).where(_in_range(node.id), differing(kind))
    return Statement(query.order_by(node.id).limit(sa.bindparam("batch")))


def _without_node(kind: Kind) -> Statement:
    lacking = ~sa.exists(sa.select(sa.literal_column("1")).where(NODE[kind].c.id == ENTRY.c.node_id))
    query = sa.select(ENTRY.c.node_id).where(ENTRY.c.kind == _OF_KIND, _in_range(ENTRY.c.node_id), lacking)
    return Statement(query.order_by(ENTRY.c.node_id).limit(sa.bindparam("batch")))


def _delete_facts(kind: Kind) -> Statement:
    lacking = ~sa.exists(sa.select(sa.literal_column("1")).where(NODE[kind].c.id == FACT.c.source_id))
    return Statement(sa.delete(FACT).where(FACT.c.kind == _OF_KIND, _in_range(FACT.c.node_id), lacking))


def _has_facts(kind: Kind) -> Statement:
    lacking = ~sa.exists(sa.select(sa.literal_column("1")).where(NODE[kind].c.id == FACT.c.source_id))
    query = sa.select(FACT.c.node_id).where(FACT.c.kind == _OF_KIND, _in_range(FACT.c.node_id), lacking)
    return Statement(query.limit(1))


def _next(kind: Kind) -> Statement:
    node = NODE[kind].c
    nodes = sa.select(sa.func.min(node.id)).where(node.id >= _LOW).scalar_subquery()
    entry = sa.select(sa.func.min(ENTRY.c.node_id)).where(ENTRY.c.kind == _OF_KIND, ENTRY.c.node_id >= _LOW)
    return Statement(sa.select(nodes, entry.scalar_subquery()))


_DIFFERING = {kind: _differing(kind) for kind in KINDS}
_WITHOUT_NODE = {kind: _without_node(kind) for kind in KINDS}
_DELETE_FACTS = {kind: _delete_facts(kind) for kind in KINDS}
_HAS_FACTS = {kind: _has_facts(kind) for kind in KINDS}
_NEXT = {kind: _next(kind) for kind in KINDS}


def next_id(session: Session, kind: Kind, low: int) -> int | None:
    """Return the least id, from one on, of a node or an entry; None if there is none."""
    found = [each for each in session.rows(_NEXT[kind], {"kind": kind.type_kind, "low": low})[0] if each is not None]
    return min(found, default=None)


def differing_nodes(session: Session, kind: Kind, low: int, high: int, *, limit: int) -> list[NodeRow]:
    """Return nodes with ids from `low` to below `high` whose entries are missing or old."""
    rows = session.rows(_DIFFERING[kind], {"low": low, "high": high, "batch": limit})
    return [NodeRow._make(row) for row in rows]


def entries_without_node(session: Session, kind: Kind, low: int, high: int, *, limit: int) -> list[int]:
    """Return the ids of entries, from `low` to below `high`, whose node does not exist."""
    values = {"kind": kind.type_kind, "low": low, "high": high, "batch": limit}
    return [row[0] for row in session.rows(_WITHOUT_NODE[kind], values)]


def has_facts_without_node(session: Session, kind: Kind, low: int, high: int) -> bool:
    """Say whether there is something to delete for `delete_facts_without_node`."""
    return bool(session.rows(_HAS_FACTS[kind], {"kind": kind.type_kind, "low": low, "high": high}))


def delete_facts_without_node(session: Session, kind: Kind, low: int, high: int) -> None:
    """Delete the facts of missing nodes about nodes with ids from `low` to below `high`."""
    session.change(_DELETE_FACTS[kind], {"kind": kind.type_kind, "low": low, "high": high})


def _behind(kind: Kind) -> Statement:
    node = NODE[kind].c
    newest = sa.select(sa.func.max(ENTRY.c.node_id)).where(ENTRY.c.kind == kind.type_kind).scalar_subquery()
    marked = sa.select(MARK.c.node_id).where(MARK.c.kind == kind.type_kind).distinct().subquery()
    found = sa.select(sa.func.count()).select_from(
        with_entry(kind).outerjoin(marked, marked.c.node_id == node.id)  # "in" would read all marks for each node
    )
    return Statement(found.where(~after_place(kind), node.id <= newest, differing(kind), marked.c.node_id.is_(None)))


_BEHIND = {kind: _behind(kind) for kind in KINDS}


def count_behind(session: Session, kind: Kind, place: tuple[int, int]) -> int:
    """Return how many nodes without a mark have missing or old entries although the index is beyond them."""
    return int(session.rows(_BEHIND[kind], {"time": place[0], "node_id": place[1]})[0][0])
