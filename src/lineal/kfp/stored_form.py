"""What a run, a task, an artifact and a link of Kubeflow Pipelines 3 are in ML Metadata.

Types, names and properties are those that the driver and the launcher of version 2 write (backend/src/v2/metadata), as
far as version 3 knows the values; what version 3 knows beyond them has further custom properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.importing.findings import Findings
from lineal.importing.texts import cleaned, cleaned_values, is_storable
from lineal.kfp_sources import Artifact, Link, Run, Task
from lineal.wire import metadata_store as pb

PIPELINE_TYPE, RUN_TYPE = "system.Pipeline", "system.PipelineRun"
CONTAINER_TYPE, DAG_TYPE = "system.ContainerExecution", "system.DAGExecution"
IMPORTER_TYPE, WORKSPACE_IMPORTER_TYPE = "system.ImporterExecution", "system.ImporterWorkspaceExecution"
METRICS_TYPE = "system.Metrics"
ARTIFACT_TYPES = {
    "Artifact": "system.Artifact",
    "Model": "system.Model",
    "Dataset": "system.Dataset",
    "HTML": "system.HTML",
    "Markdown": "system.Markdown",
    "Metric": METRICS_TYPE,
    "ClassificationMetric": "system.ClassificationMetrics",
    "SlicedClassificationMetric": "system.SlicedClassificationMetrics",
}
STATES = {
    "RUNNING": pb.Execution.RUNNING,
    "SUCCEEDED": pb.Execution.COMPLETE,
    "SKIPPED": pb.Execution.CANCELED,
    "FAILED": pb.Execution.FAILED,
    "CACHED": pb.Execution.CACHED,
}
"""Version 2 says CANCELED of a task whose condition does not hold."""
OPEN = (pb.Execution.UNKNOWN, pb.Execution.NEW, pb.Execution.RUNNING)
_OUTPUTS = ("OUTPUT", "ITERATOR_OUTPUT", "ONE_OF_OUTPUT", "TASK_FINAL_STATUS_OUTPUT")
_LONGEST_NAME = 255
START, END = "start_time", "end_time"
PARENT = "parent_dag_id"
OUTPUTS = "outputs"
FAILURE, STATUS = "failure_message", "status_message"
STORAGE = "storage_state"


def run_external_id(run_id: str) -> str:
    """Return the external id of an imported run, which tells it from one that version 2 recorded."""
    return f"kfp:run:{run_id}"


def task_external_id(task_id: str) -> str:
    """Return the external id of an imported task."""
    return f"kfp:task:{task_id}"


def artifact_external_id(artifact_id: str) -> str:
    """Return the external id of an imported artifact."""
    return f"kfp:artifact:{artifact_id}"


def root_name(run_id: str) -> str:
    """Return the name of the execution of a whole run."""
    return f"run/{run_id}"


def type_of(task: Task) -> str:
    """Return the name of the type of a task's execution."""
    if task.kind == "IMPORTER":
        return WORKSPACE_IMPORTER_TYPE if task.downloads else IMPORTER_TYPE
    return CONTAINER_TYPE if task.kind == "RUNTIME" else DAG_TYPE


def artifact_type_of(artifact: Artifact) -> str:
    """Return the name of the type of an artifact; one of a type that Lineal does not know is `system.Artifact`."""
    return ARTIFACT_TYPES.get(artifact.type, "system.Artifact")


def run_context(run: Run, type_id: int, left_out: Findings) -> pb.Context:
    """Return the context of a run."""
    context = pb.Context(type_id=type_id, name=run.run_id, external_id=run_external_id(run.run_id))
    root = f"{run.pipeline_root.rstrip('/')}/{run.pipeline}/{run.run_id}" if run.pipeline_root else ""
    texts = {
        "namespace": run.namespace,
        "pipeline_root": root,
        "display_name": run.name,
        "description": run.description,
        "state": run.state,
        "experiment_id": run.experiment_id,
        "experiment_name": run.experiment,
        "service_account": run.service_account,
        "recurring_run_id": run.recurring_run_id,
        STORAGE: "ARCHIVED" if run.is_archived else "",
    }
    _set_texts(context.custom_properties, texts, run.run_id, left_out)
    _set_numbers(context.custom_properties, {START: run.scheduled or run.created, END: run.ended})
    if run.parameters:
        _set_struct(context.custom_properties["inputs"], run.parameters, run.run_id, left_out)
    return context


