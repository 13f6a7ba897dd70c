"""The edges of a run: which data sets it read and wrote, with the facets of their use.

A version of a data set takes the place of the data set itself among what a run reads, or writes: then what events said
of the use without naming a version does not count. So every order of events ends alike. What stays out: which artifacts
data sets are (data_sets.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lineal.locations import identity_of
from lineal.openlineage import stored_form
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.rows.events import Link, NewEvent


@dataclass(frozen=True)
class Use:
    """A data set that an execution reads or writes.

    Attributes:
        artifact_id: the artifact.
        uri: of the artifact.
        is_version: whether it is a version of a data set.
        type: the type of the event between both, such as pb.Event.INPUT.
        facets: the name and the JSON of each facet of the use.
    """

    artifact_id: int
    uri: str
    is_version: bool
    type: int
    facets: Sequence[tuple[str, str | None]]

    @property
    def place(self) -> _Place:
        """What is read, or written, where."""
        return _Place(self.type, identity_of(self.uri))


class _Place(NamedTuple):
    """What a run reads, or writes, at a location."""

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
    known = {(link.event.artifact_id, link.event.type): link for link in links}
    versioned = _versioned(workspace, uses, links)
    kept = [use for use in uses if use.is_version or use.place not in versioned]
    removed = [
        link.event
        for link in links
        if _place_of(link) in versioned and not stored_form.is_version(link.external_id, workspace)
    ]
    if removed:
        event_rows.delete_events(session, removed)
    new = [
        NewEvent(artifact_id, execution_id, type_, time // 1000, [])
        for artifact_id, type_ in sorted({(use.artifact_id, use.type) for use in kept} - known.keys())
    ]
    earlier = {
        link.event.id for use in kept if (link := known.get((use.artifact_id, use.type))) and _is_later(link, time)
    }
    event_rows.set_times(session, [(event_id, time // 1000) for event_id in sorted(earlier)])
    made = _insert(session, new, has_facets=any(use.facets for use in kept))
    ids = {place: link.event.id for place, link in known.items()} | made
    facets = [
        Facet(ids[use.artifact_id, use.type], name, time, content) for use in kept for name, content in use.facets
    ]
    written = facets and facet_rows.merge_into_events(session, facets, new=made.values())
    return bool(new or removed or earlier or written)


def _versioned(workspace: str, uses: Sequence[Use], links: Sequence[Link]) -> set[_Place]:
    """Return where versions are read or written."""
    versions = {use.place for use in uses if use.is_version}
    return versions.union(_place_of(link) for link in links if stored_form.is_version(link.external_id, workspace))


def _place_of(link: Link) -> _Place:
    return _Place(link.event.type, identity_of(link.uri or ""))


def _is_later(link: Link, time: int) -> bool:
    return link.event.time is None or link.event.time > time // 1000


def _insert(session: Session, new: Sequence[NewEvent], *, has_facets: bool) -> dict[tuple[int, int], int]:
    """Insert events; return their ids by artifact and type, if they are needed."""
    if not has_facets:
        event_rows.insert_events(session, new)
        return {}
    ids = event_rows.insert_plain(session, new) if new else []
    return {(event.artifact_id, event.type): id_ for event, id_ in zip(new, ids, strict=True)}
