"""What a store holds, without the ids by which two stores differ, for comparisons."""

from __future__ import annotations

from functools import partial
from typing import Any

from google.protobuf import json_format

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service import MetadataService
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows.nodes import all_nodes
from lineal.store.rows.relations import memberships_of, parent_ids

Graph = dict[str, Any]


def graph_of(service: MetadataService, *, times: bool = True) -> Graph:
    """Return the nodes, edges, memberships, parents and metrics of a store; nodes are named by what they say.

    Without `times`, when records were made and changed does not count.
    """
    return service.read(partial(_graph, times=times))


def _graph(session: Session, types: KnownTypes, *, times: bool) -> Graph:
    nodes = {kind: node_messages(session, types, kind, all_nodes(session, kind)) for kind in KINDS}
    names = {(kind, node.id): _named(node, times=times) for kind in KINDS for node in nodes[kind]}
    ids = {kind: [node.id for node in nodes[kind]] for kind in KINDS}
    events = event_rows.events_of(session, EXECUTION, ids[EXECUTION])
    steps = event_rows.steps_of(session, [row.id for row in events])
    return {
        **{kind.plural: sorted(_named(node, times=times) for node in nodes[kind]) for kind in KINDS},
        "events": sorted(
            (names[EXECUTION, row.execution_id], names[ARTIFACT, row.artifact_id], *row[3:], str(steps.get(row.id)))
            for row in events
        ),
        "members": sorted(
            (names[kind, node_id], names[CONTEXT, context_id])
            for kind in (ARTIFACT, EXECUTION)
            for context_id, node_id in memberships_of(session, kind, ids[kind])
        ),
        "parents": sorted((names[CONTEXT, a], names[CONTEXT, b]) for a, b in parent_ids(session, ids[CONTEXT])),
        "metrics": sorted(
            (names[kind, node_id], row.name, *row.latest)
            for kind in KINDS
            for node_id, rows in _metrics(session, kind, ids[kind]).items()
            for row in rows
        ),
    }


def _metrics(session: Session, kind: Kind, ids: list[int]) -> dict[int, Any]:
    return metric_rows.latest_of(session, kind, ids) if metric_rows.are_present(session) else {}


def _named(node: Any, *, times: bool) -> str:
    """Return what a node says, without its ids."""
    copy = type(node)()
    copy.CopyFrom(node)
    of_change = () if times else ("create_time_since_epoch", "last_update_time_since_epoch")
    for field in ("id", "type_id", "external_id", *of_change):
        copy.ClearField(field)
    return json_format.MessageToJson(copy, indent=None, sort_keys=True)
