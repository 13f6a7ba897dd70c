"""The events that lead on from nodes, read ahead of a walk while it is narrow.

One statement reads the events of several hops, and of all hops once the walk looks like a chain. On a database server,
more is read ahead than in this process: there, a round trip costs more than most statements. What stays out: the rules
of a walk (walk.py), and the statements (store/rows/reach.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from lineal.event_directions import BIDIRECTIONAL, DOWNSTREAM, OTHER, UPSTREAM, leading
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.service.lineage.route import END, Route
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows.events import EventRow
from lineal.store.rows.listing import Listing, list_nodes
from lineal.store.rows.reach import MOST_TURNING, Followed, Ways, ask_for_events_within, followed, page_with_events

# Hops, at first and if the walk looks like a chain. A walk that goes both ways may soon meet a large part of the store.
_AHEAD, _AHEAD_BOTH_WAYS, _MOST_AHEAD = 8, 2, 128
_NARROW = 16  # nodes; four times as many on a server
_MANY = 1000  # events
_THIN = 3  # events for each hop
_MOST_EVENTS_AHEAD = 10_000
_EVENTS_PER_NODE_AHEAD = 8  # of a walk that is limited to some nodes
_MOST_EVENTS_BEYOND = 1000


class _Reading(NamedTuple):
    """Events that were asked for: those of nodes of a kind, and of what lies fewer than some hops behind them."""

    kind: Kind
    ids: Sequence[int]
    hops: int
    hops_left: int | None
    events: Callable[[], list[EventRow]]


class _Edge(NamedTuple):
    """Nodes of a kind behind which nothing has been read, and how many hops may follow."""

    kind: Kind
    ids: list[int]
    hops_left: int | None


class Leads:
    """The events that lead on from nodes.

    Attributes:
        is_cut: whether a hop had more events than the route allows.
    """

    def __init__(self, session: Session, route: Route) -> None:
        self._session = session
        self._route = route
        self._types = leading(route.direction, internal=route.internal)
        both = route.direction == BIDIRECTIONAL
        directions = (DOWNSTREAM, UPSTREAM, BIDIRECTIONAL) if both else (route.direction,)
        self._directions = [leading(each, internal=route.internal) for each in directions]
        self._ahead, self._most_ahead = _AHEAD_BOTH_WAYS if both else _AHEAD, _MOST_AHEAD
        self._narrow = 4 * _NARROW if session.dialect.is_remote else _NARROW
        nodes = route.max_nodes
        wanted = _MOST_EVENTS_AHEAD if nodes is None else max(_MANY, _EVENTS_PER_NODE_AHEAD * nodes)
        self._most_events_ahead = min(_MOST_EVENTS_AHEAD, wanted)
        self._known: dict[Kind, dict[int, list[EventRow]]] = {ARTIFACT: {}, EXECUTION: {}}
        self._asked: _Reading | None = None
        self._edge: _Edge | None = None
        self._notes_met = route.ask_for_ends is not None and session.dialect.is_remote
        self._met: list[tuple[Kind, Iterable[int]]] = []
        self.is_cut = False

    def start(self, listing: Listing, limit: int) -> list[int]:
        """Return the ids of up to `limit` nodes of a listing, without order; a server reads their events with them.

        Raises:
            InvalidArgumentError: the filter of the listing is wrong.
        """
        if not self._session.dialect.is_remote:
            return [row.id for row in list_nodes(self._session, listing, limit=limit)]
        hops, left = self._hops_ahead(1, self._route.max_hops), self._route.max_hops
        found = page_with_events(
            self._session, self._ways(listing.kind, hops), listing, limit=limit, narrow=_NARROW, hops=hops,
            most=self._most_events_ahead, period=self._route.period,
        )  # fmt: skip
        hops = hops if len(found.ids) <= _NARROW else 1
        self._take(_Reading(listing.kind, found.ids, hops, left, lambda: found.events))
        return found.ids

    def expect(self, kind: Kind, ids: Sequence[int]) -> None:
        """Take note of the starting nodes, from which `ask_beyond` reads if nothing has been read yet."""
        if ids and self._edge is None:
            self._edge = _Edge(kind, list(ids), self._route.max_hops)

    def of(self, kind: Kind, ids: Sequence[int], hops_left: int | None) -> list[EventRow]:
        """Return the events that lead on from nodes, in the order they were written."""
        known = self._known[kind]
        unknown = [node_id for node_id in ids if node_id not in known]
        if unknown and self._asked is not None:
            self._take_asked()
            unknown = [node_id for node_id in unknown if node_id not in known]
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

    def ask_beyond(self) -> None:
        """Ask for what lies behind the nodes that were read ahead, if these are few: other questions travel with it."""
        if self._edge is None or self._asked is not None:
            return
        (kind, ids, left), self._edge = self._edge, None
        hops = self._hops_ahead(len(ids), left)
        if ids and hops > 1 and left != 0:
            self._asked = _Reading(kind, ids, hops, left, self._ask_within(kind, ids, hops))

    def newly_met(self) -> list[tuple[Kind, Iterable[int]]]:
        """Return the nodes that were read ahead since the last time, nearest first."""
        if self._asked is not None:
            self._take_asked()
        met, self._met = self._met, []
        return met

    def _take_asked(self) -> None:
        reading, self._asked = self._asked, None
        if reading is not None:
            self._take(reading)

    def _allowed(self, kind: Kind, events: list[EventRow]) -> list[EventRow]:
        """Return the events that lead to nodes of a kind that count."""
        members = None if self._route.inside is None else self._route.inside.get(kind)
        end = END[kind]
        return events if members is None else [event for event in events if end(event) in members]

    def _hops_ahead(self, count: int, hops_left: int | None) -> int:
        """Return how many hops to read at once; the one beyond the last tells whether anything lies there."""
        if count > self._narrow or self._route.inside is not None or hops_left == 1:
            return 1
        return self._ahead if hops_left is None else min(self._ahead, hops_left + 1)

    def _read(self, kind: Kind, ids: list[int], hops_left: int | None) -> None:
        """Read the events of nodes, and of what lies behind them if they are few."""
        hops = self._hops_ahead(len(ids), hops_left)
        if hops > 1:
            reading = _Reading(kind, ids, hops, hops_left, self._ask_within(kind, ids, hops))
            if self._take(reading):
                return
        events = self._events_of(kind, ids)
        self._adapt(len(events), 1)
        self._sort_in(_Reading(kind, ids, 1, hops_left, lambda: events), events)

    def _take(self, reading: _Reading) -> bool:
        """Take what was read ahead; return whether that was all: as much would be read in vain the next time."""
        events = reading.events()
        if len(events) >= self._most_events_ahead:
            self._most_ahead, self._ahead = max(1, reading.hops // 2), 1
            return False
        self._adapt(len(events), reading.hops)
        self._sort_in(reading, events)
        return True

    def _adapt(self, count: int, hops: int) -> None:
        """Read more hops at once if so many events are few, and fewer if they are many.

        A single hop does not show that a walk that goes both ways looks like a chain.
        """
        if count <= _THIN * hops:
            is_sure = hops > 1 or len(self._directions) == 1
            self._ahead = self._most_ahead if is_sure else min(MOST_TURNING, self._most_ahead)
        else:
            self._ahead = min(2 * hops, self._most_ahead) if count < _MANY else 1

    def _ways(self, kind: Kind, hops: int) -> Ways:
        types = tuple([each.types for each in followed(self._directions, kind, hops)])
        return Ways(kind, types, (self._types[kind], self._types[OTHER[kind]]), self._route.period.ends)

    def _ask_within(self, kind: Kind, ids: Sequence[int], hops: int) -> Callable[[], list[EventRow]]:
        most, period = self._most_events_ahead, self._route.period
        return ask_for_events_within(self._session, self._ways(kind, hops), ids, hops=hops, most=most, period=period)

    def _events_of(self, kind: Kind, ids: list[int]) -> list[EventRow]:
        """Return the events that lead on from nodes, at most as many as the route allows."""
        types, period, most = self._types[kind], self._route.period, self._route.max_events
        if most is None:
            events = event_rows.events_of_types(self._session, kind, ids, types, period=period)
        else:
            events = event_rows.first_events_of_types(self._session, kind, ids, types, most=most + 1, period=period)
            self.is_cut = self.is_cut or len(events) > most
        return self._allowed(OTHER[kind], events[:most])

    def _sort_in(self, reading: _Reading, events: list[EventRow]) -> None:
        """Note the events of the nodes that lie fewer than so many hops away, which are complete."""
        of_node: dict[Kind, dict[int, list[EventRow]]] = {ARTIFACT: {}, EXECUTION: {}}
        events = sorted(events)
        for owner, types in self._types.items():
            mine, end = of_node[owner], END[owner]
            for event in events:
                if event.type in types:
                    mine.setdefault(end(event), []).append(event)
        ways = followed(self._directions, reading.kind, reading.hops)
        edges = [(self._follow(way, reading, of_node), way.hops) for way in ways]
        self._edge = self._edge_of(reading, edges)
        if len(ways) > 1 and not any(ids for ids, hops in edges if hops > MOST_TURNING):
            self._most_ahead = self._ahead = MOST_TURNING  # no way went far without a turn

    def _follow(
        self, way: Followed, reading: _Reading, of_node: dict[Kind, dict[int, list[EventRow]]]
    ) -> Iterable[int]:
        """Note the events along a way; return the nodes behind its last hop."""
        kind, ids = reading.kind, dict.fromkeys(reading.ids)
        seen: dict[Kind, set[int]] = {ARTIFACT: set(), EXECUTION: set()}
        for hop in range(way.hops):
            known, mine, end, types = self._known[kind], of_node[kind], END[OTHER[kind]], way.types[hop % 2]
            new = [node_id for node_id in ids if node_id not in seen[kind]]
            seen[kind].update(new)
            onward: list[EventRow] = []
            for node_id in new:
                if node_id not in known:
                    known[node_id] = mine.get(node_id, [])
                onward += known[node_id]
            if types != self._types[kind]:
                onward = [event for event in onward if event.type in types]
            ids, kind = dict.fromkeys(map(end, onward)), OTHER[kind]
            if self._notes_met:
                self._met.append((kind, ids))
            if not ids:
                break
        return ids

    def _edge_of(self, reading: _Reading, edges: list[tuple[Iterable[int], int]]) -> _Edge | None:
        """Return the nodes where the longest ways end that lead on."""
        longest: dict[int, list[int]] = {}
        for ids, hops in edges:
            kind = reading.kind if hops % 2 == 0 else OTHER[reading.kind]
            longest.setdefault(hops, []).extend([node_id for node_id in ids if node_id not in self._known[kind]])
        hops = max([hops for hops, ids in longest.items() if ids], default=0)
        if not hops:
            return None
        left = None if reading.hops_left is None else max(0, reading.hops_left - hops)
        return _Edge(reading.kind if hops % 2 == 0 else OTHER[reading.kind], list(dict.fromkeys(longest[hops])), left)
