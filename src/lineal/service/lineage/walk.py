"""The one walk through events from starting nodes: breadth first, all nodes of a hop at once.

A hop takes at most one statement for the artifacts and one for the executions of the frontier, however many they are.
A walk that stops before its end says where (`Subgraph.cuts`). What stays out: which events lead on
(event_directions.py), how they are read ahead (leads.py), and what the calls and the web UI answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lineal import errors, lineage_cuts
from lineal.counting import amount
from lineal.event_directions import OTHER
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.lineage_cuts import Cut
from lineal.service.lineage.endings import Endings
from lineal.service.lineage.leads import Leads
from lineal.service.lineage.route import END, Ids, Route
from lineal.store.engine.session import Session
from lineal.store.rows.events import EventRow

_Frontier = dict[Kind, Sequence[int]]


@dataclass
class Subgraph:
    """The nodes that a walk met with how many hops away they are, the events it went along, and where it stopped."""

    nodes: dict[Kind, dict[int, int]] = field(default_factory=lambda: {ARTIFACT: {}, EXECUTION: {}})
    events: dict[int, EventRow] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)


def walk(
    session: Session, start: Mapping[Kind, Iterable[int]], route: Route, *, leads: Leads | None = None
) -> Subgraph:
    """Walk from the starting nodes; a node is met once, an event that leads back to one is kept as well.

    `leads` has read the starting nodes, and maybe events.

    Raises:
        ResourceExhaustedError: the graph has more nodes than the route's `refused_size`.
    """
    return _Walk(session, route, leads or Leads(session, route)).run(start)


class _Walk:
    """One walk: what it has found, and what it leaves out."""

    def __init__(self, session: Session, route: Route, leads: Leads) -> None:
        self._route = route
        self._leads = leads
        self._endings = Endings(route, leads, is_remote=session.dialect.is_remote)
        self._found = Subgraph()
        self._ended: Ids = {ARTIFACT: set(), EXECUTION: set()}
        self._dropped: Ids = {ARTIFACT: set(), EXECUTION: set()}
        self._dropped_at = 0
        self._read_in_part_at = 0

    def run(self, start: Mapping[Kind, Iterable[int]]) -> Subgraph:
        most, hop = self._route.max_hops, 0
        for kind, ids in start.items():
            self._leads.expect(kind, sorted(ids))
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
        ends = self._endings.of(kind, set(new))
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
            is_counted = self._route.ask_for_ends is None or self._route.include_ends[other]
            count += len(reached) if is_counted else 0
            is_all = is_all and are_all and (is_counted or not reached)
        return count, is_all
