"""The lineage around a node: generations up and down, counts of what is not shown, relatives with their distance.

A generation of an artifact is the executions next to it and their artifacts: two events. What stays out: ways between
two nodes (paths.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lineal import errors
from lineal.catalogue import runs, shapes
from lineal.catalogue.cards import cards_by_key, key_of, read_key, require
from lineal.catalogue.listing import Asked
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import runs as run_rows
from lineal.store.index import search as found_rows
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows.edges import Period
from lineal.store.rows.events import EventRow
from lineal.wire import metadata_store as pb

INPUTS = frozenset({pb.Event.INPUT, pb.Event.DECLARED_INPUT, pb.Event.INTERNAL_INPUT})
OUTPUTS = frozenset({pb.Event.OUTPUT, pb.Event.DECLARED_OUTPUT, pb.Event.INTERNAL_OUTPUT, pb.Event.PENDING_OUTPUT})
INTERNAL = frozenset({pb.Event.INTERNAL_INPUT, pb.Event.INTERNAL_OUTPUT})
UP, DOWN = "up", "down"
_LEADING = {UP: {ARTIFACT: OUTPUTS, EXECUTION: INPUTS}, DOWN: {ARTIFACT: INPUTS, EXECUTION: OUTPUTS}}
OTHER = {ARTIFACT: EXECUTION, EXECUTION: ARTIFACT}
MOST_NODES = 5000
MOST_RELATIVES = 20_000
MOST_GENERATIONS = 50
_MOST_EVENTS = 100_000
Key = tuple[Kind, int]


@dataclass(frozen=True)
class View:
    """Which part of the graph counts.

    Attributes:
        period: the time of the events.
        internal: whether internal events count.
        inside: the ids of the only nodes that count, by kind; a kind without a set counts whole. None for all.
    """

    period: Period = field(default_factory=Period)
    internal: bool = False
    inside: dict[Kind, set[int]] | None = None

    def leading(self, direction: str, kind: Kind) -> frozenset[int]:
        """Return the event types that lead on from a node of a kind."""
        types = _LEADING[direction][kind]
        return types if self.internal else types - INTERNAL

    def allows(self, key: Key) -> bool:
        """Say whether a node counts."""
        members = None if self.inside is None else self.inside.get(key[0])
        return members is None or key[1] in members


@dataclass
class Walked:
    """The nodes that a walk met with their distance, the events it went along, and how much was left out."""

    distances: dict[Key, int] = field(default_factory=dict)
    events: dict[int, EventRow] = field(default_factory=dict)
    left_out: int = 0


def focus_of(session: Session, key: str) -> Key:
    """Return the node of a key.

    Raises:
        InvalidArgumentError: the text is no key of an artifact or execution.
        NotFoundError: there is no such node.
    """
    kind, node_id = read_key(key)
    if kind not in OTHER:
        raise errors.InvalidArgumentError(f"{key} is a context, which has no lineage; give an artifact or an execution")
    require(session, kind, node_id)
    return kind, node_id


def make_view(session: Session, *, since: int | None, until: int | None, internal: bool, inside: str) -> View:
    """Return the part of the graph that counts; `inside` is the key of a context or run, or "".

    Raises:
        InvalidArgumentError: `inside` is no key of a context or run.
        NotFoundError: there is no such run.
    """
    members = _members(session, inside) if inside else None
    return View(Period(since, until), internal, members)


def _members(session: Session, inside: str) -> dict[Kind, set[int]]:
    """Return the members of a context; for a run its executions, because these may read artifacts of other runs."""
    if inside.startswith("r"):
        row = runs.require(session, int(inside[1:]))
        if not row.context_id:
            return {EXECUTION: run_rows.executions(session, row)}
        inside = f"c{row.context_id}"
    kind, context_id = read_key(inside)
    if kind in OTHER:
        raise errors.InvalidArgumentError(f"{inside} is no context; give the key of a workspace or run, such as c3")
    return {
        each: {row.id for row in node_rows.nodes_by_context(session, each, context_id)}
        for each in (ARTIFACT, EXECUTION)
    }


def around(
    session: Session,
    types: KnownTypes,
    focus: str,
    *,
    up: int,
    down: int,
    limit: int,
    view: View,
    columns: Sequence[str],
) -> shapes.Lineage:
    """Return the generations around a node, at most `limit` nodes."""
    start = focus_of(session, focus)
    walked = Walked({start: 0})
    for direction, generations in ((UP, up), (DOWN, down)):
        hops = 2 * generations - (start[0] is EXECUTION and generations > 0)
        walk(session, start, direction, hops=hops, limit=limit, view=view, into=walked)
    nodes = lineage_nodes(session, types, walked.distances, view, columns=columns)
    edges = edges_between(session, walked.distances, view)
    return shapes.Lineage(focus, nodes, edges, walked.left_out)


def walk(session: Session, start: Key, direction: str, *, hops: int, limit: int, view: View, into: Walked) -> None:
    """Walk breadth first in one direction, until there are `limit` nodes, or as many as the server allows."""
    limit = min(limit, session.limits.max_lineage_nodes)
    frontier = {start[0]: [start[1]]}
    sign = -1 if direction == UP else 1
    for hop in range(1, hops + 1):
        reached: dict[Kind, list[int]] = {}
        for kind, ids in frontier.items():
            for key in _next(session, kind, ids, direction, view, into):
                if key in into.distances:
                    continue
                if len(into.distances) >= limit:
                    into.left_out += 1
                    continue
                into.distances[key] = sign * hop
                reached.setdefault(key[0], []).append(key[1])
        frontier = reached
        if not frontier:
            return


def _next(session: Session, kind: Kind, ids: list[int], direction: str, view: View, into: Walked) -> Iterable[Key]:
    """Return the nodes that events lead to, each once, in the order of the events."""
    other = OTHER[kind]
    events = edge_rows.events_of(
        session, kind, ids, view.leading(direction, kind), period=view.period, limit=_MOST_EVENTS
    )
    found: dict[Key, None] = {}
    for event in events:
        key = (other, end_of(event, other))
        if view.allows(key):
            found[key] = None
            into.events[event.id] = event
    return found


def end_of(event: EventRow, kind: Kind) -> int:
    """Return the id of the node of a kind at which an event ends."""
    return event.artifact_id if kind is ARTIFACT else event.execution_id


def lineage_nodes(
    session: Session, types: KnownTypes, distances: dict[Key, int], view: View, *, columns: Sequence[str] = ()
) -> list[shapes.LineageNode]:
    """Return the nodes of a graph, nearest first, with counts of neighbours that are not in it."""
    hidden = {direction: _hidden(session, distances, direction, view) for direction in (UP, DOWN)}
    extra = {
        key: {
            "distance": distance,
            "hidden_up": hidden[UP].get(key, 0),
            "hidden_down": hidden[DOWN].get(key, 0),
        }
        for key, distance in distances.items()
    }
    found = cards_by_key(session, types, list(distances), columns=columns, shape=shapes.LineageNode, extra=extra)
    return [found[key] for key in sorted(distances, key=lambda key: (abs(distances[key]), distances[key], key[1]))]


def _hidden(session: Session, distances: dict[Key, int], direction: str, view: View) -> dict[Key, int]:
    """Return how many neighbours in one direction each node has that are not in the graph."""
    hidden: dict[Key, int] = {}
    shown = _shown(session, distances, view, direction)
    for kind in (ARTIFACT, EXECUTION):
        ids = [node_id for each, node_id in distances if each is kind]
        if not ids or view.inside is not None:
            continue
        degrees = edge_rows.degrees(session, kind, ids, view.leading(direction, kind), period=view.period)
        for node_id, degree in degrees.items():
            hidden[kind, node_id] = max(0, degree - shown.get((kind, node_id), 0))
    return hidden


def _shown(session: Session, distances: dict[Key, int], view: View, direction: str) -> dict[Key, int]:
    """Return how many neighbours in one direction each node has within the graph."""
    pairs: dict[Key, set[Key]] = {}
    for event in _inner_events(session, distances, view):
        ends = ((ARTIFACT, event.artifact_id), (EXECUTION, event.execution_id))
        for here, there in (ends, ends[::-1]):
            if event.type in view.leading(direction, here[0]):
                pairs.setdefault(here, set()).add(there)
    return {key: len(others) for key, others in pairs.items()}


def _inner_events(session: Session, distances: dict[Key, int], view: View) -> list[EventRow]:
    artifacts = [node_id for kind, node_id in distances if kind is ARTIFACT]
    executions = {node_id for kind, node_id in distances if kind is EXECUTION}
    if not artifacts or not executions:
        return []
    # The side with fewer nodes need not have fewer events, but an execution rarely has as many as an artifact can.
    events = edge_rows.events_of(
        session, EXECUTION, sorted(executions), INPUTS | OUTPUTS, period=view.period, limit=_MOST_EVENTS
    )
    known = set(artifacts)
    return [e for e in events if e.artifact_id in known and (view.internal or e.type not in INTERNAL)]


def edges_between(session: Session, distances: dict[Key, int], view: View) -> list[shapes.Edge]:
    """Return the events between the nodes of a graph."""
    return edges(session, _inner_events(session, distances, view))


def edges(session: Session, events: Sequence[EventRow]) -> list[shapes.Edge]:
    """Return events with their paths."""
    steps = event_rows.steps_of(session, [event.id for event in events])
    return [_edge(event, steps.get(event.id, [])) for event in events]


def _edge(event: EventRow, steps: Sequence[event_rows.Step]) -> shapes.Edge:
    is_input = event.type in INPUTS
    artifact, execution = key_of(ARTIFACT, event.artifact_id), key_of(EXECUTION, event.execution_id)
    return shapes.Edge(
        source=artifact if is_input else execution,
        target=execution if is_input else artifact,
        direction="input" if is_input else "output",
        type=pb.Event.Type.Name(event.type) if event.type in pb.Event.Type.values() else "UNKNOWN",
        time=event.time,
        artifact_id=event.artifact_id,
        execution_id=event.execution_id,
        path=[shapes.PathStep(index, key) for index, key in steps],
    )


def relatives(
    session: Session, types: KnownTypes, focus: str, *, direction: str, asked: Asked, limit: int, view: View
) -> shapes.Relatives:
    """Return the ancestors (up) or descendants (down) of a node that fit a search, nearest first."""
    start = focus_of(session, focus)
    walked = Walked({start: 0})
    walk(session, start, direction, hops=2 * MOST_GENERATIONS, limit=MOST_RELATIVES, view=view, into=walked)
    ids = [node_id for (kind, node_id), distance in walked.distances.items() if kind is asked.kind and distance]
    fitting = found_rows.within(asked.selection(), ids, session)
    near = [node_id for node_id in ids if node_id in fitting]
    extra = {(asked.kind, i): {"distance": abs(walked.distances[asked.kind, i])} for i in near[:limit]}
    found = cards_by_key(session, types, list(extra), shape=shapes.Relative, extra=extra)
    return shapes.Relatives([found[key] for key in extra], len(near), not walked.left_out)


def neighbours(
    session: Session, types: KnownTypes, kind: Kind, node_id: int, *, direction: str, cursor: int | None, limit: int
) -> shapes.Neighbours:
    """Return a page of a node's events, newest first; direction is "input", "output" or ""."""
    wanted = {"input": INPUTS, "output": OUTPUTS}.get(direction, INPUTS | OUTPUTS)
    limit = min(limit, session.limits.max_page_size)
    rows = edge_rows.page_of_events(session, kind, node_id, wanted, before=cursor, limit=limit + 1)
    shown = rows[:limit]
    other = OTHER[kind]
    keys = [(other, end_of(event, other)) for event in shown]
    known = cards_by_key(session, types, keys, shape=shapes.Card)
    items = [
        shapes.Neighbour(edge, known[other, end_of(event, other)])
        for event, edge in zip(shown, edges(session, shown), strict=True)
    ]
    total = edge_rows.count_events(session, kind, node_id, wanted)
    return shapes.Neighbours(items, str(shown[-1].id) if len(rows) > limit else None, total)


def contexts_of(session: Session, kind: Kind, node_id: int) -> list[int]:
    """Return the ids of the contexts that hold a node."""
    return sorted(context_id for context_id, _ in relations.memberships_of(session, kind, [node_id]))
