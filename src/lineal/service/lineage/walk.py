"""The one walk through events from starting nodes: breadth first, all nodes of a hop at once.

A hop takes at most one statement for the artifacts and one for the executions of the frontier, however many they are.
While the frontier is narrow, one statement reads the events of many hops, twice as many as the one before, or all hops
once it looks like a chain. A walk that stops before its end says where (`Subgraph.cuts`). What stays out: which events
lead on (event_directions.py), and what the calls and the web UI answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from lineal import errors, lineage_cuts
from lineal.counting import amount
from lineal.event_directions import BIDIRECTIONAL, DOWNSTREAM, OTHER, UPSTREAM, leading
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.lineage_cuts import Cut
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows.events import ALL_TIME, EventRow, Period
from lineal.store.rows.reach import events_within

END: dict[Kind, Callable[[EventRow], int]] = {kind: attrgetter(kind.id_column) for kind in OTHER}
"""What returns the id of an event's node of a kind."""
# A walk that goes both ways comes back to where it was, which reading ahead meets again at every second depth.
_HOPS_AHEAD: dict[int, tuple[int, int]] = {DOWNSTREAM: (8, 128), UPSTREAM: (8, 128), BIDIRECTIONAL: (2, 8)}
_NARROW = 16  # nodes
_MANY = 1000  # events
_THIN = 3  # events for each hop
_MOST_EVENTS_AHEAD = 10_000
_EVENTS_PER_NODE_AHEAD = 8  # of a walk that is limited to some nodes
_MOST_EVENTS_BEYOND = 1000
Ids = dict[Kind, set[int]]
_Frontier = dict[Kind, Sequence[int]]


@dataclass
class Subgraph:
    """The nodes that a walk met with how many hops away they are, the events it went along, and where it stopped."""

    nodes: dict[Kind, dict[int, int]] = field(default_factory=lambda: {ARTIFACT: {}, EXECUTION: {}})
    events: dict[int, EventRow] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)


@dataclass(frozen=True)
class Route:
    """How to walk.

    Attributes:
        direction: DOWNSTREAM, UPSTREAM or BIDIRECTIONAL; one hop is one event.
        max_hops: how many hops at most; None for no limit.
        ends: returns those of some nodes of a kind at which the walk stops; None if it stops at none.
        include_ends: per kind, whether ending nodes and the events to them belong to the result.
        max_nodes: how many nodes the result may have; those met first are kept.
        max_events: how many events of a hop are read.
        refused_size: with how many nodes the walk is refused.
        period: the time of the events that count.
        internal: whether internal events count.
        inside: the only nodes that count, by kind; a kind without a set counts whole. None for all.
    """

    direction: int
    max_hops: int | None = None
    ends: Callable[[Kind, set[int]], set[int]] | None = None
    include_ends: Mapping[Kind, bool] = field(default_factory=lambda: {ARTIFACT: True, EXECUTION: True})
    max_nodes: int | None = None
    max_events: int | None = None
    refused_size: int | None = None
    period: Period = ALL_TIME
    internal: bool = True
    inside: Mapping[Kind, set[int]] | None = None


def walk(session: Session, start: Mapping[Kind, Iterable[int]], route: Route) -> Subgraph:
    """Walk from the starting nodes; a node is met once, an event that leads back to one is kept as well.

    Raises:
        ResourceExhaustedError: the graph has more nodes than the route's `refused_size`.
    """
    return _Walk(session, route).run(start)


