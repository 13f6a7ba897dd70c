"""The walk through events from starting nodes: breadth first, all nodes of a hop at once.

A hop takes at most one statement for the artifacts and one for the executions of the frontier, however many they are.
While the frontier is narrow, one statement reads the events of many hops, twice as many as the one before, or all hops
once it looks like a chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from lineal import errors
from lineal.counting import amount
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows.events import EventRow
from lineal.store.rows.reach import events_within
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
_END: dict[Kind, Callable[[EventRow], int]] = {kind: attrgetter(kind.id_column) for kind in _OTHER}
# A walk that goes both ways comes back to where it was, which reading ahead meets again at every second depth.
_HOPS_AHEAD: dict[int, tuple[int, int]] = {
    _Direction.DOWNSTREAM: (8, 128),
    _Direction.UPSTREAM: (8, 128),
    _Direction.BIDIRECTIONAL: (2, 8),
}
_NARROW = 16  # nodes
_MANY = 1000  # events
_THIN = 3  # events for each hop
_MOST_EVENTS_AHEAD = 10_000
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
    leads = _Leads(session, route)
    for hops_left in range(route.max_hops, 0, -1):
        if not any(frontier.values()):
            break
        frontier = _hop(leads, hops_left, frontier, found, left_out, route)
        _check_size(found, session.limits.max_lineage_nodes)
    return found


def _check_size(found: Subgraph, most: int) -> None:
    """Refuse a graph that is too large to go on.

    Raises:
        ResourceExhaustedError: it is.
    """
    size = sum(map(len, found.nodes.values()))
    if size > most:
        raise errors.ResourceExhaustedError(
            f"the lineage graph has more than {amount(most, 'nodes')}; ask for fewer hops, end it at some nodes, or "
            "start the server with a larger --max-lineage-nodes",
            errors.Details(limit="--max-lineage-nodes"),
        )


class _Leads:
    """The events that lead on from nodes, read ahead of the walk while it is narrow."""

    def __init__(self, session: Session, route: Route) -> None:
        self._session = session
        self._types = _LEADING[route.direction]
        self._may_read_ahead = route.max_nodes is None
        self._ahead, self._most_ahead = _HOPS_AHEAD[route.direction]
        self._known: dict[Kind, dict[int, list[EventRow]]] = {ARTIFACT: {}, EXECUTION: {}}

    def of(self, kind: Kind, ids: set[int], hops_left: int) -> list[EventRow]:
        """Return the events that lead on from nodes, in the order they were written."""
        known = self._known[kind]
        unknown = [node_id for node_id in ids if node_id not in known]
        if unknown:
            self._read(kind, sorted(unknown), hops_left)
        if len(ids) == 1:  # most hops of a chain; the list is in order
            return known[next(iter(ids))]
        return sorted([event for node_id in ids for event in known[node_id]])

    def _read(self, kind: Kind, ids: list[int], hops_left: int) -> None:
        """Read the events of nodes, and of what lies behind them if they are few."""
        narrow = self._may_read_ahead and len(ids) <= _NARROW
        hops = min(self._ahead, hops_left) if narrow else 1
        types, other = self._types[kind], self._types[_OTHER[kind]]
        events: list[EventRow] = []
        if hops > 1:
            events = events_within(self._session, kind, ids, types, other, hops=hops, most=_MOST_EVENTS_AHEAD)
        if len(events) >= _MOST_EVENTS_AHEAD:  # not all of them, and as many would be read in vain the next time
            self._most_ahead = hops // 2
            hops = 1
        if hops == 1:
            events = event_rows.events_of_types(self._session, kind, ids, types)
        if len(events) <= _THIN * hops:
            self._ahead = self._most_ahead
        else:
            self._ahead = min(2 * hops, self._most_ahead) if len(events) < _MANY else 1
        self._sort_in(kind, ids, events, hops)

    def _sort_in(self, kind: Kind, ids: Iterable[int], events: list[EventRow], hops: int) -> None:
        """Note the events of the nodes that lie fewer than so many hops away, which are complete."""
        of_node: dict[Kind, dict[int, list[EventRow]]] = {ARTIFACT: {}, EXECUTION: {}}
        events = sorted(events)
        for owner, types in self._types.items():
            mine, end = of_node[owner], _END[owner]
            for event in events:
                if event.type in types:
                    mine.setdefault(end(event), []).append(event)
        for _ in range(hops):
            known, mine, end = self._known[kind], of_node[kind], _END[_OTHER[kind]]
            following: set[int] = set()
            for node_id in ids:
                if node_id not in known:
                    known[node_id] = leading = mine.get(node_id, [])
                    following.update(map(end, leading))
            ids, kind = following, _OTHER[kind]
            if not ids:
                break


def _enter(kind: Kind, ids: set[int], found: Subgraph, left_out: Ids, route: Route) -> set[int]:
    """Take new nodes into the result; return those from which the walk goes on."""
    new = ids - found.nodes[kind]
    if left_out[kind]:
        new -= left_out[kind]
    if route.max_nodes is not None:
        kept = sorted(new)[: max(0, route.max_nodes - sum(map(len, found.nodes.values())))]
        left_out[kind] |= new.difference(kept)
        new = set(kept)
    if not new:
        return new
    ends = route.ends(kind, new)
    if not ends:
        found.nodes[kind] |= new
        return new
    if route.include_ends[kind]:
        found.nodes[kind] |= new
    else:
        found.nodes[kind] |= new - ends
        left_out[kind] |= ends
    return new - ends


def _hop(leads: _Leads, hops_left: int, frontier: Ids, found: Subgraph, left_out: Ids, route: Route) -> Ids:
    """Go along the events that lead on from the frontier; return the next frontier."""
    following: Ids = {}
    passed: list[EventRow] = []
    for kind, ids in frontier.items():
        if ids:
            events, other = leads.of(kind, ids, hops_left), _OTHER[kind]
            following[other] = set(map(_END[other], events))
            passed += events
    following = {kind: _enter(kind, following[kind], found, left_out, route) for kind in _OTHER if following.get(kind)}
    if left_out[ARTIFACT] or left_out[EXECUTION]:
        passed = [each for each in passed if all(_END[kind](each) not in left_out[kind] for kind in left_out)]
    for event in passed:
        found.events[event.id] = event
    return following
