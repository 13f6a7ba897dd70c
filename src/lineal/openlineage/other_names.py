"""Two artifacts that turn out to be one data set: an event says that the first has the name of the second, too.

The second came first, from events that did not tell of the first. What it has goes to the first, which is then found by
both names, and the second is deleted; so every order of events ends alike. Only what events made is merged, within one
workspace, and one version with the same version. What stays out: which names an event says (plans.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal.conventions import OPENLINEAGE_IDS
from lineal.kinds import ARTIFACT, KINDS, Kind
from lineal.openlineage import facets as facet_rules
from lineal.openlineage import nodes, stored_form
from lineal.service import located
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.writes.put_aliases import locked, put_alias
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows.events import EventRow, NewEvent
from lineal.upkeep import deletion
from lineal.wire import metadata_store as pb
from lineal.wire import records

_IDENTITY = ("name", "namespace", "version")
_NOTHING: dict[Kind, set[int]] = {kind: set() for kind in KINDS}


def merge_named(session: Session, types: KnownTypes, workspace: str, artifact_id: int, names: Sequence[str]) -> bool:
    """Let an artifact take over those that events made under its other names; return whether there are any.

    Args:
        session: the transaction, in which the artifact and all that the event says have been stored.
        types: the known types.
        workspace: the workspace.
        artifact_id: the artifact.
        names: its other names, as URIs.
    """
    at = locations.artifacts_at(session, names)
    found = {row.id for rows in at.values() for row in rows} - {artifact_id}
    if not found:
        return False
    rows = {row.id: row for row in node_rows.ask_to_update(session, ARTIFACT, sorted({artifact_id, *found}))()}
    of_workspace = located.of_workspace(session, types, workspace, list(rows.values()))
    winner = of_workspace.get(artifact_id)
    losers = [node for node in of_workspace.values() if winner is not None and _is_the_same(winner, node)]
    for loser in losers:
        _merge(session, types, winner, loser)
    return bool(losers)


def _is_the_same(winner: pb.Artifact, node: pb.Artifact) -> bool:
    is_made_by_events = node.external_id.startswith(OPENLINEAGE_IDS) and node.type_id == winner.type_id
    version = stored_form.text_of(winner, "version")
    return node.id != winner.id and is_made_by_events and stored_form.text_of(node, "version") == version


def _merge(session: Session, types: KnownTypes, winner: Any, loser: Any) -> None:
    _move_events(session, winner.id, loser.id)
    members = relations.memberships_of(session, ARTIFACT, [loser.id])
    relations.add_members(session, ARTIFACT, [(context_id, winner.id) for context_id, _ in members])
    _move_values(session, types, winner, loser)
    if alias_rows.are_kept(session):
        _move_aliases(session, types, winner.id, loser.id)
    names = [*locations.names_of(session, loser.id), loser.uri]
    locations.add_names(session, [(winner.id, each) for each in names])
    deletion.remove(session, {**_NOTHING, ARTIFACT: {loser.id}}, _NOTHING)


def _move_events(session: Session, winner: int, loser: int) -> None:
    """Give the winner the events of the loser with their paths and facets; of two events, the earlier time counts."""
    rows, steps = event_rows.events_with_steps(session, ARTIFACT, [loser])
    moved = [EventRow._make(row) for row in rows]
    said = facet_rows.of_events(session, [event.id for event in moved], marked=True) if moved else []
    known = {(event.execution_id, event.type): event for event in event_rows.events_of(session, ARTIFACT, [winner])}
    event_rows.delete_events(session, moved)
    new = [each for each in moved if (each.execution_id, each.type) not in known]
    if new:
        made = [NewEvent(winner, each.execution_id, each.type, each.time or 0, steps.get(each.id, [])) for each in new]
        event_rows.insert_events(session, made)
    earlier = [
        (own.id, each.time)
        for each in moved
        if each.time and (own := known.get((each.execution_id, each.type))) and (not own.time or each.time < own.time)
    ]
    event_rows.set_times(session, earlier)
    if said:
        events = event_rows.events_of(session, ARTIFACT, [winner])
        ids = {(event.execution_id, event.type): event.id for event in events}
        places = {event.id: ids[event.execution_id, event.type] for event in moved}
        facet_rows.merge_into_events(session, [each._replace(owner_id=places[each.owner_id]) for each in said])


def _move_values(session: Session, types: KnownTypes, winner: Any, loser: Any) -> None:
    """Give the winner the later facets with the properties that follow from them, and the properties that it lacks."""
    said = facet_rows.of_nodes(session, ARTIFACT, [loser.id])
    merged = facet_rows.merge_into_nodes(session, ARTIFACT, [each._replace(owner_id=winner.id) for each in said])
    [node] = node_messages(session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [winner.id]))
    paths = [path for facet in merged for path in nodes.put(node, facet_rules.values_of(ARTIFACT, *facet[1::2]))]
    for field in ("properties", "custom_properties"):
        own, others = getattr(node, field), getattr(loser, field)
        for name in sorted(others.keys() - own.keys() - set(_IDENTITY)):
            own[name].CopyFrom(others[name])
            paths.append(f"{field}.{name}")
    if paths:
        write_nodes(session, types, ARTIFACT, [node], UpdateOptions(mask=tuple(dict.fromkeys(paths))))


def _move_aliases(session: Session, types: KnownTypes, winner: int, loser: int) -> None:
    """Give the winner the aliases that no other version of its name has."""
    for row in alias_rows.of_artifacts(session, [loser]):
        _, wanted = locked(session, types, winner, row.alias)
        if alias_rows.holder(session, wanted.identity, wanted.alias) is None:
            put_alias(session, types, records.PutAliasRequest(artifact_id=winner, alias=row.alias))