def execution(
    task: Task, run: Run, type_id: int, parent: int | None, children: int, left_out: Findings
) -> pb.Execution:
    """Return the execution of a task.

    Args:
        task: the task.
        run: its run.
        type_id: the id of its type.
        parent: the id of the execution that it is inside of, None for none.
        children: how many tasks are inside of it.
        left_out: what does not fit.
    """
    is_root = task.kind == "ROOT"
    found = pb.Execution(type_id=type_id, external_id=task_external_id(task.task_id))
    if task.state in STATES:
        found.last_known_state = STATES[task.state]
    if is_root:
        found.name = root_name(run.run_id)
    custom = found.custom_properties
    _set_texts(custom, {"display_name": task.display_name or task.name}, task.task_id, left_out)
    custom["task_name"].string_value = "" if is_root else cleaned(task.name, task.task_id, left_out)
    numbers = {PARENT: parent, "iteration_index": task.iteration_index, "iteration_count": task.iteration_count}
    if type_of(task) == DAG_TYPE and not is_root:
        numbers["total_dag_tasks"] = children
    _set_numbers(custom, {**numbers, START: task.started or task.created, END: task.ended})
    texts = {"task_type": task.kind, "scope_path": task.scope_path, "cache_fingerprint": task.fingerprint}
    pod = next((each for each in task.pods if each[2] == "EXECUTOR"), None)
    if type_of(task) == CONTAINER_TYPE:
        texts |= {"namespace": task.namespace or run.namespace}
        texts |= {"pod_name": pod[0], "pod_uid": pod[1]} if pod is not None else {}
    drivers = [name for name, _, kind in task.pods if kind != "EXECUTOR" and name]
    _set_texts(custom, {**texts, "driver_pod_name": ", ".join(drivers)}, task.task_id, left_out)
    set_ending(found, task, left_out)
    if task.inputs:
        _set_struct(custom["inputs"], task.inputs, task.task_id, left_out)
    return found


def set_ending(found: pb.Execution, task: Task, left_out: Findings) -> None:
    """Say what a task returned and why it failed."""
    if task.outputs:
        _set_struct(found.custom_properties[OUTPUTS], task.outputs, task.task_id, left_out)
    what = FAILURE if task.state == "FAILED" else STATUS
    _set_texts(found.custom_properties, {what: task.message}, task.task_id, left_out)
    _set_numbers(found.custom_properties, {END: task.ended})


def artifact(given: Artifact, key: str, type_id: int, left_out: Findings) -> pb.Artifact:
    """Return an artifact; `key` is the name of the output that it is of, "" if it is of none."""
    owner = given.artifact_id
    found = pb.Artifact(type_id=type_id, external_id=artifact_external_id(owner), state=pb.Artifact.LIVE)
    if given.uri:
        found.uri = cleaned(given.uri, owner, left_out)
    texts = {"display_name": key or given.name, "description": given.description, "namespace": given.namespace}
    _set_texts(found.custom_properties, texts, owner, left_out)
    for name, value in given.metadata.items():
        if not 0 < len(name) <= _LONGEST_NAME or not is_storable(name):
            left_out.add("metadata whose names are empty, odd or too long", f"{owner}: {name[:60]!r}")
        elif value is None:
            left_out.add("metadata without a value", f"{owner}: {name[:60]}")
        else:
            _set_value(found.custom_properties[name], value, owner, left_out)
    if given.number is not None and given.name not in given.metadata:
        found.custom_properties[given.name or "value"].double_value = given.number
    return found


def metrics_of_step(node: str, values: Mapping[str, float], run_id: str, type_id: int) -> pb.Artifact:
    """Return the artifact with what a step reported by the old interface for metrics."""
    found = pb.Artifact(type_id=type_id, external_id=f"kfp:run-metrics:{run_id}:{node}", state=pb.Artifact.LIVE)
    found.custom_properties["display_name"].string_value = node
    for name, value in values.items():
        found.custom_properties[name].double_value = value
    return found


def event(link: Link, execution_id: int, artifact_id: int, time: int | None) -> pb.Event:
    """Return the event of a link; its path has the name of the input or output, and the iteration if there is one."""
    is_output = link.type in _OUTPUTS
    found = pb.Event(
        execution_id=execution_id, artifact_id=artifact_id, type=pb.Event.OUTPUT if is_output else pb.Event.INPUT
    )
    if time is not None:
        found.milliseconds_since_epoch = time
    if link.key:
        found.path.steps.add(key=link.key)
    if link.iteration is not None:
        found.path.steps.add(index=link.iteration)
    return found


def is_output(link: Link) -> bool:
    """Say whether a link is that of an output."""
    return link.type in _OUTPUTS


def _set_texts(held: Any, texts: Mapping[str, str], owner: str, left_out: Findings) -> None:
    for name, text in texts.items():
        if text:
            held[name].string_value = cleaned(str(text), owner, left_out)


def _set_numbers(held: Any, numbers: Mapping[str, int | None]) -> None:
    for name, number in numbers.items():
        if number is not None:
            held[name].int_value = number


def _set_struct(held: pb.Value, values: Mapping[str, Any], owner: str, left_out: Findings) -> None:
    held.struct_value.SetInParent()
    held.struct_value.update(cleaned_values(values, owner, left_out))


def _set_value(held: pb.Value, value: Any, owner: str, left_out: Findings) -> None:
    """Set a property as version 2 does: a truth value as a number, a list or an object inside another object."""
    if isinstance(value, str):
        held.string_value = cleaned(value, owner, left_out)
    elif isinstance(value, bool):
        held.int_value = int(value)
    elif isinstance(value, int | float):
        held.double_value = value
    elif isinstance(value, Mapping):
        _set_struct(held, {"struct": value}, owner, left_out)
    else:
        _set_struct(held, {"list": value}, owner, left_out)
