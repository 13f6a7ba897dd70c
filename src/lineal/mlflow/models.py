"""The rules of logged models: artifacts of the SDK's type for models, which runs make and read.

The id of a model is the version of its artifact. A deleted model is archived. What stays out: the model registry.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from lineal import conventions, errors, json_text
from lineal.filter.mlflow import LOGGED_MODELS, parse_order
from lineal.kinds import ARTIFACT
from lineal.mlflow import (
    experiments,
    keys,
    matching,
    metrics,
    page_sizes,
    page_tokens,
    places,
    stored_form,
    workspaces,
)
from lineal.mlflow.filters import terms_of
from lineal.mlflow.new_models import (
    EXPERIMENT,
    SOURCE_RUN,
    STATES,
    STATUS,
    TYPE,
    TYPE_PROPERTIES,
    NewModel,
    external_id_of,
    store_models,
)
from lineal.mlflow.random_names import random_name
from lineal.mlflow.requests import Request, pairs
from lineal.mlflow.stored_form import DELETED, PARAM, TAG
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages, whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_VERSIONS = f"{TAG}mlflow.modelVersions"
_NOTHING = pb.Value()
_FORBIDDEN = "/:.%\"'"
_USUAL_PAGE = 100
_DIGITS = 32
"""How much of a SHA-256 is in an external id, which has room for 255 characters with the name of a workspace."""


def create_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Create a logged model of an active experiment; one without a name gets one.

    Raises:
        NotFoundError: the workspace has no such experiment.
        InvalidArgumentError: the experiment is deleted, or the name, a parameter or a tag cannot be stored.
    """
    experiment = experiments.locked(session, types, request)
    experiments.require_active(experiment)
    new = _read_new(request, experiment)
    [model] = store_models(session, types, request.workspace, [new])
    return {"model": _whole(session, types, request, [_read(session, types, model.id)])[0]}


def _read_new(request: Request, experiment: pb.Context) -> NewModel:
    name = request.text("name") or random_name()
    if any(each in name for each in _FORBIDDEN):
        raise errors.InvalidArgumentError(
            f"the name {name[:100]!r} of the model has one of {_FORBIDDEN}; leave them out"
        )
    params, tags = pairs(request.list("params")), pairs(request.list("tags"))
    for key in params:
        keys.check_key(key, "params", longest=keys.LONGEST_PARAM_KEY)
    for key in tags:
        keys.check_key(key, "tags")
    model_id = f"m-{uuid.uuid4().hex}"
    place = stored_form.experiment_fields(experiment, root=request.root)["artifact_location"]
    return NewModel(
        model_id=model_id,
        experiment_id=experiment.id,
        name=name,
        model_type=request.text("model_type"),
        source_run_id=request.text("source_run_id"),
        uri=places.model_place(place, model_id),
        params={key: value[: keys.LONGEST_PARAM] for key, value in params.items()},
        tags=tags,
    )


def older_model(session: Session, types: KnownTypes, workspace: str, told: OlderModel) -> int:
    """Return the id of the artifact of a model that an older client logged, which has no id of its own.

    Such a model is a folder among the files of its run, and is known by it.
    """
    found = older_by_folder(session, types, workspace, told.run_id, told.path)
    if found is not None:
        return found.id
    model = pb.Artifact(
        type_id=workspaces.type_id(session, types, ARTIFACT, TYPE, TYPE_PROPERTIES),
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


def older_by_folder(session: Session, types: KnownTypes, workspace: str, run_id: str, path: str) -> pb.Artifact | None:
    """Return the model that an older client logged into a folder among the files of a run, if there is one."""
    external_id = _folder_external_id(workspace, run_id, path)
    nodes = whole_messages(
        session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, [external_id])
    )
    return next((node for node in nodes if stored_form.is_own(node, TYPE, workspace)), None)


def _folder_external_id(workspace: str, run_id: str, path: str) -> str:
    digest = hashlib.sha256(json.dumps([run_id, path]).encode()).hexdigest()
    return f"mlflow:{workspace}:folder:{digest[:_DIGITS]}"


class OlderModel(NamedTuple):
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


