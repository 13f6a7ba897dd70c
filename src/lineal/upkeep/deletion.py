"""The rules of deleting nodes: all nodes of a request or none, and no node that the lineage of others needs.

What stays out: which nodes protect which (lineage_needs.py), and choosing them by a policy (retention.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lineal import conventions, errors
from lineal.kinds import ARTIFACT, EXECUTION, KINDS, LOCK_ORDER, Kind
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import removal as index_removal
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations as location_rows
from lineal.store.own_rows import outbox as outbox_rows
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.events import events_of
from lineal.store.rows.nodes import NodeRow
from lineal.store.schema import locks
from lineal.store.schema.definitions import table_names
from lineal.store.tables import own_tables
from lineal.store.tables.values import Encoded
from lineal.store.upkeep import deletion as deletion_rows
from lineal.upkeep.lineage_needs import Ids, Place, needs_of, protected, sorted_out, without
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb

_SHOWN = 3


def delete_nodes(
    session: Session, types: KnownTypes, request: lifecycle.DeleteNodesRequest
) -> lifecycle.DeleteNodesResponse:
    """Delete nodes, or make tombstones of those that are still needed.

    Raises:
        InvalidArgumentError: the request names no node.
        NotFoundError: one does not exist.
        FailedPreconditionError: one is needed by something that stays.
    """
    nodes = read_ids(request.nodes)
    if not any(nodes.values()):
        raise errors.InvalidArgumentError("the request names no nodes; give artifact_ids, execution_ids or context_ids")
    _require_existing(session, nodes)
    kept = protected(needs_of(session, nodes), nodes)
    if kept and request.on_reference != lifecycle.TOMBSTONE:
        raise _protected_error(kept)
    deleted, tombstones = without(nodes, kept), sorted_out(kept)
    if not request.dry_run:
        remove(session, deleted, tombstones)
    return lifecycle.DeleteNodesResponse(deleted=write_ids(deleted), tombstones=write_ids(tombstones))


def read_ids(message: lifecycle.NodeIds) -> Ids:
    """Return the ids of a message by kind."""
    return {kind: set(getattr(message, f"{kind.name}_ids")) for kind in KINDS}


def write_ids(nodes: Ids) -> lifecycle.NodeIds:
    """Return ids as a message, in ascending order."""
    return lifecycle.NodeIds(**{f"{kind.name}_ids": sorted(ids) for kind, ids in nodes.items()})


def remove(session: Session, deleted: Ids, tombstones: Ids) -> None:
    """Delete nodes and turn others into tombstones, here and in the search index.

    No pass of the index runs until this is committed: it may have read deleted nodes, and would write them again.
    """
    locks.take(session, locks.INDEX)
    tables = index_removal.tables_of_index(session)
    emptied = {kind: sorted(deleted[kind] | tombstones[kind]) for kind in KINDS}
    if metric_rows.are_present(session):
        for kind in KINDS:
            metric_rows.delete_of(session, kind, emptied[kind])
    present = table_names(session)
    if {own_tables.FACET.name, own_tables.EVENT_FACET.name} <= present:
        _remove_facets(session, emptied)
    for kind in KINDS:
        if ids := sorted(tombstones[kind]):
            _bury(session, kind, tombstones[kind])
            index_removal.forget(session, kind, ids, tables=tables, keeps_said_by_others=True)
    for kind in KINDS:
        ids = sorted(deleted[kind])
        deletion_rows.delete_nodes(session, kind, ids)
        index_removal.forget(session, kind, ids, tables=tables)
    if alias_rows.are_kept(session):
        alias_rows.delete_of(session, emptied[ARTIFACT])
    if own_tables.LOCATION.name in present:
        location_rows.delete_of(session, emptied[ARTIFACT])
    if {own_tables.SENT.name, own_tables.OUTBOX.name} <= present:
        for kind in KINDS:
            outbox_rows.forget_nodes(session, kind, emptied[kind])


def _remove_facets(session: Session, emptied: Mapping[Kind, Sequence[int]]) -> None:
    """Delete the facets of nodes, and those of their events: what an event says of a tombstone goes as well."""
    for kind in KINDS:
        facet_rows.delete_of_nodes(session, kind, emptied[kind])
    for kind in (ARTIFACT, EXECUTION):
        facet_rows.delete_of_events(session, [event.id for event in events_of(session, kind, emptied[kind])])


def _require_existing(session: Session, nodes: Ids) -> None:
    """Refuse ids that do not exist, and lock the others against updates until the transaction ends."""
    for kind in LOCK_ORDER:
        found = {row.id for row in node_rows.ask_to_update(session, kind, list(nodes[kind]))()}
        if missing := sorted(nodes[kind] - found):
            raise errors.NotFoundError(f"no {kind.name} has the id {missing[0]}; nothing was deleted")


def _protected_error(kept: dict[Place, Place]) -> errors.FailedPreconditionError:
    said = [f"{place} is needed by {user}" for place, user in sorted(kept.items(), key=_order)[:_SHOWN]]
    more = f" and {len(kept) - _SHOWN} more are needed" if len(kept) > _SHOWN else ""
    return errors.FailedPreconditionError(
        f"{', '.join(said)}{more}; nothing was deleted; delete what needs them as well, or use tombstones"
    )


def _order(pair: tuple[Place, Place]) -> tuple[int, int]:
    return KINDS.index(pair[0].kind), pair[0].id


def _bury(session: Session, kind: Kind, ids: set[int]) -> None:
    """Remove everything from nodes except their ids, types, times of creation and links."""
    time = now()
    rows = [_tombstone(kind, row, time) for row in node_rows.ask_to_update(session, kind, sorted(ids))()]
    value: Encoded = (time, None, None, None, None)
    deletion_rows.clear_nodes(session, kind, rows, mark=(conventions.DELETED, value))


def _tombstone(kind: Kind, row: NodeRow, time: int) -> NodeRow:
    emptied: dict[str, Any] = {"uri": None, "external_id": None, "updated": max(time, row.updated + 1)}
    emptied["name"] = f"deleted {row.id}" if kind.name_required else None
    if kind is ARTIFACT:
        emptied["state"] = int(pb.Artifact.DELETED)
    return row._replace(**emptied)
