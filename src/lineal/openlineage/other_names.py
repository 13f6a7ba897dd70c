"""Merging two artifacts that are one data set: an event says that the first also has the name of the second.

The second came first, from events that did not tell of the first. What it has goes to the first, which is then found by
both names, and the second is deleted. If several have other names, the artifact gets the least name of these; so every
order of events ends alike. Only what events made is merged, within one workspace, and one version with the same
version. What stays out: which names an event says (plans.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lineal.conventions import MLFLOW_IDS, OPENLINEAGE_IDS
from lineal.kinds import ARTIFACT, KINDS, Kind
from lineal.locations import normal_form
from lineal.openlineage import facets as facet_rules
from lineal.openlineage import nodes, stored_form
from lineal.openlineage.nodes import Named
from lineal.service import located
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.writes.log_metrics import MOST_POINTS, log_metrics
from lineal.service.writes.put_aliases import locked, put_alias, take_aliases
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows.events import EventRow, NewEvent
from lineal.upkeep import deletion
from lineal.wire import metadata_store as pb
from lineal.wire import metrics, records

_IDENTITY = ("name", "namespace", "version")
_NOTHING: dict[Kind, set[int]] = {kind: set() for kind in KINDS}


class _Name(NamedTuple):
    """What an artifact is called; of several names, the least one counts."""

    location: str
    external_id: str
    uri: str
    namespace: str
    name: str


def merge_named(session: Session, types: KnownTypes, workspace: str, named: Named) -> bool:
    """Let an artifact take over those that events made under its other names; return whether anything changed.

    Args:
        session: the transaction, in which the artifact and all that the event says have been stored.
        types: the known types.
        workspace: the workspace.
        named: the artifact, as the event names it.
    """
    at = locations.artifacts_at(session, named.other_names)
    found = {row.id for rows in at.values() for row in rows} - {named.id}
    said = _said(named)
    if not found and not _is_another(said, named):
        return False
    rows = {row.id: row for row in node_rows.ask_to_update(session, ARTIFACT, sorted({named.id, *found}))()}
    of_workspace = located.of_workspace(session, types, workspace, list(rows.values()))
    winner = of_workspace.get(named.id)
    if winner is None:
        return False
    losers = [node for node in of_workspace.values() if _is_the_same(winner, node)]
    wanted = min([said, *(_name_of(node) for node in losers if _has_names(session, node.id))])
    is_renamed = winner.external_id.startswith(OPENLINEAGE_IDS) and wanted.location < normal_form(winner.uri)
    aliases = _aliases(session, [node.id for node in losers])
    if is_renamed and (own := _aliases(session, [winner.id])):
        aliases = sorted({*aliases, *own})
        take_aliases(session, types, [winner.id])
    for loser in losers:
        _merge(session, types, winner, loser)
    if is_renamed:
        _rename(session, types, winner, wanted)
    _give_aliases(session, types, winner.id, aliases)
    return bool(losers) or is_renamed


def _said(named: Named) -> _Name:
    """Return what an event calls an artifact."""
    own = (str(named.said[name]) for name in ("namespace", "name"))
    return _Name(normal_form(named.uri), named.external_id, named.uri, *own)


def _is_another(said: _Name, named: Named) -> bool:
    """Say whether an artifact that was found by another name is to have this one from now on."""
    stored = named.stored_external_id or ""
    is_named_otherwise = stored.startswith(OPENLINEAGE_IDS) and stored != said.external_id
    return is_named_otherwise and said.location < normal_form(named.stored_uri)


def _name_of(node: pb.Artifact) -> _Name:
    own = (stored_form.text_of(node, name) for name in ("namespace", "name"))
    return _Name(normal_form(node.uri), node.external_id, node.uri, *own)


def _has_names(session: Session, artifact_id: int) -> bool:
    """Say whether an event said that an artifact has other names; those of MLflow's data sets do not count."""
    return any(not name.startswith(MLFLOW_IDS) for name in locations.names_of(session, artifact_id))


def _is_the_same(winner: pb.Artifact, node: pb.Artifact) -> bool:
    is_made_by_events = node.external_id.startswith(OPENLINEAGE_IDS) and node.type_id == winner.type_id
    version = stored_form.text_of(winner, "version")
    return node.id != winner.id and is_made_by_events and stored_form.text_of(node, "version") == version


