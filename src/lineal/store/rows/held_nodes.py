"""Nodes that a transaction locks and reads at once, with all that an update of them needs to know.

What stays out: whether a caller sees them. Their rows are found in the whole store, so who asks must check whose they
are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.nodes import NodeRow, ask_to_update, select_nodes
from lineal.store.rows.properties import ask_for_properties, raw_properties, raw_rows
from lineal.store.tables.mlmd_tables import NODE, PROPERTY


class HeldNode(NamedTuple):
    """A node that nobody else updates until the transaction ends.

    Attributes:
        row: its row.
        properties: the rows of its properties, as `properties_of` returns them.
    """

    row: NodeRow
    properties: Sequence[Row]


@cache
def _lock(kind: Kind) -> Statement:
    return Statement(select_nodes(kind).where(NODE[kind].c.external_id == sa.bindparam("wanted")).with_for_update())


@cache
def _several(kind: Kind, locks: bool) -> Statement:
    query = select_nodes(kind).where(listed(NODE[kind].c.external_id, "wanted")).order_by(NODE[kind].c.id)
    return Statement(query.with_for_update(read=not locks, key_share=True))


@cache
def _properties_of_several(kind: Kind) -> Statement:
    owned = sa.select(NODE[kind].c.id).where(listed(NODE[kind].c.external_id, "wanted"))
    return Statement(raw_properties(kind).where(PROPERTY[kind].c[kind.id_column].in_(owned)))


@cache
def _properties(kind: Kind) -> Statement:
    owned = sa.select(NODE[kind].c.id).where(NODE[kind].c.external_id == sa.bindparam("wanted"))
    return Statement(raw_properties(kind).where(PROPERTY[kind].c[kind.id_column].in_(owned)))


def ask_by_external_id(session: Session, kind: Kind, external_id: str) -> Callable[[], HeldNode | None]:
    """Return what returns the node with an external id, if there is one; the two statements travel together."""
    whole = session.unscoped
    rows = whole.ask(_lock(kind), {"wanted": external_id})
    properties = whole.ask(_properties(kind), {"wanted": external_id})

    def fetch() -> HeldNode | None:
        found = [NodeRow._make(row) for row in rows()]
        own = raw_rows(session, properties())
        return HeldNode(found[0], own) if found and found[0].external_id == external_id else None

    return fetch


def ask_by_external_ids(
    session: Session, kind: Kind, external_ids: Collection[str], *, locks: bool = True
) -> Callable[[], list[HeldNode]]:
    """Return what returns the nodes with external ids, by id; nobody deletes them until the transaction ends.

    Without `locks`, others may update them meanwhile.
    """
    if not external_ids:
        return list
    whole, wanted = session.unscoped, sorted(external_ids)
    rows = whole.ask_listed(_several(kind, locks), "wanted", wanted)
    if session.is_careful and not rows():  # nothing travels together, and nothing has properties
        return list
    properties = whole.ask_listed(_properties_of_several(kind), "wanted", wanted)

    def fetch() -> list[HeldNode]:
        found = [row for row in map(NodeRow._make, rows()) if row.external_id in external_ids]
        return _joined(found, raw_rows(session, properties()))

    return fetch


def ask_by_ids(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], list[HeldNode]]:
    """Return what returns the nodes with ids, by id; the two statements travel together."""
    whole = session.unscoped
    rows = ask_to_update(whole, kind, ids)
    properties = ask_for_properties(whole, kind, ids)
    return lambda: _joined(rows(), properties())


def ask_by_id(session: Session, kind: Kind, node_id: int) -> Callable[[], HeldNode | None]:
    """Return what returns the node with an id, if there is one; the two statements travel together."""
    whole = session.unscoped
    rows = ask_to_update(whole, kind, [node_id])
    properties = ask_for_properties(whole, kind, [node_id])

    def fetch() -> HeldNode | None:
        found, own = rows(), properties()
        return HeldNode(found[0], own) if found else None

    return fetch


def _joined(rows: Sequence[NodeRow], properties: Sequence[Row]) -> list[HeldNode]:
    own: dict[int, list[Row]] = {row.id: [] for row in rows}
    for each in properties:
        if each[0] in own:
            own[each[0]].append(each)
    return [HeldNode(row, own[row.id]) for row in rows]
