"""The rule of logging a model as clients before MLflow 3 do it: a tag of the run, and an artifact that the run made."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from lineal import conventions, errors, json_text
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import found_runs, new_models, run_links, stored_form, workspaces
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import TAG
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
HISTORY = conventions.MLFLOW_HISTORY
_NEEDED = ("run_id", "artifact_path", "utc_time_created", "flavors")
_KEPT = ("run_id", "artifact_path", "utc_time_created", "model_uuid", "flavors")
_LIBRARY_FLAVOR = "python_function"
"""The flavor that almost every model has besides that of its library."""
_DIGITS = 32
"""How much of a SHA-256 is in an external id, which has room for 255 characters with the name of a workspace."""


def log_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Add a model to the tag of the run that lists its models, and record the artifact that the run made.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: the run is deleted, or model_json is not JSON with what is known of a model.
    """
    told = _read(request.text("model_json"))
    run = found_runs.locked(session, types, request)
    stored = run.custom_properties.get(TAG + HISTORY)
    history = [*json_text.list_in(stored.string_value if stored is not None else ""), told]
    run.custom_properties[TAG + HISTORY].string_value = json.dumps(history)
    mask = UpdateOptions(mask=(f"custom_properties.{TAG}{HISTORY}",))
    write_nodes(session, types, EXECUTION, [run], mask)
    record(session, types, request.workspace, run, told)
    return {}


def record(
    session: Session, types: KnownTypes, workspace: str, run: pb.Execution, told: Fields, *, time: int | None = None
) -> None:
    """Record the artifact of a model that a run made, unless it is there.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace.
        run: the run, stored.
        told: what the client says of the model.
        time: when the run made it, in milliseconds since the epoch; None for now.
    """
    path = told["artifact_path"]
    flavors = told["flavors"] if isinstance(told["flavors"], dict) else {}
    model = FolderModel(
        run_id=run.properties["run_id"].string_value,
        path=path,
        uri=f"{run.properties['artifact_uri'].string_value}/{path}",
        version=str(told.get("model_uuid") or run.properties["run_id"].string_value),
        flavor=next((each for each in flavors if each != _LIBRARY_FLAVOR), ""),
    )
    artifact_id = stored(session, types, workspace, model)
    event = pb.Event(artifact_id=artifact_id, execution_id=run.id, type=pb.Event.OUTPUT)
    if time is not None:
        event.milliseconds_since_epoch = time
    run_links.join(session, [event])


def told_in(tag: str) -> list[Fields]:
    """Return those models in the tag of a run that have what is needed to record them."""
    return [each for each in json_text.list_in(tag) if isinstance(each, dict) and _is_whole(each)]


def _is_whole(told: Fields) -> bool:
    return all(name in told for name in _NEEDED) and isinstance(told["artifact_path"], str)


def _read(text: str) -> Fields:
    """Return what is kept of a model.

    Raises:
        InvalidArgumentError: it is not a JSON object, lacks something, or its folder is not a text.
    """
    try:
        found = json_text.loads(text, escape=True)
    except ValueError as error:
        raise errors.InvalidArgumentError(f"model_json is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise errors.InvalidArgumentError("model_json must be an object with what is known of a model")
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise errors.InvalidArgumentError(f"model_json lacks {', '.join(missing)}; give them")
    if not isinstance(found["artifact_path"], str):
        raise errors.InvalidArgumentError("artifact_path in model_json is not a text; give the folder of the model")
    return {name: found.get(name) for name in _KEPT}


def stored(session: Session, types: KnownTypes, workspace: str, told: FolderModel) -> int:
    """Return the id of the artifact of a model that an older client logged, which has no id of its own.

    Such a model is a folder among the files of its run, and is known by it.
    """
    found = by_folder(session, types, workspace, told.run_id, told.path)
    if found is not None:
        return found.id
    model = pb.Artifact(
        type_id=workspaces.type_id(session, types, ARTIFACT, new_models.TYPE, new_models.TYPE_PROPERTIES),
        external_id=_folder_external_id(workspace, told.run_id, told.path),
        uri=told.uri,
        state=pb.Artifact.LIVE,
    )
    own = {"name": told.path.rpartition("/")[2] or told.path, "version": told.version, "model_type": told.flavor}
    for key, value in own.items():
        if value:
            model.properties[key].string_value = value
    model.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    return write_nodes(session, types, ARTIFACT, [model])[0]


def by_folder(session: Session, types: KnownTypes, workspace: str, run_id: str, path: str) -> pb.Artifact | None:
    """Return the model that an older client logged into a folder among the files of a run, if there is one."""
    external_id = _folder_external_id(workspace, run_id, path)
    nodes = whole_messages(
        session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, [external_id])
    )
    return next((node for node in nodes if stored_form.is_own(node, new_models.TYPE, workspace)), None)


def _folder_external_id(workspace: str, run_id: str, path: str) -> str:
    digest = hashlib.sha256(json.dumps([run_id, path]).encode()).hexdigest()
    return f"mlflow:{workspace}:folder:{digest[:_DIGITS]}"


class FolderModel(NamedTuple):
    """What an older client says of a model that it logged.

    Attributes:
        run_id: the run.
        path: its folder, relative to the files of the run.
        uri: where the folder is.
        version: what tells it from others of the same name.
        flavor: the library that it is of, "" if it is not known.
    """

    run_id: str
    path: str
    uri: str
    version: str
    flavor: str
