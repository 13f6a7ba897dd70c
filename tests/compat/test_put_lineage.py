"""PutLineageSubgraph: nodes, relations and events of a whole graph in one call."""

from __future__ import annotations

from typing import Any

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import artifact, context, event, execution
from tests.compat.pair import Pair
from tests.compat.stock import new_node, new_type, snapshot

A, X, C = 10, 11, 12
INPUT = pb.Event(type=pb.Event.INPUT)
OUTPUT = pb.Event(type=pb.Event.OUTPUT)


@pytest.fixture
def typed(pair: Pair) -> Pair:
    """Both stores with one type of each kind, 10, 11 and 12, with the properties i and s."""
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        new_type(pair, kind, properties={"i": pb.INT, "s": pb.STRING})
    return pair


def put_lineage(
    *, artifacts: Any = (), executions: Any = (), contexts: Any = (), edges: Any = (), **options: Any
) -> Any:
    """Return a request; an edge is (execution index, artifact index, event), each or None."""
    built = rpc.PutLineageSubgraphRequest(artifacts=artifacts, executions=executions, contexts=contexts)
    for execution_index, artifact_index, its_event in edges:
        built.event_edges.add(execution_index=execution_index, artifact_index=artifact_index, event=its_event)
    if options:
        built.options.CopyFrom(rpc.PutLineageSubgraphRequest.Options(**options))
    return built


def test_a_whole_graph(typed: Pair) -> None:
    typed.ok(
        put_lineage(
            artifacts=[artifact(A, name=name, properties={"i": 1}) for name in "abc"],
            executions=[execution(X, name=name, last_known_state=3) for name in "xy"],
            contexts=[context(C, name=name, custom={"k": 0.5}) for name in "cd"],
            edges=[(0, 0, INPUT), (0, 1, OUTPUT), (1, 1, event(None, None, 3, steps=[1, "k"])), (1, 2, OUTPUT)],
        )
    )
    snapshot(typed)


def test_nothing_at_all_is_fine(typed: Pair) -> None:
    typed.ok(rpc.PutLineageSubgraphRequest())


EDGES = {
    "no event": (0, 0, None),
    "no execution": (None, 0, INPUT),
    "no artifact": (0, None, INPUT),
    "neither": (None, None, INPUT),
    "execution index too high": (1, 0, INPUT),
    "artifact index too high": (0, 2, INPUT),
    "negative execution index": (-1, 0, INPUT),
    "negative artifact index": (0, -1, INPUT),
    "no type": (0, 0, pb.Event()),
    "both, equal": (0, 1, event(1, 1)),
    "both, a new artifact": (0, 0, event(1, 1)),
    "both, another artifact": (0, 1, event(2, 1)),
    "both, another execution": (0, 1, event(1, 2)),
    "ids": (None, None, event(1, 1)),
    "id and index": (0, None, event(1, None)),
    "index and id": (None, 0, event(None, 1)),
    "an event that exists": (None, None, event(1, 1, pb.Event.OUTPUT)),
}


@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_names_both_of_its_ends(typed: Pair, edge) -> None:
    typed.ok(put_lineage(artifacts=[artifact(A)], executions=[execution(X)], edges=[(0, 0, OUTPUT)]))
    nodes = {"artifacts": [artifact(A), artifact(A, id=1)], "executions": [execution(X, id=1)]}
    typed.same(put_lineage(**nodes, edges=[EDGES[edge]]))
    snapshot(typed)


@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_of_a_new_execution_names_both_of_its_ends(typed: Pair, edge) -> None:
    typed.ok(put_lineage(artifacts=[artifact(A)], executions=[execution(X)], edges=[(0, 0, OUTPUT)]))
    typed.same(put_lineage(artifacts=[artifact(A), artifact(A, id=1)], executions=[execution(X)], edges=[EDGES[edge]]))
    snapshot(typed)


def test_edges_are_checked_before_nodes(typed: Pair) -> None:
    bad = execution(999)
    typed.fails(errors.OUT_OF_RANGE, put_lineage(executions=[bad], artifacts=[artifact(A)], edges=[(5, 0, INPUT)]))
    typed.fails(errors.INVALID_ARGUMENT, put_lineage(executions=[bad], artifacts=[artifact(A)], edges=[(0, 0, None)]))
    both = [(9, 0, INPUT), (0, 0, None)]
    typed.fails(errors.OUT_OF_RANGE, put_lineage(executions=[bad], artifacts=[artifact(A)], edges=both))


def test_types_and_properties_are_checked_for_artifacts_then_executions_then_contexts(typed: Pair) -> None:
    wrong, unknown = {"z": 1}, 999
    typed.fails(
        errors.NOT_FOUND, put_lineage(executions=[execution(X, properties=wrong)], artifacts=[artifact(unknown)])
    )
    typed.fails(errors.INVALID_ARGUMENT, put_lineage(contexts=[context(unknown, name="c")], executions=[execution()]))
    typed.fails(errors.NOT_FOUND, put_lineage(contexts=[context(C)], executions=[execution(unknown)]))
    typed.fails(errors.INVALID_ARGUMENT, put_lineage(contexts=[context(C, name="c", properties=wrong)]))
    snapshot(typed)


