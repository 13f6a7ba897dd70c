"""The rules of GetLineageSubgraph, and of GetLineage, which answers the same graph with whole nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from lineal import errors, lineage_cuts
from lineal.event_directions import BIDIRECTIONAL
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.lineage_cuts import Cut
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.walk import Ids, Route, Subgraph, walk
from lineal.service.messages import add_events, node_messages, type_messages
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows import types as type_rows
from lineal.store.rows.listing import Listing, list_nodes, matching_ids
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

MOST_STARTING_NODES = 101
MOST_HOPS = 100
_Options = pb.LineageSubgraphQueryOptions
_LISTS = tuple(field.name for field in pb.LineageGraph.DESCRIPTOR.fields)


def get_lineage_subgraph(
    session: Session, _: KnownTypes, request: rpc.GetLineageSubgraphRequest
) -> rpc.GetLineageSubgraphResponse:
    """Return the ids of the nodes around the starting nodes, and the events between them; report where it was cut.

    Raises:
        InvalidArgumentError: starting nodes or their filter are missing, a filter is wrong, or the hops are negative.
        NotFoundError: no starting node is found.
        ResourceExhaustedError: the graph has more nodes than the server allows.
    """
    options = request.lineage_subgraph_query_options
    hops = min(_max_hops(options), MOST_HOPS)
    return _answer(session, request, hops, partial(_fill, session))


def get_lineage(
    session: Session, types: KnownTypes, request: rpc.GetLineageSubgraphRequest
) -> rpc.GetLineageSubgraphResponse:
    """Return the graph around the starting nodes with whole nodes and the types of these nodes.

    Its lists are those that a client gets from GetLineageSubgraph and the calls for each kind of node: a list of types
    stands for the nodes that are asked for, or for all nodes if nothing but types is. A request that says how many hops
    gets as many; GetLineageSubgraph goes 100 hops at most, as the official server does.

    Raises:
        InvalidArgumentError: starting nodes or their filter are missing, a filter is wrong, or the hops are negative.
        NotFoundError: no starting node is found.
        ResourceExhaustedError: the graph has more nodes than the server allows.
    """
    hops = _max_hops(request.lineage_subgraph_query_options)
    return _answer(session, request, hops, partial(_fill_whole, session, types))


def _max_hops(options: _Options) -> int:
    return options.max_num_hops if options.HasField("max_num_hops") else MOST_HOPS


def _answer(
    session: Session,
    request: rpc.GetLineageSubgraphRequest,
    hops: int,
    fill: Callable[[pb.LineageGraph, Subgraph, set[str]], None],
) -> rpc.GetLineageSubgraphResponse:
    """Walk as the request says, and fill the lists of the graph that it asks for."""
    options = request.lineage_subgraph_query_options
    start, cuts = _starting_nodes(session, options)
    found = walk(session, start, _route(session, options, hops))
    lineage_cuts.report(cuts + found.cuts)
    response = rpc.GetLineageSubgraphResponse()
    response.lineage_subgraph.SetInParent()
    fill(response.lineage_subgraph, found, set(request.read_mask.paths) or set(_LISTS))
    return response


def _starting_nodes(session: Session, options: _Options) -> tuple[Ids, list[Cut]]:
    """Return the nodes that the walk starts from, and what is left out of them."""
    which = options.WhichOneof("starting_nodes")
    if which is None:
        raise errors.InvalidArgumentError("no starting nodes; set starting_artifacts or starting_executions")
    filter_query = getattr(options, which).filter_query
    if not filter_query:
        raise errors.InvalidArgumentError(f"{which} has no filter_query; say which nodes the walk starts from")
    kind = ARTIFACT if which == "starting_artifacts" else EXECUTION
    if options.max_num_hops < 0:
        raise errors.InvalidArgumentError(f"max_num_hops is {options.max_num_hops}; it must not be negative")
    rows = list_nodes(session, Listing(kind, filter_query=filter_query), limit=MOST_STARTING_NODES + 1)
    if not rows:
        raise errors.NotFoundError(f"no {kind.name} fits the filter of {which}: {filter_query[:200]}")
    cuts = [Cut(lineage_cuts.STARTING_NODES, 0, 1)] if len(rows) > MOST_STARTING_NODES else []
    return {kind: {row.id for row in rows[:MOST_STARTING_NODES]}}, cuts


def _route(session: Session, options: _Options, hops: int) -> Route:
    ending: dict[Kind, pb.LineageSubgraphQueryOptions.EndingNodes] = {
        ARTIFACT: options.ending_artifacts,
        EXECUTION: options.ending_executions,
    }

    def ends(kind: Kind, ids: set[int]) -> set[int]:
        if not ending[kind].HasField("filter_query"):
            return set()
        return matching_ids(session, kind, ending[kind].filter_query, sorted(ids))

    return Route(
        direction=options.direction or BIDIRECTIONAL,
        max_hops=hops,
        ends=ends if any(nodes.HasField("filter_query") for nodes in ending.values()) else None,
        include_ends={kind: nodes.include_ending_nodes for kind, nodes in ending.items()},
        refused_size=session.limits.max_lineage_nodes,
    )


def _fill(session: Session, graph: pb.LineageGraph, found: Subgraph, wanted: set[str]) -> None:
    """Fill the lists that are asked for; nodes have only their id."""
    fillers: dict[str, Callable[[], list[Any]]] = {
        "artifacts": lambda: [pb.Artifact(id=node_id) for node_id in sorted(found.nodes[ARTIFACT])],
        "executions": lambda: [pb.Execution(id=node_id) for node_id in sorted(found.nodes[EXECUTION])],
        **{f"{kind.name}_types": lambda kind=kind: _all_types(session, kind) for kind in KINDS},  # type: ignore[misc]
    }
    for name, fill in fillers.items():
        if name in wanted:
            getattr(graph, name).extend(fill())
    if "events" in wanted:
        add_events(session, found.events.values(), to=graph.events)
    if wanted & {"contexts", "attributions", "associations"}:
        context_ids = fill_memberships(session, graph, found, wanted)
        if "contexts" in wanted:
            graph.contexts.extend(pb.Context(id=context_id) for context_id in sorted(context_ids))


def _fill_whole(session: Session, types: KnownTypes, graph: pb.LineageGraph, found: Subgraph, wanted: set[str]) -> None:
    """Fill the lists that are asked for, with whole nodes."""
    met = {name for name in wanted if not name.endswith("_types")} or set(_LISTS)
    if "events" in wanted:
        add_events(session, found.events.values(), to=graph.events)
    ids: dict[Kind, Collection[int]] = {**found.nodes, CONTEXT: set()}
    if met & {"contexts", "attributions", "associations"}:
        ids[CONTEXT] = fill_memberships(session, graph, found, wanted)
    type_ids: Ids = {}
    for kind in KINDS:
        lists = wanted & {kind.plural, f"{kind.name}_types"}
        rows = node_rows.nodes_by_ids(session, kind, sorted(ids[kind])) if lists and kind.plural in met else []
        if kind.plural in wanted:
            node_messages(session, types, kind, rows, add=getattr(graph, kind.plural).add)
        if f"{kind.name}_types" in wanted:
            type_ids[kind] = {row.type_id for row in rows}
    _fill_types(session, graph, type_ids)


def _fill_types(session: Session, graph: pb.LineageGraph, ids: Ids) -> None:
    """Fill the types of nodes of several kinds; those of artifacts without base types, as in GetArtifactsByID."""
    found = type_rows.whole_types_by_ids(session, sorted(set().union(*ids.values())))
    for kind, wanted in ids.items():
        of_kind = found._replace(rows=[row for row in found.rows if row.id in wanted])
        getattr(graph, f"{kind.name}_types").extend(type_messages(kind, of_kind, base_type=kind is not ARTIFACT))


def _all_types(session: Session, kind: Kind) -> list[Any]:
    found = type_rows.all_whole_types(session, kind)
    return list(type_messages(kind, found, base_type=False, external_id=False))


def fill_memberships(session: Session, graph: pb.LineageGraph, found: Subgraph, wanted: set[str]) -> set[int]:
    """Fill which node is in which context, as far as it is asked for; return the ids of the contexts."""
    attributions = relations.memberships_of(session, ARTIFACT, sorted(found.nodes[ARTIFACT]))
    associations = relations.memberships_of(session, EXECUTION, sorted(found.nodes[EXECUTION]))
    if "attributions" in wanted:
        graph.attributions.extend(
            pb.Attribution(context_id=context_id, artifact_id=node_id) for context_id, node_id in attributions
        )
    if "associations" in wanted:
        graph.associations.extend(
            pb.Association(context_id=context_id, execution_id=node_id) for context_id, node_id in associations
        )
    return {context_id for context_id, _ in attributions + associations}
