"""The rules of logged models: artifacts of the SDK's type for models, which runs make and read.

The id of a model is the version of its artifact. A deleted model is archived. What stays out: the model registry.
"""

from __future__ import annotations

import uuid
from typing import Any

from lineal import conventions, errors
from lineal.mlflow import experiments, found_models, keys, model_answers, places, stored_form
from lineal.mlflow.new_models import (
    STATES,
    STATUS,
    NewModel,
    store_models,
)
from lineal.mlflow.random_names import random_name
from lineal.mlflow.requests import Request, pairs
from lineal.mlflow.stored_form import DELETED, PARAM, TAG
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_FORBIDDEN = "/:.%\"'"


def create_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Create a logged model of an active experiment; one without a name gets one.

    Raises:
        NotFoundError: the workspace has no such experiment.
        InvalidArgumentError: the experiment is deleted, or the name, a parameter or a tag cannot be stored.
    """
    name = _name(request)
    experiment = experiments.locked(session, types, request)
    experiments.require_active(experiment)
    new = _read_new(request, experiment, name)
    [model] = store_models(session, types, request.workspace, [new])
    return {"model": model_answers.whole(session, types, request, [found_models.read(session, types, model.id)])[0]}


def _name(request: Request) -> str:
    """Return the name for a new model.

    Raises:
        InvalidArgumentError: it has a character that no name of a model can have.
    """
    name = request.text("name") or random_name()
    if any(each in name for each in _FORBIDDEN):
        raise errors.InvalidArgumentError(
            f"the name {name[:100]!r} of the model has one of {_FORBIDDEN}; leave them out"
        )
    return name


def _read_new(request: Request, experiment: pb.Context, name: str) -> NewModel:
    params, tags = pairs(request.list("params")), pairs(request.list("tags"))
    for key in params:
        keys.check_length(key, "params", longest=keys.LONGEST_PARAM_KEY)
    for key in tags:
        keys.check_length(key, "tags", longest=keys.LONGEST_KEY)
    model_id = f"m-{uuid.uuid4().hex}"
    place = stored_form.experiment_fields(experiment, root=request.root)["artifact_location"]
    return NewModel(
        model_id=model_id,
        experiment_id=experiment.id,
        name=name,
        model_type=request.text("model_type"),
        source_run_id=request.text("source_run_id"),
        uri=places.model_place(place, model_id),
        params=params,
        tags=tags,
    )


def get_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a logged model.

    Raises:
        NotFoundError: the workspace has no such model, or it is deleted.
    """
    return {"model": model_answers.whole(session, types, request, [found_models.by_id(session, types, request)])[0]}


def finalize_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set the status of a logged model.

    Raises:
        NotFoundError: the workspace has no such model.
        InvalidArgumentError: the status is not one of MLflow's.
    """
    status = request.text("status")
    if status not in STATES:
        raise errors.InvalidArgumentError(f"there is no status {status[:60]!r}; give one of {', '.join(STATES)}")
    model = found_models.locked(session, types, request)
    model.custom_properties[STATUS].string_value = status
    model.state = STATES[status]
    found_models.write(session, types, model, ["state", f"custom_properties.{STATUS}"])
    return {"model": model_answers.whole(session, types, request, [found_models.read(session, types, model.id)])[0]}


def delete_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Mark a logged model as deleted; one that is stays so.

    Raises:
        NotFoundError: the workspace has no such model.
    """
    model = found_models.locked(session, types, request, is_deleted_too=True)
    if stored_form.lifecycle_of(model) != DELETED:
        model.custom_properties[conventions.ARCHIVED].int_value = now()
        found_models.write(session, types, model, [f"custom_properties.{conventions.ARCHIVED}"])
    return {}


def set_model_tags(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set tags of a logged model.

    Raises:
        NotFoundError: the workspace has no such model.
        InvalidArgumentError: a key cannot be one.
    """
    tags = pairs(request.list("tags"))
    for key in tags:
        keys.check_length(key, "key", longest=keys.LONGEST_KEY)
    model = found_models.locked(session, types, request)
    for key, value in tags.items():
        model.custom_properties[TAG + key].string_value = value
    found_models.write(session, types, model, [f"custom_properties.{TAG}{key}" for key in tags])
    return {}


def delete_model_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Remove a tag of a logged model.

    Raises:
        NotFoundError: the workspace has no such model, or the model has no such tag.
    """
    model, key = found_models.locked(session, types, request), request.text("tag_key")
    if TAG + key not in model.custom_properties:
        raise errors.NotFoundError(f"the model {request.text('model_id')} has no tag {key[:100]!r}")
    del model.custom_properties[TAG + key]
    found_models.write(session, types, model, [f"custom_properties.{TAG}{key}"])
    return {}


def log_model_params(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Log parameters of a logged model; one that it has stays as it is.

    Raises:
        NotFoundError: the workspace has no such model.
        InvalidArgumentError: a key cannot be one, or the model has it with another value.
    """
    params = pairs(request.list("params"))
    for key in params:
        keys.check_length(key, "key", longest=keys.LONGEST_PARAM_KEY)
    model = found_models.locked(session, types, request)
    for key, value in params.items():
        stored = model.custom_properties.get(PARAM + key)
        if stored is not None and stored.string_value != value:
            raise errors.InvalidArgumentError(
                f"the model {request.text('model_id')} has another value of the parameter {key!r}, which cannot change"
            )
        model.custom_properties[PARAM + key].string_value = value
    found_models.write(session, types, model, [f"custom_properties.{PARAM}{key}" for key in params])
    return {}