def _merge(session: Session, types: KnownTypes, winner: Any, loser: Any) -> None:
    _move_events(session, winner.id, loser.id)
    members = relations.memberships_of(session, ARTIFACT, [loser.id])
    relations.add_members(session, ARTIFACT, [(context_id, winner.id) for context_id, _ in members])
    _move_values(session, types, winner, loser)
    _move_points(session, types, winner.id, loser.id)
    names = [*locations.names_of(session, loser.id), loser.uri]
    locations.add_names(session, [(winner.id, each) for each in names])
    deletion.remove(session, {**_NOTHING, ARTIFACT: {loser.id}}, _NOTHING)


def _rename(session: Session, types: KnownTypes, winner: pb.Artifact, wanted: _Name) -> None:
    """Give an artifact a name, and let it be found by the one that it had."""
    locations.add_names(session, [(winner.id, winner.uri)])
    [node] = node_messages(session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [winner.id]))
    node.external_id, node.uri = wanted.external_id, wanted.uri
    paths = nodes.put(node, {"namespace": wanted.namespace, "name": wanted.name})
    write_nodes(session, types, ARTIFACT, [node], UpdateOptions(mask=("external_id", "uri", *paths)))


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


def _decided(facet: Facet) -> Iterable[str]:
    """Return the properties that a facet decides; one that was deleted says that there are none."""
    return facet_rules.values_of(ARTIFACT, facet.name, facet.content)


def _move_values(session: Session, types: KnownTypes, winner: Any, loser: Any) -> None:
    """Give the winner the later facets with the properties that follow from them, and the properties that it lacks."""
    said = facet_rows.of_nodes(session, ARTIFACT, [loser.id])
    merged = facet_rows.merge_into_nodes(session, ARTIFACT, [each._replace(owner_id=winner.id) for each in said])
    [node] = node_messages(session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [winner.id]))
    paths = [path for facet in merged for path in nodes.put(node, facet_rules.values_of(ARTIFACT, *facet[1::2]))]
    decided = {name for each in facet_rows.of_nodes(session, ARTIFACT, [winner.id]) for name in _decided(each)}
    for field in ("properties", "custom_properties"):
        own, others = getattr(node, field), getattr(loser, field)
        for name in sorted(others.keys() - own.keys() - decided - set(_IDENTITY)):
            own[name].CopyFrom(others[name])
            paths.append(f"{field}.{name}")
    if paths:
        write_nodes(session, types, ARTIFACT, [node], UpdateOptions(mask=tuple(dict.fromkeys(paths))))


def _move_points(session: Session, types: KnownTypes, winner: int, loser: int) -> None:
    """Give the winner the points of the loser's metrics."""
    known = metric_rows.latest_of(session, ARTIFACT, [loser]) if metric_rows.are_present(session) else {}
    for metric in known.get(loser, []):
        points = metric_rows.all_points(session, metric.id)
        for start in range(0, len(points), MOST_POINTS):
            series = metrics.MetricSeries(name=metric.name)
            for point in map(metric_rows.StoredPoint._make, points[start : start + MOST_POINTS]):
                series.steps.append(point.step)
                series.times.append(point.time)
                series.values.append(point.meant)
            log_metrics(session, types, metrics.LogMetricsRequest(artifact_id=winner, series=[series]))


def _aliases(session: Session, ids: Sequence[int]) -> list[str]:
    """Return the aliases of artifacts, in order."""
    if not ids or not alias_rows.are_kept(session):
        return []
    return sorted({row.alias for row in alias_rows.of_artifacts(session, ids)})


def _give_aliases(session: Session, types: KnownTypes, artifact_id: int, aliases: Iterable[str]) -> None:
    """Give an artifact those aliases that no other version of its name has."""
    for alias in aliases:
        _, wanted = locked(session, types, artifact_id, alias)
        if alias_rows.holder(session, wanted.identity, wanted.alias) is None:
            put_alias(session, types, records.PutAliasRequest(artifact_id=artifact_id, alias=alias))
