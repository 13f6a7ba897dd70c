"""LogExecution: an execution with its artifacts in one transaction, each artifact one record, on every engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from lineal import errors
from lineal.service import MetadataService
from lineal.wire import lineage
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY
from tests.service.test_log_artifact import a_model, type_ids

READ, WRITTEN = pb.Event(type=pb.Event.INPUT), pb.Event(type=pb.Event.OUTPUT)


@pytest.fixture
def ids(service: MetadataService) -> dict[str, int]:
    """The ids of types, and of two executions."""
    return type_ids(service)


@pytest.fixture
def trainer(service: MetadataService, ids: dict[str, int]) -> int:
    """The id of the type of executions."""
    found: Any = service.call("GetExecutionsByID", rpc.GetExecutionsByIDRequest(execution_ids=[ids["first"]]))
    return int(found.executions[0].type_id)


def log(service: MetadataService, request: lineage.LogExecutionRequest) -> lineage.LogExecutionResponse:
    answer = service.call("LogExecution", request)
    assert isinstance(answer, lineage.LogExecutionResponse)
    return answer


def new(artifact: pb.Artifact, event: pb.Event = READ) -> lineage.LoggedArtifact:
    return lineage.LoggedArtifact(artifact=artifact, event=event)


def links(service: MetadataService, execution_id: int) -> list[tuple[int, int]]:
    """Return the artifacts and types of the events of an execution."""
    request = rpc.GetEventsByExecutionIDsRequest(execution_ids=[execution_id])
    found: Any = service.call("GetEventsByExecutionIDs", request)
    return [(event.artifact_id, event.type) for event in found.events]


def artifacts(service: MetadataService) -> list[pb.Artifact]:
    found: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
    return list(found.artifacts)


def test_a_new_execution_and_its_artifacts_join_the_context(
    service: MetadataService, ids: dict[str, int], trainer: int
) -> None:
    request = lineage.LogExecutionRequest(
        execution=pb.Execution(type_id=trainer, last_known_state=pb.Execution.RUNNING),
        context=pb.Context(type_id=ids["space"], name="w"),
        artifacts=[new(a_model(ids)), new(a_model(ids, name="b"), WRITTEN)],
    )
    answer = log(service, request)
    first, second = (each.artifact_id for each in answer.artifacts)
    assert links(service, answer.execution_id) == [(first, pb.Event.INPUT), (second, pb.Event.OUTPUT)]
    for kind, node_id in (("execution", answer.execution_id), ("artifact", first), ("artifact", second)):
        method = f"GetContextsBy{kind.title()}"
        held: Any = service.call(method, getattr(rpc, f"{method}Request")(**{f"{kind}_id": node_id}))
        assert [context.name for context in held.contexts] == ["w"]


def test_a_stored_execution_is_changed_by_the_mask_and_linked(
    service: MetadataService, ids: dict[str, int], trainer: int
) -> None:
    made = log(service, lineage.LogExecutionRequest(execution=pb.Execution(type_id=trainer, name="train")))
    change = pb.Execution(id=made.execution_id, last_known_state=pb.Execution.COMPLETE)
    mask = FieldMask(paths=["last_known_state"])
    request = lineage.LogExecutionRequest(
        execution=change, update_mask=mask, artifacts=[new(a_model(ids), WRITTEN)], context=None
    )
    answers = [log(service, request), log(service, request)]
    assert answers[0].artifacts[0].artifact_id == answers[1].artifacts[0].artifact_id
    assert links(service, made.execution_id) == [(answers[0].artifacts[0].artifact_id, pb.Event.OUTPUT)]
    found: Any = service.call("GetExecutionsByID", rpc.GetExecutionsByIDRequest(execution_ids=[made.execution_id]))
    assert (found.executions[0].name, found.executions[0].last_known_state) == ("train", pb.Execution.COMPLETE)


def test_a_stored_artifact_is_found_and_answered_and_one_that_is_named_is_linked(
    service: MetadataService, ids: dict[str, int], trainer: int
) -> None:
    run = pb.Execution(type_id=trainer)
    first = log(service, lineage.LogExecutionRequest(execution=run, artifacts=[new(a_model(ids, note="old"))]))
    stored_id = first.artifacts[0].artifact_id
    named = lineage.LoggedArtifact(artifact_id=stored_id, event=WRITTEN)
    request = lineage.LogExecutionRequest(execution=run, artifacts=[new(a_model(ids, note="new")), named])
    second = log(service, request)
    assert second.artifacts[0].stored.properties["note"].string_value == "old"
    assert links(service, second.execution_id) == [(stored_id, pb.Event.INPUT), (stored_id, pb.Event.OUTPUT)]


def test_equal_artifacts_of_a_request_are_one(service: MetadataService, ids: dict[str, int], trainer: int) -> None:
    twice = [new(a_model(ids)), new(a_model(ids), WRITTEN), new(a_model(ids))]
    answer = log(service, lineage.LogExecutionRequest(execution=pb.Execution(type_id=trainer), artifacts=twice))
    [artifact] = artifacts(service)
    assert {each.artifact_id for each in answer.artifacts} == {artifact.id}
    assert links(service, answer.execution_id) == [(artifact.id, pb.Event.INPUT), (artifact.id, pb.Event.OUTPUT)]


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"execution": None}, "has no execution"),
        ({"execution": pb.Execution(id=1)}, "there is no update_mask"),
        ({"artifacts": [lineage.LoggedArtifact(event=READ)]}, "neither given nor named"),
        ({"artifacts": [lineage.LoggedArtifact(artifact_id=1)]}, "needs an event"),
        ({"artifacts": [lineage.LoggedArtifact(artifact_id=4711, event=READ)]}, "artifact 4711, which does not exist"),
        ({"artifacts": [new(pb.Artifact(id=3))]}, "an artifact has the id 3"),
        ({"artifacts": [new(pb.Artifact(type_id=1), pb.Event())]}, "has no type"),
        ({"artifacts": [new(pb.Artifact(type_id=1), pb.Event(execution_id=1, type=3))]}, "without ids"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_request_is_refused_and_writes_nothing(
    service: MetadataService, ids: dict[str, int], trainer: int, change: dict[str, Any], message: str
) -> None:
    request = {"execution": pb.Execution(type_id=trainer), "artifacts": [new(a_model(ids))], **change}
    with pytest.raises(errors.InvalidArgumentError, match=message):
        log(service, lineage.LogExecutionRequest(**request))
    everything: Any = service.call("GetExecutions", rpc.GetExecutionsRequest())
    assert len(everything.executions) == 2
    assert artifacts(service) == []


def test_many_at_once_make_one_record_of_each_artifact_in_whatever_order(
    service: MetadataService, ids: dict[str, int], trainer: int
) -> None:
    models = [a_model(ids, uri=f"s3://{place}") for place in range(6)]

    def run(turn: int) -> lineage.LogExecutionResponse:
        ordered = models if turn % 2 else models[::-1]
        request = lineage.LogExecutionRequest(
            execution=pb.Execution(type_id=trainer), artifacts=[new(each) for each in ordered]
        )
        return log(service, request)

    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(run, range(8))]
    assert len(artifacts(service)) == 6
    assert all(len(links(service, each.execution_id)) == 6 for each in answers)
