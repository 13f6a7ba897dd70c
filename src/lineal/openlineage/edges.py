"""The edges of a run: which data sets it read and wrote, with the facets of their use.

A version of a data set takes the place of the data set itself among what a run reads, or writes: then what events said
of the use without naming a version does not count. So every order of events ends alike. What stays out: which artifacts
data sets are (data_sets.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lineal.openlineage import stored_form
from lineal.openlineage.nodes import Named
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.rows.events import EventRow, Link, NewEvent


@dataclass(frozen=True)
class Use:
    """A data set that an execution reads or writes, as an event says.

    Attributes:
        data_set: the artifact.
        type: the type of the event between both, such as pb.Event.INPUT.
        facets: the name and the JSON of each facet of the use.
    """

    data_set: Named
    type: int
    facets: Sequence[tuple[str, str | None]]

    @property
    def place(self) -> _Place:
        """What is read, or written, where."""
        return _Place(self.type, stored_form.location_of(self.data_set.stored_uri))

    @property
    def key(self) -> tuple[int, int]:
        """The artifact and the type of the event."""
        return self.data_set.id, self.type


class _Place(NamedTuple):
    """What a run reads, or writes, at a location."""

    type: int
    location: str


def start(
    session: Session, workspace: str, uses: Sequence[Use], links: Sequence[Link], time: int
) -> Callable[[int], bool]:
    """Begin to write the edges of an execution; return what ends it, and says whether anything changed.

    Args:
        session: the transaction.
        workspace: the workspace.
        uses: what an event says that the execution reads and writes.
        links: its edges so far; nobody else changes them.
        time: the time of the event, in microseconds since the epoch.
    """
    known = {(link.event.artifact_id, link.event.type): link.event for link in links}
    versioned = _versioned(workspace, uses, links)
    kept = [use for use in uses if _is_version(use, workspace) or use.place not in versioned]
    again = [use for use in kept if use.key in known]
    told = [Facet(known[use.key].id, name, time, content) for use in again for name, content in use.facets]
    merging = facet_rows.start_merging_into_events(session, told) if told else list
    removed = [
        link.event
        for link in links
        if _place_of(link) in versioned and not stored_form.is_version(link.external_id, workspace)
    ]

    def finish(execution_id: int) -> bool:
        event_rows.delete_events(session, removed)
        earlier = {known[use.key].id for use in again if _is_later(known[use.key], time)}
        event_rows.set_times(session, [(event_id, time // 1000) for event_id in sorted(earlier)])
        new = [use for use in kept if use.key not in known]
        _insert(session, execution_id, new, time)
        return bool(merging() or new or removed or earlier)

    return finish


def _insert(session: Session, execution_id: int, uses: Sequence[Use], time: int) -> None:
    """Insert events with the facets of the uses."""
    keys = sorted({use.key for use in uses})
    events = [NewEvent(artifact_id, execution_id, type_, time // 1000, []) for artifact_id, type_ in keys]
    if not any(use.facets for use in uses):
        event_rows.insert_events(session, events)
        return
    ids = dict(zip(keys, event_rows.insert_plain(session, events), strict=True))
    facets = [Facet(ids[use.key], name, time, content) for use in uses for name, content in use.facets]
    facet_rows.merge_into_events(session, facets, new=ids.values())


def _is_version(use: Use, workspace: str) -> bool:
    return stored_form.is_version(use.data_set.stored_external_id, workspace)


def _versioned(workspace: str, uses: Sequence[Use], links: Sequence[Link]) -> set[_Place]:
    """Return where versions are read or written."""
    versions = {use.place for use in uses if _is_version(use, workspace)}
    return versions.union(_place_of(link) for link in links if stored_form.is_version(link.external_id, workspace))


def _place_of(link: Link) -> _Place:
    return _Place(link.event.type, stored_form.location_of(link.uri or ""))


def _is_later(event: EventRow, time: int) -> bool:
    return event.time is None or event.time > time // 1000
