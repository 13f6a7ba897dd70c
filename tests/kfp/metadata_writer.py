"""The calls of the metadata writer of Kubeflow Pipelines 1, which records what it sees of pods."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lineal import errors
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.kfp.asking import Asking
from tests.kfp.metadata_client import path_of
from tests.kfp.runs import Step

_RUN_TYPE = "KfpRun"


def write(asking: Asking, workflow: str, steps: tuple[Step, ...], *, lists_contexts: bool) -> None:
    """Record the pods of a workflow.

    Args:
        asking: both sides.
        workflow: the name of the workflow.
        steps: its pods, in order.
        lists_contexts: whether contexts are found among all, as before release 2.17, or by name.
    """
    asking.ok(rpc.GetContextTypesRequest())
    for step in steps:
        context_id = _run_context(asking, workflow, lists_contexts=lists_contexts)
        execution_id = _execution(asking, workflow, context_id, step)
        for name, uri in step.reads.items():
            found = asking.ok(rpc.GetArtifactsByURIRequest(uris=[uri])).artifacts
            if found:
                event = pb.Event(execution_id=execution_id, type=pb.Event.INPUT, path=path_of(name))
                event.artifact_id = found[-1].id
                asking.ok(rpc.PutEventsRequest(events=[event]))
        for name, (uri, type_name) in step.makes.items():
            _output(asking, workflow, (execution_id, context_id), name, uri, type_name)


def _run_context(asking: Asking, workflow: str, *, lists_contexts: bool) -> int:
    found = _listed(asking, workflow) if lists_contexts else _named(asking, workflow)
    if found is not None:
        [type_] = asking.ok(rpc.GetContextTypesByIDRequest(type_ids=[found.type_id])).context_types
        assert type_.name == _RUN_TYPE
        return int(found.id)
    texts = ("pipeline_name", "run_id")
    known = asking.maybe(rpc.GetContextTypeRequest(type_name=_RUN_TYPE), errors.NOT_FOUND)
    if known is not None:
        type_id = known.context_type.id
    else:
        type_ = pb.ContextType(name=_RUN_TYPE, properties=dict.fromkeys(texts, pb.STRING))
        type_id = asking.ok(rpc.PutContextTypeRequest(context_type=type_)).type_id
    new = pb.Context(name=workflow, type_id=type_id)
    for name in texts:
        new.properties[name].string_value = workflow
    [context_id] = asking.ok(rpc.PutContextsRequest(contexts=[new])).context_ids
    return int(context_id)


def _listed(asking: Asking, name: str) -> pb.Context | None:
    """Return a context by its name among all, which the Python client reads in pages of 100."""
    token = ""
    while True:
        options = pb.ListOperationOptions(max_result_size=100)
        if token:
            options.next_page_token = token
        page = asking.ok(rpc.GetContextsRequest(options=options))
        found = next((each for each in page.contexts if each.name == name), None)
        token = page.next_page_token
        if found is not None or not token:
            return found


def _named(asking: Asking, name: str) -> pb.Context | None:
    asked = rpc.GetContextByTypeAndNameRequest(type_name=_RUN_TYPE, context_name=name)
    found = asking.ok(asked)
    return found.context if found.HasField("context") else None


def _execution(asking: Asking, workflow: str, context_id: int, step: Step) -> int:
    name = f"components.{step.component}"
    texts = ("pipeline_name", "run_id", "component_id")
    known = asking.maybe(rpc.GetExecutionTypeRequest(type_name=name), errors.NOT_FOUND)
    if known is not None:
        type_id = known.execution_type.id
    else:
        type_ = pb.ExecutionType(name=name, properties=dict.fromkeys(texts, pb.STRING))
        type_id = asking.ok(rpc.PutExecutionTypeRequest(execution_type=type_)).type_id
    new = pb.Execution(type_id=type_id)
    for text, value in zip(texts, (workflow, workflow, step.component), strict=True):
        new.properties[text].string_value = value
    for key, value in step.arguments.items():
        _set(new.custom_properties[f"input:{key}"], value)
    new.custom_properties["kfp_pod_name"].string_value = step.pod
    [execution_id] = asking.ok(rpc.PutExecutionsRequest(executions=[new])).execution_ids
    link = pb.Association(execution_id=execution_id, context_id=context_id)
    asking.ok(rpc.PutAttributionsAndAssociationsRequest(associations=[link]))
    return int(execution_id)


def _output(asking: Asking, workflow: str, owners: tuple[int, int], name: str, uri: str, type_name: str) -> None:
    execution_id, context_id = owners
    known = asking.maybe(rpc.GetArtifactTypeRequest(type_name=type_name), errors.NOT_FOUND)
    if known is not None:
        type_id = known.artifact_type.id
    else:
        put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=type_name))
        type_id = asking.ok(put).type_id
    told = json.dumps({"name": name, "s3": {"bucket": "old", "key": uri}}, sort_keys=True)
    custom: Mapping[str, str] = {"name": name, "pipeline_name": workflow, "run_id": workflow, "argo_artifact": told}
    new = pb.Artifact(type_id=type_id, uri=uri)
    for key, value in custom.items():
        new.custom_properties[key].string_value = value
    [artifact_id] = asking.ok(rpc.PutArtifactsRequest(artifacts=[new])).artifact_ids
    event = pb.Event(execution_id=execution_id, artifact_id=artifact_id, type=pb.Event.OUTPUT, path=path_of(name))
    asking.ok(rpc.PutEventsRequest(events=[event]))
    link = pb.Attribution(context_id=context_id, artifact_id=artifact_id)
    asking.ok(rpc.PutAttributionsAndAssociationsRequest(attributions=[link]))


def _set(held: pb.Value, value: Any) -> None:
    if isinstance(value, int):
        held.int_value = value
    elif isinstance(value, float):
        held.double_value = value
    else:
        held.string_value = str(value)
