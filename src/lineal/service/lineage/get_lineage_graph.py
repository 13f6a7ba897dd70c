"""The rules of GetLineageGraph, which the official server declares and does not serve.

Source: the messages LineageGraphQueryOptions and LineageGraph; where they leave a choice, it is made as in
GetLineageSubgraph.
"""

from __future__ import annotations

from lineal import errors, lineage_cuts
from lineal.event_directions import BIDIRECTIONAL
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.lineage_cuts import Cut
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.get_lineage import MOST_HOPS, fill_memberships
from lineal.service.lineage.walk import Route, Subgraph, walk
from lineal.service.messages import add_events, node_messages, type_messages
from lineal.service.reads.lists import first_nodes
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import types as type_rows
from lineal.store.rows.listing import matching_ids
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc


def get_lineage_graph(
    session: Session, types: KnownTypes, request: rpc.GetLineageGraphRequest
) -> rpc.GetLineageGraphResponse:
    """Return the whole nodes around listed artifacts, with their events, contexts and types.

    The walk goes both ways and stops at nodes that a boundary filter lets through; these belong to the answer. The
    answer has at most `max_node_size` artifacts and executions, the nearest first. Where it was cut is reported.

    Raises:
        InvalidArgumentError: no artifacts_options, or an option is wrong.
        NotFoundError: no artifact is listed.
    """
    options = request.options
    if not options.HasField("artifacts_options"):
        raise errors.InvalidArgumentError("no artifacts_options; say which artifacts the graph starts from")
    if options.max_node_size <= 0:
        raise errors.InvalidArgumentError(f"max_node_size is {options.max_node_size}; it must be positive")
    if options.stop_conditions.max_num_hops < 0:
        raise errors.InvalidArgumentError(
            f"max_num_hops is {options.stop_conditions.max_num_hops}; it must not be negative"
        )
    rows, is_cut = first_nodes(session, ARTIFACT, options.artifacts_options)
    if not rows:
        raise errors.NotFoundError("no artifact fits artifacts_options")
    found = walk(session, {ARTIFACT: {row.id for row in rows}}, _route(session, options))
    cuts = [Cut(lineage_cuts.STARTING_NODES, 0, 1)] if is_cut else []
    lineage_cuts.report(cuts + found.cuts)
    response = rpc.GetLineageGraphResponse()
    _fill(session, types, response.subgraph, found)
    return response


def _route(session: Session, options: pb.LineageGraphQueryOptions) -> Route:
    stop = options.stop_conditions
    boundary = {ARTIFACT: stop.boundary_artifacts, EXECUTION: stop.boundary_executions}

    def ends(kind: Kind, ids: set[int]) -> set[int]:
        return matching_ids(session, kind, boundary[kind], sorted(ids)) if boundary[kind] else set()

    return Route(
        direction=BIDIRECTIONAL,
        max_hops=min(stop.max_num_hops, MOST_HOPS) if stop.HasField("max_num_hops") else MOST_HOPS,
        ends=ends if any(boundary.values()) else None,
        max_nodes=options.max_node_size,
        refused_size=session.limits.max_lineage_nodes,
    )


def _fill(session: Session, types: KnownTypes, graph: pb.LineageGraph, found: Subgraph) -> None:
    """Fill every list but the parent contexts."""
    context_ids = fill_memberships(session, graph, found, {"attributions", "associations"})
    ids = {**found.nodes, CONTEXT: context_ids}
    add_events(session, found.events.values(), to=graph.events)
    for kind in KINDS:
        rows = node_rows.nodes_by_ids(session, kind, sorted(ids[kind]))
        node_messages(session, types, kind, rows, add=getattr(graph, kind.plural).add)
        _fill_types(session, kind, graph, {row.type_id for row in rows})


def _fill_types(session: Session, kind: Kind, graph: pb.LineageGraph, type_ids: set[int]) -> None:
    found = type_rows.whole_types_by_ids(session, sorted(type_ids))
    getattr(graph, f"{kind.name}_types").extend(type_messages(kind, found))
