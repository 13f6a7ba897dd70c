"""A store with enough in it that a careless call takes long: one chain of lineage, in a few workspaces and runs."""

from __future__ import annotations

from lineal.conventions import WORKSPACE_TYPE
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_BATCH = 2000


def fill(service: MetadataService, steps: int) -> None:
    """Record so many executions, each of which writes an artifact and reads the one before; chains have 2,000 steps."""
    types = _put_types(service)
    contexts = [
        pb.Context(type_id=type_id, name=f"{name}-{number}")
        for name, type_id in (("workspace", types.context_type_ids[0]), ("run", types.context_type_ids[1]))
        for number in range(3)
    ]
    context_ids = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts)).context_ids
    for start in range(0, steps, _BATCH):
        _put_steps(service, types, range(start, min(start + _BATCH, steps)), context_ids[start // _BATCH % 3 :: 3])


def _put_types(service: MetadataService) -> rpc.PutTypesResponse:
    properties = {"accuracy": pb.DOUBLE, "owner": pb.STRING, "step": pb.INT}
    return service.call(
        "PutTypes",
        rpc.PutTypesRequest(
            artifact_types=[pb.ArtifactType(name="Model", properties=properties)],
            execution_types=[pb.ExecutionType(name="Trainer", properties=properties)],
            context_types=[pb.ContextType(name=WORKSPACE_TYPE), pb.ContextType(name="Run")],
        ),
    )


def _put_steps(service: MetadataService, types: rpc.PutTypesResponse, steps: range, context_ids: list[int]) -> None:
    artifacts = [artifact(types.artifact_type_ids[0], step) for step in steps]
    executions = [execution(types.execution_type_ids[0], step) for step in steps]
    artifact_ids = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=artifacts)).artifact_ids
    execution_ids = service.call("PutExecutions", rpc.PutExecutionsRequest(executions=executions)).execution_ids
    request = rpc.PutEventsRequest()
    for place, (execution_id, artifact_id) in enumerate(zip(execution_ids, artifact_ids, strict=True)):
        request.events.add(execution_id=execution_id, artifact_id=artifact_id, type=pb.Event.OUTPUT)
        if place:
            request.events.add(execution_id=execution_id, artifact_id=artifact_id - 1, type=pb.Event.INPUT)
    service.call("PutEvents", request)
    links = rpc.PutAttributionsAndAssociationsRequest()
    for context_id in context_ids:
        for artifact_id, execution_id in zip(artifact_ids, execution_ids, strict=True):
            links.attributions.add(artifact_id=artifact_id, context_id=context_id)
            links.associations.add(execution_id=execution_id, context_id=context_id)
    service.call("PutAttributionsAndAssociations", links)


def artifact(type_id: int, step: int) -> pb.Artifact:
    """Return the artifact of a step."""
    made = pb.Artifact(type_id=type_id, name=f"model-{step}", uri=f"s3://models/{step}", state=pb.Artifact.LIVE)
    _set_properties(made, step)
    return made


def execution(type_id: int, step: int) -> pb.Execution:
    """Return the execution of a step."""
    made = pb.Execution(type_id=type_id, name=f"train-{step}", last_known_state=pb.Execution.COMPLETE)
    _set_properties(made, step)
    return made


def _set_properties(node: pb.Artifact | pb.Execution, step: int) -> None:
    node.properties["accuracy"].double_value = step / 7
    node.properties["owner"].string_value = f"owner-{step % 11}"
    node.custom_properties["step"].int_value = step
