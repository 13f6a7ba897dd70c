"""Requests that name a node by the id that they give it themselves: nobody should, and the order of work decides."""

from __future__ import annotations

from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts, put_execution_type


def test_an_update_of_a_node_that_the_request_creates_replaces_its_properties(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    [last] = put_artifacts(service, artifact(type_id))

    ids = put_artifacts(
        service,
        artifact(type_id, properties={"before": 1}),
        artifact(type_id, id=last + 1, properties={"after": 2}),
    )

    assert ids == [last + 1, last + 1]
    assert list(get_artifacts(service, last + 1)[0].custom_properties) == ["after"]


def test_an_event_may_name_an_artifact_that_the_request_creates(service: MetadataService) -> None:
    type_id, execution_type_id = put_artifact_type(service), put_execution_type(service)
    [last] = put_artifacts(service, artifact(type_id))
    request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=execution_type_id))
    request.artifact_event_pairs.add(artifact=artifact(type_id))
    request.artifact_event_pairs.add(event=pb.Event(artifact_id=last + 1, type=pb.Event.INPUT))

    answer = service.call("PutExecution", request)

    assert list(answer.artifact_ids) == [last + 1, last + 1]  # type: ignore[attr-defined]
