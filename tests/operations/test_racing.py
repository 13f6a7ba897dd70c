"""Deleting a node while another connection links it: one of the two waits, and no link to nothing is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaitingError
from contextlib import suppress

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.upkeep import doctor
from lineal.upkeep.calls import ALL_CALLS
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SERVERS
from tests.operations.lineages import Lineage

Request = tuple[str, Message]
WAITS_SECONDS = 0.15
pytestmark = pytest.mark.parametrize("engine", SERVERS, indirect=True)


@pytest.fixture
def lineage(database_url: str) -> Iterator[Lineage]:
    """An execution that wrote `data`, and a context that holds nothing."""
    with open_service(database_url) as opened:
        made = Lineage(opened)
        made.run("make", reads="source", writes="data", inside="run")
        empty = pb.Context(type_id=made.types["context"], name="empty")
        opened.call("PutContexts", rpc.PutContextsRequest(contexts=[empty]))
        yield made


def an_event(lineage: Lineage) -> Request:
    ends = {"artifact_id": lineage.names(ARTIFACT)["data"], "execution_id": lineage.names(EXECUTION)["make"]}
    return "PutEvents", rpc.PutEventsRequest(events=[pb.Event(**ends, type=pb.Event.INPUT)])


def a_reading_execution(lineage: Lineage) -> Request:
    request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=lineage.types["execution"]))
    request.artifact_event_pairs.add(event=pb.Event(artifact_id=lineage.names(ARTIFACT)["data"], type=pb.Event.INPUT))
    return "PutExecution", request


def an_execution_in_a_context(lineage: Lineage) -> Request:
    request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=lineage.types["execution"]))
    request.contexts.add(type_id=lineage.types["context"], name="empty")
    request.options.reuse_context_if_already_exist = True
    return "PutExecution", request


def a_membership(lineage: Lineage) -> Request:
    link = pb.Attribution(context_id=lineage.names(CONTEXT)["empty"], artifact_id=lineage.names(ARTIFACT)["source"])
    return "PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(attributions=[link])


def a_child(lineage: Lineage) -> Request:
    contexts = lineage.names(CONTEXT)
    link = pb.ParentContext(parent_id=contexts["empty"], child_id=contexts["run"])
    return "PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[link])


def in_turn(lineage: Lineage, first: Request, second: Request) -> None:
    """Let a second request come when a first has done its work and not committed: it must wait for it."""
    worked, go_on = threading.Event(), threading.Event()

    def work(session: object, types: object) -> None:
        ALL_CALLS[first[0]].handler(session, types, first[1])  # type: ignore[arg-type]
        worked.set()
        go_on.wait(20)

    def follow() -> None:
        with suppress(errors.FailedPreconditionError, errors.InvalidArgumentError):
            lineage.service.call(*second)

    with ThreadPoolExecutor(2) as threads:
        leading = threads.submit(lineage.service.write, work)
        assert worked.wait(20)
        following = threads.submit(follow)
        with pytest.raises(StillWaitingError):
            following.result(WAITS_SECONDS)
        go_on.set()
        leading.result(20)
        following.result(20)


@pytest.mark.parametrize("deletes_first", [True, False], ids=["deleted first", "linked first"])
@pytest.mark.parametrize("link", [an_event, a_reading_execution, an_execution_in_a_context, a_membership, a_child])
def test_no_link_leads_to_nothing(
    lineage: Lineage, database_url: str, link: Callable[[Lineage], Request], deletes_first: bool
) -> None:
    target = "data" if link in (an_event, a_reading_execution) else "empty"
    deletion = ("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=lineage.ids(target)))
    pair = [deletion, link(lineage)]
    in_turn(lineage, *(pair if deletes_first else reversed(pair)))
    assert doctor.examine(DatabaseSettings(database_url)) == []
    assert target in lineage.all_names() or deletes_first


def test_a_policy_keeps_what_is_linked_meanwhile(lineage: Lineage, database_url: str) -> None:
    lineage.age("data")
    policy = lifecycle.ApplyRetentionRequest(updated_before=2_000)
    in_turn(lineage, an_event(lineage), ("ApplyRetention", policy))
    assert doctor.examine(DatabaseSettings(database_url)) == []
    assert "data" in lineage.all_names()
