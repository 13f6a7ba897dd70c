"""Nodes with their properties, read by one statement.

A statement alone sees one state of the database without a transaction, and takes one round trip. Its rows are those of
the nodes and those of their properties, told apart by the second column: the type of a node, or a negative number. What
stays out: reading many nodes by their ids, where two statements have narrower rows (nodes.py, properties.py), and the
statements of pages (listing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import LONGEST_LIST, Statement, listed
from lineal.store.rows import packing
from lineal.store.rows.nodes import NodeRow, ask_for_nodes, select_nodes
from lineal.store.rows.packing import number
from lineal.store.rows.properties import ask_for_values, packed_cells, packed_properties, property_cells, values_of
from lineal.store.rows.relations import HELD, held_by, lists_of
from lineal.store.rows.united import NOTHING, Sent
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, PROPERTY, STORED_START, StartListed

# Of more nodes, the rows of one statement for all would be wider than they need be.
_FEW = 16
# From what the second column of a row counts down: the form of a property, or the number of packed ones.
_FROM_FORM, _FROM_PACKED = -1, -1000
Owned = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]


class WholeNodes(NamedTuple):
    """Rows of nodes, and those of their properties: (node id, name, form, value)."""

    rows: list[NodeRow]
    properties: Sequence[Row]


def with_properties(kind: Kind, nodes: sa.Select[Any], owned: Owned, *, packs: bool = False) -> Statement:
    """Return the statement of nodes and their properties.

    Args:
        kind: of the nodes.
        nodes: the query of the nodes, as `node_columns` selects them.
        owned: returns the condition that a property is one of theirs, given the column with its node's id.
        packs: whether the properties of a node come as one text.
    """
    owner: sa.ColumnElement[int] = PROPERTY[kind].c[kind.id_column]
    if packs:
        one = packed_properties(kind).where(owned(owner)).subquery("packed").c
        return Statement(sa.union_all(nodes, _shaped(one[0], number(_FROM_PACKED) - one[2], NOTHING, one[1])))
    name, form, value = property_cells(kind)
    properties = _shaped(owner, number(_FROM_FORM) - form, Sent(name), Sent(value))
    return Statement(sa.union_all(nodes, properties.where(owned(owner))))


def _shaped(owner: Any, mark: Any, name: Any, value: Any) -> sa.Select[Any]:
    """Return the query of properties with as many columns as that of nodes."""
    return sa.select(owner, mark, NOTHING, NOTHING, name, value, NOTHING, NOTHING)


def node_columns(kind: Kind, table: sa.FromClause | None = None) -> sa.Select[Any]:
    """Return the query of a kind's nodes, all or those of a query, as `with_properties` takes it."""
    return select_nodes(kind, table, as_text=Sent)


def joined(kind: Kind, nodes: sa.FromClause, *, packs: bool) -> sa.Select[Any]:
    """Return the query of some nodes, each with each of its properties, for engines that read a named query twice.

    With `packs`, a node has one row, with a text of its properties and their number.
    """
    owner = PROPERTY[kind].c[kind.id_column]
    both = nodes.outerjoin(PROPERTY[kind], owner == nodes.c.id)
    if packs:
        text, count = packed_cells(kind)
        return node_columns(kind, nodes).add_columns(text, count).select_from(both).group_by(nodes.c.id)
    name, form, value = property_cells(kind)
    return node_columns(kind, nodes).add_columns(Sent(name), form, Sent(value)).select_from(both)


def unjoined(session: Session, kind: Kind, rows: Sequence[Row]) -> WholeNodes:
    """Return what the rows of such a query say; a text that is not complete is read again, row by row."""
    nodes = list({row[0]: NodeRow._make(row[:8]) for row in rows}.values())
    if not rows or len(rows[0]) > 10:
        return WholeNodes(nodes, [(row[0], *row[8:]) for row in rows if row[8] is not None])
    found, broken = packing.unpacked([(row[0], row[8], row[9]) for row in rows if row[9]])
    return WholeNodes(nodes, found + values_of(session, kind, broken, packs=False))


def separated(session: Session, kind: Kind, rows: Sequence[Row]) -> WholeNodes:
    """Return what the rows of such a statement say; a text that is not complete is read again, row by row."""
    nodes = [NodeRow(*row) for row in rows if row[1] >= 0]
    properties: list[Row] = [(row[0], row[4], _FROM_FORM - row[1], row[5]) for row in rows if _FROM_PACKED < row[1] < 0]
    if not session.dialect.packs_rows:
        return WholeNodes(nodes, properties)
    packed = [(row[0], row[5], _FROM_PACKED - row[1]) for row in rows if row[1] <= _FROM_PACKED]
    if packed:
        found, broken = packing.unpacked(packed)
        properties += found + values_of(session, kind, broken, packs=False)
    return WholeNodes(nodes, properties)


def _of(kind: Kind, condition: sa.ColumnElement[bool]) -> Statement:
    """Return the statement of the nodes that meet a condition on their own columns."""
    ids = sa.select(NODE[kind].c.id).where(condition)
    return with_properties(kind, node_columns(kind).where(condition), lambda owner: owner.in_(ids))


def _among(kind: Kind, ids: sa.Select[Any], *, packs: bool = False) -> Statement:
    """Return the statement of the nodes whose ids a query returns."""
    nodes = node_columns(kind).where(NODE[kind].c.id.in_(ids))
    return with_properties(kind, nodes, lambda owner: owner.in_(ids), packs=packs)


@lru_cache
def _by_ids(kind: Kind) -> Statement:
    nodes = node_columns(kind).where(listed(NODE[kind].c.id, "ids"))
    return with_properties(kind, nodes, lambda owner: listed(owner, "ids"))


