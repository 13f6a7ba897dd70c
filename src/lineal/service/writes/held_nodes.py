"""Updates of a node that the transaction has locked and read already, so that nothing is read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal.kinds import Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_message
from lineal.service.writes.update_nodes import UpdateOptions, update_stored
from lineal.store.engine.session import Session
from lineal.store.rows.held_nodes import HeldNode
from lineal.store.tables.values import decode


def message_of(session: Session, types: KnownTypes, kind: Kind, held: HeldNode) -> Any:
    """Return a held node as a message.

    Raises:
        DataLossError: a value is stored in no form that can be read.
    """
    types.load(session, {held.row.type_id})
    node = node_message(kind, held.row, types.name(session, held.row.type_id))
    for _, name, is_custom, *columns in held.properties:
        place = node.custom_properties if is_custom else node.properties
        decode(tuple(columns), place[name])
    return node


def write_held(
    session: Session, types: KnownTypes, kind: Kind, held: HeldNode, node: Any, paths: Sequence[str]
) -> None:
    """Write what has changed of a held node.

    Args:
        session: the transaction.
        types: the known types.
        kind: the kind of the node.
        held: the node as it is stored.
        node: the node as it should become.
        paths: what has changed, as the paths of an update mask.

    Raises:
        InvalidArgumentError: a value breaks a rule.
    """
    update_stored(session, types, kind, [node], UpdateOptions(mask=tuple(paths)), [held.row], held.properties)
    session.note_written(kind, [node.id])
