"""The rules of the calls that read nodes one by one or by what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import CONTEXT, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.reads.get_types import check_external_ids, shown
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NodeRow


def get_nodes_by_ids(session: Session, kind: Kind, ids: Sequence[int]) -> list[NodeRow]:
    """Return the nodes that exist, each once, by id."""
    return node_rows.nodes_by_ids(session, kind, dict.fromkeys(ids))


def get_nodes_by_external_ids(session: Session, kind: Kind, external_ids: Sequence[str]) -> list[NodeRow]:
    """Return the nodes that exist, each once, by id.

    Raises:
        InvalidArgumentError: an external id is empty.
        NotFoundError: ids are given and none is found.
    """
    if not external_ids:
        return []
    check_external_ids(external_ids)
    rows = node_rows.nodes_by_external_ids(session, kind, dict.fromkeys(external_ids))
    if not rows:
        raise errors.NotFoundError(f"no {kind.name} has one of the external ids {shown(external_ids)}")
    return rows


def get_nodes_by_uris(session: Session, kind: Kind, uris: Sequence[str]) -> list[NodeRow]:
    """Return the nodes with one of the uris, by id; "" finds those without uri."""
    return node_rows.nodes_by_uris(session, kind, dict.fromkeys(uris))


def get_node_by_type_and_name(
    session: Session, types: KnownTypes, kind: Kind, *, type_name: str, type_version: str, name: str
) -> NodeRow | None:
    """Return the node of that type and name, or None."""
    type_id = types.id_of(session, kind, type_name, type_version)
    return None if type_id is None else node_rows.node_by_type_and_name(session, kind, type_id, name)


def get_contexts_of(session: Session, kind: Kind, node_id: int) -> list[NodeRow]:
    """Return the contexts of an artifact or execution, by id.

    Raises:
        NotFoundError: it has none, or does not exist.
    """
    rows = node_rows.contexts_of(session, kind, node_id)
    if not rows:
        raise errors.NotFoundError(f"no context holds the {kind.name} with id {node_id}")
    return rows


def get_relatives(session: Session, types: KnownTypes, related: Sequence[tuple[int, NodeRow]]) -> dict[int, list[Any]]:
    """Return parents or children as messages, grouped by the context whose relatives they are."""
    rows = {row.id: row for _, row in related}
    messages = {message.id: message for message in node_messages(session, types, CONTEXT, list(rows.values()))}
    found: dict[int, list[Any]] = {}
    for owner_id, row in related:
        found.setdefault(owner_id, []).append(messages[row.id])
    return found
