"""The sender: order, failures, refusals, and turns."""

from __future__ import annotations

import time

import pytest

from lineal.server.openlineage import outbox as sender
from lineal.server.openlineage.destinations import Answer
from lineal.server.openlineage.outbox import Outbox
from lineal.service import MetadataService
from lineal.store.own_rows import outbox as rows
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.openlineage.sending.stores import Kept, send_all, sending

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
    facets = {"x": {"a": [1]}}
    given = {"eventTime": "2026-01-01T00:00:00Z", "run": {"runId": "r", "facets": facets}, "job": {}}
    with sending() as (service, outbox, kept):
        service.write(lambda session, _: session.received_events.append(given))
        send_all(outbox)
        [event] = kept.events
        via = event["run"]["facets"].pop("lineal_via")
        assert event == given
        via["stores"].insert(0, "other")
        came_back = {**given, "run": {"runId": "r", "facets": {"lineal_via": via}}}
        service.write(lambda session, _: session.received_events.append(came_back))
        send_all(outbox)
        assert len(kept.events) == 1


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
