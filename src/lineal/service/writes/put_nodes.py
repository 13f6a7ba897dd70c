"""The rules of writing artifacts, executions and contexts: one path for the three kinds.

Nodes of a request are processed in order and the first error decides; but neighbours that are created, or updated, are
written together, so that the number of statements does not grow with the number of nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lineal import deadlines, errors
from lineal.kinds import Kind
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import response_to
from lineal.service.scope_rules import marked
from lineal.service.writes.node_fields import checked_properties, given_state, label, taken
from lineal.service.writes.update_nodes import UpdateOptions, update_nodes
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NewNode
from lineal.wire import service as rpc


def put_nodes(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Create or update the nodes of a request; answer their ids."""
    ids = write_nodes(session, types, kind, getattr(request, kind.plural), _options(request))
    return response_to(request, **{f"{kind.name}_ids": ids})


def _options(request: Any) -> UpdateOptions:
    """Read how stored nodes are updated; only PutArtifacts has an option to abort."""
    abort = isinstance(request, rpc.PutArtifactsRequest) and request.options.abort_if_latest_updated_time_changed
    return UpdateOptions(mask=tuple(request.update_mask.paths), abort_if_changed=abort)


def write_nodes(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    nodes: Sequence[Any],
    options: UpdateOptions = UpdateOptions(),  # noqa: B008 frozen
) -> list[int]:
    """Create the nodes without an id and update the others; return all ids, index-aligned.

    Raises:
        InvalidArgumentError: a node breaks a rule, or has an id that does not exist.
        NotFoundError: a node's type does not exist.
        AlreadyExistsError: a name or external id is taken.
        FailedPreconditionError: a node has changed since it was read, and the options forbid that.
    """
    ids: list[int] = []
    for batch in _batches(nodes if session.sees_all else marked(session, nodes)):
        if batch[0].HasField("id"):
            update_nodes(session, types, kind, batch, options)
            ids.extend(node.id for node in batch)
        else:
            ids.extend(_create(session, types, kind, batch))
        session.note_written(kind, ids)
    return ids


def _batches(nodes: Sequence[Any]) -> Iterator[list[Any]]:
    """Split nodes into runs of neighbours to create, and runs of different neighbours to update."""
    batch: list[Any] = []
    seen: set[int] = set()
    for node in nodes:
        updated = node.HasField("id")
        if batch and (updated != batch[0].HasField("id") or (updated and node.id in seen)):
            yield batch
            batch, seen = [], set()
        batch.append(node)
        seen.add(node.id)
    if batch:
        yield batch


def _create(session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any]) -> Sequence[int]:
    """Create nodes; those before a faulty one are written first, because their conflicts come first."""
    time = now()
    rows: list[NewNode] = []
    fault: errors.StatusError | None = None
    for node in nodes:
        deadlines.check()
        try:
            rows.append(_new_node(session, types, kind, node, time))
        except errors.StatusError as error:
            fault = error
            break
    try:
        ids = node_rows.insert_nodes(session, kind, rows) if rows else []
    except Conflict as conflict:
        raise taken(session, kind, nodes[: len(rows)], conflict) from conflict
    if fault:
        raise fault
    return ids


def _new_node(session: Session, types: KnownTypes, kind: Kind, node: Any, time: int) -> NewNode:
    """Check a node to be created and lay out its row."""
    if not node.HasField("type_id"):
        raise errors.InvalidArgumentError(f"{label(kind, node)} has no type_id; put its type first and give the id")
    known = types.get(session, kind, node.type_id)
    properties = checked_properties(session, types, known, kind, node)
    if kind.name_required and not node.name:
        raise errors.InvalidArgumentError(f"the {kind.name} has no name; every {kind.name} needs one")
    return NewNode(
        type_id=node.type_id,
        uri=node.uri if kind.has_uri else None,
        state=given_state(kind, node),
        name=node.name if node.HasField("name") else None,
        external_id=node.external_id if node.HasField("external_id") else None,
        time=time,
        properties=properties,
    )


def put_artifacts_reusing(session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any]) -> list[int]:
    """Put nodes like `write_nodes`, but a node without id whose external id exists updates the node that has it.

    Nodes go one after the other: one that another of the request creates, or gives or takes the external id, is looked
    up again.
    """
    known = ids_by_external_id(session, kind, nodes)
    ids: list[int] = []
    pending: list[Any] = []
    for node in nodes:
        deadlines.check()
        if _depends(node, pending, known):
            ids.extend(write_nodes(session, types, kind, pending))
            known = ids_by_external_id(session, kind, nodes)
            pending = []
        pending.append(with_known_id(node, known))
    return ids + write_nodes(session, types, kind, pending)


def _depends(node: Any, pending: Sequence[Any], known: dict[str, int]) -> bool:
    """Say whether the nodes about to be put may change which node has the external id of a node without id."""
    if node.HasField("id") or not node.external_id:
        return False
    holder = known.get(node.external_id, 0)
    return any(other.external_id == node.external_id or (holder and other.id == holder) for other in pending)


def ids_by_external_id(session: Session, kind: Kind, nodes: Sequence[Any]) -> dict[str, int]:
    """Return the ids of stored nodes by external id, for the external ids of nodes without id."""
    wanted = {node.external_id for node in nodes if node.external_id and not node.HasField("id")}
    rows = node_rows.nodes_by_external_ids(session, kind, wanted)
    return {row.external_id: row.id for row in rows if row.external_id is not None}


def with_known_id(node: Any, known: dict[str, int]) -> Any:
    """Return the node, or a copy with the id of the stored node that has its external id."""
    if node.HasField("id") or not node.external_id or node.external_id not in known:
        return node
    copy = type(node)()
    copy.CopyFrom(node)
    copy.id = known[node.external_id]
    return copy
