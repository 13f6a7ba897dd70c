"""Where a column comes from, and what became of it, step by step across executions.

A step reads what the runs that wrote a data set, or read it, say of columns: the newest runs first. Each pair of
columns is one link, of the newest run that has it. The walk is bounded, and says where it stopped. What stays out: what
facets say (column_links.py), and the lineage of whole records (lineage_graph.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lineal import deadlines, lineage_cuts
from lineal.catalogue import cards, shapes
from lineal.catalogue.lineage_graph import UP, cut_shape
from lineal.catalogue.openlineage import column_links
from lineal.catalogue.openlineage.column_links import Dependencies, Source
from lineal.catalogue.openlineage.data_set_names import DataSetNames
from lineal.catalogue.openlineage.reading import EventFacets, content_of, milliseconds, newest_events
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.lineage_cuts import Cut
from lineal.locations import DataSetName, split
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows.edges import artifacts_of
from lineal.store.rows.events import EventRow, first_events_of_types
from lineal.store.rows.nodes import nodes_by_ids

MOST_STEPS = 20
_MOST_RUNS = 200
_MOST_RUNS_OF_ONE = 50
_MOST_LINKS = 2000
_MOST_EVENTS = 2000


class _Column(NamedTuple):
    artifact_id: int
    column: str


_Named = tuple[int, int | None, DataSetName]
"""The artifact that was written, the run, and a name in a facet of its output."""


class _Said(NamedTuple):
    """What one facet says of the columns of an artifact."""

    artifact_id: int
    execution_id: int | None
    time: int
    dependencies: Dependencies


class _Ends(NamedTuple):
    """The two ends of a link: the name of the source as the facet has it, and the artifact where it is known."""

    source: DataSetName
    source_id: int | None
    source_column: str | None
    target_id: int
    target_column: str | None


@dataclass
class _Link:
    ends: _Ends
    said: _Said
    source: Source
    affects_all: bool
    distance: int
    executions: set[int | None] = field(default_factory=set)


def lineage(
    session: Session, types: KnownTypes, artifact_id: int, column: str, *, direction: str, depth: int
) -> shapes.ColumnLineage:
    """Return the steps from a column up to what it comes from, or down to what became of it.

    Args:
        session: the transaction.
        types: the known types.
        artifact_id: the data set.
        column: one of its columns, a field within one by its path.
        direction: "up" or "down".
        depth: how many steps are wanted, 20 at most.
    """
    walk = _Walk(session, types, direction)
    walk.run(_Column(artifact_id, column), depth)
    return _answer(session, types, walk)


class _Walk:
    """One walk: the links that it found, and where it stopped."""

    def __init__(self, session: Session, types: KnownTypes, direction: str) -> None:
        self.links: dict[tuple[object, ...], _Link] = {}
        self.cuts: list[shapes.Cut] = []
        self._session = session
        self._types = types
        self._direction = direction
        self._reading = EventFacets(session)
        self._names = DataSetNames(session)
        self._runs_left = _MOST_RUNS

    def run(self, start: _Column, depth: int) -> None:
        """Walk so many steps."""
        met, frontier = {start}, [start]
        for distance in range(1, depth + 1):
            following = self._step(frontier, distance)
            frontier = [each for each in dict.fromkeys(following) if each not in met]
            met.update(frontier)
            if len(self.links) >= _MOST_LINKS:
                self._cut(lineage_cuts.NODES, distance)
                return
            if not frontier:
                return
        self._cut(lineage_cuts.HOPS, depth)

    def _cut(self, limit: str, distance: int) -> None:
        self.cuts.append(cut_shape(Cut(limit, 2 * distance), self._direction))

    def _step(self, frontier: Sequence[_Column], distance: int) -> Iterator[_Column]:
        """Find the links of columns; yield the columns at their other ends."""
        wanted: dict[int, set[str]] = {}
        for each in frontier:
            wanted.setdefault(each.artifact_id, set()).add(each.column)
        is_whole = True
        for artifact_id, columns in wanted.items():
            deadlines.check()
            said, are_all = self._said_of(artifact_id)
            is_whole = is_whole and are_all
            found = (
                self._links_up(said, columns) if self._direction == UP else self._links_down(said, artifact_id, columns)
            )
            for ends, one, source, affects_all in found:
                yield from self._note(ends, one, source, affects_all, distance)
        if not is_whole or not self._reading.are_all:
            self._cut(lineage_cuts.EVENTS, distance)

    def _note(self, ends: _Ends, said: _Said, source: Source, affects_all: bool, distance: int) -> Iterator[_Column]:
        """Keep a link, or count another run for it."""
        key = (ends.source, ends.source_column, ends.target_id, ends.target_column)
        if key not in self.links and len(self.links) >= _MOST_LINKS:
            return
        link = self.links.setdefault(key, _Link(ends, said, source, affects_all, distance))
        link.executions.add(said.execution_id)
        other = (ends.source_id, ends.source_column) if self._direction == UP else (ends.target_id, ends.target_column)
        if other[0] is not None and other[1] is not None:
            yield _Column(other[0], other[1])

    def _said_of(self, artifact_id: int) -> tuple[list[_Said], bool]:
        """Return what the newest runs next to an artifact say of columns, newest first, and whether these are all."""
        types = OUTPUTS if self._direction == UP else INPUTS
        most = min(_MOST_RUNS_OF_ONE, self._runs_left)
        events, are_all = newest_events(self._session, artifact_id, types, most=most)
        self._runs_left -= len(events)
        if self._direction == UP:
            return self._of_events(events) + self._of_artifact(artifact_id), are_all
        ids = list(dict.fromkeys(event.execution_id for event in events))
        written = first_events_of_types(self._session, EXECUTION, ids, OUTPUTS, most=_MOST_EVENTS) if ids else []
        return self._of_events(written), are_all and len(written) < _MOST_EVENTS

    def _of_events(self, events: Sequence[EventRow]) -> list[_Said]:
        """Return what events of outputs say, newest first; those that have both facets say it by the first."""
        found: list[_Said] = []
        done: set[int] = set()
        for name in column_links.FACETS:
            for event, facet in self._reading.of([event for event in events if event.id not in done], name):
                done.add(event.id)
                found += self._said(event.artifact_id, event.execution_id, facet)
        return sorted(found, key=lambda one: -one.time)

    def _of_artifact(self, artifact_id: int) -> list[_Said]:
        """Return what events about the data set itself say."""
        for name in column_links.FACETS:
            for facet in facet_rows.of_nodes(self._session, ARTIFACT, [artifact_id], name):
                if facet.content:
                    return list(self._said(artifact_id, None, facet))
        return []

    def _said(self, artifact_id: int, execution_id: int | None, facet: Facet) -> Iterator[_Said]:
        for each in column_links.read(content_of(facet)):
            if self._names.mean(each.target, artifact_id):
                yield _Said(artifact_id, execution_id, milliseconds(facet.time), each)

    def _links_up(self, said: Sequence[_Said], columns: Iterable[str]) -> Iterator[tuple[_Ends, _Said, Source, bool]]:
        found = [
            (column, one, source, affects_all)
            for one in said
            for column in sorted(columns)
            for source, affects_all in one.dependencies.of(column)
        ]
        meant = self._meant({(one.artifact_id, one.execution_id, source.data_set) for _, one, source, _ in found})
        for column, one, source, affects_all in found:
            source_id = meant[one.artifact_id, one.execution_id, source.data_set]
            ends = _Ends(source.data_set, source_id, source.column, one.artifact_id, None if affects_all else column)
            yield ends, one, source, affects_all

    def _links_down(
        self, said: Sequence[_Said], artifact_id: int, columns: Iterable[str]
    ) -> Iterator[tuple[_Ends, _Said, Source, bool]]:
        wanted = set(columns)
        found = [
            (target, one, source)
            for one in said
            for target, source in _targets(one.dependencies)
            if source.column in wanted
        ]
        self._names.look_up({source.data_set for _, _, source in found})
        for target, one, source in found:
            if artifact_id in self._names.artifacts(source.data_set):
                ends = _Ends(source.data_set, artifact_id, source.column, one.artifact_id, target)
                yield ends, one, source, target is None

    def _meant(self, named: set[_Named]) -> dict[_Named, int | None]:
        """Return the artifacts that facets mean: those that their runs read, else the newest of the same workspace."""
        self._names.look_up({name for _, _, name in named})
        executions = sorted({execution_id for _, execution_id, _ in named if execution_id is not None})
        pairs = artifacts_of(self._session, executions, INPUTS, limit=_MOST_EVENTS) if executions else []
        read = {(execution_id, artifact_id) for execution_id, artifact_id in pairs}
        candidates = {each: [one for one in self._names.artifacts(each[2]) if (each[1], one) in read] for each in named}
        unread = [each for each, found in candidates.items() if not found]
        return {each: max(found, default=None) for each, found in (candidates | self._near(unread)).items()}

    def _near(self, named: Sequence[_Named]) -> dict[_Named, list[int]]:
        """Return the artifacts of names that are in the workspace of what was written."""
        alike = {each: self._names.artifacts(each[2]) for each in named}
        ids = {one for each, found in alike.items() for one in (each[0], *found) if found}
        rows = nodes_by_ids(self._session, ARTIFACT, ids)
        places = {
            card.id: card.workspace
            for card in cards.cards(self._session, self._types, ARTIFACT, rows, shape=shapes.Card)
        }
        return {
            each: [one for one in found if one in places and places[one] == places.get(each[0])]
            for each, found in alike.items()
        }


def _targets(dependencies: Dependencies) -> Iterator[tuple[str | None, Source]]:
    """Yield the pairs of a column, None for all of them, and a source of it."""
    for column, sources in dependencies.columns.items():
        yield from ((column, source) for source in sources)
    yield from ((None, source) for source in dependencies.of_all)


def _answer(session: Session, types: KnownTypes, walk: _Walk) -> shapes.ColumnLineage:
    links = sorted(walk.links.values(), key=lambda link: link.distance)
    artifacts = {each for link in links for each in (link.ends.source_id, link.ends.target_id) if each is not None}
    executions = {link.said.execution_id for link in links if link.said.execution_id is not None}
    known = _references(session, types, ARTIFACT, artifacts), _references(session, types, EXECUTION, executions)
    names = _names(session, artifacts)
    return shapes.ColumnLineage([_shape(link, *known, names) for link in links], walk.cuts)


def _references(session: Session, types: KnownTypes, kind: Kind, ids: set[int]) -> dict[int, shapes.Reference]:
    found = cards.cards(session, types, kind, nodes_by_ids(session, kind, ids), shape=shapes.Card)
    return {card.id: shapes.Reference(card.key, card.id, card.name, card.type) for card in found}


def _names(session: Session, ids: set[int]) -> dict[int, DataSetName]:
    """Return the names of artifacts in OpenLineage's words."""
    rows = nodes_by_ids(session, ARTIFACT, ids)
    return {row.id: split(row.uri or "") or DataSetName("", row.uri or "") for row in rows}


def _shape(
    link: _Link,
    artifacts: dict[int, shapes.Reference],
    executions: dict[int, shapes.Reference],
    names: dict[int, DataSetName],
) -> shapes.ColumnLink:
    ends, said = link.ends, link.said
    source = artifacts.get(ends.source_id) if ends.source_id is not None else None
    target_name = names.get(ends.target_id, DataSetName("", ""))
    return shapes.ColumnLink(
        source=shapes.ColumnPlace(*ends.source, source, ends.source_column),
        target=shapes.ColumnPlace(*target_name, artifacts.get(ends.target_id), ends.target_column),
        execution=executions.get(said.execution_id) if said.execution_id is not None else None,
        time=said.time,
        runs=len(link.executions - {None}),
        distance=link.distance,
        affects_all=link.affects_all,
        transformations=list(link.source.transformations),
    )
