"""Deleting nodes with everything that belongs to them, and reading what depends on them.

What stays out: what may be deleted (lineal/upkeep), and the search index (store/index/removal.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from lineal.conventions import WORKSPACE_PROPERTY
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.store.engine.session import ChangeTracker, Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.events import events_of, plain_steps, steps_of
from lineal.store.rows.nodes import NodeRow, update_nodes
from lineal.store.rows.properties import PropertyChanges, change_properties
from lineal.store.rows.relations import memberships_of, parent_ids
from lineal.store.tables.mlmd_tables import EVENT, EVENT_PATH, MEMBERSHIP, NODE, PARENT_CONTEXT, PROPERTY, TYPE
from lineal.store.tables.values import Encoded

Pair = tuple[int, int]
_END = {ARTIFACT: EVENT.c.artifact_id, EXECUTION: EVENT.c.execution_id}


def _links(kind: Kind) -> Statement:
    columns = EVENT.c.artifact_id, EVENT.c.execution_id, EVENT.c.type
    return Statement(sa.select(*columns).where(listed(_END[kind], "ids")))


_LINKS = {kind: _links(kind) for kind in _END}


def events_at(session: Session, kind: Kind, ids: Iterable[int]) -> list[tuple[int, int, int]]:
    """Return (artifact id, execution id, type) of the events of artifacts or executions."""
    return [(row[0], row[1], row[2]) for row in session.listed_rows(_LINKS[kind], "ids", list(ids))]


def _held(kind: Kind) -> Statement:
    link = MEMBERSHIP[kind].c
    return Statement(sa.select(link.context_id, link[kind.id_column]).where(listed(link.context_id, "ids")))


_HELD = {kind: _held(kind) for kind in MEMBERSHIP} | {
    CONTEXT: Statement(
        sa.select(PARENT_CONTEXT.c.parent_context_id, PARENT_CONTEXT.c.context_id).where(
            listed(PARENT_CONTEXT.c.parent_context_id, "ids")
        )
    )
}


def held_by(session: Session, kind: Kind, context_ids: Iterable[int]) -> list[Pair]:
    """Return (context id, id of a node that it holds) for nodes of a kind; contexts hold their children."""
    return [(row[0], row[1]) for row in session.listed_rows(_HELD[kind], "ids", list(context_ids))]


def old_nodes(
    session: Session, kind: Kind, *, before: int, states: Sequence[int] | None, types: Sequence[str] | None
) -> list[Pair]:
    """Return (time of the last update, id) of nodes that were last updated before a time, the oldest first.

    Args:
        session: the transaction.
        kind: the kind of the nodes.
        before: milliseconds since the epoch.
        states: the numbers of their states, or None for any.
        types: the names of their types, or None for any.
    """
    node = NODE[kind].c
    updated = node.last_update_time_since_epoch
    query = sa.select(updated, node.id).where(updated < before)
    if states is not None and kind.state_field:
        query = query.where(listed(node[kind.state_field], "states"))
    if types is not None:
        query = query.where(node.type_id.in_(sa.select(TYPE.c.id).where(listed(TYPE.c.name, "types"))))
    rows = session.rows(Statement(query.order_by(updated, node.id)), {"states": states, "types": types})
    return [(row[0], row[1]) for row in rows]


def in_state(session: Session, kind: Kind, state: int) -> set[int]:
    """Return the ids of all nodes in a state."""
    node = NODE[kind].c
    assert kind.state_field  # noqa: S101 contexts have none
    return {row[0] for row in session.rows(Statement(sa.select(node.id).where(node[kind.state_field] == state)))}


def with_property(session: Session, kind: Kind, ids: Iterable[int], name: str) -> set[int]:
    """Return the nodes that have a custom property."""
    table = PROPERTY[kind].c
    wanted = sa.and_(table.name == name, table.is_custom_property.is_(sa.true()))
    statement = Statement(sa.select(table[kind.id_column]).where(wanted, listed(table[kind.id_column], "ids")))
    return {row[0] for row in session.listed_rows(statement, "ids", list(ids))}


def _evaluations() -> Statement:
    said = PROPERTY[ARTIFACT].c
    wanted = sa.and_(said.name == "model_id", said.is_custom_property.is_(sa.false()))
    return Statement(sa.select(said.artifact_id).where(wanted, listed(said.string_value, "models")))


_EVALUATIONS = _evaluations()


def evaluations_of(session: Session, ids: Iterable[int]) -> set[int]:
    """Return the evaluations (the SDK's `Metrics`) whose model is one of these artifacts."""
    return {row[0] for row in session.listed_rows(_EVALUATIONS, "models", [str(each) for each in ids])}


_PATHS = {
    kind: Statement(
        sa.delete(EVENT_PATH).where(EVENT_PATH.c.event_id.in_(sa.select(EVENT.c.id).where(listed(column, "ids"))))
    )
    for kind, column in _END.items()
}
_EVENTS = {kind: Statement(sa.delete(EVENT).where(listed(column, "ids"))) for kind, column in _END.items()}
_PROPERTIES = {
    kind: Statement(sa.delete(table).where(listed(table.c[kind.id_column], "ids"))) for kind, table in PROPERTY.items()
}
_CONTENT = {
    kind: Statement(
        sa.delete(table).where(listed(table.c[kind.id_column], "ids"), table.c.name != sa.literal(WORKSPACE_PROPERTY))
    )
    for kind, table in PROPERTY.items()
}
_MEMBERSHIPS = {
    kind: Statement(sa.delete(table).where(listed(table.c[kind.id_column], "ids")))
    for kind, table in MEMBERSHIP.items()
}
_HOLDINGS = [Statement(sa.delete(table).where(listed(table.c.context_id, "ids"))) for table in MEMBERSHIP.values()]
_FAMILY = [
    Statement(sa.delete(PARENT_CONTEXT).where(listed(column, "ids")))
    for column in (PARENT_CONTEXT.c.context_id, PARENT_CONTEXT.c.parent_context_id)
]
_NODES = {kind: Statement(sa.delete(NODE[kind]).where(listed(NODE[kind].c.id, "ids"))) for kind in KINDS}


def _statements(kind: Kind) -> list[Statement]:
    """Return the statements that delete a node of a kind, in an order in which a reader never sees an orphan."""
    links = [*_HOLDINGS, *_FAMILY] if kind is CONTEXT else [_PATHS[kind], _EVENTS[kind], _MEMBERSHIPS[kind]]
    return [*links, _PROPERTIES[kind], _NODES[kind]]


def delete_nodes(session: Session, kind: Kind, ids: Sequence[int]) -> None:
    """Delete nodes with their properties, events, memberships and places among contexts."""
    if session.tracker:
        session.tracker.changing(session, kind, ids, "delete")
        _note_links(session, session.tracker, kind, ids)
    for piece in session.pieces(ids):
        for statement in _statements(kind):
            session.change(statement, {"ids": piece})


def _note_links(session: Session, tracker: ChangeTracker, kind: Kind, ids: Sequence[int]) -> None:
    """Record the events, memberships and parents that are deleted with nodes, memberships with the member."""
    if kind is CONTEXT:
        for child_id, parent_id in parent_ids(session, ids):
            tracker.removed("parent", CONTEXT.name, child_id, {"parent_context_id": parent_id})
        return
    events = events_of(session, kind, ids)
    steps = steps_of(session, [event.id for event in events])
    for event in events:
        old = {"artifact_id": event.artifact_id, "type": event.type, "milliseconds_since_epoch": event.time}
        path = {"path": plain_steps(steps[event.id])} if event.id in steps else {}
        tracker.removed("event", EXECUTION.name, event.execution_id, {**old, **path})
    for context_id, node_id in memberships_of(session, kind, ids):
        tracker.removed(MEMBERSHIP[kind].name.lower(), kind.name, node_id, {"context_id": context_id})


def clear_nodes(session: Session, kind: Kind, rows: Sequence[NodeRow], *, mark: tuple[str, Encoded]) -> None:
    """Write the remaining columns of nodes, and remove all their properties except the workspace and `mark`."""
    ids = [row.id for row in rows]
    update_nodes(session, kind, rows, action="tombstone")
    for piece in session.pieces(ids):
        session.change(_CONTENT[kind], {"ids": piece})
    name, value = mark
    change_properties(session, kind, PropertyChanges([(node_id, name, True, value) for node_id in ids], [], []))
