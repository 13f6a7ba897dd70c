"""PutEvents and the two reads of events."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import artifact, event, execution, put_events, request
from tests.compat.pair import Pair
from tests.compat.stock import new_nodes, new_type, snapshot

TYPES = [number for number in pb.Event.Type.values() if number]


@pytest.fixture
def stocked(pair: Pair) -> Pair:
    """Both stores with three artifacts and three executions."""
    new_nodes(pair, ARTIFACT, *[artifact(new_type(pair, ARTIFACT))] * 3)
    new_nodes(pair, EXECUTION, *[execution(new_type(pair, EXECUTION))] * 3)
    return pair


def read_events(pair: Pair, *ids: int) -> None:
    pair.ok(request("GetEventsByArtifactIDs", artifact_ids=ids))
    pair.ok(request("GetEventsByExecutionIDs", execution_ids=ids))


def test_events_of_every_type_stand_side_by_side(stocked: Pair) -> None:
    stocked.ok(put_events(*(event(1, 1, number) for number in TYPES)))
    read_events(stocked, 1)


@pytest.mark.parametrize(
    "broken", [(None, 1, 3), (1, None, 3), (1, 1, 0), (1, 1, None), (9, 1, 3), (1, 9, 3), (0, -1, 3)]
)
def test_an_event_needs_both_nodes_and_a_type(stocked: Pair, broken) -> None:
    artifact_id, execution_id, type_ = broken
    wrong = pb.Event(artifact_id=artifact_id, execution_id=execution_id, type=type_)
    stocked.fails(errors.INVALID_ARGUMENT, put_events(event(2, 2), wrong))
    read_events(stocked, 1, 2)


def test_an_unknown_number_for_the_type_is_no_type(stocked: Pair) -> None:
    strange = pb.Event.FromString(pb.Event(artifact_id=1, execution_id=1).SerializeToString() + b"\x20\x63")
    stocked.fails(errors.INVALID_ARGUMENT, put_events(strange))


def test_the_same_event_again_is_refused(stocked: Pair) -> None:
    stocked.ok(put_events(event(1, 1)))
    stocked.fails(errors.ALREADY_EXISTS, put_events(event(2, 2), event(1, 1, milliseconds_since_epoch=5)))
    stocked.fails(errors.ALREADY_EXISTS, put_events(event(3, 3), event(3, 3)))
    stocked.ok(put_events(event(1, 1, pb.Event.OUTPUT), event(2, 1), event(1, 2)))
    read_events(stocked, 1, 2, 3)


@pytest.mark.parametrize("time", [None, 0, -1, 1, 1600000000000, 2**63 - 1, -(2**63)])
def test_a_given_time_is_kept_and_a_missing_one_is_now(stocked: Pair, time) -> None:
    stocked.ok(put_events(event(1, 1, milliseconds_since_epoch=time)))
    read_events(stocked, 1)


PATHS = {
    "index and key": [0, "key", 1, "", -5, 2**63 - 1, "ünï"],
    "repeated": ["a", "a", 0, 0],
    "long": [str(number) for number in range(200)],
    "none": [],
}


@pytest.mark.parametrize("steps", PATHS)
def test_a_path_comes_back_in_order(stocked: Pair, steps) -> None:
    stocked.ok(put_events(event(1, 1, steps=PATHS[steps]), event(1, 2), event(2, 1, steps=["other"])))
    read_events(stocked, 1, 2)


def test_steps_without_a_value_are_skipped(stocked: Pair) -> None:
    step = pb.Event.Path.Step
    stocked.ok(put_events(event(1, 1, path=pb.Event.Path())))
    stocked.ok(put_events(event(1, 2, path=pb.Event.Path(steps=[step(), step()]))))
    stocked.ok(put_events(event(1, 3, path=pb.Event.Path(steps=[step(), step(key="k"), step(), step(index=0)]))))
    read_events(stocked, 1)


def test_reads_skip_what_is_unknown_or_has_no_events(stocked: Pair) -> None:
    stocked.ok(put_events(event(1, 2), event(2, 1), event(1, 1)))
    for ids in ([], [3], [99], [1, 1, 99, 2, 0, -1], [2, 1, 3]):
        read_events(stocked, *ids)


def test_an_empty_request_is_fine(stocked: Pair) -> None:
    stocked.ok(rpc.PutEventsRequest())
    snapshot(stocked)
