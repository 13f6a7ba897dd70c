"""The sender: order, failures, refusals, and turns."""

from __future__ import annotations

import time
from typing import Any

import pytest

from lineal.kinds import EXECUTION
from lineal.openlineage import Receiver
from lineal.openlineage.sending import batches, forwarding
from lineal.server.openlineage import outbox as sender
from lineal.server.openlineage.destinations import Answer
from lineal.server.openlineage.outbox import Outbox
from lineal.service import MetadataService
from lineal.store.engine.session import ReceivedEvent
from lineal.store.own_rows import outbox as rows
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.openlineage.sending.stores import Kept, send_all, sending
from tests.openlineage.shop import CUSTOMERS, NIGHT_RUN, ORDERS, STAGING_RUN, data_set, event, facets

pytestmark = pytest.mark.slow

AWAY, WRONG = Answer("away"), Answer("HTTP 400: wrong", is_final=True)


def put_artifacts(service: MetadataService, *names: str) -> None:
    """Put artifacts, each in a transaction of its own."""
    types = service.call("PutTypes", rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="table")]))
    for name in names:
        node = pb.Artifact(type_id=types.artifact_type_ids[0], name=name, uri=f"s3://b/{name}")
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node]))


def names_of(kept: Kept) -> list[str]:
    """Return the names of the data sets that came, and forget them."""
    return [name for _, name in kept.told()]


def test_a_receiver_that_is_away_gets_everything_afterwards_in_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with sending() as (service, outbox, kept):
        put_artifacts(service, "a", "b", "c")
        kept.answers = [Answer(), AWAY]
        send_all(outbox)
        assert names_of(kept) == ["a"]
        put_artifacts(service, "d")
        send_all(outbox)
        assert names_of(kept) == []  # it waits
        monkeypatch.setattr(outbox, "_retry_at", 0.0)
        send_all(outbox)
        assert names_of(kept) == ["b", "c", "d"]


def test_pauses_grow_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    with sending() as (service, outbox, kept):
        put_artifacts(service, "a")
        pauses = []
        for _ in range(9):
            kept.answers = [AWAY]
            monkeypatch.setattr(outbox, "_retry_at", 0.0)
            began = time.monotonic()
            outbox.step()
            pauses.append(round(outbox._retry_at - began))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_what_is_refused_is_set_aside_with_the_answer_and_the_rest_goes_on() -> None:
    with sending() as (service, outbox, kept):
        put_artifacts(service, "a", "b", "c")
        kept.answers = [Answer(), WRONG]
        send_all(outbox)
        assert names_of(kept) == ["a", "c"]
        [dead] = service.read(lambda session, _: rows.dead(session, most=9))
        assert (dead.reason, dead.attempts) == ("HTTP 400: wrong", 1)
        service.write(lambda session, _: rows.revive(session, None))
        send_all(outbox)
        assert names_of(kept) == ["b"]


def test_one_of_two_sends_and_the_other_goes_on_when_it_is_gone() -> None:
    with sending() as (service, first, kept):
        second = Outbox(service, kept, turn_seconds=0.3)
        put_artifacts(service, "a")
        send_all(first)
        put_artifacts(service, "b")
        second.step()
        assert names_of(kept) == ["a"]
        time.sleep(0.35)
        send_all(second)
        assert names_of(kept) == ["b"]
        put_artifacts(service, "c")
        first._renewed = 0.0  # it comes back after a long time
        send_all(first)
        assert names_of(kept) == []
        send_all(second)
        assert names_of(kept) == ["c"]


def test_whoever_lost_the_turn_while_sending_deletes_nothing() -> None:
    with sending() as (service, outbox, _):
        put_artifacts(service, "a")
        outbox.step()
        put_artifacts(service, "b")
        holder = service.read(lambda session, _: rows.sender(session))
        service.write(lambda session, _: rows.become_sender(session, "another", holder))
        outbox.step()
        assert service.read(lambda session, _: rows.backlog(session)).waiting == 1


def test_a_clean_end_leaves_the_turn_to_the_next() -> None:
    with sending() as (service, outbox, kept):
        with outbox:
            put_artifacts(service, "a")
            deadline = time.monotonic() + 10
            while not kept.events and time.monotonic() < deadline:
                time.sleep(0.05)
        put_artifacts(service, "b")
        send_all(Outbox(service, kept))
        assert names_of(kept) == ["a", "b"]


def test_a_server_that_does_not_send_says_so() -> None:
    with sending() as (service, _, _kept):
        put_artifacts(service, "a", "b")
        quiet = Outbox(service, None)
        quiet._count()
        assert quiet.caution() == "2 records wait to be sent as OpenLineage, and this server sends nothing"


def test_a_receiver_of_events_gets_them_unchanged_but_for_where_they_have_been() -> None:
    given = event("load", STAGING_RUN, "2026-11-01T10:00:00Z", run_facets=facets(x={"a": [1]}))
    with sending() as (service, outbox, kept):
        Receiver(service).receive(given)
        send_all(outbox)
        [sent] = kept.events
        del sent["run"]["facets"]["lineal_via"]
        assert sent == given


