"""The lineage around a node: generations up and down, counts of hidden neighbours, relatives with their distance.

A generation of an artifact is the executions next to it and their artifacts: two events. What stays out: the walk
(service/lineage/walk.py), and the ways between two nodes (paths.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lineal import errors, lineage_cuts
from lineal.catalogue import runs, shapes
from lineal.catalogue.cards import cards_by_key, key_of, read_key, require
from lineal.catalogue.listing import Asked
from lineal.event_directions import BIDIRECTIONAL, DOWNSTREAM, INPUTS, OTHER, OUTPUTS, UPSTREAM, leading
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.lineage_cuts import Cut
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.route import END, Route
from lineal.service.lineage.walk import walk
from lineal.store.engine.session import Session
from lineal.store.index import runs as run_rows
from lineal.store.index import search as found_rows
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages
from lineal.store.rows.events import EventRow, Period
from lineal.upkeep.recorded import deleted_outputs
from lineal.wire import metadata_store as pb

UP, DOWN = "up", "down"
DIRECTIONS = {UP: UPSTREAM, DOWN: DOWNSTREAM}
SIGNS = {UP: -1, DOWN: 1}
MOST_NODES = 20_000
MOST_RELATIVES = 20_000
MOST_GENERATIONS = 10_000
_MOST_EVENTS = 100_000
Key = tuple[Kind, int]


@dataclass(frozen=True)
class GraphPart:
    """Which part of the graph counts.

    Attributes:
        period: the time of the events.
        internal: whether internal events count.
        inside: the ids of the only nodes that count, by kind; a kind without a set counts whole. None for all.
        with_log: whether the audit log may say what is gone.
    """

    period: Period = field(default_factory=Period)
    internal: bool = False
    inside: dict[Kind, set[int]] | None = None
    with_log: bool = False

    def leading(self, direction: str) -> dict[Kind, tuple[int, ...]]:
        """Return the event types that lead on from a node of each kind."""
        return leading(DIRECTIONS[direction], internal=self.internal)


class Walked(NamedTuple):
    """What a walk in one direction met.

    Attributes:
        distances: how many events away from the focus each node is, nearest first.
        events: those that the walk went along.
        cuts: where it stopped before its end.
    """

    distances: dict[Key, int]
    events: Collection[EventRow]
    cuts: list[shapes.Cut]


class Drawing(NamedTuple):
    """The nodes of a graph and the events between them, and whether some of these are left out."""

    nodes: list[shapes.LineageNode]
    edges: list[shapes.Edge]
    cuts: list[shapes.Cut]


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


def make_view(session: Session, period: Period, *, internal: bool, inside: str, with_log: bool) -> GraphPart:
    """Return the part of the graph that counts; `inside` is the key of a context or run, or "".

    The log does not say to which part by time or context something belonged, so it may be asked only of the whole.

    Raises:
        InvalidArgumentError: `inside` is no key of a context or run.
        NotFoundError: there is no such run.
    """
    members = _members(session, inside) if inside else None
    return GraphPart(period, internal, members, with_log and period == Period() and members is None)


def _members(session: Session, inside: str) -> dict[Kind, set[int]]:
    """Return the members of a context.

    A run, a job and any other context without artifacts has its executions alone, and these may use any artifact.
    """
    if inside.startswith("r"):
        row = runs.require(session, int(inside[1:]))
        if not row.context_id:
            return {EXECUTION: run_rows.executions(session, row)}
        inside = f"c{row.context_id}"
    kind, context_id = read_key(inside)
    if kind in OTHER:
        raise errors.InvalidArgumentError(f"{inside} is not a context; give the key of a workspace or run, such as c3")
    held = {
        each: {row.id for row in node_rows.nodes_by_context(session, each, context_id)}
        for each in (ARTIFACT, EXECUTION)
    }
    return held if held[ARTIFACT] or not held[EXECUTION] else {EXECUTION: held[EXECUTION]}


def walked_from(
    session: Session,
    start: Key,
    direction: str,
    view: GraphPart,
    *,
    hops: int | None = None,
    limit: int = MOST_RELATIVES,
) -> Walked:
    """Walk in one direction until there are `limit` nodes, or as many as the server allows."""
    route = Route(
        DIRECTIONS[direction],
        max_hops=hops,
        max_nodes=min(limit, session.limits.max_lineage_nodes),
        max_events=_MOST_EVENTS,
        period=view.period,
        internal=view.internal,
        inside=view.inside,
    )
    found = walk(session, {start[0]: [start[1]]}, route)
    distances = {(kind, node_id): hops for kind, ids in found.nodes.items() for node_id, hops in ids.items()}
    nearest_first = dict(sorted(distances.items(), key=lambda each: each[1]))
    return Walked(nearest_first, found.events.values(), [cut_shape(cut, direction) for cut in found.cuts])


def cut_shape(cut: Cut, direction: str = "") -> shapes.Cut:
    """Return a cut as an answer says it."""
    return shapes.Cut(cut.limit, direction, cut.hops, cut.left_out, str(cut))  # type: ignore[arg-type]


def around(
    session: Session,
    types: KnownTypes,
    focus: str,
    *,
    up: int,
    down: int,
    limit: int,
    view: GraphPart,
    columns: Sequence[str],
) -> shapes.Lineage:
    """Return the generations around a node, at most `limit` nodes."""
    start = focus_of(session, focus)
    limit = min(limit, session.limits.max_lineage_nodes)
    distances = {start: 0}
    cuts: list[shapes.Cut] = []
    for direction, generations in ((UP, up), (DOWN, down)):
        if generations:
            hops = 2 * generations - (start[0] is EXECUTION)
            walked = walked_from(session, start, direction, view, hops=hops, limit=limit - len(distances) + 1)
            for key, distance in walked.distances.items():
                distances.setdefault(key, SIGNS[direction] * distance)
            cuts += walked.cuts
    drawn = draw(session, types, distances, view, columns=columns)
    left_out = sum(cut.left_out for cut in cuts if cut.limit == lineage_cuts.NODES)
    nodes = _with_deleted_outputs(session, drawn.nodes) if view.with_log and down else drawn.nodes
    return shapes.Lineage(focus, nodes, drawn.edges, left_out, cuts + drawn.cuts)


def _with_deleted_outputs(session: Session, nodes: Sequence[shapes.LineageNode]) -> list[shapes.LineageNode]:
    """Return the nodes, the focus and the executions downstream with what the log says of their outputs."""
    executions = {int(node.id): node for node in nodes if node.kind == EXECUTION.name and node.distance >= 0}
    deleted = deleted_outputs(session, list(executions)) if executions else None
    if deleted is None:
        return list(nodes)
    told = {node.key: replace(node, deleted_outputs=deleted[node_id]) for node_id, node in executions.items()}
    return [told.get(node.key, node) for node in nodes]


def draw(
    session: Session, types: KnownTypes, distances: Mapping[Key, int], view: GraphPart, *, columns: Sequence[str] = ()
) -> Drawing:
    """Return the nodes of a graph, nearest first, with counts of neighbours that are not in it, and the events."""
    events, are_all = _inner_events(session, distances, view)
    hidden = {direction: _hidden(session, distances, direction, view, events) for direction in (UP, DOWN)}
    extra = {
        key: {
            "distance": distance,
            "hidden_up": hidden[UP].get(key, 0),
            "hidden_down": hidden[DOWN].get(key, 0),
        }
        for key, distance in distances.items()
    }
    found = cards_by_key(session, types, list(distances), columns=columns, shape=shapes.LineageNode, extra=extra)
    nodes = [found[key] for key in sorted(distances, key=lambda key: (abs(distances[key]), distances[key], key[1]))]
    return Drawing(nodes, edges(session, events), [] if are_all else [cut_shape(Cut(lineage_cuts.EDGES))])


def _hidden(
    session: Session, distances: Mapping[Key, int], direction: str, view: GraphPart, events: Sequence[EventRow]
) -> dict[Key, int]:
    """Return how many neighbours in one direction each node has that are not in the graph."""
    hidden: dict[Key, int] = {}
    leads = view.leading(direction)
    shown = _shown(events, leads)
    for kind in (ARTIFACT, EXECUTION):
        ids = [node_id for each, node_id in distances if each is kind]
        if not ids or view.inside is not None:
            continue
        degrees = edge_rows.degrees(session, kind, ids, leads[kind], period=view.period)
        for node_id, degree in degrees.items():
            hidden[kind, node_id] = max(0, degree - shown.get((kind, node_id), 0))
    return hidden


def _shown(events: Sequence[EventRow], leads: Mapping[Kind, Sequence[int]]) -> dict[Key, int]:
    """Return how many neighbours in one direction each node has within the graph."""
    pairs: dict[Key, set[int]] = {}
    for event in events:
        for kind, other in OTHER.items():
            if event.type in leads[kind]:
                pairs.setdefault((kind, END[kind](event)), set()).add(END[other](event))
    return {key: len(others) for key, others in pairs.items()}


def _inner_events(session: Session, distances: Mapping[Key, int], view: GraphPart) -> tuple[list[EventRow], bool]:
    """Return the events between the nodes of a graph, and whether these are all."""
    artifacts, executions = (sorted(node_id for each, node_id in distances if each is kind) for kind in OTHER)
    if not artifacts or not executions:
        return [], True
    types = leading(BIDIRECTIONAL, internal=view.internal)[EXECUTION]
    events = edge_rows.events_between(session, artifacts, executions, types, period=view.period, most=_MOST_EVENTS + 1)
    return events[:_MOST_EVENTS], len(events) <= _MOST_EVENTS


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
    session: Session, types: KnownTypes, focus: str, *, direction: str, asked: Asked, limit: int, view: GraphPart
) -> shapes.Relatives:
    """Return the ancestors (up) or descendants (down) of a node that fit a search, nearest first."""
    start = focus_of(session, focus)
    walked = walked_from(session, start, direction, view)
    ids = [node_id for (kind, node_id), distance in walked.distances.items() if kind is asked.kind and distance]
    fitting = found_rows.within(asked.selection(), ids, session)
    near = [node_id for node_id in ids if node_id in fitting]
    extra = {(asked.kind, i): {"distance": walked.distances[asked.kind, i]} for i in near[:limit]}
    found = cards_by_key(session, types, list(extra), shape=shapes.Relative, extra=extra)
    return shapes.Relatives([found[key] for key in extra], len(near), not walked.cuts, walked.cuts)


def neighbours(
    session: Session, types: KnownTypes, kind: Kind, node_id: int, *, direction: str, cursor: int | None, limit: int
) -> shapes.Neighbours:
    """Return a page of a node's events, newest first; direction is "input", "output" or ""."""
    wanted = {"input": INPUTS, "output": OUTPUTS}.get(direction, INPUTS + OUTPUTS)
    limit = min(limit, session.limits.max_page_size)
    rows = edge_rows.page_of_events(session, kind, node_id, wanted, before=cursor, limit=limit + 1)
    shown, last = pages.first(rows, limit)
    other = OTHER[kind]
    keys = [(other, END[other](event)) for event in shown]
    known = cards_by_key(session, types, keys, shape=shapes.Card)
    items = [
        shapes.Neighbour(edge, known[other, END[other](event)])
        for event, edge in zip(shown, edges(session, shown), strict=True)
    ]
    total = edge_rows.count_events(session, kind, node_id, wanted)
    return shapes.Neighbours(items, pages.numbered(last.id) if last else None, total)
