"""The rules of the calls that read relations between nodes: events, contexts, and contexts inside others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import CONTEXT, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import fill_events, node_messages, response_to, whole_messages
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import related_contexts
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.whole_nodes import whole_contexts_of

Related = Sequence[tuple[int, NodeRow]]


def get_events(session: Session, _: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the events of artifacts or executions, with their paths."""
    ids = list(dict.fromkeys(getattr(request, f"{kind.name}_ids")))
    response = response_to(request)
    session.end_with_next()
    events, steps = event_rows.events_with_steps(session, kind, ids)
    fill_events(events, steps, to=response.events)
    return response


def get_contexts_of_node(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the contexts of an artifact or execution, by id.

    Raises:
        NotFoundError: it has none, or does not exist.
    """
    node_id = getattr(request, kind.id_column)
    session.end_with_next()
    found = whole_contexts_of(session, kind, node_id)
    if not found.rows:
        raise errors.NotFoundError(f"no context holds the {kind.name} with id {node_id}")
    response = response_to(request)
    whole_messages(session, types, CONTEXT, found, add=response.contexts.add)
    return response


def get_parents(session: Session, types: KnownTypes, request: Any) -> Any:
    """Answer the parents of a context."""
    return _of_one(session, types, request, related_contexts.parent_contexts(session, [request.context_id]))


def get_children(session: Session, types: KnownTypes, request: Any) -> Any:
    """Answer the children of a context."""
    return _of_one(session, types, request, related_contexts.child_contexts(session, [request.context_id]))


def get_parents_of_many(session: Session, types: KnownTypes, request: Any) -> Any:
    """Answer the parents of each of several contexts.

    Raises:
        InvalidArgumentError: no context is given.
    """
    found = related_contexts.parent_contexts(session, _context_ids(request))
    return _of_many(session, types, request, found, "parent_contexts")


def get_children_of_many(session: Session, types: KnownTypes, request: Any) -> Any:
    """Answer the children of each of several contexts.

    Raises:
        InvalidArgumentError: no context is given.
    """
    found = related_contexts.child_contexts(session, _context_ids(request))
    return _of_many(session, types, request, found, "children_contexts")


def _context_ids(request: Any) -> list[int]:
    if not request.context_ids:
        raise errors.InvalidArgumentError("the request has no context_ids; give at least one")
    return list(dict.fromkeys(request.context_ids))


def _of_one(session: Session, types: KnownTypes, request: Any, related: Related) -> Any:
    found = _by_owner(session, types, related)
    return response_to(request, contexts=found.get(request.context_id, []))


def _of_many(session: Session, types: KnownTypes, request: Any, related: Related, field: str) -> Any:
    response = response_to(request)
    for context_id, found in _by_owner(session, types, related).items():
        getattr(response.contexts[context_id], field).extend(found)
    return response


def _by_owner(session: Session, types: KnownTypes, related: Related) -> dict[int, list[Any]]:
    """Return parents or children as messages, grouped by the context whose relatives they are."""
    rows = {row.id: row for _, row in related}
    messages = {message.id: message for message in node_messages(session, types, CONTEXT, list(rows.values()))}
    found: dict[int, list[Any]] = {}
    for owner_id, row in related:
        found.setdefault(owner_id, []).append(messages[row.id])
    return found
