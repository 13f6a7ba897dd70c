"""What events are made from: nodes, and all that belongs to them, read in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lineal import conventions, json_text
from lineal.conventions import WORKSPACE_PROPERTY, WORKSPACE_TYPES
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage.own_facets import PREFIX
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows.events import EventRow, Step
from lineal.store.rows.metrics import MetricRow
from lineal.store.rows.nodes import nodes_by_ids
from lineal.store.rows.relations import memberships_of, parent_ids

Facets = dict[str, dict[str, Any]]
Key = tuple[Kind, int]


@dataclass(frozen=True)
class Read:
    """Nodes and what belongs to them.

    Attributes:
        store_id: the id of the store.
        nodes: by kind and id.
        events: of each execution, by its id, in the order in which they were written.
        steps: of the paths of events, by the id of the event.
        contexts: the ids of the contexts of a node; of a context, those of its parents.
        metrics: of a node.
        facets: that came with a node as OpenLineage, by their names, but for Lineal's own.
        event_facets: the same of an event, by its id.
        as_of: when they were read, in milliseconds since the epoch; later than what earlier events of them say.
    """

    store_id: str
    nodes: Mapping[Key, Any]
    events: Mapping[int, list[EventRow]]
    steps: Mapping[int, list[Step]]
    contexts: Mapping[Key, list[int]]
    metrics: Mapping[Key, list[MetricRow]]
    facets: Mapping[Key, Facets]
    event_facets: Mapping[int, Facets]
    as_of: int

    def contexts_of(self, kind: Kind, node_id: int) -> list[Any]:
        """Return the contexts that hold a node, or the parents of a context, by id."""
        ids = sorted(self.contexts.get((kind, node_id), ()))
        return [self.nodes[CONTEXT, each] for each in ids if (CONTEXT, each) in self.nodes]

    def workspace_of(self, kind: Kind, node: Any) -> str:
        """Return the workspace that a node names or that holds it, "" for none."""
        for values in (node.properties, node.custom_properties):
            if WORKSPACE_PROPERTY in values:
                return str(values[WORKSPACE_PROPERTY].string_value)
        near = [node, *self.contexts_of(kind, node.id)] if kind is CONTEXT else self.contexts_of(kind, node.id)
        return next((each.name for name in WORKSPACE_TYPES for each in near if each.type == name), "")


def read(session: Session, types: KnownTypes, store_id: str, wanted: Mapping[Kind, Collection[int]]) -> Read:
    """Read nodes that exist among the wanted ones, and what their events need.

    Args:
        session: the transaction, in a store that has Lineal's own tables.
        types: the known types.
        store_id: the id of the store.
        wanted: the ids of nodes by their kind.
    """
    executions = sorted(wanted.get(EXECUTION, ()))
    events: dict[int, list[EventRow]] = defaultdict(list)
    for row in event_rows.events_of(session, EXECUTION, executions):
        events[row.execution_id].append(row)
    event_ids = [row.id for rows in events.values() for row in rows]
    ids = {
        EXECUTION: executions,
        ARTIFACT: sorted({*wanted.get(ARTIFACT, ()), *(row.artifact_id for rows in events.values() for row in rows)}),
    }
    contexts: dict[Key, list[int]] = defaultdict(list)
    for kind in (EXECUTION, ARTIFACT):
        for context_id, node_id in memberships_of(session, kind, ids[kind]):
            contexts[kind, node_id].append(context_id)
    held = {each for found in contexts.values() for each in found} | set(wanted.get(CONTEXT, ()))
    for child_id, parent_id in parent_ids(session, sorted(held)):
        contexts[CONTEXT, child_id].append(parent_id)
    ids[CONTEXT] = sorted(held.union(*(contexts[CONTEXT, each] for each in held)))
    return Read(
        store_id,
        {(kind, node.id): node for kind in ids for node in _nodes(session, types, kind, ids[kind])},
        events,
        event_rows.steps_of(session, event_ids) if event_ids else {},
        contexts,
        {(kind, each): rows for kind in ids for each, rows in metric_rows.latest_of(session, kind, ids[kind]).items()},
        _facets(session, ids),
        _event_facets(session, event_ids),
        now(),
    )


def living(session: Session, types: KnownTypes, kind: Kind, ids: Collection[int]) -> set[int]:
    """Return those of the ids whose nodes are there, and not only as something that others need."""
    return {node.id for node in _nodes(session, types, kind, ids)}


def _nodes(session: Session, types: KnownTypes, kind: Kind, ids: Collection[int]) -> list[Any]:
    """Return nodes that were not deleted: of some, their ids and links are kept (lineal/upkeep/deletion.py)."""
    found = readable_messages(session, types, kind, nodes_by_ids(session, kind, ids)) if ids else []
    return [node for node in found if conventions.DELETED not in node.custom_properties]


def _facets(session: Session, ids: Mapping[Kind, list[int]]) -> dict[Key, Facets]:
    found: dict[Key, Facets] = defaultdict(dict)
    for kind in ids:
        for facet in facet_rows.of_nodes(session, kind, ids[kind]):
            _add(found[kind, facet.owner_id], facet)
    return found


def _event_facets(session: Session, ids: list[int]) -> dict[int, Facets]:
    found: dict[int, Facets] = defaultdict(dict)
    for facet in facet_rows.of_events(session, ids):
        _add(found[facet.owner_id], facet)
    return found


def _add(facets: Facets, facet: facet_rows.Facet) -> None:
    """Add a facet, unless it was deleted, is one of Lineal's own, or is no JSON object."""
    if facet.content is None or facet.name.startswith(PREFIX):
        return
    try:
        content = json_text.loads(facet.content)
    except ValueError:
        return
    if isinstance(content, dict):
        facets[facet.name] = content
