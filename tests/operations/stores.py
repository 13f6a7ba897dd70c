"""Stores for the tests of backup, deletion and audit: one with something of everything that a row can hold."""

from __future__ import annotations

import math

from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import put_artifact_type, put_context_type, put_execution_type

DECLARED = {"layers": pb.INT, "accuracy": pb.DOUBLE, "note": pb.STRING, "ready": pb.BOOLEAN, "shape": pb.STRUCT}


def fill(service: MetadataService) -> None:
    """Put data → training → model, in a context inside another, with values of every kind."""
    model = put_artifact_type(service, **DECLARED)
    run, project = put_execution_type(service), put_context_type(service)
    request = rpc.PutExecutionRequest()
    request.execution.CopyFrom(pb.Execution(type_id=run, name="train", last_known_state=pb.Execution.COMPLETE))
    for name, event_type in (("data", pb.Event.INPUT), ("model", pb.Event.OUTPUT)):
        pair = request.artifact_event_pairs.add(event=pb.Event(type=event_type))
        pair.event.path.steps.add(key="files")
        pair.event.path.steps.add(index=3)
        pair.artifact.CopyFrom(rich_artifact(model, name))
    request.contexts.add(type_id=project, name="digits")
    context = service.call("PutExecution", request).context_ids[0]
    outer = rpc.PutContextsRequest(contexts=[pb.Context(type_id=project, name="all", external_id="the whole")])
    outer_id = service.call("PutContexts", outer).context_ids[0]
    pair = pb.ParentContext(child_id=context, parent_id=outer_id)
    service.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[pair]))


def rich_artifact(type_id: int, name: str) -> pb.Artifact:
    """Return an artifact with a value of every kind, the odd ones included."""
    node = pb.Artifact(type_id=type_id, name=name, uri=f"s3://ärmel/{name}", state=pb.Artifact.LIVE)
    node.external_id = f"outside:{name}"
    node.properties["layers"].int_value = 2**62
    node.properties["accuracy"].double_value = 0.1
    node.properties["note"].string_value = "mlmd-struct::"
    node.properties["ready"].bool_value = False
    node.properties["shape"].struct_value["width"] = 3
    node.custom_properties["nothing"].double_value = math.nan
    node.custom_properties["much"].double_value = math.inf
    node.custom_properties["lines"].string_value = 'two\nlines, "quotes", \U0001f600'
    node.custom_properties["packed"].proto_value.Pack(pb.Value(string_value="inside"))
    return node
