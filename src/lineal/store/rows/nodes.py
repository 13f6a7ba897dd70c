"""Rows of artifacts, executions and contexts.

Tables that other programs made on MySQL may compare texts without regard to case, accents and blanks at the end. A type
has at most one node with such a name, so every spelling finds it, as with the official library. Nodes found by a uri or
an external id are compared once more, because these texts have a meaning elsewhere. What stays out: listings with
options (listing.py), properties (properties.py), relations between nodes, and any rule about what may be written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import KINDS, Kind
from lineal.store.engine.column_limits import shown
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Insertion, Statement, insertion, listed
from lineal.store.rows.properties import insert_properties
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, STORED_START, StartListed
from lineal.store.tables.values import Encoded

IdsByName = dict[tuple[int, "str | None"], int]

_TIMES = ("create_time_since_epoch", "last_update_time_since_epoch")


class NodeRow(NamedTuple):
    """A stored node without its properties. Times are milliseconds since the epoch."""

    id: int
    type_id: int
    uri: str | None
    state: int | None
    name: str | None
    external_id: str | None
    created: int
    updated: int


class NewNode(NamedTuple):
    """A node to be inserted: the columns of its row, and its properties as (name, is_custom, columns)."""

    type_id: int
    uri: str | None
    state: int | None
    name: str | None
    external_id: str | None
    time: int
    properties: Sequence[tuple[str, bool, Encoded]]


def select_nodes(
    kind: Kind, table: sa.FromClause | None = None, *, as_text: Callable[[Any], Any] = lambda column: column
) -> sa.Select[tuple[object, ...]]:
    """Return the query of a kind's nodes, all or those of a query, with the columns of NodeRow.

    `as_text` returns the form in which the query returns a column of texts.
    """
    columns = (NODE[kind] if table is None else table).c
    state = columns[kind.state_field] if kind.state_field else sa.null().label("state")
    uri = as_text(columns["uri"]) if kind.has_uri else sa.null().label("uri")
    names, times = [as_text(columns[name]) for name in ("name", "external_id")], [columns[name] for name in _TIMES]
    return sa.select(columns["id"], columns["type_id"], uri, state, *names, *times)


def _own_columns(kind: Kind) -> list[str]:
    """Return the names of the columns that only some kinds have, in the table's order."""
    return (["uri"] if kind.has_uri else []) + ([kind.state_field] if kind.state_field else [])


def _new_columns(kind: Kind) -> list[str]:
    """Return the names of the columns of a new row, in the table's order."""
    return ["type_id", *_own_columns(kind), "name", "external_id", *_TIMES]


