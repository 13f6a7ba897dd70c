"""PutExecution: an execution with its artifacts, events and contexts in one call."""

from __future__ import annotations

from typing import Any

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import artifact, context, event, execution, request
from tests.compat.pair import Pair
from tests.compat.stock import new_node, new_type, read, snapshot

A, X, C = 10, 11, 12
INPUT = pb.Event(type=pb.Event.INPUT)
OUTPUT = pb.Event(type=pb.Event.OUTPUT)


@pytest.fixture
def typed(pair: Pair) -> Pair:
    """Both stores with one type of each kind, 10, 11 and 12, with the properties i and s."""
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        new_type(pair, kind, properties={"i": pb.INT, "s": pb.STRING})
    return pair


def put_execution(node: Any, *pairs: Any, contexts: Any = (), **options: Any) -> Any:
    """Return a request; a pair is (artifact or None, event or None)."""
    built = rpc.PutExecutionRequest(execution=node, contexts=contexts)
    for one, its_event in pairs:
        built.artifact_event_pairs.add(artifact=one, event=its_event)
    if options:
        built.options.CopyFrom(rpc.PutExecutionRequest.Options(**options))
    return built


def test_all_at_once(typed: Pair) -> None:
    pairs = [
        (artifact(A, uri="in", properties={"i": 1}), event(None, None, 3, steps=["model", 0])),
        (artifact(A, uri="out", custom={"c": True}), OUTPUT),
        (artifact(A, uri="no event"), None),
    ]
    contexts = [context(C, name="one", properties={"s": "x"}), context(C, name="two")]
    typed.ok(put_execution(execution(X, name="x", last_known_state=3), *pairs, contexts=contexts))
    snapshot(typed)


def test_an_execution_is_needed(typed: Pair) -> None:
    typed.fails(errors.INVALID_ARGUMENT, rpc.PutExecutionRequest())
    typed.fails(errors.INVALID_ARGUMENT, put_execution(None, (artifact(A), INPUT)))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(pb.Execution()))
    typed.ok(put_execution(execution(X)))
    snapshot(typed)


def test_everything_can_be_updated_again(typed: Pair) -> None:
    typed.ok(put_execution(execution(X), (artifact(A), INPUT), contexts=[context(C, name="one", properties={"i": 1})]))
    again = put_execution(
        execution(X, id=1, properties={"i": 1}),
        (artifact(id=1, uri="new"), OUTPUT),
        contexts=[context(C, id=1, name="renamed")],
    )
    typed.ok(again)
    snapshot(typed)
    typed.fails(errors.ALREADY_EXISTS, again)
    snapshot(typed)


def test_nodes_follow_the_rules_of_single_puts(typed: Pair) -> None:
    fine = execution(X)
    for wrong in (execution(), execution(X, properties={"z": 1}), execution(X, id=5)):
        typed.fails(errors.INVALID_ARGUMENT, put_execution(wrong))
    typed.fails(errors.NOT_FOUND, put_execution(execution(A)))
    typed.fails(errors.NOT_FOUND, put_execution(fine, (artifact(X), INPUT)))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(fine, (artifact(), INPUT)))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(fine, (artifact(A, id=5), INPUT)))
    typed.fails(errors.NOT_FOUND, put_execution(fine, contexts=[context(A, name="c")]))
    snapshot(typed)


def test_artifacts_come_before_the_execution_and_it_before_events_and_they_before_contexts(typed: Pair) -> None:
    bad_artifact, bad_execution = artifact(999), execution(properties={"z": 1})
    no_type, bad_context = pb.Event(), context(999, name="c")
    typed.fails(errors.NOT_FOUND, put_execution(bad_execution, (bad_artifact, no_type), contexts=[context()]))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(bad_execution, contexts=[bad_context]))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X), (artifact(A), no_type), contexts=[bad_context]))
    typed.fails(errors.NOT_FOUND, put_execution(execution(X), (artifact(A), INPUT), contexts=[bad_context, context()]))
    snapshot(typed)


def test_an_event_may_name_an_artifact_that_the_same_request_creates(typed: Pair) -> None:
    typed.ok(put_execution(execution(X), (artifact(A), OUTPUT), (None, event(1, None, 3))))
    snapshot(typed)


def test_an_artifact_is_named_by_its_event_alone(typed: Pair) -> None:
    new_node(typed, ARTIFACT, A)
    typed.ok(put_execution(execution(X), (None, event(1, None)), contexts=[context(C, name="c")]))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X), (None, INPUT)))
    snapshot(typed)


@pytest.mark.parametrize("artifact_id", [None, 1, 2, 9])
@pytest.mark.parametrize("execution_id", [None, 1, 2, 9])
@pytest.mark.parametrize("new", [True, False])
def test_ids_in_an_event_must_be_those_of_the_pair(typed: Pair, artifact_id, execution_id, new) -> None:
    typed.ok(put_execution(execution(X), (artifact(A), None)))
    typed.ok(put_execution(execution(X), (artifact(A), None)))
    both = (execution(X), artifact(A)) if new else (execution(X, id=1), artifact(A, id=1))
    typed.same(put_execution(both[0], (both[1], event(artifact_id, execution_id))))
    snapshot(typed)


