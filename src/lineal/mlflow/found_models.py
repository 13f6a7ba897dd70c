"""Logged models by their ids: only those of the workspace of a request, whatever external ids other records have.

What stays out: searches (model_search.py), and models of older clients (older_models.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lineal import errors, json_text
from lineal.kinds import ARTIFACT
from lineal.mlflow import stored_form
from lineal.mlflow.new_models import SOURCE_RUN, STATUS, TYPE, external_id_of
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import DELETED, TAG
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages, whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb

VERSIONS_TAG = "mlflow.modelVersions"
"""The tag of a logged model that lists its versions."""
_VERSIONS = f"{TAG}{VERSIONS_TAG}"
_NOTHING = pb.Value()


def by_id(session: Session, types: KnownTypes, request: Request, *, is_deleted_too: bool = False) -> pb.Artifact:
    """Return the logged model that a request names.

    Raises:
        NotFoundError: the workspace has no such model, or it is deleted.
    """
    model_id = request.text("model_id")
    found = by_ids(session, types, request.workspace, [model_id]).get(model_id)
    if found is None or (stored_form.lifecycle_of(found) == DELETED and not is_deleted_too):
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


def read(session: Session, types: KnownTypes, model: int) -> pb.Artifact:
    """Return a model by the id of its artifact."""
    found: list[pb.Artifact] = node_messages(
        session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [model])
    )
    return found[0]


def note_version(session: Session, types: KnownTypes, model: pb.Artifact, name: str, number: int) -> None:
    """Add a version of a registered model to the tag of a logged model that lists them, as MLflow's server does."""
    node_rows.ask_to_update(session, ARTIFACT, [model.id])()
    model = read(session, types, model.id)
    stored = model.custom_properties.get(_VERSIONS, _NOTHING).string_value
    listed, new = json_text.list_in(stored), {"name": name, "version": number}
    if new in listed:
        return
    model.custom_properties[_VERSIONS].string_value = json.dumps([*listed, new])
    write(session, types, model, [f"custom_properties.{_VERSIONS}"])


def source_run_of(model: pb.Artifact) -> str:
    """Return the id of the run that a logged model names as its source, "" if it names none."""
    return str(model.custom_properties.get(SOURCE_RUN, _NOTHING).string_value)


def write(session: Session, types: KnownTypes, model: pb.Artifact, paths: list[str]) -> None:
    """Write those values of a model that have changed."""
    if paths:
        write_nodes(session, types, ARTIFACT, [model], UpdateOptions(mask=tuple(paths)))
