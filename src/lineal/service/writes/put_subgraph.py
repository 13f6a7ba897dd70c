"""The rules of PutLineageSubgraph: many nodes, their contexts and the events between them, all or nothing.

Order of work: edges are checked, then the types and properties of all nodes; then contexts, artifacts, executions,
relations and events are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.scope_rules import require_inside
from lineal.service.writes.node_fields import checked_properties, label
from lineal.service.writes.put_contexts import ReuseOptions, join_contexts, start_contexts
from lineal.service.writes.put_events import store_events
from lineal.service.writes.put_nodes import ask_by_external_id, start_nodes, with_known_id
from lineal.store.engine.session import Session
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_Edge = rpc.PutLineageSubgraphRequest.EventEdge


def put_lineage_subgraph(
    session: Session, types: KnownTypes, request: rpc.PutLineageSubgraphRequest
) -> rpc.PutLineageSubgraphResponse:
    """Write a subgraph; return all ids, index-aligned with the request's lists."""
    for edge in request.event_edges:
        _check_edge(edge, request)
    for kind, nodes in ((ARTIFACT, request.artifacts), (EXECUTION, request.executions), (CONTEXT, request.contexts)):
        _check_types(session, types, kind, nodes)
    reuses = request.options.reuse_artifact_if_already_exist_by_external_id
    known = ask_by_external_id(session, ARTIFACT, request.artifacts)() if reuses else {}
    reuse = ReuseOptions(request.options.reuse_context_if_already_exist)
    contexts = start_contexts(session, types, request.contexts, reuse)
    artifacts = start_nodes(session, types, ARTIFACT, [with_known_id(each, known) for each in request.artifacts])
    executions = start_nodes(session, types, EXECUTION, request.executions)
    context_ids, artifact_ids, execution_ids = contexts(), artifacts(), executions()
    join_contexts(session, context_ids, artifact_ids=artifact_ids, execution_ids=execution_ids)
    if not session.sees_all:
        require_inside(session)  # before an event reports that a node outside does not exist
    store_events(session, [_event(edge, artifact_ids, execution_ids) for edge in request.event_edges])
    return rpc.PutLineageSubgraphResponse(
        execution_ids=execution_ids, artifact_ids=artifact_ids, context_ids=context_ids
    )


def _check_edge(edge: _Edge, request: rpc.PutLineageSubgraphRequest) -> None:
    """Check that an edge has an event, and names both its ends once."""
    if not edge.HasField("event"):
        raise errors.InvalidArgumentError("an event edge has no event; give it one")
    _check_end(edge, EXECUTION, request.executions)
    _check_end(edge, ARTIFACT, request.artifacts)


def _check_end(edge: _Edge, kind: Kind, nodes: Sequence[Any]) -> None:
    index = _index(edge, kind)
    named = edge.event.HasField(kind.id_column)
    if index is None:
        if not named:
            raise errors.InvalidArgumentError(
                f"an event edge has neither {kind.name}_index nor event.{kind.id_column}; give one of them"
            )
        return
    if not 0 <= index < len(nodes):
        raise errors.OutOfRangeError(
            f"an event edge has the {kind.name}_index {index}, and the request has {len(nodes)} {kind.plural}"
        )
    given = getattr(edge.event, kind.id_column)
    if named and not (nodes[index].HasField("id") and nodes[index].id == given):
        raise errors.InvalidArgumentError(
            f"an event edge has the {kind.name}_index {index} and the {kind.id_column} {given}, which differ; "
            "give one of them"
        )


def _index(edge: _Edge, kind: Kind) -> int | None:
    """Return the index of an edge's end in the request's list, if it is given."""
    name = f"{kind.name}_index"
    return getattr(edge, name) if edge.HasField(name) else None


def _check_types(session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any]) -> None:
    """Check that all nodes name a type, then that all types exist, then all properties, before anything is written."""
    for node in nodes:
        if not node.HasField("type_id"):
            raise errors.InvalidArgumentError(f"{label(kind, node)} has no type_id; every node of a subgraph needs one")
    known = [types.get(session, kind, node.type_id) for node in nodes]
    for node, node_type in zip(nodes, known, strict=True):
        checked_properties(session, types, node_type, kind, node)


def _event(edge: _Edge, artifact_ids: Sequence[int], execution_ids: Sequence[int]) -> pb.Event:
    event = pb.Event()
    event.CopyFrom(edge.event)
    if edge.HasField("artifact_index"):
        event.artifact_id = artifact_ids[edge.artifact_index]
    if edge.HasField("execution_index"):
        event.execution_id = execution_ids[edge.execution_index]
    return event
