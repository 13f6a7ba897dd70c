"""How two nodes are related: the shortest ways along the flow, or the nearest common ancestors.

Both are found from bounded walks; nothing but the ids is read until the ways are known.
"""

from __future__ import annotations

from collections.abc import Iterator

from lineal.catalogue import shapes
from lineal.catalogue.cards import cards_by_key, key_of
from lineal.catalogue.lineage import (
    DOWN,
    INPUTS,
    MOST_GENERATIONS,
    MOST_RELATIVES,
    UP,
    Key,
    View,
    Walked,
    edges_between,
    end_of,
    focus_of,
    lineage_nodes,
    walk,
)
from lineal.catalogue.lineage import OTHER as OTHER_KIND
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows.events import EventRow

MOST_PATHS = 50
_MOST_STEPS = 200_000


def between(session: Session, types: KnownTypes, first: str, second: str, *, limit: int, view: View) -> shapes.Paths:
    """Return the ways from one node to another, shortest first, or their nearest common ancestors.

    Raises:
        InvalidArgumentError: a text is no key of an artifact or execution.
        NotFoundError: one of the nodes does not exist.
    """
    start, goal = focus_of(session, first), focus_of(session, second)
    for direction in (DOWN, UP):
        walked = _walked(session, start, direction, view)
        if goal in walked.distances and goal != start:
            found = list(_ways(walked, start, goal, direction, limit + 1))
            return _answer(session, types, direction, found, limit, view)
    return _ancestors(session, types, start, goal, view)


def _walked(session: Session, start: Key, direction: str, view: View) -> Walked:
    walked = Walked({start: 0})
    walk(session, start, direction, hops=2 * MOST_GENERATIONS, limit=MOST_RELATIVES, view=view, into=walked)
    return walked


def _ways(walked: Walked, start: Key, goal: Key, direction: str, limit: int) -> Iterator[list[Key]]:
    """Yield ways from start to goal, shortest first: partial ways back from the goal grow by the distance left."""
    before = _before(walked, direction)
    waiting: dict[int, list[tuple[Key, ...]]] = {abs(walked.distances[goal]): [(goal,)]}
    found = steps = 0
    while waiting and found < limit and steps < _MOST_STEPS:
        length = min(waiting)
        ways = waiting[length]
        way = ways.pop(0)
        if not ways:
            del waiting[length]
        steps += 1
        if way[0] == start:
            found += 1
            yield list(way)
            continue
        for key in before.get(way[0], ()):
            if key not in way:
                total = len(way) + abs(walked.distances[key])
                waiting.setdefault(total, []).append((key, *way))


def _before(walked: Walked, direction: str) -> dict[Key, list[Key]]:
    """Return for each node the nodes from which an event of the walk leads to it."""
    found: dict[Key, dict[Key, None]] = {}
    for event in walked.events.values():
        source, target = _ends(event, direction)
        found.setdefault(target, {})[source] = None
    return {key: list(sources) for key, sources in found.items()}


def _ends(event: EventRow, direction: str) -> tuple[Key, Key]:
    """Return where an event starts and ends, in the direction of the walk."""
    artifact, execution = ((kind, end_of(event, kind)) for kind in OTHER_KIND)
    along = (artifact, execution) if event.type in INPUTS else (execution, artifact)
    return along if direction == DOWN else along[::-1]


def _answer(
    session: Session, types: KnownTypes, direction: str, ways: list[list[Key]], limit: int, view: View
) -> shapes.Paths:
    sign = 1 if direction == DOWN else -1
    distances: dict[Key, int] = {}
    for way in ways[:limit]:
        for place, key in enumerate(way):
            distances.setdefault(key, sign * place)
    return shapes.Paths(
        direction=direction,  # type: ignore[arg-type]
        paths=[[key_of(*key) for key in way] for way in ways[:limit]],
        more=len(ways) > limit,
        ancestors=[],
        nodes=lineage_nodes(session, types, distances, view),
        edges=edges_between(session, distances, view),
    )


def _ancestors(session: Session, types: KnownTypes, start: Key, goal: Key, view: View) -> shapes.Paths:
    """Return the nearest common ancestors: those that no other one comes from, by the sum of both distances."""
    ups = [_walked(session, key, UP, view) for key in (start, goal)]
    common = ups[0].distances.keys() & ups[1].distances.keys()
    sums = {key: abs(ups[0].distances[key]) + abs(ups[1].distances[key]) for key in common}
    nearest = sorted((key for key in common if sums[key] == min(sums.values())), key=lambda key: key[1])
    distances = {start: 0, goal: 0}
    for walked, origin in zip(ups, (start, goal), strict=True):
        for ancestor in nearest[:MOST_PATHS]:
            for way in _ways(walked, origin, ancestor, UP, 1):
                distances.update({key: -place for place, key in enumerate(way) if key not in distances})
    extra = {key: {"distance": sums[key]} for key in nearest[:MOST_PATHS]}
    cards = cards_by_key(session, types, list(extra), shape=shapes.Relative, extra=extra)
    return shapes.Paths(
        direction=None,
        paths=[],
        more=False,
        ancestors=list(cards.values()),
        nodes=lineage_nodes(session, types, distances, view),
        edges=edges_between(session, distances, view),
    )
