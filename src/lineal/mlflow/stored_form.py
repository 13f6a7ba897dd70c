"""How experiments and runs of MLflow are stored: the names of types and properties, and the way back.

An experiment is a context, and a run is an execution in a context of its own, whose parent is the experiment.
Parameters and tags are custom properties with a prefix each, so that no key of a client can be another's, or one of the
SDK's own properties. What stays out: reading and writing nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal import conventions, json_text
from lineal.wire import metadata_store as pb

EXPERIMENT_TYPE = conventions.MLFLOW_EXPERIMENT
RUN_TYPE = conventions.MLFLOW_RUN
REGISTRATION_TYPE = "mlflow.Registration"
PARAM = conventions.PARAM_PREFIX
TAG = conventions.TAG_PREFIX
STARTED, ENDED = conventions.START_TIMES[0], conventions.END_TIMES[0]
DEFAULT_ID, DEFAULT_NAME = "0", "Default"
ACTIVE, DELETED = "active", "deleted"

EXPERIMENT_PROPERTIES = {"name": pb.STRING, "artifact_location": pb.STRING}
RUN_CONTEXT_PROPERTIES = {"name": pb.STRING, "run_id": pb.STRING}
RUN_PROPERTIES = {
    "name": pb.STRING,
    "run_id": pb.STRING,
    "experiment_id": pb.INT,
    "user_id": pb.STRING,
    "artifact_uri": pb.STRING,
    conventions.ALL_META: pb.STRING,
}

STATES = {
    "RUNNING": pb.Execution.RUNNING,
    "SCHEDULED": pb.Execution.NEW,
    "FINISHED": pb.Execution.COMPLETE,
    "FAILED": pb.Execution.FAILED,
    "KILLED": pb.Execution.CANCELED,
}
"""The state of an execution for each status of a run."""
STATUS_NUMBERS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
"""The statuses by the numbers that some clients send, as texts."""
_STATUSES = {state: status for status, state in STATES.items()}
LONGEST_NODE_NAME = 255
_SHOWN_DIGITS = 12
_LARGEST_ID = 1 << 63
_LONGEST_RUN_NAME = LONGEST_NODE_NAME - _SHOWN_DIGITS - 1


def run_external_id(workspace: str, run_id: str) -> str:
    """Return the external id of a run, which is unique in the whole store."""
    return f"mlflow:{workspace}:run:{run_id}"


def default_external_id(workspace: str) -> str:
    """Return the external id of the experiment with the id 0 of a workspace."""
    return f"mlflow:{workspace}:experiment:{DEFAULT_ID}"


def node_name(workspace: str, name: str) -> str:
    """Return the name of the node of something that has a name within its workspace, as its type needs it unique."""
    return f"{workspace}/{name}"


def run_context_name(name: str, run_id: str) -> str:
    """Return the name of the context of a run: names of runs repeat, and those of contexts cannot."""
    return f"{name[:_LONGEST_RUN_NAME]} {run_id[:_SHOWN_DIGITS]}"


def is_too_long(workspace: str, name: str) -> bool:
    """Say whether a name does not fit the column of names."""
    return len(name) > longest_name(workspace)


def longest_name(workspace: str) -> int:
    """Return how many characters a name within a workspace can have."""
    return LONGEST_NODE_NAME - len(node_name(workspace, ""))


def is_own(node: Any, type_name: str, workspace: str) -> bool:
    """Say whether a node is of a type and of a workspace: a name or an external id alone can be anybody's."""
    return bool(node.type == type_name and workspace_of(node) == workspace)


def text(value: str) -> pb.Value:
    """Return a text as the value of a property."""
    return pb.Value(string_value=value)


def number(value: int) -> pb.Value:
    """Return a whole number as the value of a property."""
    return pb.Value(int_value=value)


def lifecycle_of(node: Any) -> str:
    """Return the lifecycle stage of a node: deleted if it is archived, or else active."""
    return DELETED if conventions.ARCHIVED in node.custom_properties else ACTIVE


def workspace_of(node: Any) -> str:
    """Return the workspace that a node names."""
    return _text_of(node.custom_properties, conventions.WORKSPACE_PROPERTY)


def artifact_uri_of(run: pb.Execution) -> str:
    """Return the URI of the files of a run."""
    return _text_of(run.properties, "artifact_uri")


def pairs_of(node: Any, prefix: str) -> list[dict[str, str]]:
    """Return the parameters or tags of a node as MLflow lists them, by key."""
    found = {
        name.removeprefix(prefix): value.string_value
        for name, value in node.custom_properties.items()
        if name.startswith(prefix)
    }
    return [{"key": key, "value": found[key]} for key in sorted(found)]


def ids_in(text: str) -> list[int]:
    """Return the ids of nodes that a JSON list has, whoever wrote it."""
    return [each for each in json_text.list_in(text) if type(each) is int and 0 < each < _LARGEST_ID]


def experiment_id_of(context: pb.Context) -> str:
    """Return the id of an experiment as MLflow knows it."""
    is_default = context.external_id == default_external_id(workspace_of(context))
    return DEFAULT_ID if is_default else str(context.id)


def experiment_fields(context: pb.Context, *, root: str) -> dict[str, Any]:
    """Return an experiment as MLflow's clients read it.

    Args:
        context: the experiment.
        root: where the files of its workspace are, if it names no place of its own.
    """
    experiment_id = experiment_id_of(context)
    tags = pairs_of(context, TAG)
    return {
        "experiment_id": experiment_id,
        "name": _text_of(context.properties, "name"),
        "artifact_location": _text_of(context.properties, "artifact_location") or f"{root}/{experiment_id}",
        "lifecycle_stage": lifecycle_of(context),
        "last_update_time": context.last_update_time_since_epoch,
        "creation_time": context.create_time_since_epoch,
        **({"tags": tags} if tags else {}),
        "workspace": workspace_of(context),
    }


def run_info(run: pb.Execution, *, experiment_id: str) -> dict[str, Any]:
    """Return what MLflow calls the info of a run."""
    own = run.properties
    run_id = _text_of(own, "run_id")
    info = {
        "run_uuid": run_id,
        "experiment_id": experiment_id,
        "run_name": _text_of(own, "name"),
        "user_id": _text_of(own, "user_id"),
        "status": _STATUSES.get(run.last_known_state, "RUNNING"),
        "start_time": _number_of(run.custom_properties, STARTED),
        "end_time": _number_of(run.custom_properties, ENDED),
        "artifact_uri": artifact_uri_of(run),
        "lifecycle_stage": lifecycle_of(run),
        "run_id": run_id,
    }
    return {name: value for name, value in info.items() if value is not None and (name, value) != ("end_time", 0)}


def run_data(run: pb.Execution, metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what MLflow calls the data of a run: what is empty is left out."""
    data = {"metrics": metrics, "params": pairs_of(run, PARAM), "tags": pairs_of(run, TAG)}
    return {name: value for name, value in data.items() if value}


def _text_of(properties: Mapping[str, pb.Value], name: str) -> str:
    return properties[name].string_value if name in properties else ""


def _number_of(properties: Mapping[str, pb.Value], name: str) -> int | None:
    return properties[name].int_value if name in properties else None
