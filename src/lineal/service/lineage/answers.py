"""All that the answer to a walk needs besides the walk: asked together, as the last questions of the read.

A database server gets them in one round trip. So contexts and types are found there by what refers to them, and not by
the ids in an earlier answer. What stays out: the walk (walk.py), and what each call takes from a request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.route import Ids
from lineal.service.lineage.walk import Subgraph
from lineal.service.messages import fill_events, type_messages, whole_messages
from lineal.store.engine.session import Session
from lineal.store.engine.transaction import ReadingIsOverError
from lineal.store.rows import events as event_rows
from lineal.store.rows import relations, whole_nodes
from lineal.store.rows import types as type_rows
from lineal.store.rows.types import WholeTypes
from lineal.store.rows.whole_nodes import WholeNodes
from lineal.wire import metadata_store as pb

LISTS = frozenset(field.name for field in pb.LineageGraph.DESCRIPTOR.fields)
_OF_CONTEXTS = {"contexts", "attributions", "associations"}
_Fill = Callable[[pb.LineageGraph], None]


def fill_ids(session: Session, graph: pb.LineageGraph, found: Subgraph, wanted: set[str]) -> None:
    """Fill the lists that are asked for; nodes have only their id, and the types are those of the whole store."""
    session.end_with_next()
    fillers = [_ask_for_events(session, found)] if "events" in wanted else []
    members = _Members(session, found, wanted)
    types = {kind: type_rows.ask_for_all_types(session, kind) for kind in KINDS if f"{kind.name}_types" in wanted}
    for kind in (ARTIFACT, EXECUTION):
        if kind.plural in wanted:
            getattr(graph, kind.plural).extend([kind.node(id=node_id) for node_id in sorted(found.nodes[kind])])
    for kind, asked in types.items():
        messages = type_messages(kind, asked(), base_type=False, external_id=False)
        getattr(graph, f"{kind.name}_types").extend(messages)
    for fill in [*fillers, members.fill]:
        fill(graph)
    if "contexts" in wanted:
        graph.contexts.extend([pb.Context(id=context_id) for context_id in sorted(members.context_ids)])


def fill_whole(
    session: Session,
    types: KnownTypes,
    graph: pb.LineageGraph,
    found: Subgraph,
    wanted: Collection[str],
    *,
    based: Collection[Kind] = KINDS,
) -> None:
    """Fill the lists that are asked for with whole nodes, and the types of these nodes.

    A list of types stands for the nodes that are asked for, or for all nodes if nothing but types is.

    Args:
        session: the transaction.
        types: the known types.
        graph: what is filled.
        found: what the walk has found.
        wanted: the names of the lists.
        based: the kinds whose types are answered with their base types.
    """
    if not (types.has_long_texts and session.dialect.packs_rows):
        session.end_with_next()
    _fill_whole(session, types, graph, found, set(wanted), based)


def _fill_whole(
    session: Session,
    types: KnownTypes,
    graph: pb.LineageGraph,
    found: Subgraph,
    wanted: set[str],
    based: Collection[Kind],
) -> None:
    met = {name for name in wanted if not name.endswith("_types")} or LISTS
    kinds = [kind for kind in KINDS if kind.plural in met and wanted & {kind.plural, f"{kind.name}_types"}]
    typed = tuple([kind for kind in kinds if f"{kind.name}_types" in wanted])
    fillers = [_ask_for_events(session, found)] if "events" in wanted else []
    members = _Members(session, found, wanted | ({"contexts"} if CONTEXT in kinds else set()))
    nodes = {kind: _ask_for_nodes(session, found, kind, members, kind.plural in wanted) for kind in kinds}
    known = _ask_for_types(session, found, typed, nodes)
    for fill in [*fillers, members.fill]:
        fill(graph)
    type_ids = _type_ids(types, nodes)
    used = known()
    types.learn(used)
    for kind in kinds:
        if kind.plural in wanted:
            whole_messages(session, types, kind, nodes[kind](), add=getattr(graph, kind.plural).add)
    for kind in typed:
        of_kind = used._replace(rows=[row for row in used.rows if row.id in type_ids[kind]])
        getattr(graph, f"{kind.name}_types").extend(type_messages(kind, of_kind, base_type=kind in based))


def _type_ids(types: KnownTypes, nodes: dict[Kind, Callable[[], WholeNodes]]) -> Ids:
    """Return the types of the nodes of each kind; take note if their texts took another statement."""
    try:
        return {kind: {row.type_id for row in asked().rows} for kind, asked in nodes.items()}
    except ReadingIsOverError:
        types.has_long_texts = True
        raise


def _ask_for_events(session: Session, found: Subgraph) -> _Fill:
    """Ask for the paths of the events; return what fills the events."""
    events = found.events.values()
    steps = event_rows.ask_for_steps(session, [event.id for event in events])
    return lambda graph: fill_events(events, steps(), to=graph.events)


class _Members:
    """Which node is in which context, asked for if any of the lists that need it is wanted."""

    def __init__(self, session: Session, found: Subgraph, wanted: set[str]) -> None:
        self._wanted = wanted
        kinds = (ARTIFACT, EXECUTION) if wanted & _OF_CONTEXTS else ()
        self._asked = {kind: relations.ask_for_memberships(session, kind, sorted(found.nodes[kind])) for kind in kinds}

    @property
    def context_ids(self) -> set[int]:
        """The contexts that hold any of the nodes."""
        return {context_id for asked in self._asked.values() for context_id, _ in asked()}

    def fill(self, graph: pb.LineageGraph) -> None:
        """Fill the lists that are wanted."""
        if "attributions" in self._wanted:
            pairs = self._asked[ARTIFACT]()
            graph.attributions.extend([pb.Attribution(context_id=i, artifact_id=node_id) for i, node_id in pairs])
        if "associations" in self._wanted:
            pairs = self._asked[EXECUTION]()
            graph.associations.extend([pb.Association(context_id=i, execution_id=node_id) for i, node_id in pairs])


def _ask_for_nodes(
    session: Session, found: Subgraph, kind: Kind, members: _Members, with_properties: bool
) -> Callable[[], WholeNodes]:
    """Ask for nodes by what is known of them so far."""
    if kind is CONTEXT and session.dialect.is_remote:
        return whole_nodes.ask_for_contexts(session, _sorted_ids(found))
    ids = members.context_ids if kind is CONTEXT else found.nodes[kind]
    return whole_nodes.ask_for_whole(session, kind, sorted(ids), with_properties=with_properties)


def _ask_for_types(
    session: Session, found: Subgraph, kinds: tuple[Kind, ...], nodes: dict[Kind, Callable[[], WholeNodes]]
) -> Callable[[], WholeTypes]:
    """Ask for the types of the nodes of some kinds."""
    if session.dialect.is_remote:
        return type_rows.ask_for_types_around(session, kinds, _sorted_ids(found))
    ids = {row.type_id for kind in kinds for row in nodes[kind]().rows}
    types = type_rows.whole_types_by_ids(session, sorted(ids))
    return lambda: types


def _sorted_ids(found: Subgraph) -> dict[Kind, list[int]]:
    return {kind: sorted(ids) for kind, ids in found.nodes.items()}
