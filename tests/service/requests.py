"""Short ways to put types and nodes through the service, for tests that are about something else."""

from __future__ import annotations

import itertools
from typing import Any

from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc


def put_artifact_type(service: MetadataService, name: str = "Model", **properties: Any) -> int:
    """Put an artifact type with properties given as name=PropertyType; return its id."""
    given = pb.ArtifactType(name=name, properties=properties)
    return service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=given, can_add_fields=True)).type_id


def put_type_of_records(service: MetadataService, name: str = "Model", **more: Any) -> int:
    """Put an artifact type with the texts that the SDK's records have, and more properties; return its id."""
    texts = dict.fromkeys(("name", "version", "description", "owner", "__ALL_META__"), pb.STRING)
    given = pb.ArtifactType(name=name, properties={**texts, **more})
    return service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=given, can_add_fields=True)).type_id


def put_execution_type(service: MetadataService, name: str = "Trainer") -> int:
    """Put an execution type; return its id."""
    given = pb.ExecutionType(name=name)
    return service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=given)).type_id


def put_context_type(service: MetadataService, name: str = "Experiment") -> int:
    """Put a context type; return its id."""
    given = pb.ContextType(name=name)
    return service.call("PutContextType", rpc.PutContextTypeRequest(context_type=given)).type_id


def artifact(type_id: int, *, properties: dict[str, Any] | None = None, **fields: Any) -> pb.Artifact:
    """Return an artifact whose custom properties are given as Python values."""
    node = pb.Artifact(type_id=type_id, **fields)
    for name, value in (properties or {}).items():
        node.custom_properties[name].CopyFrom(value_of(value))
    return node


def value_of(value: Any) -> pb.Value:
    """Return the Value of a bool, int, float or str."""
    kinds = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}
    return pb.Value(**{kinds[type(value)]: value})


def put_artifacts(service: MetadataService, *artifacts: pb.Artifact) -> list[int]:
    """Put artifacts; return their ids."""
    return list(service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=artifacts)).artifact_ids)


def get_artifacts(service: MetadataService, *ids: int) -> list[pb.Artifact]:
    """Return the artifacts with these ids."""
    return list(service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=ids)).artifacts)


def put_chain(service: MetadataService, length: int) -> list[int]:
    """Put artifact → execution → artifact → ... with `length` executions; return the artifacts' ids."""
    type_id, execution_type_id = put_artifact_type(service), put_execution_type(service)
    ids = put_artifacts(service, *[artifact(type_id, name=f"a{index}") for index in range(length + 1)])
    request = rpc.PutLineageSubgraphRequest()
    for source, target in itertools.pairwise(ids):
        request.executions.add(type_id=execution_type_id)
        index = len(request.executions) - 1
        request.event_edges.add(execution_index=index, event=pb.Event(artifact_id=source, type=pb.Event.INPUT))
        request.event_edges.add(execution_index=index, event=pb.Event(artifact_id=target, type=pb.Event.OUTPUT))
    service.call("PutLineageSubgraph", request)
    return ids