class _Walk:
    """One walk: what it has found, and what it leaves out."""

    def __init__(self, session: Session, route: Route) -> None:
        self._route = route
        self._leads = _Leads(session, route)
        self._found = Subgraph()
        self._ended: Ids = {ARTIFACT: set(), EXECUTION: set()}
        self._dropped: Ids = {ARTIFACT: set(), EXECUTION: set()}
        self._dropped_at = 0
        self._read_in_part_at = 0

    def run(self, start: Mapping[Kind, Iterable[int]]) -> Subgraph:
        most, hop = self._route.max_hops, 0
        frontier: _Frontier = {kind: self._enter(kind, sorted(start.get(kind, ())), hop) for kind in OTHER}
        while any(frontier.values()) and hop != most:
            hop += 1
            frontier = self._hop(frontier, hop, None if most is None else most - hop + 1)
            self._check_size()
        self._note_cuts(frontier, hop)
        return self._found

    def _check_size(self) -> None:
        """Refuse a graph that is too large to go on."""
        most = self._route.refused_size
        if most is not None and self._size > most:
            raise errors.ResourceExhaustedError(
                f"the lineage graph has more than {amount(most, 'nodes')}; ask for fewer hops, end it at some nodes, "
                "or start the server with a larger --max-lineage-nodes",
                errors.Details(limit="--max-lineage-nodes"),
            )

    @property
    def _size(self) -> int:
        return sum(map(len, self._found.nodes.values()))

    def _enter(self, kind: Kind, ids: Iterable[int], hop: int) -> Sequence[int]:
        """Take new nodes into the result; return those from which the walk goes on."""
        met, ended = self._found.nodes[kind], self._ended[kind]
        new = [node_id for node_id in ids if node_id not in met and node_id not in ended]
        new = self._without_surplus(kind, new, hop)
        ends = self._route.ends(kind, set(new)) if new and self._route.ends else set()
        if not ends:
            met.update(dict.fromkeys(new, hop))
            return new
        going_on = [node_id for node_id in new if node_id not in ends]
        if not self._route.include_ends[kind]:
            ended |= ends
            new = going_on
        met.update(dict.fromkeys(new, hop))
        return going_on

    def _without_surplus(self, kind: Kind, new: list[int], hop: int) -> list[int]:
        """Drop the nodes that are too many."""
        if self._route.max_nodes is None:
            return new
        room = max(0, self._route.max_nodes - self._size)
        if len(new) > room:
            self._dropped[kind].update(new[room:])
            self._dropped_at = self._dropped_at or hop
        return new[:room]

    def _hop(self, frontier: _Frontier, hop: int, hops_left: int | None) -> _Frontier:
        """Go along the events that lead on from the frontier; return the next frontier."""
        reached: dict[Kind, Iterable[int]] = {}
        passed: list[EventRow] = []
        for kind, ids in frontier.items():
            if ids:
                events, other = self._leads.of(kind, ids, hops_left), OTHER[kind]
                reached[other] = dict.fromkeys(map(END[other], events))
                passed += events
        if self._leads.is_cut:
            self._read_in_part_at = self._read_in_part_at or hop
        following = {kind: self._enter(kind, reached[kind], hop) for kind in OTHER if reached.get(kind)}
        out = {kind: self._ended[kind] | self._dropped[kind] for kind in OTHER}
        if out[ARTIFACT] or out[EXECUTION]:
            passed = [each for each in passed if all(END[kind](each) not in out[kind] for kind in out)]
        for event in passed:
            self._found.events[event.id] = event
        return following

    def _note_cuts(self, frontier: _Frontier, hop: int) -> None:
        """Note where the walk stopped before its end."""
        dropped = sum(map(len, self._dropped.values()))
        if dropped:
            self._found.cuts.append(Cut(lineage_cuts.NODES, self._dropped_at, dropped))
        if self._read_in_part_at:
            self._found.cuts.append(Cut(lineage_cuts.EVENTS, self._read_in_part_at))
        if any(frontier.values()):
            beyond, is_all = self._beyond(frontier)
            if beyond or not is_all:
                self._found.cuts.append(Cut(lineage_cuts.HOPS, hop, beyond))

    def _beyond(self, frontier: _Frontier) -> tuple[int, bool]:
        """Return how many nodes one more hop would have met, and whether these are all.

        A filter of ending nodes is not looked at for them, as the official server does not: they are not counted then.
        """
        count, is_all = 0, True
        for kind, ids in frontier.items():
            events, are_all = self._leads.first_of(kind, ids) if ids else ([], True)
            other = OTHER[kind]
            reached = set(map(END[other], events)) - self._found.nodes[other].keys() - self._ended[other]
            is_counted = self._route.ends is None or self._route.include_ends[other]
            count += len(reached) if is_counted else 0
            is_all = is_all and are_all and (is_counted or not reached)
        return count, is_all


