"""What a write leaves in the outbox: marks of what it wrote, in the same transaction, and nothing while it is off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.service import MetadataService
from lineal.store.engine.session import ReceivedEvent
from lineal.store.own_rows import outbox
from lineal.store.rows import events, relations
from lineal.store.schema import on_demand
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from lineal.wire import lineage, metrics
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

pytestmark = pytest.mark.slow

Marked = list[tuple[int, int]]


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """A service on a fresh store that has Lineal's own tables."""
    with open_service(database_url) as opened:
        on_demand.prepare(opened.database)
        yield opened


@pytest.fixture
def types(service: MetadataService) -> rpc.PutTypesResponse:
    """The types of the tests."""
    return put_types(service)


def put_types(service: MetadataService) -> rpc.PutTypesResponse:
    """Put the types of the tests."""
    request = rpc.PutTypesRequest(
        artifact_types=[pb.ArtifactType(name="table")],
        execution_types=[pb.ExecutionType(name="job")],
        context_types=[pb.ContextType(name="group")],
    )
    found: rpc.PutTypesResponse = service.call("PutTypes", request)
    return found


def switch_on(service: MetadataService) -> None:
    """Switch sending on, and let this process know it at once."""
    service.write(lambda session, _: outbox.switch_on(session))
    service.database.node_times.note_look(float("-inf"))


def marked(service: MetadataService) -> Marked:
    """Take what is marked out of the outbox."""

    def take(session: object, _: object) -> Marked:
        rows = outbox.waiting(session, most=1000)  # type: ignore[arg-type]
        outbox.remove(session, [row.id for row in rows])  # type: ignore[arg-type]
        return [(row.kind, node_id) for row in rows for node_id in row.nodes]

    return service.write(take)


def test_nothing_is_marked_while_sending_is_off(service: MetadataService, types: rpc.PutTypesResponse) -> None:
    put_execution(service, types)
    assert marked(service) == []


def test_an_execution_is_marked_once_with_what_is_not_part_of_its_event(
    service: MetadataService, types: rpc.PutTypesResponse
) -> None:
    switch_on(service)
    found = put_execution(service, types)
    assert marked(service) == [
        (CONTEXT.type_kind, found.context_ids[0]),
        (EXECUTION.type_kind, found.execution_id),
    ]


def test_an_execution_that_is_logged_is_marked_once(service: MetadataService, types: rpc.PutTypesResponse) -> None:
    switch_on(service)
    event_type = pb.Event(type=pb.Event.OUTPUT)
    artifact = pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3://a")
    request = lineage.LogExecutionRequest(
        execution=pb.Execution(type_id=types.execution_type_ids[0]),
        artifacts=[lineage.LoggedArtifact(artifact=artifact, event=event_type)],
    )
    made = service.call("LogExecution", request)
    assert isinstance(made, lineage.LogExecutionResponse)
    assert marked(service) == [(EXECUTION.type_kind, made.execution_id)]
    update = pb.Execution(id=made.execution_id, last_known_state=pb.Execution.COMPLETE)
    mask = FieldMask(paths=["last_known_state"])
    service.call("LogExecution", lineage.LogExecutionRequest(execution=update, update_mask=mask))
    assert marked(service) == [(EXECUTION.type_kind, made.execution_id)]


def test_what_is_written_afterwards_is_marked_too(service: MetadataService, types: rpc.PutTypesResponse) -> None:
    found = put_execution(service, types)
    switch_on(service)
    service.call("PutEvents", rpc.PutEventsRequest(events=[event(found, pb.Event.OUTPUT)]))
    assert marked(service) == [(EXECUTION.type_kind, found.execution_id)]
    [other] = service.call("PutContexts", contexts(types, "other")).context_ids
    marked(service)
    link = pb.Association(context_id=other, execution_id=found.execution_id)
    service.call("PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(associations=[link]))
    assert marked(service) == [(EXECUTION.type_kind, found.execution_id)]
    parent = pb.ParentContext(child_id=other, parent_id=found.context_ids[0])
    service.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[parent]))
    assert marked(service) == [(CONTEXT.type_kind, other)]
    points = metrics.MetricSeries(name="loss", steps=[1], times=[1], values=[0.5])
    service.call("LogMetrics", metrics.LogMetricsRequest(execution_id=found.execution_id, series=[points]))
    assert marked(service) == [(EXECUTION.type_kind, found.execution_id)]


def test_what_is_taken_away_is_marked_too(service: MetadataService, types: rpc.PutTypesResponse) -> None:
    found = put_execution(service, types)
    [other] = service.call("PutContexts", contexts(types, "other")).context_ids
    service.call(
        "PutParentContexts",
        rpc.PutParentContextsRequest(
            parent_contexts=[pb.ParentContext(child_id=other, parent_id=found.context_ids[0])]
        ),
    )
    switch_on(service)
    service.write(
        lambda session, _: relations.remove_members(session, EXECUTION, [(found.context_ids[0], found.execution_id)])
    )
    assert marked(service) == [(EXECUTION.type_kind, found.execution_id)]
    service.write(lambda session, _: relations.remove_parents(session, [(other, found.context_ids[0])]))
    assert marked(service) == [(CONTEXT.type_kind, other)]
    service.write(
        lambda session, _: events.delete_events(session, events.events_of(session, EXECUTION, [found.execution_id]))
    )
    assert marked(service) == [(EXECUTION.type_kind, found.execution_id)]