def get_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a logged model.

    Raises:
        NotFoundError: the workspace has no such model, or it is deleted.
    """
    return {"model": _whole(session, types, request, [by_id(session, types, request)])[0]}


def finalize_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set the status of a logged model.

    Raises:
        NotFoundError: the workspace has no such model.
        InvalidArgumentError: the status is not one of MLflow's.
    """
    status = request.text("status")
    if status not in STATES:
        raise errors.InvalidArgumentError(f"there is no status {status[:60]!r}; give one of {', '.join(STATES)}")
    model = locked(session, types, request)
    model.custom_properties[STATUS].string_value = status
    model.state = STATES[status]
    _write(session, types, model, ["state", f"custom_properties.{STATUS}"])
    return {"model": _whole(session, types, request, [_read(session, types, model.id)])[0]}


def delete_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Mark a logged model as deleted; one that is stays so.

    Raises:
        NotFoundError: the workspace has no such model.
    """
    model = locked(session, types, request, is_deleted_too=True)
    if stored_form.stage_of(model) != DELETED:
        model.custom_properties[conventions.ARCHIVED].int_value = now()
        _write(session, types, model, [f"custom_properties.{conventions.ARCHIVED}"])
    return {}


def set_model_tags(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set tags of a logged model.

    Raises:
        NotFoundError: the workspace has no such model.
        InvalidArgumentError: a key cannot be one.
    """
    tags = pairs(request.list("tags"))
    for key in tags:
        keys.check_key(key, "key")
    model = locked(session, types, request)
    for key, value in tags.items():
        model.custom_properties[TAG + key].string_value = value[: keys.LONGEST_TAG]
    _write(session, types, model, [f"custom_properties.{TAG}{key}" for key in tags])
    return {}


def delete_model_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Remove a tag of a logged model.

    Raises:
        NotFoundError: the workspace has no such model, or the model has no such tag.
    """
    model, key = locked(session, types, request), request.text("tag_key")
    if TAG + key not in model.custom_properties:
        raise errors.NotFoundError(f"the model {request.text('model_id')} has no tag {key[:100]!r}")
    del model.custom_properties[TAG + key]
    _write(session, types, model, [f"custom_properties.{TAG}{key}"])
    return {}


def note_version(session: Session, types: KnownTypes, model: pb.Artifact, name: str, number: int) -> None:
    """Add a version of a registered model to the tag of a logged model that lists them, as MLflow's server does."""
    node_rows.ask_to_update(session, ARTIFACT, [model.id])()
    model = _read(session, types, model.id)
    stored = model.custom_properties.get(_VERSIONS, _NOTHING).string_value
    listed = [*json_text.list_in(stored), {"name": name, "version": number}]
    model.custom_properties[_VERSIONS].string_value = json.dumps(listed)
    _write(session, types, model, [f"custom_properties.{_VERSIONS}"])


def has_versions(model: pb.Artifact) -> bool:
    """Say whether a version of a registered model has been made of a logged model."""
    return _VERSIONS in model.custom_properties


def source_run_of(model: pb.Artifact) -> str:
    """Return the id of the run that a logged model names as its source, "" if it names none."""
    return str(model.custom_properties.get(SOURCE_RUN, _NOTHING).string_value)


def log_model_params(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Log parameters of a logged model; one that it has stays as it is.

    Raises:
        NotFoundError: the workspace has no such model.
        InvalidArgumentError: a key cannot be one, or the model has it with another value.
    """
    params = pairs(request.list("params"))
    for key in params:
        keys.check_key(key, "key", longest=keys.LONGEST_PARAM_KEY)
    model = locked(session, types, request)
    for key, value in params.items():
        stored = model.custom_properties.get(PARAM + key)
        if stored is not None and stored.string_value != value[: keys.LONGEST_PARAM]:
            raise errors.InvalidArgumentError(
                f"the model {request.text('model_id')} has another value of the parameter {key!r}, which cannot change"
            )
        model.custom_properties[PARAM + key].string_value = value[: keys.LONGEST_PARAM]
    _write(session, types, model, [f"custom_properties.{PARAM}{key}" for key in params])
    return {}


def search_models(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the logged models of experiments that meet a filter.

    Raises:
        InvalidArgumentError: the filter, the order, the page or the id of an experiment is wrong.
    """
    terms = terms_of(session, request, LOGGED_MODELS)
    order = parse_order(
        [
            f"{each['field_name']} {'ASC' if each.get('ascending', True) else 'DESC'}"
            for each in request.list("order_by")
        ],
        LOGGED_MODELS,
    )
    most = page_sizes.read(request, usual=_USUAL_PAGE)
    start = page_tokens.read(request.text("page_token"))
    for each in request.list("experiment_ids"):
        experiments.require_number(each)
    models: list[pb.Artifact] = []
    for experiment in experiments.by_ids(session, types, request, request.list("experiment_ids")):
        found = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_context(session, ARTIFACT, experiment.id))
        models += [each for each in found if is_model(each) and stored_form.stage_of(each) != DELETED]
    known = [each for each in _whole(session, types, request, models) if matching.model_matches(each, terms)]
    return page_tokens.page("models", matching.models_in_order(known, order), start=start, most=most)


