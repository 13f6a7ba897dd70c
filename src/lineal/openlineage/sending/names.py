"""What jobs and data sets are called in the events that are sent.

A job that came as OpenLineage keeps its name, and so does a data set whose uri has the parts of one. Everything else
lies in a namespace of the store and the workspace. What stays out: run ids (run_ids.py).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.locations import DataSetName, normal_form, split
from lineal.openlineage import own_facets
from lineal.openlineage.sending.reading import Read

JOB_TYPE = "openlineage.Job"
_PIPELINES = ("system.Pipeline", "pipeline")
_RANKS = (JOB_TYPE, conventions.MLFLOW_EXPERIMENT, conventions.OWNER_TYPE, *_PIPELINES)


class JobName(NamedTuple):
    """What a job is called, and the id of the context that it is, if it is one."""

    namespace: str
    name: str
    context_id: int | None = None


def namespace_of(read: Read, workspace: str) -> str:
    """Return the namespace of what a workspace holds and nothing else names."""
    return own_facets.namespace_of(read.store_id, workspace)


def job_of_execution(read: Read, execution: Any) -> JobName:
    """Return the job of an execution: the context that stands for what is repeated, or a task of a pipeline.

    Without either it is the name of the execution in its workspace.
    """
    contexts = read.contexts_of(EXECUTION, execution.id)
    found = next((each for name in _RANKS for each in contexts if each.type == name), None)
    if found is None or found.type in _PIPELINES:
        name = _task(execution) if found is None else f"{found.name}.{_task(execution)}"
        return JobName(namespace_of(read, read.workspace_of(EXECUTION, execution)), name)
    return job_of_context(read, found)


def job_of_context(read: Read, context: Any) -> JobName:
    """Return the job that a context is; of most types, the name of the type is part of its name."""
    own, name = context.properties, context.name
    if context.type == JOB_TYPE and "namespace" in own and "name" in own:
        return JobName(own["namespace"].string_value, own["name"].string_value, context.id)
    if context.type in (conventions.MLFLOW_EXPERIMENT, conventions.OWNER_TYPE) and "name" in own:
        name = own["name"].string_value
    elif context.type not in _PIPELINES:
        name = f"{context.type}/{name}"
    return JobName(namespace_of(read, read.workspace_of(CONTEXT, context)), name or context.type, context.id)


def data_set_of(read: Read, artifact: Any) -> DataSetName:
    """Return what an artifact is called as a data set."""
    came = artifact.external_id.startswith("openlineage:")
    uri = artifact.uri if came else normal_form(artifact.uri)
    found = split(uri) if uri else None
    if found is not None and found.namespace and found.name:
        return found
    name = uri or text_of(artifact, "name", "display_name") or artifact.name or f"{artifact.type}/{artifact.id}"
    return DataSetName(namespace_of(read, read.workspace_of(ARTIFACT, artifact)), name)


def text_of(node: Any, *names: str) -> str:
    """Return the first text of a node's properties among some names, its own before custom ones; "" for none."""
    for name in names:
        for properties in (node.properties, node.custom_properties):
            if name in properties and properties[name].string_value:
                return str(properties[name].string_value)
    return ""


def _task(execution: Any) -> str:
    return text_of(execution, "display_name", "name", "task_name") or execution.name or execution.type or "execution"