def test_every_node_needs_a_type_also_for_an_update(typed: Pair) -> None:
    typed.ok(put_lineage(artifacts=[artifact(A)], executions=[execution(X)], contexts=[context(C, name="c")]))
    for nodes in (
        {"artifacts": [artifact(id=1)]},
        {"executions": [execution(id=1)]},
        {"contexts": [context(id=1, name="c")]},
        {"contexts": [context(C, id=1)]},
        {"contexts": [context(C, name="")]},
        {"artifacts": [artifact(A, id=9)]},
    ):
        typed.fails(errors.INVALID_ARGUMENT, put_lineage(**nodes))
    typed.ok(put_lineage(artifacts=[artifact(A, id=1, uri="u")], contexts=[context(C, id=1, name="d")]))
    snapshot(typed)


def test_types_of_the_wrong_kind_are_not_found(typed: Pair) -> None:
    typed.fails(errors.NOT_FOUND, put_lineage(artifacts=[artifact(X)]))
    typed.fails(errors.NOT_FOUND, put_lineage(executions=[execution(C)]))
    typed.fails(errors.NOT_FOUND, put_lineage(contexts=[context(A, name="c")]))


def test_contexts_relate_to_the_listed_nodes_and_not_to_those_of_events(typed: Pair) -> None:
    new_node(typed, ARTIFACT, A)
    new_node(typed, EXECUTION, X)
    typed.ok(
        put_lineage(
            artifacts=[artifact(A), artifact(A)],
            executions=[execution(X)],
            contexts=[context(C, name=name) for name in "ab"],
            edges=[(0, None, event(1, None)), (None, 0, event(None, 1)), (None, None, event(1, 1))],
        )
    )
    snapshot(typed)


@pytest.mark.parametrize("reuse", [None, False, True])
def test_a_context_is_reused_on_demand(typed: Pair, reuse) -> None:
    new_node(typed, CONTEXT, C, name="c", properties={"i": 1}, external_id="e")
    flags = {"reuse_context_if_already_exist": reuse}
    again = context(C, name="c", properties={"i": 2}, external_id="f")
    typed.same(put_lineage(contexts=[again], artifacts=[artifact(A)], **flags))
    typed.same(put_lineage(contexts=[context(C, name="new")] * 2, executions=[execution(X)], **flags))
    typed.same(put_lineage(contexts=[context(C, name="other", external_id="e")], **flags))
    typed.same(put_lineage(contexts=[context(C, id=1, name="renamed")], **flags))
    snapshot(typed)


@pytest.mark.parametrize("reuse", [None, False, True])
def test_an_artifact_is_reused_on_demand_by_its_external_id(typed: Pair, reuse) -> None:
    new_node(typed, ARTIFACT, A, name="n", external_id="e", properties={"i": 1})
    flags = {"reuse_artifact_if_already_exist_by_external_id": reuse}
    again = artifact(A, external_id="e", uri="v", name="m")
    typed.same(put_lineage(artifacts=[again], **flags))
    typed.same(put_lineage(artifacts=[again, artifact(A, external_id="e", uri="w")], **flags))
    typed.same(put_lineage(artifacts=[artifact(external_id="e")], **flags))
    typed.same(put_lineage(artifacts=[artifact(1, external_id="e")], **flags))
    snapshot(typed)


def test_a_new_external_id_twice_is_refused_also_with_reuse(typed: Pair) -> None:
    twice = [artifact(A, external_id="e")] * 2
    flags = {"reuse_artifact_if_already_exist_by_external_id": True}
    typed.fails(errors.ALREADY_EXISTS, put_lineage(artifacts=twice, **flags))
    typed.fails(errors.ALREADY_EXISTS, put_lineage(artifacts=[artifact(A, external_id="")] * 2, **flags))
    snapshot(typed)


def test_events_come_last(typed: Pair) -> None:
    nodes = {"artifacts": [artifact(A)], "executions": [execution(X)]}
    typed.fails(errors.ALREADY_EXISTS, put_lineage(**nodes, edges=[(0, 0, INPUT), (0, 0, INPUT)]))
    typed.fails(errors.INVALID_ARGUMENT, put_lineage(**nodes, edges=[(0, 0, pb.Event(type=0))]))
    taken = {"contexts": [context(C, name="c")] * 2}
    typed.fails(errors.ALREADY_EXISTS, put_lineage(**nodes, **taken, edges=[(0, 0, pb.Event())]))
    snapshot(typed)


def test_the_same_node_twice_is_updated_twice(typed: Pair) -> None:
    typed.ok(put_lineage(executions=[execution(X, name="x")], artifacts=[artifact(A)]))
    twice = [execution(X, id=1, properties={"i": 1}), execution(X, id=1, properties={"s": "two"})]
    typed.ok(put_lineage(executions=twice, artifacts=[artifact(A)], edges=[(1, 0, INPUT), (0, 0, OUTPUT)]))
    snapshot(typed)