@dataclass(frozen=True)
class _Statements:
    """The statements of one kind's nodes."""

    kind: Kind

    def _where(self, condition: sa.ColumnElement[bool]) -> Statement:
        return Statement(select_nodes(self.kind).where(condition).order_by(NODE[self.kind].c.id))

    @cached_property
    def all(self) -> Statement:
        return self._where(sa.true())

    @cached_property
    def by_id(self) -> Statement:
        return self._where(listed(NODE[self.kind].c.id, "ids"))

    @cached_property
    def to_update(self) -> Statement:
        columns = NODE[self.kind].c
        return Statement(
            select_nodes(self.kind).where(listed(columns.id, "ids")).order_by(columns.id).with_for_update()
        )

    @cached_property
    def by_external_id(self) -> Statement:
        return self._where(listed(NODE[self.kind].c.external_id, "external_ids"))

    @cached_property
    def by_uri(self) -> Statement:
        uri = NODE[self.kind].c.uri
        return self._where(sa.and_(StartListed(uri, "starts"), listed(uri, "uris")))

    @cached_property
    def by_type(self) -> Statement:
        return self._where(NODE[self.kind].c.type_id == sa.bindparam("type_id"))

    @cached_property
    def by_type_and_name(self) -> Statement:
        columns = NODE[self.kind].c
        return self._where((columns.type_id == sa.bindparam("type_id")) & (columns.name == sa.bindparam("name")))

    @cached_property
    def by_types_and_names(self) -> Statement:
        columns = NODE[self.kind].c
        return self._where(listed(columns.type_id, "type_ids") & listed(columns.name, "names"))

    @cached_property
    def by_types_and_names_to_link(self) -> Statement:
        query: Any = self.by_types_and_names.element
        return Statement(query.with_for_update(read=True, key_share=True))

    @cached_property
    def by_context(self) -> Statement:
        link = MEMBERSHIP[self.kind]
        members = sa.select(link.c[self.kind.id_column]).where(link.c.context_id == sa.bindparam("context_id"))
        return self._where(NODE[self.kind].c.id.in_(members))

    @cached_property
    def ids(self) -> Statement:
        column = NODE[self.kind].c.id
        return Statement(sa.select(column).where(listed(column, "ids")))

    @cached_property
    def ids_to_link(self) -> Statement:
        column = NODE[self.kind].c.id
        query = sa.select(column).where(listed(column, "ids")).order_by(column)
        return Statement(query.with_for_update(read=True, key_share=True))

    @cached_property
    def insert(self) -> Insertion:
        return insertion(NODE[self.kind], _new_columns(self.kind))

    @cached_property
    def update(self) -> Statement:
        names = [*_own_columns(self.kind), "name", "external_id", "last_update_time_since_epoch"]
        table = NODE[self.kind]
        change = sa.update(table).values({name: sa.bindparam(name) for name in names})
        return Statement(change.where(table.c.id == sa.bindparam("node_id")), order=[*names, "node_id"])

    @cached_property
    def update_times(self) -> Statement:
        table = NODE[self.kind]
        change = sa.update(table).values({name: sa.bindparam(name) for name in _TIMES})
        return Statement(change.where(table.c.id == sa.bindparam("node_id")), order=[*_TIMES, "node_id"])


_OF: dict[Kind, _Statements] = {kind: _Statements(kind) for kind in KINDS}


def all_nodes(session: Session, kind: Kind) -> list[NodeRow]:
    """Return every node of a kind, by id."""
    return _rows(session.rows(_OF[kind].all))


def nodes_by_ids(session: Session, kind: Kind, ids: Collection[int]) -> list[NodeRow]:
    """Return the nodes that exist, each once, by id."""
    return _rows(session.listed_rows(_OF[kind].by_id, "ids", list(ids)))


def ask_for_nodes(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], list[NodeRow]]:
    """Return what `nodes_by_ids` returns when it is needed: other statements may travel with this one."""
    asked = session.ask_listed(_OF[kind].by_id, "ids", ids)
    return lambda: _rows(asked())


def ask_to_update(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], list[NodeRow]]:
    """Return what returns the nodes that exist, each once, by id; nobody else updates them until the transaction ends.

    Those that a caller does not see are locked as well for that short time, but not returned.
    """
    seen = None if session.sees_all else ask_existing_ids(session, kind, ids)
    asked = session.unscoped.ask_listed(_OF[kind].to_update, "ids", ids)

    def fetch() -> list[NodeRow]:
        rows = _rows(asked())
        if seen is None:
            return rows
        shown = seen()
        return [row for row in rows if row.id in shown]

    return fetch


def ask_by_external_ids(session: Session, kind: Kind, external_ids: Collection[str]) -> Callable[[], list[NodeRow]]:
    """Return what returns the nodes that exist, each once, by id."""
    wanted = set(external_ids)
    asked = session.ask_listed(_OF[kind].by_external_id, "external_ids", list(wanted))

    def fetch() -> list[NodeRow]:
        return [row for row in _rows(asked()) if row.external_id in wanted]

    return fetch


def nodes_by_uris(session: Session, kind: Kind, uris: Collection[str]) -> list[NodeRow]:
    """Return the nodes with one of the uris, by id."""
    wanted = set(uris)
    found: list[NodeRow] = []
    for piece in session.pieces(list(wanted)):
        values = {"uris": piece, "starts": list({uri[:STORED_START] for uri in piece})}
        found.extend(_rows(session.rows(_OF[kind].by_uri, values)))
    return [row for row in found if row.uri in wanted]


