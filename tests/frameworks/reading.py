"""What tests read of a store about a training."""

from __future__ import annotations

from typing import Any

from lineal.sdk import Execution, Workspace, stored_form
from lineal.wire import metadata_store as pb
from lineal.wire import metrics as metrics_pb


def executions(workspace: Workspace) -> list[pb.Execution]:
    """Return the executions of a workspace, oldest first."""
    return sorted(workspace.store.get_executions_by_context(workspace.context_id), key=lambda each: each.id)


def only(workspace: Workspace) -> pb.Execution:
    """Return the only execution of a workspace."""
    [found] = executions(workspace)
    return found


def state(execution: pb.Execution) -> str | None:
    """Return the state of an execution."""
    return stored_form.state_of(execution)


def reason(execution: pb.Execution) -> str:
    """Return type and message of why an execution did not complete."""
    custom = execution.custom_properties
    return f"{custom['failure_type'].string_value}: {custom['failure_message'].string_value}"


def parameters(execution: pb.Execution) -> dict[str, str]:
    """Return the parameters of an execution."""
    given = {name: each.string_value for name, each in execution.custom_properties.items() if name.startswith("param.")}
    return {name.removeprefix("param."): value for name, value in given.items()}


def counts(workspace: Workspace, execution: pb.Execution | Execution) -> dict[str, int]:
    """Return how many points each metric of an execution has."""
    request = metrics_pb.GetMetricsRequest(execution_id=execution.id)
    return {each.name: each.count for each in workspace.store._get_metrics(request).metrics}


def curve(workspace: Workspace, execution: pb.Execution | Execution, name: str) -> list[tuple[int, float]]:
    """Return the points of a metric as (step, value)."""
    request = metrics_pb.GetMetricHistoryRequest(execution_id=execution.id, name=name)
    found = workspace.store._get_metric_history(request).series
    return list(zip(found.steps, found.values, strict=True))


def inputs(workspace: Workspace, execution: pb.Execution | Execution) -> list[tuple[str, int, int]]:
    """Return name, rows and columns of the data sets that an execution read, oldest first."""
    events = workspace.store.get_events_by_execution_ids([execution.id])
    ids = {event.artifact_id for event in events if event.type == pb.Event.INPUT}
    listed = workspace.list("kubeflow.org/alpha/data_set")
    return [(each["name"], each["rows"], each["columns"]) for each in listed if each["id"] in ids]


def models(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the models of a workspace, oldest first."""
    return workspace.list("kubeflow.org/alpha/model")
