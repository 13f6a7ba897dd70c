"""Logged models that are not in the store yet, and how they are stored: artifacts of the SDK's type for models.

A client creates one at a time (models.py), and an import many. What stays out: whether a model may be created.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineal import conventions
from lineal.event_directions import SAYS_OUTPUT
from lineal.kinds import ARTIFACT
from lineal.mlflow import found_runs, workspaces
from lineal.mlflow.stored_form import PARAM, TAG
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_events import write_events
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.rows import relations
from lineal.wire import metadata_store as pb

TYPE = "kubeflow.org/alpha/model"
TYPE_PROPERTIES = dict.fromkeys(
    ("name", "create_time", "description", "owner", conventions.ALL_META, "version", "model_type"), pb.STRING
)
STATUS, SOURCE_RUN, EXPERIMENT = "__mlflow_status__", "__mlflow_source_run__", "__mlflow_experiment__"
PENDING = "LOGGED_MODEL_PENDING"
STATES = {
    PENDING: pb.Artifact.PENDING,
    "LOGGED_MODEL_READY": pb.Artifact.LIVE,
    "LOGGED_MODEL_UPLOAD_FAILED": pb.Artifact.ABANDONED,
}
"""The state of the artifact for each status of a model."""


def external_id_of(workspace: str, model_id: str) -> str:
    """Return the external id of a logged model."""
    return f"mlflow:{workspace}:model:{model_id}"


@dataclass(frozen=True)
class NewModel:
    """A logged model to be stored.

    Attributes:
        model_id: its id, which no model of the workspace has.
        experiment_id: the id of the context of its experiment.
        name: its name.
        model_type: what kind of model it is, "" if nobody said.
        source_run_id: the run that makes it, "" for none.
        uri: where its files are.
        params: its parameters.
        tags: its tags.
        status: LOGGED_MODEL_PENDING, LOGGED_MODEL_READY or LOGGED_MODEL_UPLOAD_FAILED.
        archived: when it was deleted, milliseconds since the epoch; None if it is active.
        created: when it was created, if that was not now.
    """

    model_id: str
    experiment_id: int
    name: str
    model_type: str
    source_run_id: str
    uri: str
    params: Mapping[str, str]
    tags: Mapping[str, str]
    status: str = PENDING
    archived: int | None = None
    created: int | None = None


def store_models(session: Session, types: KnownTypes, workspace: str, models: Sequence[NewModel]) -> list[pb.Artifact]:
    """Store logged models of a workspace; return their artifacts with their ids, index-aligned.

    Raises:
        AlreadyExistsError: one of them is there.
    """
    type_id = workspaces.type_id(session, types, ARTIFACT, TYPE, TYPE_PROPERTIES)
    artifacts = [_new(type_id, workspace, each) for each in models]
    ids = write_nodes(session, types, ARTIFACT, artifacts)
    workspace_id = workspaces.workspace_id(session, types, workspace)
    made = zip(ids, models, strict=True)
    held = [(holder, node_id) for node_id, each in made for holder in (workspace_id, each.experiment_id)]
    relations.add_members(session, ARTIFACT, held)
    for artifact, node_id in zip(artifacts, ids, strict=True):
        artifact.id = node_id
    _declare(session, types, workspace, models, ids)
    return artifacts


def _new(type_id: int, workspace: str, new: NewModel) -> pb.Artifact:
    model = pb.Artifact(
        type_id=type_id,
        external_id=external_id_of(workspace, new.model_id),
        uri=new.uri,
        state=STATES[new.status],
    )
    own = {"name": new.name, "version": new.model_id, "model_type": new.model_type}
    for key, value in own.items():
        if value:
            model.properties[key].string_value = value
    custom = {
        conventions.WORKSPACE_PROPERTY: workspace,
        SOURCE_RUN: new.source_run_id,
        **{PARAM + key: value for key, value in new.params.items()},
        **{TAG + key: value for key, value in new.tags.items()},
        STATUS: new.status,
    }
    for key, value in custom.items():
        model.custom_properties[key].string_value = value
    model.custom_properties[EXPERIMENT].int_value = new.experiment_id
    if new.archived is not None:
        model.custom_properties[conventions.ARCHIVED].int_value = new.archived
    return model


def _declare(
    session: Session, types: KnownTypes, workspace: str, models: Sequence[NewModel], ids: Sequence[int]
) -> None:
    """Record that the run which a model names says that it makes it; `runs/outputs` says that it has."""
    named = [each.source_run_id for each in models if each.source_run_id]
    runs = found_runs.by_ids(session, types, workspace, named) if named else {}
    told = [
        pb.Event(
            artifact_id=node_id,
            execution_id=runs[each.source_run_id].id,
            type=pb.Event.Type.Name(SAYS_OUTPUT),
            milliseconds_since_epoch=each.created,
        )
        for node_id, each in zip(ids, models, strict=True)
        if each.source_run_id in runs
    ]
    if told:
        write_events(session, told)