def by_id(session: Session, types: KnownTypes, request: Request, *, is_deleted_too: bool = False) -> pb.Artifact:
    """Return the logged model that a request names.

    Raises:
        NotFoundError: the workspace has no such model, or it is deleted.
    """
    model_id = request.text("model_id")
    found = by_ids(session, types, request.workspace, [model_id]).get(model_id)
    if found is None or (stored_form.stage_of(found) == DELETED and not is_deleted_too):
        raise errors.NotFoundError(f"the workspace {request.workspace!r} has no logged model {model_id[:100]!r}")
    return found


def locked(session: Session, types: KnownTypes, request: Request, *, is_deleted_too: bool = False) -> pb.Artifact:
    """Return the logged model that a request names; nobody else changes it until the transaction ends.

    Raises:
        NotFoundError: the workspace has no such model, or it is deleted.
    """
    node_rows.ask_to_update(session, ARTIFACT, [by_id(session, types, request, is_deleted_too=True).id])()
    return by_id(session, types, request, is_deleted_too=is_deleted_too)


def by_ids(session: Session, types: KnownTypes, workspace: str, ids: Sequence[str]) -> dict[str, pb.Artifact]:
    """Return those of some logged models that a workspace has, by their ids; deleted ones too."""
    external = [external_id_of(workspace, each) for each in ids]
    nodes = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, external))
    own = [node for node in nodes if is_model(node) and stored_form.is_own(node, TYPE, workspace)]
    found = {node.properties["version"].string_value: node for node in own}
    return {each: found[each] for each in ids if each in found}


def is_model(artifact: pb.Artifact) -> bool:
    """Say whether an artifact is a logged model of its workspace."""
    own = external_id_of(stored_form.workspace_of(artifact), artifact.properties["version"].string_value)
    return STATUS in artifact.custom_properties and artifact.external_id == own


def _read(session: Session, types: KnownTypes, model: int) -> pb.Artifact:
    found: list[pb.Artifact] = node_messages(
        session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [model])
    )
    return found[0]


def _write(session: Session, types: KnownTypes, model: pb.Artifact, paths: list[str]) -> None:
    if paths:
        write_nodes(session, types, ARTIFACT, [model], UpdateOptions(mask=tuple(paths)))


def _whole(session: Session, types: KnownTypes, request: Request, models: Sequence[pb.Artifact]) -> list[Fields]:
    """Return logged models as MLflow's clients read them."""
    default_id = workspaces.default_experiment(session, types, request.workspace).id
    latest = metrics.latest_of(session, [model.id for model in models], kind=ARTIFACT)
    return [_fields(model, default_id, latest.get(model.id, [])) for model in models]


def _fields(model: pb.Artifact, default_id: int, latest: list[Fields]) -> Fields:
    custom, own = model.custom_properties, model.properties
    experiment = custom[EXPERIMENT].int_value
    model_id, source_run = own["version"].string_value, custom[SOURCE_RUN].string_value
    bound = {"model_id": model_id, **({"run_id": source_run} if source_run else {})}
    tags, params = stored_form.pairs_of(model, TAG), stored_form.pairs_of(model, PARAM)
    info = {
        "model_id": model_id,
        "experiment_id": stored_form.DEFAULT_ID if experiment == default_id else str(experiment),
        "name": own["name"].string_value,
        "creation_timestamp_ms": model.create_time_since_epoch,
        "last_updated_timestamp_ms": model.last_update_time_since_epoch,
        "artifact_uri": model.uri,
        "status": custom[STATUS].string_value,
        "model_type": own["model_type"].string_value if "model_type" in own else "",
        "source_run_id": source_run,
        **({"tags": tags} if tags else {}),
    }
    data = {"params": params, "metrics": [{**point, **bound} for point in latest]}
    return {"info": info, "data": {name: value for name, value in data.items() if value}}
