"""The steps of a path come back in the order they were written in, on every engine, one event or many."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

STEPS: list[str | int] = ["files", 3, "a", 9, "zebra", 0]


def path_from(place: int) -> list[str | int]:
    return STEPS[place:] + STEPS[:place]


@pytest.fixture
def types(service: MetadataService) -> tuple[int, int]:
    """The ids of a type of artifacts and of one of executions."""
    artifact_type, execution_type = pb.ArtifactType(name="A"), pb.ExecutionType(name="E")
    put = rpc.PutTypesRequest(artifact_types=[artifact_type], execution_types=[execution_type])
    answer = service.call("PutTypes", put)
    return answer.artifact_type_ids[0], answer.execution_type_ids[0]


def put_event(service: MetadataService, types: tuple[int, int], place: int) -> tuple[int, int]:
    """Let a new execution read a new artifact by a path; return the ids of both."""
    execution = pb.Execution(type_id=types[1])
    event = pb.Event(type=pb.Event.INPUT)
    event.path.steps.extend(
        pb.Event.Path.Step(index=step) if isinstance(step, int) else pb.Event.Path.Step(key=step)
        for step in path_from(place)
    )
    pair = rpc.PutExecutionRequest.ArtifactAndEvent(artifact=pb.Artifact(type_id=types[0]), event=event)
    answer = service.call("PutExecution", rpc.PutExecutionRequest(execution=execution, artifact_event_pairs=[pair]))
    return answer.artifact_ids[0], answer.execution_id


def paths(events: Iterable[pb.Event]) -> list[list[str | int]]:
    return [[step.key if step.HasField("key") else step.index for step in event.path.steps] for event in events]


def test_steps_come_in_the_order_they_were_written_in(service: MetadataService, types: tuple[int, int]) -> None:
    """Read after each write, since an engine may choose another plan for a table of another size."""
    artifact_ids: list[int] = []
    execution_ids: list[int] = []
    for place in range(6):
        artifact_id, execution_id = put_event(service, types, place)
        artifact_ids.append(artifact_id)
        execution_ids.append(execution_id)
        for count in {1, place + 1}:
            by_artifacts = rpc.GetEventsByArtifactIDsRequest(artifact_ids=artifact_ids[-count:])
            by_executions = rpc.GetEventsByExecutionIDsRequest(execution_ids=execution_ids[-count:])
            written = [path_from(each) for each in range(place + 1)][-count:]
            assert paths(service.call("GetEventsByArtifactIDs", by_artifacts).events) == written
            assert paths(service.call("GetEventsByExecutionIDs", by_executions).events) == written