def nodes_by_type(session: Session, kind: Kind, type_id: int) -> list[NodeRow]:
    """Return every node of a type, by id."""
    return _rows(session.rows(_OF[kind].by_type, {"type_id": type_id}))


def ask_by_type_and_name(session: Session, kind: Kind, type_id: int, name: str) -> Callable[[], NodeRow | None]:
    """Return what returns the node of that type and name, if there is one."""
    asked = session.ask(_OF[kind].by_type_and_name, {"type_id": type_id, "name": name})
    return lambda: next(iter(_rows(asked())), None)


def node_by_type_and_name(session: Session, kind: Kind, type_id: int, name: str) -> NodeRow | None:
    """Return the node of that type and name, or None; the database decides whether two names are equal."""
    return ask_by_type_and_name(session, kind, type_id, name)()


def holder_of_external_id(session: Session, kind: Kind, external_id: str) -> NodeRow | None:
    """Return the node whose external id is equal for the database, or None."""
    rows = _rows(session.rows(_OF[kind].by_external_id, {"external_ids": [external_id]}))
    return rows[0] if rows else None


def ids_by_types_and_names(
    session: Session, kind: Kind, type_ids: Collection[int], names: Collection[str]
) -> IdsByName:
    """Return the ids of the nodes of one of the types with one of the names, by type and the name as it was asked."""
    return _ask_for_named(session, kind, _OF[kind].by_types_and_names, type_ids, names)()


def ask_for_named_to_link(
    session: Session, kind: Kind, type_ids: Collection[int], names: Collection[str]
) -> Callable[[], IdsByName]:
    """Return what returns the ids of nodes by type and name; nobody deletes them until the transaction ends."""
    if session.sees_all:
        return _ask_for_named(session, kind, _OF[kind].by_types_and_names_to_link, type_ids, names)
    asked = _ask_for_named(session, kind, _OF[kind].by_types_and_names, type_ids, names)

    def fetch() -> IdsByName:
        ids = asked()
        kept = ids_to_link(session, kind, list(ids.values())) if session.dialect.writers_race else None
        return {key: node_id for key, node_id in ids.items() if kept is None or node_id in kept}

    return fetch


def _ask_for_named(
    session: Session, kind: Kind, statement: Statement, type_ids: Collection[int], names: Collection[str]
) -> Callable[[], IdsByName]:
    wanted = set(names)
    asked = [
        session.ask(statement, {"type_ids": types, "names": piece})
        for types in session.pieces(sorted(set(type_ids)))
        for piece in session.pieces(sorted(wanted))  # all transactions lock in the same order
    ]
    return lambda: _named(session, kind, _rows(row for each in asked for row in each()), wanted)


def _named(session: Session, kind: Kind, found: Sequence[NodeRow], wanted: Collection[str]) -> IdsByName:
    ids: IdsByName = {(row.type_id, row.name): row.id for row in found if row.name in wanted}
    for type_id in {row.type_id for row in found if row.name not in wanted}:  # they have another spelling
        for name in wanted:
            row = node_by_type_and_name(session, kind, type_id, name) if (type_id, name) not in ids else None
            if row is not None:
                ids[type_id, name] = row.id
    return ids


def nodes_by_context(session: Session, kind: Kind, context_id: int) -> list[NodeRow]:
    """Return every node of a kind in a context, by id."""
    return _rows(session.rows(_OF[kind].by_context, {"context_id": context_id}))


def existing_ids(session: Session, kind: Kind, ids: Collection[int]) -> set[int]:
    """Return those of the ids that exist."""
    return ask_existing_ids(session, kind, list(ids))()


def ask_existing_ids(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], set[int]]:
    """Return what returns those of the ids that exist."""
    asked = session.ask_listed(_OF[kind].ids, "ids", ids)
    return lambda: {found for (found,) in asked()}


