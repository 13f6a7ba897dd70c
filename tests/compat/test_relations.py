"""PutAttributionsAndAssociations, PutParentContexts, and the reads that follow relations."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import artifact, context, execution, request
from tests.compat.pair import Pair
from tests.compat.stock import new_nodes, new_type, put_parents, relate, snapshot


@pytest.fixture
def stocked(pair: Pair) -> Pair:
    """Both stores with six nodes of each kind."""
    new_nodes(pair, ARTIFACT, *[artifact(new_type(pair, ARTIFACT))] * 6)
    new_nodes(pair, EXECUTION, *[execution(new_type(pair, EXECUTION))] * 6)
    type_id = new_type(pair, CONTEXT)
    new_nodes(pair, CONTEXT, *[context(type_id, name=name) for name in "abcdef"])
    return pair


def test_nodes_belong_to_contexts(stocked: Pair) -> None:
    relate(stocked, attributions=[(1, 1), (1, 2), (2, 1)], associations=[(1, 1), (3, 1), (3, 3)])
    for number in range(5):
        stocked.same(request("GetContextsByArtifact", artifact_id=number))
        stocked.same(request("GetContextsByExecution", execution_id=number))
    snapshot(stocked)


@pytest.mark.parametrize("field", ["artifact_id", "execution_id"])
@pytest.mark.parametrize(
    ("context_id", "node_id"), [(None, 1), (1, None), (9, 1), (1, 9), (0, 0), (None, None), (-1, 1)]
)
def test_both_ends_of_a_relation_must_exist(stocked: Pair, field, context_id, node_id) -> None:
    built = rpc.PutAttributionsAndAssociationsRequest()
    built.attributions.add(context_id=2, artifact_id=2)
    rows = built.attributions if field == "artifact_id" else built.associations
    rows.add(context_id=context_id, **{field: node_id})
    stocked.fails(errors.INVALID_ARGUMENT, built)
    snapshot(stocked)


def test_a_relation_that_exists_may_be_put_again(stocked: Pair) -> None:
    for _ in range(2):
        relate(stocked, attributions=[(1, 1), (1, 1)], associations=[(2, 2), (2, 2)])
    snapshot(stocked)


def test_no_relation_is_fine(stocked: Pair) -> None:
    stocked.ok(rpc.PutAttributionsAndAssociationsRequest())
    stocked.ok(rpc.PutParentContextsRequest())


def test_contexts_of_a_node_without_any_are_not_found(stocked: Pair) -> None:
    for number in (1, 99, 0):
        stocked.fails(errors.NOT_FOUND, request("GetContextsByArtifact", artifact_id=number))
        stocked.fails(errors.NOT_FOUND, request("GetContextsByExecution", execution_id=number))
    stocked.fails(errors.NOT_FOUND, request("GetContextsByArtifact"))
    stocked.fails(errors.NOT_FOUND, request("GetContextsByExecution"))


def read_parents(pair: Pair) -> None:
    for number in (None, 0, *range(1, 7), 99):
        pair.ok(request("GetParentContextsByContext", context_id=number))
        pair.ok(request("GetChildrenContextsByContext", context_id=number))


def test_contexts_have_parents_and_children_also_several_and_in_diamonds(stocked: Pair) -> None:
    relate(stocked, parents=[(1, 2), (1, 3), (2, 4), (3, 4), (1, 4), (5, 4)])
    read_parents(stocked)


@pytest.mark.parametrize(
    ("parent", "child"), [(None, 1), (1, None), (None, None), (9, 1), (1, 9), (1, 1), (9, 9), (0, 1)]
)
def test_both_contexts_must_exist_and_differ(stocked: Pair, parent, child) -> None:
    stocked.fails(errors.INVALID_ARGUMENT, put_parents((5, 6), (parent, child)))
    read_parents(stocked)


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_cycle_of_any_length_is_refused(stocked: Pair, length) -> None:
    chain = [(number, number + 1) for number in range(1, length)]
    stocked.ok(put_parents(*chain))
    stocked.fails(errors.INVALID_ARGUMENT, put_parents((length, 1)))
    stocked.fails(errors.INVALID_ARGUMENT, put_parents((length, 6), (6, 1)))
    read_parents(stocked)


def test_a_cycle_inside_one_request_is_refused(stocked: Pair) -> None:
    stocked.fails(errors.INVALID_ARGUMENT, put_parents((1, 2), (2, 3), (3, 1)))
    stocked.fails(errors.INVALID_ARGUMENT, put_parents((1, 2), (2, 1)))
    read_parents(stocked)


def test_a_pair_of_contexts_is_put_once(stocked: Pair) -> None:
    stocked.ok(put_parents((1, 2)))
    stocked.fails(errors.ALREADY_EXISTS, put_parents((1, 2)))
    stocked.fails(errors.ALREADY_EXISTS, put_parents((3, 4), (3, 4)))
    read_parents(stocked)


@pytest.mark.parametrize("direction", ["Parent", "Children"])
def test_parents_and_children_of_many_are_those_of_each(stocked: Pair, direction) -> None:
    relate(stocked, parents=[(1, 2), (1, 3), (2, 4), (3, 4), (1, 4), (5, 4)])
    many = request(f"Get{direction}ContextsByContexts", context_ids=[1, 4, 2, 4, 99])
    answer = stocked.differs("served-here", many, official=errors.UNIMPLEMENTED, lineal=0).lineal.response
    if stocked.against_itself:
        return
    for number in (1, 2, 4, 99):
        each = stocked.ok(request(f"Get{direction}ContextsByContext", context_id=number)).contexts
        listed = getattr(answer.contexts[number], "parent_contexts" if direction == "Parent" else "children_contexts")
        assert list(listed) == list(each)


@pytest.mark.parametrize("direction", ["Parent", "Children"])
def test_parents_and_children_of_none_are_refused(stocked: Pair, direction) -> None:
    none = request(f"Get{direction}ContextsByContexts")
    stocked.differs("served-here", none, official=errors.UNIMPLEMENTED, lineal=errors.INVALID_ARGUMENT)
    unknown = request(f"Get{direction}ContextsByContexts", context_ids=[99])
    answer = stocked.differs("served-here", unknown, official=errors.UNIMPLEMENTED, lineal=0).lineal
    assert stocked.against_itself or not answer.response.contexts


def test_event_types_have_no_bearing_on_relations(stocked: Pair) -> None:
    relate(stocked, attributions=[(1, 1)])
    stocked.ok(rpc.PutEventsRequest(events=[pb.Event(artifact_id=1, execution_id=1, type=3)]))
    stocked.fails(errors.NOT_FOUND, request("GetContextsByExecution", execution_id=1))