@lru_cache
def _by_uris(kind: Kind) -> Statement:
    uri = NODE[kind].c.uri
    return _of(kind, sa.and_(StartListed(uri, "starts"), listed(uri, "uris")))


@lru_cache
def _by_external_ids(kind: Kind) -> Statement:
    return _of(kind, listed(NODE[kind].c.external_id, "external_ids"))


@lru_cache
def _by_type_and_name(kind: Kind) -> Statement:
    columns = NODE[kind].c
    return _of(kind, (columns.type_id == sa.bindparam("type_id")) & (columns.name == sa.bindparam("name")))


@lru_cache
def _by_context(kind: Kind, packs: bool) -> Statement:
    link = MEMBERSHIP[kind].c
    members = sa.select(link[kind.id_column]).where(link.context_id == sa.bindparam("context_id"))
    return _among(kind, members, packs=packs)


@lru_cache
def _contexts_of(kind: Kind) -> Statement:
    link = MEMBERSHIP[kind].c
    return _among(CONTEXT, sa.select(link.context_id).where(link[kind.id_column] == sa.bindparam("node_id")))


def whole_by_ids(session: Session, kind: Kind, ids: Collection[int], *, is_last: bool = False) -> WholeNodes:
    """Return the nodes that exist, each once, by id; `is_last` says that the read asks for nothing else."""
    wanted = list(ids)
    if 0 < len(wanted) <= _FEW and not (session.dialect.packs_rows and len(wanted) >= packing.FEWEST):
        if is_last:
            session.end_with_next()
        found = _read(session, kind, _by_ids(kind), {"ids": wanted})
    else:
        found = _many_by_ids(session, kind, wanted, is_last=is_last)
    return found if len(found.rows) == len(wanted) else _with_own(found.rows, found.properties)


def _many_by_ids(session: Session, kind: Kind, ids: Sequence[int], *, is_last: bool) -> WholeNodes:
    """Return nodes by two statements; where texts may have to be read again, nothing is said to be the last."""
    rows = ask_for_nodes(session, kind, ids)
    if is_last and len(ids) <= LONGEST_LIST and not session.dialect.packs_rows:
        session.end_with_next()
    properties = values_of(session, kind, ids)
    return WholeNodes(rows(), properties)


def ask_for_whole(
    session: Session, kind: Kind, ids: Sequence[int], *, with_properties: bool = True
) -> Callable[[], WholeNodes]:
    """Return the nodes that exist, each once, by id, when they are needed; `ids` are in order."""
    rows = ask_for_nodes(session, kind, ids)
    values = ask_for_values(session, kind, ids if with_properties else [])
    return cache(lambda: WholeNodes(rows(), values()))


@lru_cache
def _around() -> Statement:
    return _among(CONTEXT, sa.select(held_by(list(HELD)).c.context_id))


def ask_for_contexts(session: Session, ids: Mapping[Kind, Sequence[int]]) -> Callable[[], WholeNodes]:
    """Return the contexts that hold any of some artifacts and executions, by id, when they are needed."""
    asked = [session.ask(_around(), lists) for lists in lists_of(session, ids)]

    def read() -> WholeNodes:
        rows = [row for each in asked for row in each()]
        return _in_order(separated(session, CONTEXT, rows if len(asked) == 1 else list(dict.fromkeys(rows))))

    return cache(read)


def whole_by_uris(session: Session, kind: Kind, uris: Collection[str]) -> WholeNodes:
    """Return the nodes with one of the uris, by id."""
    wanted = set(uris)
    rows: list[Row] = []
    for piece in session.pieces(list(wanted)):
        rows += session.rows(_by_uris(kind), {"uris": piece, "starts": list({uri[:STORED_START] for uri in piece})})
    return _kept(_in_order(separated(session, kind, rows)), lambda row: row.uri in wanted)


def whole_by_external_ids(session: Session, kind: Kind, external_ids: Collection[str]) -> WholeNodes:
    """Return the nodes that exist, each once, by id."""
    wanted = set(external_ids)
    rows = session.listed_rows(_by_external_ids(kind), "external_ids", list(wanted))
    return _kept(_in_order(separated(session, kind, rows)), lambda row: row.external_id in wanted)


def whole_by_type_and_name(session: Session, kind: Kind, type_id: int, name: str) -> WholeNodes:
    """Return the node of that type and name, if there is one; the database decides whether two names are equal."""
    found = _read(session, kind, _by_type_and_name(kind), {"type_id": type_id, "name": name})
    return _kept(found, lambda row: row is found.rows[0])


def whole_by_context(session: Session, kind: Kind, context_id: int) -> WholeNodes:
    """Return every node of a kind in a context, by id."""
    return _read(session, kind, _by_context(kind, session.dialect.packs_rows), {"context_id": context_id})


def whole_contexts_of(session: Session, kind: Kind, node_id: int) -> WholeNodes:
    """Return the contexts that an artifact or execution belongs to, by id."""
    return _read(session, CONTEXT, _contexts_of(kind), {"node_id": node_id})


def _read(session: Session, kind: Kind, statement: Statement, values: Mapping[str, Any]) -> WholeNodes:
    return _in_order(separated(session, kind, session.rows(statement, values)))


def _in_order(found: WholeNodes) -> WholeNodes:
    found.rows.sort()
    return found


def _kept(found: WholeNodes, is_kept: Callable[[NodeRow], bool]) -> WholeNodes:
    """Return some of the nodes."""
    rows = [row for row in found.rows if is_kept(row)]
    return found if len(rows) == len(found.rows) else _with_own(rows, found.properties)


def _with_own(rows: list[NodeRow], properties: Sequence[Row]) -> WholeNodes:
    """Return nodes with no other properties than theirs."""
    ids = {row.id for row in rows}
    return WholeNodes(rows, [row for row in properties if row[0] in ids])
