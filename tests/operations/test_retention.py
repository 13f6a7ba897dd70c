"""Retention policies: what goes, what stays and why."""

from __future__ import annotations

from typing import Any

import pytest

from lineal import errors
from lineal.kinds import EXECUTION
from lineal.service import MetadataService
from lineal.service.clock import now
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.operations.lineages import LONG_AGO, Lineage, counted
from tests.service.requests import value_of

EVERYTHING = "data train model judge score run"


@pytest.fixture
def lineage(local: MetadataService) -> Lineage:
    """data → train → model → judge → score; train and judge in the context run."""
    lineage = Lineage(local)
    lineage.run("train", reads="data", writes="model", inside="run")
    lineage.run("judge", reads="model", writes="score", inside="run")
    return lineage


def test_an_old_lineage_goes_on_every_engine_with_the_context_that_held_it(service: MetadataService) -> None:
    lineage = Lineage(service)
    lineage.run("train", reads="data", writes="model", inside="run")
    lineage.run("later", writes="other")
    lineage.age("train data model run")
    response = lineage.retain()

    assert lineage.all_names() == {"later", "other"}
    assert counted(response.deleted) == 4


def test_what_something_young_came_from_stays(lineage: Lineage) -> None:
    lineage.age("data train model judge run")
    response = lineage.retain()

    assert len(lineage.all_names()) == 6
    assert response.kept_referenced == 5


def test_what_something_young_came_from_can_become_tombstones(lineage: Lineage) -> None:
    lineage.age("data train model judge run")
    response = lineage.retain(on_reference=lifecycle.TOMBSTONE)

    assert counted(response.tombstones) == 4
    assert lineage.all_names() == {"", "score", "run"}


def test_a_tombstone_is_not_made_twice(lineage: Lineage) -> None:
    lineage.age("data")
    ids = lineage.ids("data")
    assert counted(lineage.retain(on_reference=lifecycle.TOMBSTONE).tombstones) == 1
    sql = f"UPDATE Artifact SET last_update_time_since_epoch = {LONG_AGO} WHERE id = {ids.artifact_ids[0]}"
    lineage.service.write(lambda session, _: session.script(sql))

    assert counted(lineage.retain(on_reference=lifecycle.TOMBSTONE).tombstones) == 0


def test_what_is_deployed_stays_with_all_that_it_came_from(lineage: Lineage) -> None:
    lineage.run("serving", reads="model", state="RUNNING")
    lineage.age(EVERYTHING + " serving")
    response = lineage.retain()

    assert lineage.all_names() == {"data", "train", "model", "serving", "run"}
    assert response.kept_deployed == 4


def test_what_is_deployed_goes_only_when_the_policy_says_so(lineage: Lineage) -> None:
    lineage.run("serving", reads="model", state="RUNNING")
    lineage.age(EVERYTHING + " serving")
    lineage.retain(include_deployed=True)

    assert lineage.all_names() == set()


def test_a_state_limits_a_policy_to_what_is_in_it(lineage: Lineage) -> None:
    lineage.run("failed", reads="data", state="FAILED")
    lineage.age(EVERYTHING + " failed")
    response = lineage.retain(states=["FAILED", "CANCELED"])

    assert "failed" not in lineage.all_names()
    assert counted(response.deleted) == 1


def test_a_type_limits_a_policy(lineage: Lineage) -> None:
    lineage.age(EVERYTHING)

    assert counted(lineage.retain(types=["Model"]).deleted) == 1
    assert "score" not in lineage.all_names()


def test_a_workspace_limits_a_policy(lineage: Lineage) -> None:
    for name in ("ours", "theirs"):
        node = pb.Execution(type_id=lineage.types["execution"], name=name)
        node.custom_properties["__kf_workspace__"].CopyFrom(value_of(name))
        lineage.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[node]))
    lineage.age("ours theirs")
    lineage.retain(workspace="ours")

    assert "ours" not in lineage.names(EXECUTION)
    assert "theirs" in lineage.names(EXECUTION)


def test_an_empty_context_is_left_alone(lineage: Lineage) -> None:
    request = rpc.PutContextsRequest(contexts=[pb.Context(type_id=lineage.types["context"], name="for later")])
    lineage.service.call("PutContexts", request)
    lineage.age(EVERYTHING)
    lineage.service.write(
        lambda session, _: session.script(f"UPDATE Context SET last_update_time_since_epoch = {LONG_AGO}")
    )
    lineage.retain()

    assert lineage.all_names() == {"for later"}


def test_a_limit_leaves_the_rest_to_the_next_call_and_tears_nothing_apart(local: MetadataService) -> None:
    lineage = Lineage(local)
    for number in range(3):
        lineage.run(f"train{number}", writes=f"model{number}")
    lineage.age(" ".join(lineage.all_names()))
    first = lineage.retain(limit=1)

    assert (counted(first.deleted), first.more) == (1, True)
    assert lineage.retain(limit=100).more is False
    assert lineage.all_names() == set()


def test_a_dry_run_says_what_would_go(lineage: Lineage) -> None:
    lineage.age(EVERYTHING)

    assert counted(lineage.retain(dry_run=True).deleted) == 6
    assert len(lineage.all_names()) == 6


@pytest.mark.parametrize("time", [0, -1, 2**62])
def test_a_policy_needs_a_time_in_the_past(local: MetadataService, time: int) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="give a time in the past"):
        local.call("ApplyRetention", lifecycle.ApplyRetentionRequest(updated_before=time))


def test_a_state_that_there_is_not_is_named(local: MetadataService) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="there is no state 'DONE'; the states are ABANDONED, "):
        local.call("ApplyRetention", lifecycle.ApplyRetentionRequest(updated_before=now(), states=["DONE"]))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"types": ["Nope"]}, "no type 'Nope'"),
        ({"types": ["mlmd.Modle", "mlmd.Model"]}, "no type 'mlmd.Modle'; the nearest is 'mlmd.Model'"),
        ({"workspace": "bakry"}, "there is no workspace 'bakry'"),
    ],
)
def test_a_type_or_workspace_that_does_not_exist_is_refused(
    policy: dict[str, Any], said: str, lineage: Lineage
) -> None:
    lineage.age(EVERYTHING)
    with pytest.raises(errors.NotFoundError, match=said):
        lineage.retain(**policy)
    assert len(lineage.all_names()) == 6


def test_a_type_without_nodes_is_no_mistake(lineage: Lineage) -> None:
    assert counted(lineage.retain(types=["mlmd.Model"]).deleted) == 0
