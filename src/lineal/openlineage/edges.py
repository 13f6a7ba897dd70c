"""The edges of a run: which data sets it read and wrote, with the facets of their use.

A version of a data set takes the place of the data set itself among what a run reads, or writes. What events said of
the use without naming a version then holds for each version, also for one that comes later, so it is kept a second
time, with a mark. Every order of events ends alike. What stays out: which artifacts data sets are (data_sets.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lineal.openlineage import facets as facet_rules
from lineal.openlineage import stored_form
from lineal.openlineage.nodes import Named
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import UNVERSIONED, Facet
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
    inherited = _Inherited(session, workspace, uses, links, time)
    told = [Facet(known[use.key].id, name, time, content) for use in again for name, content in use.facets]
    told += inherited.of_known()
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
        _insert(session, execution_id, new, inherited, time)
        return bool(merging() or new or removed or earlier)

    return finish


def _insert(session: Session, execution_id: int, uses: Sequence[Use], inherited: _Inherited, time: int) -> None:
    """Insert events with the facets of the uses."""
    keys = sorted({use.key for use in uses})
    events = [NewEvent(artifact_id, execution_id, type_, time // 1000, []) for artifact_id, type_ in keys]
    if not any([*use.facets, *inherited.of(use)] for use in uses):
        event_rows.insert_events(session, events)
        return
    ids = dict(zip(keys, event_rows.insert_plain(session, events), strict=True))
    facets = [Facet(ids[use.key], name, time, content) for use in uses for name, content in use.facets]
    facets += [facet._replace(owner_id=ids[use.key]) for use in uses for facet in inherited.of(use)]
    facet_rows.merge_into_events(session, facets, new=ids.values())


class _Inherited:
    """What events said of uses without naming a version, where versions are read or written.

    Each facet is there twice: as a facet of the use of each version, and with a mark for versions that come later.
    """

    def __init__(self, session: Session, workspace: str, uses: Sequence[Use], links: Sequence[Link], time: int) -> None:
        self._workspace, self._links = workspace, links
        self._found: dict[_Place, list[Facet]] = {}
        versioned = _versioned(workspace, uses, links)
        if not versioned:
            return
        for use in uses:
            if use.place in versioned and not _is_version(use, workspace):
                for name, content in use.facets:
                    self._add(use.place, name, time, content)
        of_versions = {_place_of(link): link.event.id for link in links if self._is_version(link)}
        others = {link.event.id: _place_of(link) for link in links if not self._is_version(link)}
        bare = {event_id: place for event_id, place in others.items() if place in versioned}
        known = {(link.event.artifact_id, link.event.type) for link in links}
        new = {use.place for use in uses if use.key not in known and _is_version(use, workspace)}
        # All versions have the same marked facets, so one of them is read.
        marked = {event_id: place for place, event_id in of_versions.items() if place in new}
        ids = sorted(bare.keys() | marked.keys())
        for facet in facet_rows.of_events(session, ids, marked=True) if ids else []:
            is_marked = facet.name.startswith(UNVERSIONED)
            if facet.owner_id in bare or is_marked:
                place = bare.get(facet.owner_id) or marked[facet.owner_id]
                self._add(place, facet.name.removeprefix(UNVERSIONED), facet.time, facet.content)

    def _is_version(self, link: Link) -> bool:
        return stored_form.is_version(link.external_id, self._workspace)

    def _add(self, place: _Place, name: str, time: int, content: str | None) -> None:
        marked = f"{UNVERSIONED}{name}"[: facet_rules.LONGEST_NAME]
        self._found.setdefault(place, []).extend(Facet(0, each, time, content) for each in (name, marked))

    def of(self, use: Use) -> list[Facet]:
        """Return what a version inherits whose use is new."""
        return self._found.get(use.place, []) if _is_version(use, self._workspace) else []

    def of_known(self) -> list[Facet]:
        """Return what the uses of versions inherit that are stored already."""
        return [
            facet._replace(owner_id=link.event.id)
            for link in self._links
            if self._is_version(link)
            for facet in self._found.get(_place_of(link), [])
        ]


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
