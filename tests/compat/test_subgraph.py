"""GetLineageSubgraph: starting nodes, directions, hops, ending nodes, read masks; and GetLineageGraph."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import field_mask_pb2

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import SIX_TYPES, artifact, context, event, execution
from tests.compat.conftest import opposite
from tests.compat.pair import Pair
from tests.compat.stock import new_nodes, new_type, relate
from tests.parameters import rare

UPSTREAM, DOWNSTREAM, BOTH = 1, 2, 3
FIELDS = [field.name for field in pb.LineageGraph.DESCRIPTOR.fields]


@pytest.fixture(scope="module")
def graph(core) -> Pair:
    """Both stores with a graph; tests only read it.

    a1 → x1 → a2 → x2 → a3 → x3 → a4 → x4 → a5; a2 → x3; x1 → a6 (pending); a7 ⇄ x5 (a cycle); a8 and x6 alone.
    """
    pair = Pair(core.open(), opposite(core))
    fill(pair)
    yield pair
    pair.close()


def fill(pair: Pair) -> None:
    types = [
        new_type(pair, kind, properties=SIX_TYPES, external_id=f"type {kind.name}", description="d")
        for kind in (ARTIFACT, EXECUTION, CONTEXT)
    ]
    new_nodes(pair, ARTIFACT, *[artifact(types[0], name=f"a{n}", uri=f"uri{n}", state=n % 3) for n in range(1, 9)])
    new_nodes(pair, EXECUTION, *[execution(types[1], name=f"x{n}", last_known_state=n % 4) for n in range(1, 7)])
    new_nodes(pair, CONTEXT, *[context(types[2], name=f"c{n}") for n in range(1, 5)])
    edges = [(1, 1, "INPUT"), (2, 1, "OUTPUT"), (2, 2, "DECLARED_INPUT"), (3, 2, "DECLARED_OUTPUT")]
    edges += [(3, 3, "INTERNAL_INPUT"), (4, 3, "INTERNAL_OUTPUT"), (4, 4, "INPUT"), (5, 4, "OUTPUT")]
    edges += [(2, 3, "INPUT"), (6, 1, "PENDING_OUTPUT"), (7, 5, "INPUT"), (7, 5, "OUTPUT"), (2, 1, "DECLARED_OUTPUT")]
    built = [event(a, x, pb.Event.Type.Value(kind), steps=[kind, a]) for a, x, kind in edges]
    pair.ok(rpc.PutEventsRequest(events=built))
    relate(
        pair,
        attributions=[(1, 1), (1, 2), (2, 5), (3, 8)],
        associations=[(1, 1), (2, 4), (3, 6)],
        parents=[(1, 2), (4, 1)],
    )


def walk(start: str | None, **given: Any) -> Any:
    """Return a request; `start` is "artifacts: FILTER" or "executions: FILTER"."""
    mask = given.pop("mask", None)
    built = rpc.GetLineageSubgraphRequest()
    query = built.lineage_subgraph_query_options
    if start is not None:
        kind, _, where = start.partition(": ")
        getattr(query, f"starting_{kind}").filter_query = where
    for ending in ("ending_artifacts", "ending_executions"):
        if ending in given:
            where, include = given.pop(ending)
            getattr(query, ending).CopyFrom(
                pb.LineageSubgraphQueryOptions.EndingNodes(filter_query=where, include_ending_nodes=include)
            )
    query.MergeFrom(pb.LineageSubgraphQueryOptions(max_num_hops=given.get("hops"), direction=given.get("direction")))
    if mask is not None:
        built.read_mask.CopyFrom(field_mask_pb2.FieldMask(paths=mask))
    return built


STARTS = ["artifacts: id = 1", "artifacts: id = 2", "artifacts: id = 5", "artifacts: name = 'a6'", "artifacts: id > 0"]
STARTS += [
    "executions: id = 1",
    "executions: id = 3",
    "executions: id IN (4, 6)",
    "artifacts: id = 7",
    "artifacts: id = 8",
]
each_start = pytest.mark.parametrize("start", STARTS)


@each_start
@pytest.mark.parametrize("direction", [None, 0, UPSTREAM, DOWNSTREAM, BOTH])
def test_a_walk_follows_the_direction_for_a_number_of_hops(graph: Pair, start, direction) -> None:
    for hops in (None, 0, 1, 2, 3, 4, 8, 100, 101, 2**40):
        graph.ok(walk(start, direction=direction, hops=hops))


@each_start
def test_a_negative_number_of_hops_is_refused(graph: Pair, start) -> None:
    graph.fails(errors.INVALID_ARGUMENT, walk(start, hops=-1))


def test_a_walk_needs_a_start(graph: Pair) -> None:
    graph.fails(errors.INVALID_ARGUMENT, rpc.GetLineageSubgraphRequest())
    graph.fails(errors.INVALID_ARGUMENT, walk(None, hops=1))
    for kind in ("artifacts", "executions"):
        graph.fails(errors.INVALID_ARGUMENT, walk(f"{kind}: "))
        unset = walk(None)
        getattr(unset.lineage_subgraph_query_options, f"starting_{kind}").SetInParent()
        graph.fails(errors.INVALID_ARGUMENT, unset)
        for wrong in (" ", "nonsense", "id =", "id = 'x'"):
            graph.fails(errors.INVALID_ARGUMENT, walk(f"{kind}: {wrong}"))
        graph.fails(errors.NOT_FOUND, walk(f"{kind}: id = 99"))
        graph.fails(errors.NOT_FOUND, walk(f"{kind}: id = 99", ending_artifacts=("nonsense", None)))


def test_a_start_is_any_filter(graph: Pair) -> None:
    for where in ("contexts_a.name = 'c1'", "events_0.type = INPUT", "type = 't'", "state = LIVE OR uri LIKE '%1'"):
        graph.ok(walk(f"artifacts: {where}", hops=1))
    for where in ("contexts_a.name = 'c1'", "events_0.type = OUTPUT", "last_known_state = RUNNING"):
        graph.ok(walk(f"executions: {where}", hops=1))


ENDS = ["id = 2", "id = 3", "id IN (1, 4)", "id = 99", "", None, "name = 'a2' OR name = 'x2'", "id > 0", "type = 't'"]


@pytest.mark.parametrize("start", ["artifacts: id = 1", "artifacts: id = 2", "executions: id = 3"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("include", [None, rare(False), True])
def test_a_walk_does_not_go_beyond_ending_nodes(graph: Pair, start, end, include) -> None:
    for direction in (UPSTREAM, DOWNSTREAM, BOTH):
        graph.ok(walk(start, direction=direction, ending_artifacts=(end, include)))
        graph.ok(walk(start, direction=direction, ending_executions=(end, include)))
        graph.ok(walk(start, direction=direction, ending_executions=(end, include), ending_artifacts=("id = 3", True)))
        graph.ok(
            walk(
                start, direction=direction, hops=2, ending_executions=("id = 2", False), ending_artifacts=(end, include)
            )
        )


def test_an_ending_filter_is_looked_at_when_there_are_candidates(graph: Pair) -> None:
    for ending in ("ending_artifacts", "ending_executions"):
        for start in ("artifacts: id = 1", "executions: id = 1", "artifacts: id = 8", "executions: id = 6"):
            for hops in (0, 1, 2):
                graph.same(walk(start, hops=hops, **{ending: ("nonsense", None)}))
                graph.same(walk(start, hops=hops, **{ending: (" ", True)}))


MASKS = [[field] for field in FIELDS]
MASKS += [
    [],
    ["artifacts", "events"],
    ["artifacts.id"],
    ["nope"],
    [""],
    ["nope", "contexts"],
    FIELDS,
    ["artifacts"] * 2,
]
MASKS += [["artifact_types.name"], ["parent_contexts", "events"], ["contexts", "attributions", "associations"]]


@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_a_read_mask_says_which_lists_are_filled(graph: Pair, mask) -> None:
    for start in ("artifacts: id = 2", "executions: id = 4", "artifacts: id = 8"):
        answer = graph.ok(walk(start, mask=mask))
        assert answer.HasField("lineage_subgraph")
        graph.ok(walk(start, mask=mask, hops=0))
        graph.ok(walk(start, mask=mask, ending_executions=("id = 1", False)))


def test_nodes_hold_only_their_id(graph: Pair) -> None:
    found = graph.ok(walk("artifacts: id = 1")).lineage_subgraph
    for one in (*found.artifacts, *found.executions):
        assert [field.name for field, _ in one.ListFields()] == ["id"]


def test_at_most_a_hundred_and_one_nodes_start_a_walk(pair: Pair) -> None:
    type_id = new_type(pair, ARTIFACT)
    new_nodes(pair, ARTIFACT, *[artifact(type_id)] * 130)
    for where in ("id > 0", "id > 20", "id <= 100", "id > 29"):
        pair.ok(walk(f"artifacts: {where}", mask=["artifacts"]))


def test_a_long_chain_is_walked_for_a_hundred_hops(pair: Pair) -> None:
    types = [new_type(pair, kind) for kind in (ARTIFACT, EXECUTION)]
    new_nodes(pair, ARTIFACT, *[artifact(types[0])] * 60)
    new_nodes(pair, EXECUTION, *[execution(types[1])] * 60)
    edges = [edge for n in range(1, 60) for edge in (event(n, n), event(n + 1, n, pb.Event.OUTPUT))]
    pair.ok(rpc.PutEventsRequest(events=edges))
    for hops in (None, 50, 99, 100, 101, 1000):
        pair.ok(walk("artifacts: id = 1", hops=hops, direction=DOWNSTREAM))
        pair.ok(walk("artifacts: id = 60", hops=hops, direction=UPSTREAM))


def test_a_start_that_is_an_end_is_left_out_but_the_call_is_fine(graph: Pair) -> None:
    for include in (False, True):
        graph.ok(walk("artifacts: id = 1", ending_artifacts=("id = 1", include)))
        graph.ok(walk("artifacts: id IN (1, 4)", ending_artifacts=("id = 1", include)))
        graph.ok(walk("executions: id = 1", ending_executions=("", include)))


def test_the_deprecated_call_is_served_here(graph: Pair) -> None:
    options = pb.LineageGraphQueryOptions(artifacts_options=pb.ListOperationOptions(filter_query="id = 1"))
    request = rpc.GetLineageGraphRequest(options=options)
    graph.differs("served-here", request, official=errors.UNIMPLEMENTED, lineal=0)
