"""The rules of GetLineageGraph, which the official server declares and does not serve.

Source: the messages LineageGraphQueryOptions and LineageGraph; where they leave a choice, it is made as in
GetLineageSubgraph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lineal import errors, lineage_cuts
from lineal.event_directions import BIDIRECTIONAL
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.lineage_cuts import Cut
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.answers import LISTS, fill_whole
from lineal.service.lineage.get_lineage import MOST_HOPS
from lineal.service.lineage.route import Route
from lineal.service.lineage.walk import walk
from lineal.service.reads.lists import first_nodes
from lineal.store.engine.session import Session
from lineal.store.rows.listing import ask_for_matching
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
    fill_whole(session, types, response.subgraph, found, LISTS)
    return response


def _route(session: Session, options: pb.LineageGraphQueryOptions) -> Route:
    stop = options.stop_conditions
    boundary = {ARTIFACT: stop.boundary_artifacts, EXECUTION: stop.boundary_executions}

    def ends(kind: Kind, ids: Sequence[int]) -> Callable[[], set[int]]:
        return ask_for_matching(session, kind, boundary[kind], ids) if boundary[kind] else set

    return Route(
        direction=BIDIRECTIONAL,
        max_hops=min(stop.max_num_hops, MOST_HOPS) if stop.HasField("max_num_hops") else MOST_HOPS,
        ask_for_ends=ends if any(boundary.values()) else None,
        max_nodes=options.max_node_size,
        refused_size=session.limits.max_lineage_nodes,
    )