def ids_to_link(session: Session, kind: Kind, ids: Collection[int]) -> set[int]:
    """Return those of the ids that exist; nobody deletes them until the transaction ends, so that it may link them."""
    return ask_to_link(session, kind, ids)()


def ask_to_link(session: Session, kind: Kind, ids: Collection[int]) -> Callable[[], set[int]]:
    """Return what returns those of the ids that exist, as `ids_to_link` does.

    Those that a caller does not see are locked as well for that short time, but not returned.
    """
    seen = None if session.sees_all else ask_existing_ids(session, kind, list(ids))
    asked = session.unscoped.ask_listed(_OF[kind].ids_to_link, "ids", list(ids))

    def fetch() -> set[int]:
        found = {node_id for (node_id,) in asked()}
        return found if seen is None else found & seen()

    return fetch


def start_inserting(session: Session, kind: Kind, nodes: Sequence[NewNode]) -> Callable[[], Sequence[int]]:
    """Begin to insert nodes; return what inserts their properties and returns their ids, index-aligned.

    Either raises:
        Conflict: a (type_id, name) or external_id is taken; `row` tells which node.
    """
    rows = [_columns(kind, node) for node in nodes]
    asked = session.insert_later(_OF[kind].insert, rows, called=lambda index: _new_label(kind, nodes[index]))

    def finish() -> Sequence[int]:
        ids = asked()
        session.note_times(kind, ids, [node.time for node in nodes], [node.uri for node in nodes])
        if session.tracker:
            session.tracker.created(kind, ids)
        properties = [
            (node_id, name, is_custom, *columns)
            for node_id, node in zip(ids, nodes, strict=True)
            for name, is_custom, columns in node.properties
        ]
        labels = dict(zip(ids, nodes, strict=True))
        insert_properties(session, kind, properties, lambda node_id: _new_label(kind, labels[node_id]))
        return ids

    return finish


def _new_label(kind: Kind, node: NewNode) -> str:
    return f"the {kind.name} {shown(node.name)}" if node.name else f"the {kind.name} without a name"


def _columns(kind: Kind, node: NewNode) -> tuple[object, ...]:
    """Return a new node's row in the order of the insert statement."""
    own = _own_values(kind, node.uri, node.state)
    return (node.type_id, *own, node.name, node.external_id, node.time, node.time)


def _own_values(kind: Kind, uri: str | None, state: int | None) -> tuple[object, ...]:
    return ((uri,) if kind.has_uri else ()) + ((state,) if kind.state_field else ())


def update_nodes(session: Session, kind: Kind, nodes: Sequence[NodeRow], *, action: str = "update") -> None:
    """Write the changed columns of stored nodes; `action` is what the audit log calls it.

    Raises:
        Conflict: a (type_id, name) or external_id is taken; `row` tells which node.
    """
    if session.tracker:
        session.tracker.changing(session, kind, [node.id for node in nodes], action)
    if nodes:
        ids, times, uris = zip(*[(node.id, node.updated, node.uri) for node in nodes], strict=True)
        session.note_times(kind, ids, times, uris)
    rows = [
        (*_own_values(kind, node.uri, node.state), node.name, node.external_id, node.updated, node.id) for node in nodes
    ]
    session.change_many(_OF[kind].update, rows, called=lambda index: f"the {kind.name} with id {nodes[index].id}")


def set_times(session: Session, kind: Kind, times: Sequence[tuple[int, int, int]]) -> None:
    """Say when nodes were created and last updated, for records that come from elsewhere.

    Args:
        session: the transaction.
        kind: the kind of the nodes.
        times: the id of each, and the two times in milliseconds since the epoch.
    """
    if times:
        session.note_times(kind, [node_id for node_id, *_ in times], [updated for *_, updated in times])
    session.change_many(_OF[kind].update_times, [(created, updated, node_id) for node_id, created, updated in times])


def _rows(found: Iterable[Row]) -> list[NodeRow]:
    return [NodeRow._make(row) for row in found]