def test_events_need_a_type_and_are_not_repeated(typed: Pair) -> None:
    typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X), (artifact(A), pb.Event())))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X), (artifact(A), pb.Event(type=0))))
    typed.ok(put_execution(execution(X), (artifact(A), INPUT)))
    twice = [(artifact(A, id=1), INPUT), (None, event(1, None))]
    typed.fails(errors.ALREADY_EXISTS, put_execution(execution(X), *twice))
    typed.ok(put_execution(execution(X), (artifact(A, id=1), INPUT), (None, event(1, None, pb.Event.OUTPUT))))
    snapshot(typed)


def test_the_first_event_that_is_wrong_decides_the_code(typed: Pair) -> None:
    typed.ok(put_execution(execution(X), (artifact(A), INPUT), (artifact(A), None)))
    again, untyped = (artifact(id=1), INPUT), (artifact(id=2), pb.Event())
    typed.fails(errors.ALREADY_EXISTS, put_execution(execution(X, id=1), again, untyped))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X, id=1), untyped, again))
    snapshot(typed)


def test_a_pair_with_neither_has_the_id_minus_one(typed: Pair) -> None:
    answer = typed.ok(put_execution(execution(X), (None, None), (artifact(A), None)))
    assert list(answer.artifact_ids) == [-1, 1]
    snapshot(typed)


@pytest.mark.parametrize(
    "broken", [context(), context(C), context(name="c"), context(C, name=""), context(id=1, name="c")]
)
def test_every_context_needs_a_type_and_a_name(typed: Pair, broken) -> None:
    new_node(typed, CONTEXT, C, name="c")
    for options in ({}, {"reuse_context_if_already_exist": True}):
        typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X), contexts=[broken], **options))
    snapshot(typed)


def test_a_context_whose_name_is_taken_is_refused(typed: Pair) -> None:
    new_node(typed, CONTEXT, C, name="c")
    typed.fails(errors.ALREADY_EXISTS, put_execution(execution(X), contexts=[context(C, name="c")]))
    typed.fails(errors.ALREADY_EXISTS, put_execution(execution(X), contexts=[context(C, name="d")] * 2))
    typed.fails(errors.INVALID_ARGUMENT, put_execution(execution(X), contexts=[context(C, id=9, name="d")]))
    snapshot(typed)


def test_a_reused_context_is_not_updated(typed: Pair) -> None:
    new_node(typed, CONTEXT, C, name="c", properties={"i": 1}, external_id="e")
    again = context(C, name="c", properties={"i": 2}, external_id="other", custom={"x": 1})
    reuse = {"reuse_context_if_already_exist": True}
    answer = typed.ok(put_execution(execution(X), (artifact(A), None), contexts=[again], **reuse))
    assert list(answer.context_ids) == [1]
    snapshot(typed)


def test_the_same_new_context_twice_works_with_reuse(typed: Pair) -> None:
    twice = [context(C, name="c", properties={"i": 2})] * 2
    answer = typed.ok(put_execution(execution(X), contexts=twice, reuse_context_if_already_exist=True))
    assert list(answer.context_ids) == [1, 1]
    snapshot(typed)


def test_reuse_looks_at_contexts_without_id_only(typed: Pair) -> None:
    new_node(typed, CONTEXT, C, name="c", properties={"i": 1})
    renamed = context(C, id=1, name="renamed")
    typed.ok(put_execution(execution(X), contexts=[renamed], reuse_context_if_already_exist=True))
    snapshot(typed)


def test_a_new_context_with_a_taken_external_id_is_aborted_under_reuse(typed: Pair) -> None:
    new_node(typed, CONTEXT, C, name="c", external_id="e")
    taken = context(C, name="new", external_id="e")
    typed.fails(errors.ABORTED, put_execution(execution(X), contexts=[taken], reuse_context_if_already_exist=True))
    typed.fails(errors.ALREADY_EXISTS, put_execution(execution(X), contexts=[taken]))
    snapshot(typed)


@pytest.mark.parametrize("given", [context(id=1), context(C, id=1, name="x"), context(A, id=1, properties={"z": 1})])
@pytest.mark.parametrize("reuse", [True, False])
def test_force_reuse_looks_at_nothing_but_the_id(typed: Pair, given, reuse) -> None:
    new_node(typed, CONTEXT, C, name="c", properties={"i": 1})
    flags = {"force_reuse_context": True, "reuse_context_if_already_exist": reuse}
    typed.ok(put_execution(execution(X), (artifact(A), None), contexts=[given], **flags))
    snapshot(typed)