def test_an_event_that_has_been_here_before_is_not_sent_on() -> None:
    with sending() as (service, outbox, kept):
        Receiver(service).receive(event("load", STAGING_RUN, "2026-11-01T10:00:00Z"))
        send_all(outbox)
        [sent] = kept.events
        sent["run"]["facets"]["lineal_via"]["stores"].insert(0, "another")
        came_back = ReceivedEvent(sent, EXECUTION, 1)
        service.write(lambda session, _: session.received_events.append(came_back))
        send_all(outbox)
        assert len(kept.events) == 1


def test_what_was_deleted_while_it_waited_is_not_sent() -> None:
    reads = [data_set(ORDERS), data_set(CUSTOMERS)]
    with sending() as (service, outbox, kept):
        for run in (STAGING_RUN, NIGHT_RUN):
            Receiver(service).receive(event("load", run, "2026-11-01T10:00:00Z", inputs=reads))
        ids = [each.id for each in service.call("GetExecutions", rpc.GetExecutionsRequest()).executions]
        nodes = lifecycle.NodeIds(artifact_ids=[2], execution_ids=ids[:1])
        service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes, on_reference=lifecycle.TOMBSTONE))
        came = [row for row in service.read(lambda session, _: rows.waiting(session, most=9)) if row.kind < 0]
        assert len(came) == 1  # the event of the run that was deleted is gone at once
        send_all(outbox)
        [sent] = kept.events
        assert (sent["run"]["runId"], [each["name"] for each in sent["inputs"]]) == (NIGHT_RUN, [ORDERS[1]])


def test_what_is_left_of_a_deleted_node_is_sent_neither_by_itself_nor_with_others() -> None:
    with sending() as (service, outbox, kept):
        put_artifacts(service, "a", "b")
        types = service.call("PutTypes", rpc.PutTypesRequest(execution_types=[pb.ExecutionType(name="job")]))
        execution = pb.Execution(type_id=types.execution_type_ids[0])
        [run] = service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[execution])).execution_ids
        used = [pb.Event(artifact_id=each, execution_id=run, type=pb.Event.INPUT) for each in (1, 2)]
        service.call("PutEvents", rpc.PutEventsRequest(events=used))
        nodes = lifecycle.NodeIds(artifact_ids=[2])
        service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes, on_reference=lifecycle.TOMBSTONE))
        send_all(outbox)
        assert [[each["name"] for each in sent["inputs"]] for sent in kept.events if "run" in sent] == [["a"]]
        assert [sent["dataset"]["name"] for sent in kept.events if "dataset" in sent] == ["a"]


def test_a_data_set_that_another_has_taken_the_place_of_is_sent_on() -> None:
    alias = facets(symlinks={"identifiers": [{"namespace": CUSTOMERS[0], "name": CUSTOMERS[1], "type": "TABLE"}]})
    with sending() as (service, outbox, kept):
        for number, reads in enumerate((data_set(ORDERS), data_set(CUSTOMERS), data_set(ORDERS, alias))):
            given = event("load", STAGING_RUN[:-1] + str(number), f"2026-11-01T10:00:0{number}Z", inputs=[reads])
            Receiver(service).receive(given)
        assert len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts) == 1
        send_all(outbox)
        assert [sent["inputs"][0]["name"] for sent in kept.events] == [ORDERS[1], CUSTOMERS[1], ORDERS[1]]


def test_a_row_that_cannot_be_read_is_set_aside_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    take = batches.take

    def fail_at_second(session: Any, types: Any, rows: Any) -> Any:
        if any(2 in row.nodes for row in rows):
            raise KeyError("a fault")
        return take(session, types, rows)

    monkeypatch.setattr(batches, "take", fail_at_second)
    with sending() as (service, outbox, kept):
        put_artifacts(service, "a", "b", "c")
        Receiver(service).receive(event("load", STAGING_RUN, "2026-11-01T10:00:00Z"))
        with monkeypatch.context() as patched:
            patched.setattr(forwarding, "forwarded", fail_at_second)  # called with other arguments
            for _ in range(4):
                send_all(outbox)
        assert names_of(kept) == ["a", "c"]
        dead = service.read(lambda session, _: rows.dead(session, most=9))
        assert [row.kind < 0 for row in dead] == [False, True]


def test_a_backlog_is_read_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "_BATCH", 7)
    with sending() as (service, outbox, kept):
        put_artifacts(service, *[f"n{index:02}" for index in range(30)])
        outbox.step()
        assert len(kept.events) == 7
        send_all(outbox)
        assert names_of(kept) == [f"n{index:02}" for index in range(30)]


def test_many_nodes_of_one_write_share_rows_and_are_all_sent() -> None:
    with sending() as (service, outbox, kept):
        types = service.call("PutTypes", rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="table")]))
        nodes = [pb.Artifact(type_id=types.artifact_type_ids[0], uri=f"s3://b/n{index}") for index in range(600)]
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=nodes))
        put_artifacts(service, "last")
        assert service.read(lambda session, _: rows.backlog(session)).waiting == 3
        send_all(outbox)
        assert names_of(kept) == [*[f"n{index}" for index in range(600)], "last"]
        assert service.read(lambda session, _: rows.backlog(session)).waiting == 0
