"""The walk through events from starting nodes: breadth first, all nodes of a hop at once.

Each hop takes one statement for the artifacts and one for the executions of the frontier, however many they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store import events as event_rows
from lineal.store.database import Session
from lineal.store.events import EventRow
from lineal.wire import metadata_store as pb

INPUTS = (pb.Event.INPUT, pb.Event.DECLARED_INPUT, pb.Event.INTERNAL_INPUT)
OUTPUTS = (pb.Event.OUTPUT, pb.Event.DECLARED_OUTPUT, pb.Event.INTERNAL_OUTPUT, pb.Event.PENDING_OUTPUT)
_Direction = pb.LineageSubgraphQueryOptions
# Which events lead on from a node of a kind, in each direction.
_LEADING: dict[int, dict[Kind, tuple[int, ...]]] = {
    _Direction.DOWNSTREAM: {ARTIFACT: INPUTS, EXECUTION: OUTPUTS},
    _Direction.UPSTREAM: {ARTIFACT: OUTPUTS, EXECUTION: INPUTS},
    _Direction.BIDIRECTIONAL: {ARTIFACT: INPUTS + OUTPUTS, EXECUTION: INPUTS + OUTPUTS},
}
_OTHER = {ARTIFACT: EXECUTION, EXECUTION: ARTIFACT}
Ids = dict[Kind, set[int]]


@dataclass
class Subgraph:
    """The nodes that a walk met and the events it went along."""

    nodes: Ids = field(default_factory=lambda: {ARTIFACT: set(), EXECUTION: set()})
    events: dict[int, EventRow] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """How to walk.

    Attributes:
        direction: DOWNSTREAM, UPSTREAM or BIDIRECTIONAL; one hop is one event.
        max_hops: how many hops at most.
        ends: returns those of some nodes of a kind at which the walk stops.
        include_ends: per kind, whether ending nodes and the events to them belong to the result.
        max_nodes: how many nodes the result may have; those met first are kept.
    """

    direction: int
    max_hops: int
    ends: Callable[[Kind, set[int]], set[int]]
    include_ends: dict[Kind, bool]
    max_nodes: int | None = None


def walk(session: Session, start: Ids, route: Route) -> Subgraph:
    """Walk from the starting nodes; a node is met once, an event that leads back to one is kept as well."""
    found = Subgraph()
    left_out: Ids = {ARTIFACT: set(), EXECUTION: set()}
    frontier = {kind: _enter(kind, start.get(kind, set()), found, left_out, route) for kind in (ARTIFACT, EXECUTION)}
    for _ in range(route.max_hops):
        if not any(frontier.values()):
            break
        frontier = _hop(session, frontier, found, left_out, route)
    return found


def _enter(kind: Kind, ids: set[int], found: Subgraph, left_out: Ids, route: Route) -> set[int]:
    """Take new nodes into the result; return those from which the walk goes on."""
    new = ids - found.nodes[kind] - left_out[kind]
    if route.max_nodes is not None:
        kept = sorted(new)[: max(0, route.max_nodes - sum(map(len, found.nodes.values())))]
        left_out[kind] |= new.difference(kept)
        new = set(kept)
    if not new:
        return new
    ends = route.ends(kind, new)
    if route.include_ends[kind]:
        found.nodes[kind] |= new
    else:
        found.nodes[kind] |= new - ends
        left_out[kind] |= ends
    return new - ends


def _hop(session: Session, frontier: Ids, found: Subgraph, left_out: Ids, route: Route) -> Ids:
    """Go along the events that lead on from the frontier; return the next frontier."""
    reached: Ids = {ARTIFACT: set(), EXECUTION: set()}
    passed: list[EventRow] = []
    for kind, ids in frontier.items():
        events = event_rows.events_of_types(session, kind, sorted(ids), _LEADING[route.direction][kind])
        reached[_OTHER[kind]] |= {_end(event, _OTHER[kind]) for event in events}
        passed.extend(events)
    following = {kind: _enter(kind, ids, found, left_out, route) for kind, ids in reached.items()}
    for event in passed:
        if event.artifact_id not in left_out[ARTIFACT] and event.execution_id not in left_out[EXECUTION]:
            found.events[event.id] = event
    return following


def _end(event: EventRow, kind: Kind) -> int:
    return event.artifact_id if kind is ARTIFACT else event.execution_id
