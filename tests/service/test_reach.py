"""Walks over many hops on every engine: what is read ahead is what going hop by hop finds."""

from __future__ import annotations

import random
from itertools import product

import pytest

from lineal.service import MetadataService
from lineal.service.lineage import leads
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_execution_type

DIRECTIONS = pb.LineageSubgraphQueryOptions.Direction
NODES = 40
EDGES = 70
TYPES = [number for number in pb.Event.Type.values() if number]
INPUTS = {pb.Event.INPUT, pb.Event.DECLARED_INPUT, pb.Event.INTERNAL_INPUT}
Edge = tuple[int, int, int]  # artifact id, execution id, event type


def put_random_graph(service: MetadataService) -> tuple[list[int], set[Edge]]:
    """Connect artifacts and executions at random, with cycles; return the artifacts' ids and the edges."""
    type_id = put_artifact_type(service)
    ids = put_artifacts(service, *[artifact(type_id) for _ in range(NODES)])
    execution_type_id = put_execution_type(service)
    executions = rpc.PutExecutionsRequest(executions=[pb.Execution(type_id=execution_type_id) for _ in range(NODES)])
    others = service.call("PutExecutions", executions).execution_ids
    pairs = random.Random(5).sample(list(product(ids, others)), EDGES)
    edges = {(*pair, TYPES[number % len(TYPES)]) for number, pair in enumerate(pairs)}
    events = [pb.Event(artifact_id=a, execution_id=e, type=kind) for a, e, kind in sorted(edges)]
    service.call("PutEvents", rpc.PutEventsRequest(events=events))
    return list(ids), edges


def edges_within(start: int, edges: set[Edge], direction: int, hops: int) -> set[Edge]:
    """Walk hop by hop in memory."""
    frontier, met, passed = {start}, {(0, start)}, set()
    for hop in range(hops):
        side = hop % 2  # 0: the frontier holds artifacts
        leading = {
            edge for edge in edges
            if edge[side] in frontier
            and (direction == DIRECTIONS.BIDIRECTIONAL
                 or ((edge[2] in INPUTS) == (side == 0)) == (direction == DIRECTIONS.DOWNSTREAM))
        }  # fmt: skip
        passed |= leading
        frontier = {edge[1 - side] for edge in leading if (1 - side, edge[1 - side]) not in met}
        met |= {(1 - side, node) for node in frontier}
    return passed


@pytest.mark.parametrize("direction", [DIRECTIONS.UPSTREAM, DIRECTIONS.DOWNSTREAM, DIRECTIONS.BIDIRECTIONAL])
def test_a_walk_finds_what_lies_within_its_hops(service: MetadataService, direction: int) -> None:
    ids, edges = put_random_graph(service)
    for start, hops in product(ids[:5], (1, 2, 3, 4, 7, 20, 100)):
        request = rpc.GetLineageSubgraphRequest()
        options = request.lineage_subgraph_query_options
        options.starting_artifacts.filter_query = f"id = {start}"
        options.direction, options.max_num_hops = direction, hops
        found = service.call("GetLineageSubgraph", request).lineage_subgraph.events
        assert len(found) == len({(event.artifact_id, event.execution_id) for event in found})
        walked = {(event.artifact_id, event.execution_id, event.type) for event in found}
        assert walked == edges_within(start, edges, direction, hops)


def test_a_walk_that_would_read_too_much_ahead_finds_the_same(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads, "_MOST_EVENTS_AHEAD", 5)
    test_a_walk_finds_what_lies_within_its_hops(service, DIRECTIONS.DOWNSTREAM)