def test_force_reuse_of_an_unknown_context_is_not_found(typed: Pair) -> None:
    typed.fails(errors.NOT_FOUND, put_execution(execution(X), contexts=[context(id=7)], force_reuse_context=True))
    for given in (context(), context(C), context(C, name="new")):
        typed.same(put_execution(execution(X), contexts=[given], force_reuse_context=True))
    snapshot(typed)


@pytest.mark.parametrize("type_id", [None, A, X, 999])
@pytest.mark.parametrize("reuse", [True, False])
def test_an_artifact_is_found_by_its_external_id(typed: Pair, type_id, reuse) -> None:
    new_node(typed, ARTIFACT, A, name="n", external_id="e", properties={"i": 1})
    other = new_type(typed, ARTIFACT, "u")
    again = artifact(other if type_id == 999 else type_id, external_id="e", uri="v", name="m")
    flags = {"reuse_artifact_if_already_exist_by_external_id": reuse}
    typed.same(put_execution(execution(X), (again, INPUT), **flags))
    snapshot(typed)


def test_the_same_new_external_id_twice_creates_then_updates(typed: Pair) -> None:
    twice = [(artifact(A, external_id="e", uri=uri), event_) for uri, event_ in (("a", INPUT), ("b", OUTPUT))]
    flags = {"reuse_artifact_if_already_exist_by_external_id": True}
    answer = typed.ok(put_execution(execution(X), *twice, **flags))
    assert list(answer.artifact_ids) == [1, 1]
    snapshot(typed)


def test_an_external_id_that_an_earlier_pair_gives_or_takes_is_looked_up_again(typed: Pair) -> None:
    flags = {"reuse_artifact_if_already_exist_by_external_id": True}
    new_node(typed, ARTIFACT, A, external_id="old")
    gives = [(artifact(id=1, external_id="new"), None), (artifact(A, external_id="new", uri="u"), INPUT)]
    typed.ok(put_execution(execution(X), *gives, (artifact(A, external_id="old"), INPUT), **flags))
    snapshot(typed)


def test_artifacts_with_an_id_and_those_without_an_external_id_ignore_reuse(typed: Pair) -> None:
    flags = {"reuse_artifact_if_already_exist_by_external_id": True}
    new_node(typed, ARTIFACT, A, external_id="e")
    new_node(typed, ARTIFACT, A, external_id="")
    taken = {"official": errors.INTERNAL, "lineal": errors.ALREADY_EXISTS}
    typed.differs(
        "taken-on-update", put_execution(execution(X), (artifact(id=2, external_id="e"), INPUT), **flags), **taken
    )
    typed.fails(errors.ALREADY_EXISTS, put_execution(execution(X), (artifact(A, external_id=""), INPUT), **flags))
    typed.ok(put_execution(execution(X), (artifact(A), INPUT), (artifact(id=1), INPUT), **flags))
    snapshot(typed)


def test_every_context_is_related_to_the_execution_and_to_every_artifact(typed: Pair) -> None:
    new_node(typed, ARTIFACT, A, uri="only in an event")
    contexts = [context(C, name=name) for name in "ab"]
    pairs = [(None, event(1, None)), (artifact(A), INPUT), (artifact(A), None)]
    typed.ok(put_execution(execution(X), *pairs, contexts=contexts))
    snapshot(typed)
    known = [context(C, id=number, name=name) for number, name in ((1, "a"), (2, "b"))]
    typed.ok(put_execution(execution(X, id=1), (artifact(id=2), None), contexts=known))
    snapshot(typed)


@pytest.mark.parametrize("force", [None, False, True])
def test_force_update_time_moves_the_time_of_an_unchanged_execution(typed: Pair, force) -> None:
    new_node(typed, EXECUTION, X, name="x", properties={"i": 1})
    as_read = read(typed, EXECUTION, 1)
    typed.ok(put_execution(as_read, force_update_time=force))
    assert (read(typed, EXECUTION, 1) == as_read) is not bool(force)
    changed = execution(X, id=1, name="x", properties={"i": 2})
    typed.ok(put_execution(changed, force_update_time=force))
    snapshot(typed)
    typed.ok(put_execution(execution(X, name="new"), force_update_time=force))
    snapshot(typed)


def test_a_failure_undoes_everything(typed: Pair) -> None:
    pairs = [(artifact(A), INPUT), (artifact(A), OUTPUT)]
    typed.fails(errors.NOT_FOUND, put_execution(execution(X), *pairs, contexts=[context(999, name="c")]))
    snapshot(typed)
    assert typed.ok(put_execution(execution(X), *pairs)).execution_id == 1


def test_contexts_put_with_an_execution_find_its_nodes(typed: Pair) -> None:
    typed.ok(put_execution(execution(X), (artifact(A), INPUT), contexts=[context(C, name="c")]))
    typed.ok(request("GetContextsByArtifact", artifact_id=1))
    typed.ok(request("GetContextsByExecution", execution_id=1))
