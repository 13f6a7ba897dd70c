"""Where a column comes from, and what became of it, step by step across executions.

A step reads what the runs that wrote a data set, or read it, say of columns: the newest runs first. Each pair of
columns is one link, of the newest run that has it. The walk is bounded, and says where it stopped. What stays out: what
facets say (column_links.py), and the lineage of whole records (lineage_graph.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lineal import deadlines, lineage_cuts
from lineal.catalogue import cards, shapes
from lineal.catalogue.lineage_graph import UP, cut_shape
from lineal.catalogue.openlineage import column_links
from lineal.catalogue.openlineage.column_links import Pair, Source
from lineal.catalogue.openlineage.data_set_names import DataSetNames
from lineal.catalogue.openlineage.reading import EventFacets, Object, milliseconds, newest_events, quick_content_of
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
    pairs: list[Pair]


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
            said, are_all = self._said_of(artifact_id, columns)
            is_whole = is_whole and are_all
            found = self._links_up(said) if self._direction == UP else self._links_down(said, artifact_id)
            for ends, one, source in found:
                yield from self._note(ends, one, source, distance)
        if not is_whole or not self._reading.are_all:
            self._cut(lineage_cuts.EVENTS, distance)

    def _note(self, ends: _Ends, said: _Said, source: Source, distance: int) -> Iterator[_Column]:
        """Keep a link, or count another run for it."""
        key = (ends.source, ends.source_column, ends.target_id, ends.target_column)
        if key not in self.links and len(self.links) >= _MOST_LINKS:
            return
        link = self.links.setdefault(key, _Link(ends, said, source, distance))
        link.executions.add(said.execution_id)
        other = (ends.source_id, ends.source_column) if self._direction == UP else (ends.target_id, ends.target_column)
        if other[0] is not None and other[1] is not None:
            yield _Column(other[0], other[1])

    def _said_of(self, artifact_id: int, columns: set[str]) -> tuple[list[_Said], bool]:
        """Return what the newest runs next to an artifact say of columns, newest first, and whether these are all."""
        read = _Reader(column_links.sources_of if self._direction == UP else column_links.targets_of, columns)
        types = OUTPUTS if self._direction == UP else INPUTS
        most = min(_MOST_RUNS_OF_ONE, self._runs_left)
        events, are_all = newest_events(self._session, artifact_id, types, most=most)
        self._runs_left -= len(events)
        if self._direction == UP:
            return self._of_events(read, events) + self._of_artifact(read, artifact_id), are_all
        ids = list(dict.fromkeys(event.execution_id for event in events))
        written = first_events_of_types(self._session, EXECUTION, ids, OUTPUTS, most=_MOST_EVENTS) if ids else []
        return self._of_events(read, written), are_all and len(written) < _MOST_EVENTS

    def _of_events(self, read: _Reader, events: Sequence[EventRow]) -> list[_Said]:
        """Return what events of outputs say, newest first; those that have both facets say it by the first."""
        found: list[_Said] = []
        done: set[int] = set()
        for name in column_links.FACETS:
            for event, facet in self._reading.of([event for event in events if event.id not in done], name):
                done.add(event.id)
                found.append(self._said(event.artifact_id, event.execution_id, facet.time, read.pairs(facet)))
        return sorted(found, key=lambda one: -one.time)

    def _of_artifact(self, read: _Reader, artifact_id: int) -> list[_Said]:
        """Return what events about the data set itself say."""
        for name in column_links.FACETS:
            for facet in facet_rows.of_nodes(self._session, ARTIFACT, [artifact_id], name):
                if facet.content:
                    return [self._said(artifact_id, None, facet.time, read.pairs(facet))]
        return []

    def _said(self, artifact_id: int, execution_id: int | None, time: int, pairs: Sequence[Pair]) -> _Said:
        own = [pair for pair in pairs if self._names.mean(pair.target, artifact_id)]
        return _Said(artifact_id, execution_id, milliseconds(time), own)

    def _links_up(self, said: Sequence[_Said]) -> Iterator[tuple[_Ends, _Said, Source]]:
        found = [(one, pair) for one in said for pair in one.pairs]
        meant = self._meant({(one.artifact_id, one.execution_id, pair.source.data_set) for one, pair in found})
        for one, (_, column, source) in found:
            source_id = meant[one.artifact_id, one.execution_id, source.data_set]
            yield _Ends(source.data_set, source_id, source.column, one.artifact_id, column), one, source

    def _links_down(self, said: Sequence[_Said], artifact_id: int) -> Iterator[tuple[_Ends, _Said, Source]]:
        found = [(one, pair) for one in said for pair in one.pairs]
        self._names.look_up({pair.source.data_set for _, pair in found})
        for one, (_, column, source) in found:
            if artifact_id in self._names.artifacts(source.data_set):
                yield _Ends(source.data_set, artifact_id, source.column, one.artifact_id, column), one, source

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


class _Reader:
    """Reads what facets say of some columns; nightly runs say the same, which is read once."""

    def __init__(self, pairs_of: Callable[[Object, set[str]], Iterator[Pair]], columns: set[str]) -> None:
        self._pairs_of = pairs_of
        self._columns = columns
        self._known: dict[bytes, list[Pair]] = {}

    def pairs(self, facet: Facet) -> list[Pair]:
        """Return the pairs of columns that a facet names."""
        digest = hashlib.sha256((facet.content or "").encode("utf-8", "surrogatepass")).digest()
        if digest not in self._known:
            deadlines.check()
            self._known[digest] = list(self._pairs_of(quick_content_of(facet), self._columns))
        return self._known[digest]


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
        affects_all=ends.target_column is None,
        transformations=list(link.source.transformations),
    )
