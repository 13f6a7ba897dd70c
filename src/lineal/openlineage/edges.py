"""The edges of a run: which data sets it read and wrote, with the facets of their use.

A version of a data set takes the place of the data set itself among the edges of a run in one direction, and all edges
of a run, a direction and a location share their time and their facets: so every order of events ends alike. What stays
out: which artifacts data sets are (data_sets.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lineal.locations import identity_of
from lineal.openlineage import stored_form
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.rows.events import EventRow, Link, NewEvent


class Use(NamedTuple):
    """A data set that an execution reads or writes.

    Attributes:
        artifact_id: the artifact.
        external_id, uri: of the artifact.
        type: the type of the event between both, such as pb.Event.INPUT.
        facets: the name and the JSON of each facet of the use.
    """

    artifact_id: int
    external_id: str | None
    uri: str
    type: int
    facets: Sequence[tuple[str, str | None]]


class _Place(NamedTuple):
    """A direction and a location, whose edges are alike."""

    type: int
    location: str


def put(
    session: Session, workspace: str, execution_id: int, uses: Sequence[Use], links: Sequence[Link], time: int
) -> bool:
    """Write the edges of an execution; return whether anything changed.

    Args:
        session: the transaction.
        workspace: the workspace.
        execution_id: the execution, which nobody else changes.
        uses: what an event says that it reads and writes.
        links: its edges so far.
        time: the time of the event, in microseconds since the epoch.
    """
    stored: dict[_Place, dict[int, Link]] = {}
    for link in links:
        place = _Place(link.event.type, identity_of(link.uri or ""))
        stored.setdefault(place, {})[link.event.artifact_id] = link
    given: dict[_Place, list[Use]] = {}
    for use in uses:
        given.setdefault(_Place(use.type, identity_of(use.uri)), []).append(use)
    changes = [_change(workspace, stored.get(place, {}), each, time // 1000) for place, each in given.items()]
    old = [event for change in changes for event in change.copied]
    facets_of: dict[int, list[Facet]] = {}
    for facet in facet_rows.of_events(session, [event.id for event in old]) if old else []:
        facets_of.setdefault(facet.owner_id, []).append(facet)
    removed = [event for change in changes for event in change.removed]
    if removed:
        event_rows.delete_events(session, removed)
        facet_rows.delete_of_events(session, [event.id for event in removed])
    event_rows.set_times(session, [pair for change in changes for pair in change.times])
    new = [
        NewEvent(artifact_id, execution_id, change.type, change.time, [])
        for change in changes
        for artifact_id in change.added
    ]
    ids = list(event_rows.insert_plain(session, new)) if new else []
    places = {(event.artifact_id, event.type): id_ for event, id_ in zip(new, ids, strict=True)}
    facets = [facet for change in changes for facet in _facets(change, places, facets_of, time)]
    merged = bool(facets and facet_rows.merge_into_events(session, facets, new=ids))
    return bool(new or removed or merged or any(change.times for change in changes))


class _Change(NamedTuple):
    """What changes at a place.

    Attributes:
        type: the type of its events.
        time: the time of its events, in milliseconds since the epoch.
        kept: the ids of the events that stay.
        added: the ids of artifacts that get one.
        removed: events whose data set a version takes the place of.
        times: (event id, time) where it moves.
        copied: the events whose facets new ones get too.
        facets: what the event says.
    """

    type: int
    time: int
    kept: list[int]
    added: list[int]
    removed: list[EventRow]
    times: list[tuple[int, int]]
    copied: list[EventRow]
    facets: list[tuple[str, str | None]]


def _change(workspace: str, stored: dict[int, Link], uses: Sequence[Use], time: int) -> _Change:
    external_ids = {use.artifact_id: use.external_id for use in uses}
    external_ids.update({artifact_id: link.external_id for artifact_id, link in stored.items()})
    versions = {each for each, id_ in external_ids.items() if stored_form.is_version(id_, workspace)}
    wanted = versions or set(external_ids)
    events = [link.event for link in stored.values()]
    kept = [event for event in events if event.artifact_id in wanted]
    removed = [event for event in events if event.artifact_id not in wanted]
    added = sorted(wanted - stored.keys())
    earliest = min([time, *(event.time for event in events if event.time is not None)])
    return _Change(
        uses[0].type,
        earliest,
        [event.id for event in kept],
        added,
        removed,
        [(event.id, earliest) for event in kept if event.time != earliest],
        events if added or removed else [],
        [facet for use in uses for facet in use.facets],
    )


def _facets(
    change: _Change, places: dict[tuple[int, int], int], facets_of: dict[int, list[Facet]], time: int
) -> list[Facet]:
    """Return the facets that the events of a place get."""
    ids = [*change.kept, *(places[artifact_id, change.type] for artifact_id in change.added)]
    said = [Facet(0, name, time, content) for name, content in change.facets]
    said += [facet for event in change.copied for facet in facets_of.get(event.id, [])]
    return [facet._replace(owner_id=event_id) for event_id in ids for facet in said]
