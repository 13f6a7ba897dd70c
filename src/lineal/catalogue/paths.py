"""How two nodes are related: the shortest ways along the flow, or the nearest common ancestors.

Both come from bounded walks. Only ids are read until the paths are known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from lineal import deadlines, lineage_cuts
from lineal.catalogue import shapes
from lineal.catalogue.cards import cards_by_key, key_of
from lineal.catalogue.lineage_graph import (
    DOWN,
    SIGNS,
    UP,
    GraphPart,
    Key,
    Walked,
    cut_shape,
    draw,
    focus_of,
    walked_from,
)
from lineal.event_directions import INPUTS
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.lineage_cuts import Cut
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows.events import EventRow

MOST_PATHS = 50
_MOST_STEPS = 200_000


def between(
    session: Session, types: KnownTypes, first: str, second: str, *, limit: int, view: GraphPart
) -> shapes.Paths:
    """Return the ways from one node to another, shortest first, or their nearest common ancestors.

    Raises:
        InvalidArgumentError: a text is no key of an artifact or execution.
        NotFoundError: one of the nodes does not exist.
    """
    start, goal = focus_of(session, first), focus_of(session, second)
    walked = {}
    for direction in (DOWN, UP):
        walked[direction] = walked_from(session, start, direction, view)
        if goal in walked[direction].distances and goal != start:
            search = _Search(walked[direction], start, goal, direction)
            return _answer(session, types, search, limit, view)
    return _ancestors(session, types, (start, goal), (walked[UP], walked_from(session, goal, UP, view)), view)


class _Search:
    """A search for the ways from a walk's start to a node that it met.

    Attributes:
        is_cut: whether it was given up.
    """

    def __init__(self, walked: Walked, start: Key, goal: Key, direction: str) -> None:
        self.walked = walked
        self.direction = direction
        self.is_cut = False
        self._start = start
        self._goal = goal

    def ways(self, limit: int) -> Iterator[list[Key]]:
        """Yield ways, shortest first: partial ways back from the goal grow by the distance left."""
        distances = self.walked.distances
        before = _before(self.walked, self.direction)
        waiting = {distances[self._goal]: deque([_Way(self._goal, 1, distances[self._goal], None)])}
        found = steps = 0
        while waiting and found < limit:
            if steps == _MOST_STEPS:
                self.is_cut = True
                return
            deadlines.check()
            length = min(waiting)
            way = waiting[length].popleft()
            if not waiting[length]:
                del waiting[length]
            steps += 1
            if way.key == self._start:
                found += 1
                yield list(way)
                continue
            for key in before.get(way.key, ()):
                distance = distances[key]
                if distance < way.least or key not in set(way):
                    longer = _Way(key, way.length + 1, min(distance, way.least), way)
                    waiting.setdefault(way.length + distance, deque()).append(longer)


class _Way:
    """A way from a node to the goal.

    Attributes:
        key: the node that it begins with.
        length: how many nodes it has.
        least: the least distance from the walk's start that one of them has.
    """

    def __init__(self, key: Key, length: int, least: int, rest: _Way | None) -> None:
        self.key = key
        self.length = length
        self.least = least
        self._rest = rest

    def __iter__(self) -> Iterator[Key]:
        way: _Way | None = self
        while way is not None:
            yield way.key
            way = way._rest


def _before(walked: Walked, direction: str) -> dict[Key, list[Key]]:
    """Return for each node the nodes from which an event of the walk leads to it."""
    found: dict[Key, dict[Key, None]] = {}
    for event in walked.events:
        source, target = _ends(event, direction)
        found.setdefault(target, {})[source] = None
    return {key: list(sources) for key, sources in found.items()}


def _ends(event: EventRow, direction: str) -> tuple[Key, Key]:
    """Return where an event starts and ends, in the direction of the walk."""
    artifact, execution = (ARTIFACT, event.artifact_id), (EXECUTION, event.execution_id)
    along = (artifact, execution) if event.type in INPUTS else (execution, artifact)
    return along if direction == DOWN else along[::-1]


def _answer(session: Session, types: KnownTypes, search: _Search, limit: int, view: GraphPart) -> shapes.Paths:
    ways = list(search.ways(limit + 1))
    distances: dict[Key, int] = {}
    for way in ways[:limit]:
        for place, key in enumerate(way):
            distances.setdefault(key, SIGNS[search.direction] * place)
    drawn = draw(session, types, distances, view)
    return shapes.Paths(
        direction=search.direction,  # type: ignore[arg-type]
        paths=[[key_of(*key) for key in way] for way in ways[:limit]],
        more=len(ways) > limit or search.is_cut,
        ancestors=[],
        nodes=drawn.nodes,
        edges=drawn.edges,
        cuts=search.walked.cuts + _given_up(search) + drawn.cuts,
    )


def _given_up(search: _Search) -> list[shapes.Cut]:
    return [cut_shape(Cut(lineage_cuts.WAYS), search.direction)] if search.is_cut else []


def _ancestors(
    session: Session, types: KnownTypes, ends: tuple[Key, Key], ups: tuple[Walked, Walked], view: GraphPart
) -> shapes.Paths:
    """Return the nearest common ancestors: those that no other one comes from, by the sum of both distances."""
    common = ups[0].distances.keys() & ups[1].distances.keys()
    sums = {key: ups[0].distances[key] + ups[1].distances[key] for key in common}
    nearest = sorted((key for key in common if sums[key] == min(sums.values())), key=lambda key: key[1])[:MOST_PATHS]
    distances = dict.fromkeys(ends, 0)
    for walked, origin in zip(ups, ends, strict=True):
        for ancestor in nearest:
            for way in _Search(walked, origin, ancestor, UP).ways(1):
                for place, key in enumerate(way):
                    distances.setdefault(key, -place)
    extra = {key: {"distance": sums[key]} for key in nearest}
    cards = cards_by_key(session, types, list(extra), shape=shapes.Relative, extra=extra)
    drawn = draw(session, types, distances, view)
    return shapes.Paths(
        direction=None,
        paths=[],
        more=False,
        ancestors=list(cards.values()),
        nodes=drawn.nodes,
        edges=drawn.edges,
        cuts=ups[0].cuts + ups[1].cuts + drawn.cuts,
    )