@pytest.mark.parametrize("ids", list(archive.Ids))
def test_what_is_restored_is_marked(tmp_path: Path, ids: archive.Ids) -> None:
    old, new = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    with open_service(old) as first:
        found = put_execution(first, put_types(first))
        alone = pb.Artifact(type_id=put_types(first).artifact_type_ids[0], uri="s3://b/alone")
        first.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[alone]))
    archive.backup(DatabaseSettings(old), tmp_path / "old.zip")
    with open_service(new) as second:
        on_demand.prepare(second.database)
        switch_on(second)
        shift = int(ids is archive.Ids.NEW)
        if shift:
            put_execution(second, put_types(second))
            marked(second)
        archive.restore(tmp_path / "old.zip", DatabaseSettings(new), ids=ids)
        alone, run = (ARTIFACT.type_kind, 2 + shift), (EXECUTION.type_kind, found.execution_id + shift)
        assert {alone, run} <= {*marked(second)}


def test_a_write_that_fails_marks_nothing(service: MetadataService, types: rpc.PutTypesResponse) -> None:
    switch_on(service)
    nodes = [pb.Artifact(type_id=types.artifact_type_ids[0], name="same") for _ in range(2)]
    with pytest.raises(errors.AlreadyExistsError):
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=nodes))
    assert marked(service) == []


def test_a_transaction_that_received_events_puts_these_into_the_outbox(
    service: MetadataService, types: rpc.PutTypesResponse
) -> None:
    switch_on(service)
    put_execution(service, types)
    marked(service)
    given = ReceivedEvent({"a": [[1], {}]}, EXECUTION, 7, [3, 0])
    service.write(lambda session, _: session.received_events.append(given))
    [row] = service.read(lambda session, _: outbox.waiting(session, most=9))
    assert (row.kind < 0, row.nodes) == (True, ())
    assert service.read(lambda session, _: outbox.received_event(session, row.id)) == given


def test_another_process_that_is_at_work_marks_within_seconds(
    service: MetadataService, types: rpc.PutTypesResponse
) -> None:
    put_execution(service, types)
    service.write(lambda session, _: outbox.switch_on(session))
    service.database.node_times.note_look(float("-inf"))  # the two seconds are over
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[pb.Artifact(type_id=types.artifact_type_ids[0])]))
    assert [kind for kind, _ in marked(service)] == [ARTIFACT.type_kind]
    service.write(lambda session, _: outbox.switch_off(session))
    service.database.node_times.note_look(float("-inf"))
    put_execution(service, types)
    assert marked(service) == []


def test_a_write_takes_one_statement_more_while_sending_is_on_and_none_while_it_is_off(
    service: MetadataService, types: rpc.PutTypesResponse
) -> None:
    put_execution(service, types)
    off = statements(service, types)
    switch_on(service)
    put_execution(service, types)
    assert statements(service, types) == off + 1


def statements(service: MetadataService, types: rpc.PutTypesResponse) -> int:
    """Return how many statements one more execution takes."""
    service.database.node_times.note_look(float("inf"))  # what is done now and then does not count
    seen: list[str] = []
    service.database.observe = seen.append
    put_execution(service, types)
    service.database.observe = None
    return len(seen)


def test_a_refused_row_waits_again_or_goes(service: MetadataService, types: rpc.PutTypesResponse) -> None:
    switch_on(service)
    put_execution(service, types)
    rows = service.read(lambda session, _: outbox.waiting(session, most=9))
    service.write(lambda session, _: outbox.refuse(session, [(rows[0].id, "HTTP 400: " + "x" * 9000)]))
    [found] = service.read(lambda session, _: outbox.dead(session, most=9))
    assert (found.id, found.attempts, len(found.reason or "")) == (rows[0].id, 1, 500)
    assert service.read(lambda session, _: outbox.backlog(session))[::2] == (1, 1)
    assert service.write(lambda session, _: outbox.revive(session, [rows[0].id, rows[1].id])) == 1
    assert service.read(lambda session, _: outbox.waiting(session, most=9)) == rows
    assert service.write(lambda session, _: outbox.drop(session, None)) == 0


def test_there_is_one_sender_who_loses_the_turn_to_whoever_takes_it(service: MetadataService) -> None:
    write = service.write
    assert write(lambda session, _: outbox.become_sender(session, "a 1", ""))
    assert not write(lambda session, _: outbox.become_sender(session, "b 1", "a 0"))
    assert write(lambda session, _: outbox.become_sender(session, "b 1", "a 1"))
    assert service.read(lambda session, _: outbox.sender(session)) == "b 1"


def event(found: rpc.PutExecutionResponse, type_: int) -> pb.Event:
    """Return an event between the execution and its artifact."""
    return pb.Event(artifact_id=found.artifact_ids[0], execution_id=found.execution_id, type=type_)  # type: ignore[arg-type]


def contexts(types: rpc.PutTypesResponse, name: str) -> rpc.PutContextsRequest:
    """Return a request for a context."""
    return rpc.PutContextsRequest(contexts=[pb.Context(type_id=types.context_type_ids[0], name=name)])


def put_execution(service: MetadataService, types: rpc.PutTypesResponse) -> rpc.PutExecutionResponse:
    """Put an execution that reads an artifact, in a context."""
    pair = rpc.PutExecutionRequest.ArtifactAndEvent(
        artifact=pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3://b/k"), event=pb.Event(type=pb.Event.INPUT)
    )
    request = rpc.PutExecutionRequest(
        execution=pb.Execution(type_id=types.execution_type_ids[0]),
        artifact_event_pairs=[pair],
        contexts=[pb.Context(type_id=types.context_type_ids[0], name="g")],
        options=rpc.PutExecutionRequest.Options(reuse_context_if_already_exist=True),
    )
    found: rpc.PutExecutionResponse = service.call("PutExecution", request)
    return found