class _Leads:
    """The events that lead on from nodes, read ahead of the walk while it is narrow.

    Attributes:
        is_cut: whether a hop had more events than the route allows.
    """

    def __init__(self, session: Session, route: Route) -> None:
        self._session = session
        self._route = route
        self._types = leading(route.direction, internal=route.internal)
        self._ahead, self._most_ahead = _HOPS_AHEAD[route.direction]
        nodes = route.max_nodes
        wanted = _MOST_EVENTS_AHEAD if nodes is None else max(_MANY, _EVENTS_PER_NODE_AHEAD * nodes)
        self._most_events_ahead = min(_MOST_EVENTS_AHEAD, wanted)
        self._known: dict[Kind, dict[int, list[EventRow]]] = {ARTIFACT: {}, EXECUTION: {}}
        self.is_cut = False

    def of(self, kind: Kind, ids: Sequence[int], hops_left: int | None) -> list[EventRow]:
        """Return the events that lead on from nodes, in the order they were written."""
        known = self._known[kind]
        unknown = [node_id for node_id in ids if node_id not in known]
        if unknown:
            self._read(kind, sorted(unknown), hops_left)
        if len(ids) == 1:  # most hops of a chain; the list is in order
            return known[ids[0]]
        return sorted([event for node_id in ids for event in known[node_id]])

    def first_of(self, kind: Kind, ids: Sequence[int]) -> tuple[list[EventRow], bool]:
        """Return events that lead on from nodes, without reading many, and whether they are all."""
        known = self._known[kind]
        events = [event for node_id in ids for event in known.get(node_id, ())]
        unknown = sorted(node_id for node_id in ids if node_id not in known)
        read = event_rows.first_events_of_types(
            self._session, kind, unknown, self._types[kind], most=_MOST_EVENTS_BEYOND, period=self._route.period
        )
        return events + self._allowed(OTHER[kind], read), len(read) < _MOST_EVENTS_BEYOND

    def _allowed(self, kind: Kind, events: list[EventRow]) -> list[EventRow]:
        """Return the events that lead to nodes of a kind that count."""
        members = None if self._route.inside is None else self._route.inside.get(kind)
        end = END[kind]
        return events if members is None else [event for event in events if end(event) in members]

    def _hops_ahead(self, ids: Sequence[int], hops_left: int | None) -> int:
        """Return how many hops to read at once; the one beyond the last tells whether anything lies there."""
        if len(ids) > _NARROW or self._route.inside is not None or hops_left == 1:
            return 1
        return self._ahead if hops_left is None else min(self._ahead, hops_left + 1)

    def _read(self, kind: Kind, ids: list[int], hops_left: int | None) -> None:
        """Read the events of nodes, and of what lies behind them if they are few."""
        hops = self._hops_ahead(ids, hops_left)
        events: list[EventRow] = []
        if hops > 1:
            events = self._events_within(kind, ids, hops)
        if len(events) >= self._most_events_ahead:  # not all of them, and as many would be read in vain the next time
            self._most_ahead = hops // 2
            hops = 1
        if hops == 1:
            events = self._events_of(kind, ids)
        if len(events) <= _THIN * hops:
            self._ahead = self._most_ahead
        else:
            self._ahead = min(2 * hops, self._most_ahead) if len(events) < _MANY else 1
        self._sort_in(kind, ids, events, hops)

    def _events_within(self, kind: Kind, ids: list[int], hops: int) -> list[EventRow]:
        types, other, most = self._types[kind], self._types[OTHER[kind]], self._most_events_ahead
        return events_within(self._session, kind, ids, types, other, hops=hops, most=most, period=self._route.period)

    def _events_of(self, kind: Kind, ids: list[int]) -> list[EventRow]:
        """Return the events that lead on from nodes, at most as many as the route allows."""
        types, period, most = self._types[kind], self._route.period, self._route.max_events
        if most is None:
            events = event_rows.events_of_types(self._session, kind, ids, types, period=period)
        else:
            events = event_rows.first_events_of_types(self._session, kind, ids, types, most=most + 1, period=period)
            self.is_cut = self.is_cut or len(events) > most
        return self._allowed(OTHER[kind], events[:most])

    def _sort_in(self, kind: Kind, ids: Iterable[int], events: list[EventRow], hops: int) -> None:
        """Note the events of the nodes that lie fewer than so many hops away, which are complete."""
        of_node: dict[Kind, dict[int, list[EventRow]]] = {ARTIFACT: {}, EXECUTION: {}}
        events = sorted(events)
        for owner, types in self._types.items():
            mine, end = of_node[owner], END[owner]
            for event in events:
                if event.type in types:
                    mine.setdefault(end(event), []).append(event)
        for _ in range(hops):
            known, mine, end = self._known[kind], of_node[kind], END[OTHER[kind]]
            following: set[int] = set()
            for node_id in ids:
                if node_id not in known:
                    known[node_id] = onward = mine.get(node_id, [])
                    following.update(map(end, onward))
            ids, kind = following, OTHER[kind]
            if not ids:
                break
