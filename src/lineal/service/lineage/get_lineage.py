"""The rules of GetLineageSubgraph, and of GetLineage, which answers the same graph with whole nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from lineal import errors, lineage_cuts
from lineal.event_directions import BIDIRECTIONAL
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.lineage_cuts import Cut
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.answers import LISTS, fill_ids, fill_whole
from lineal.service.lineage.leads import Leads
from lineal.service.lineage.route import Ids, Route
from lineal.service.lineage.walk import Subgraph, walk
from lineal.store.engine.session import Session
from lineal.store.rows.listing import Listing, ask_for_matching
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

MOST_STARTING_NODES = 101
MOST_HOPS = 100
_Options = pb.LineageSubgraphQueryOptions
_BASED = (EXECUTION, CONTEXT)  # types of artifacts come without base types, as in GetArtifactsByID


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
    return _answer(session, request, hops, partial(fill_ids, session))


def get_lineage(
    session: Session, types: KnownTypes, request: rpc.GetLineageSubgraphRequest
) -> rpc.GetLineageSubgraphResponse:
    """Return the graph around the starting nodes with whole nodes and the types of these nodes.

    Its lists are those that a client gets from GetLineageSubgraph and the calls for each kind of node. A request that
    says how many hops gets as many; GetLineageSubgraph goes 100 hops at most, as the official server does.

    Raises:
        InvalidArgumentError: starting nodes or their filter are missing, a filter is wrong, or the hops are negative.
        NotFoundError: no starting node is found.
        ResourceExhaustedError: the graph has more nodes than the server allows.
    """
    hops = _max_hops(request.lineage_subgraph_query_options)
    return _answer(session, request, hops, partial(fill_whole, session, types, based=_BASED))


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
    route = _route(session, options, hops)
    leads = Leads(session, route)
    start, cuts = _starting_nodes(leads, options)
    found = walk(session, start, route, leads=leads)
    lineage_cuts.report(cuts + found.cuts)
    response = rpc.GetLineageSubgraphResponse()
    response.lineage_subgraph.SetInParent()
    fill(response.lineage_subgraph, found, set(request.read_mask.paths) or set(LISTS))
    return response


def _starting_nodes(leads: Leads, options: _Options) -> tuple[Ids, list[Cut]]:
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
    ids = sorted(leads.start(Listing(kind, filter_query=filter_query), MOST_STARTING_NODES + 1))
    if not ids:
        raise errors.NotFoundError(f"no {kind.name} fits the filter of {which}: {filter_query[:200]}")
    cuts = [Cut(lineage_cuts.STARTING_NODES, 0, 1)] if len(ids) > MOST_STARTING_NODES else []
    return {kind: set(ids[:MOST_STARTING_NODES])}, cuts


def _route(session: Session, options: _Options, hops: int) -> Route:
    ending: dict[Kind, pb.LineageSubgraphQueryOptions.EndingNodes] = {
        ARTIFACT: options.ending_artifacts,
        EXECUTION: options.ending_executions,
    }

    def ends(kind: Kind, ids: Sequence[int]) -> Callable[[], set[int]]:
        if not ending[kind].HasField("filter_query"):
            return set
        return ask_for_matching(session, kind, ending[kind].filter_query, ids)

    return Route(
        direction=options.direction or BIDIRECTIONAL,
        max_hops=hops,
        ask_for_ends=ends if any(nodes.HasField("filter_query") for nodes in ending.values()) else None,
        include_ends={kind: nodes.include_ending_nodes for kind, nodes in ending.items()},
        refused_size=session.limits.max_lineage_nodes,
    )
