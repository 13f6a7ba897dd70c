"""The rules of changing stored nodes by a patch, all nodes of a request or none.

A caller may ask that a node is changed only as it was when they read it, which its tag tells. What stays out: what a
patch means (lineal/record_patch.py), undoing a change (undo_change.py), and the official calls, which replace nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import deadlines, errors, record_patch, record_tags
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.record_patch import Patch
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.writes.node_fields import label
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.wire import records

KINDS = {records.ARTIFACT: ARTIFACT, records.EXECUTION: EXECUTION, records.CONTEXT: CONTEXT}
STALE = "tags"
"""The parameter that an error names if a node is not as the caller knows it."""
_SHOWN = 10


def change_nodes(
    session: Session, types: KnownTypes, request: records.ChangeNodesRequest
) -> records.ChangeNodesResponse:
    """Change nodes by a patch; answer them as they are now.

    Raises:
        InvalidArgumentError: the request, its patch or a value of it is wrong.
        NotFoundError: a node does not exist.
        FailedPreconditionError: a node has another tag.
    """
    kind = _kind(request)
    ids = list(request.ids)
    patch = record_patch.read(request.patch)
    _check_ids(kind, ids, request.tags)
    before = _read_to_change(session, types, kind, ids)
    for node, known in zip(before, request.tags, strict=False):
        _require_tag(kind, node, known)
    _write(session, types, kind, before, patch)
    after = _read(session, types, kind, ids)
    return answered(kind, after, changed=sum(old != new for old, new in zip(before, after, strict=True)))


def _kind(request: records.ChangeNodesRequest) -> Kind:
    if request.kind not in KINDS:
        raise errors.InvalidArgumentError("the request does not say which kind of nodes it changes; set kind")
    return KINDS[request.kind]


def _check_ids(kind: Kind, ids: Sequence[int], tags: Sequence[str]) -> None:
    if not ids:
        raise errors.InvalidArgumentError(f"the request names no {kind.plural}; give ids")
    if len(set(ids)) < len(ids):
        raise errors.InvalidArgumentError(f"the request names one of the {kind.plural} twice")
    if tags and len(tags) != len(ids):
        raise errors.InvalidArgumentError(f"the request has {len(ids)} ids and {len(tags)} tags; give one for each id")


def _read_to_change(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> list[Any]:
    """Return the nodes in the order of the ids; nobody else changes them until the transaction ends."""
    rows = {row.id: row for row in node_rows.ask_to_update(session, kind, sorted(ids))()}
    missing = next((node_id for node_id in ids if node_id not in rows), None)
    if missing is not None:
        raise errors.NotFoundError(f"no {kind.name} has the id {missing}; nothing was changed")
    return node_messages(session, types, kind, [rows[node_id] for node_id in ids])


def _read(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> list[Any]:
    rows = {row.id: row for row in node_rows.nodes_by_ids(session, kind, ids)}
    return node_messages(session, types, kind, [rows[node_id] for node_id in ids])


def _require_tag(kind: Kind, node: Any, known: str) -> None:
    different = record_tags.difference(known, node)
    if different is None:
        return
    names = [*different.fields[:_SHOWN]]
    more = len(different.fields) - _SHOWN
    said = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    gone = f"{different.removed} fields were removed" if different.removed else ""
    what = "; ".join(text for text in (f"other values: {said}" if said else "", gone) if text) or "something"
    raise errors.FailedPreconditionError(
        f"{label(kind, node)} is different from what you have read ({what}); read it again, and repeat the change",
        errors.Details(parameter=STALE, problem=what, hint="read it again, and repeat the change"),
    )


def _write(session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any], patch: Patch) -> None:
    """Write changed copies of nodes; those of which the same fields change go together."""
    together: dict[tuple[str, ...], list[Any]] = {}
    time = now()
    for stored in nodes:
        deadlines.check()
        node = kind.node()
        node.CopyFrom(stored)
        declared = types.get(session, kind, node.type_id).properties
        mask = record_patch.applied(kind, node, declared, patch, time=time)
        if mask:
            together.setdefault(tuple(dict.fromkeys(mask)), []).append(node)
    for paths, changed in together.items():
        write_nodes(session, types, kind, changed, UpdateOptions(mask=paths))


def answered(kind: Kind, nodes: Sequence[Any], *, changed: int) -> records.ChangeNodesResponse:
    """Return the response with nodes and their tags."""
    response = records.ChangeNodesResponse(tags=[record_tags.tag(node) for node in nodes], changed=changed)
    getattr(response, kind.plural).extend(nodes)
    return response
