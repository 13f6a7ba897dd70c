"""The rules of writing artifacts, executions and contexts: one path for the three kinds.

Nodes of a request are processed in order and the first error decides; but neighbours that are created, or updated, are
written together, so that the number of statements does not grow with the number of nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from lineal import deadlines, errors
from lineal.kinds import Kind
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import response_to
from lineal.service.scope_rules import marked
from lineal.service.writes.node_fields import checked_properties, given_state, label, taken
from lineal.service.writes.update_nodes import UpdateOptions, start_update
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NewNode
from lineal.wire import service as rpc

Result = TypeVar("Result")
Finish = Callable[[], Sequence[int]]
"""What ends the writing of nodes, and returns their ids."""


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
) -> Sequence[int]:
    """Create the nodes without an id and update the others; return all ids, index-aligned.

    Raises:
        InvalidArgumentError: a node breaks a rule, or has an id that does not exist.
        NotFoundError: a node's type does not exist.
        AlreadyExistsError: a name or external id is taken.
        FailedPreconditionError: a node has changed since it was read, and the options forbid that.
    """
    return start_nodes(session, types, kind, nodes, options)()


def start_nodes(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    nodes: Sequence[Any],
    options: UpdateOptions = UpdateOptions(),  # noqa: B008 frozen
) -> Finish:
    """Begin to write nodes, and return what ends it: the statements of several beginnings travel together.

    What is created is inserted before anything is updated. If that makes a difference, a conflict comes, and the
    transaction runs again with each batch written before the next one is begun.
    """
    batches = list(_batches(nodes if session.sees_all else marked(session, nodes)))
    ids = [node.id for batch in batches for node in batch if node.HasField("id")]
    if session.is_careful or len(set(ids)) < len(ids):
        return lambda: [
            node_id for batch in batches for node_id in _start_batch(session, types, kind, batch, options)()
        ]
    started = [_start_batch(session, types, kind, batch, options) for batch in batches]
    return lambda: _finish(session, types, kind, batches, started, options)


def _finish(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    batches: Sequence[Sequence[Any]],
    started: Sequence[Finish],
    options: UpdateOptions,
) -> list[int]:
    """End what was begun; return all ids.

    An update of a node that the call itself creates is begun again: the node had no properties when it began.
    """
    found: list[int] = []
    created: set[int] = set()
    for batch, begun in zip(batches, started, strict=True):
        is_update = batch[0].HasField("id")
        is_early = is_update and not created.isdisjoint([node.id for node in batch])
        ids = (_start_batch(session, types, kind, batch, options) if is_early else begun)()
        found += ids
        created.update(() if is_update else ids)
    return found


def _start_batch(
    session: Session, types: KnownTypes, kind: Kind, batch: Sequence[Any], options: UpdateOptions
) -> Finish:
    finish: Finish
    if batch[0].HasField("id"):
        finish = start_update(session, types, kind, batch, options)
    else:
        finish = _start_create(session, types, kind, batch)

    def finish_and_note() -> Sequence[int]:
        ids = finish()
        session.note_written(kind, ids)
        return ids

    return finish_and_note


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


def _start_create(session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any]) -> Finish:
    """Begin to create nodes; those before a faulty one are written first, because their conflicts come first."""
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

    def conflicting(work: Callable[[], Result]) -> Result:
        try:
            return work()
        except Conflict as conflict:
            raise taken(session, kind, nodes[: len(rows)], conflict) from conflict

    insert = conflicting(lambda: node_rows.start_inserting(session, kind, rows)) if rows else list

    def finish() -> Sequence[int]:
        ids: Sequence[int] = conflicting(insert)
        if fault:
            raise fault
        return ids

    return finish


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


def start_artifacts_reusing(session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any]) -> Finish:
    """Begin to write nodes like `start_nodes`, but one without id whose external id exists updates its node.

    Nodes go one after the other: one that another of the request creates, or gives or takes the external id, is looked
    up again.
    """
    asked = ask_by_external_id(session, kind, nodes)
    return lambda: _put_reusing(session, types, kind, nodes, asked())


def _put_reusing(
    session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any], known: dict[str, int]
) -> list[int]:
    ids: list[int] = []
    pending: list[Any] = []
    for node in nodes:
        deadlines.check()
        if _depends(node, pending, known):
            ids.extend(write_nodes(session, types, kind, pending))
            known = ask_by_external_id(session, kind, nodes)()
            pending = []
        pending.append(with_known_id(node, known))
    return ids + list(write_nodes(session, types, kind, pending))


def _depends(node: Any, pending: Sequence[Any], known: dict[str, int]) -> bool:
    """Say whether the nodes about to be put may change which node has the external id of a node without id."""
    if node.HasField("id") or not node.external_id:
        return False
    holder = known.get(node.external_id, 0)
    return any(other.external_id == node.external_id or (holder and other.id == holder) for other in pending)


def ask_by_external_id(session: Session, kind: Kind, nodes: Sequence[Any]) -> Callable[[], dict[str, int]]:
    """Return what returns the ids of stored nodes by external id, for the external ids of nodes without id."""
    wanted = {node.external_id for node in nodes if node.external_id and not node.HasField("id")}
    rows = node_rows.ask_by_external_ids(session, kind, wanted)
    return lambda: {row.external_id: row.id for row in rows() if row.external_id is not None}


def with_known_id(node: Any, known: dict[str, int]) -> Any:
    """Return the node, or a copy with the id of the stored node that has its external id."""
    if node.HasField("id") or not node.external_id or node.external_id not in known:
        return node
    copy = type(node)()
    copy.CopyFrom(node)
    copy.id = known[node.external_id]
    return copy
