"""Data sets of runs as they are stored: artifacts of the SDK's type, and INPUT events.

A data set is one artifact of its workspace, whichever experiments use it: its name and its digest say which. How a run
used it, such as `mlflow.data.context` = `training`, is the path of the event. What stays out: requests (inputs.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lineal import conventions, json_text
from lineal.kinds import ARTIFACT
from lineal.mlflow import stored_form, workspaces
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.rows import whole_nodes
from lineal.store.rows.events import Step
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
TYPE = "kubeflow.org/alpha/data_set"
_TYPE_PROPERTIES = dict.fromkeys(
    ("name", "create_time", "description", "owner", conventions.ALL_META, "version", "query"), pb.STRING
)
_DATA_SET_ID = ":dataset:"
_DIGITS = 32
"""How much of a SHA-256 is in an external id, which has room for 255 characters with the name of a workspace."""
KEPT = {name: f"__mlflow_{name}__" for name in ("source_type", "source", "schema", "profile")}
"""The custom properties of what MLflow's clients say of a data set."""
_PLACES = ("uri", "url", "path")


def stored(session: Session, types: KnownTypes, workspace: str, data_sets: Sequence[Mapping[str, str]]) -> list[int]:
    """Return the ids of the artifacts of data sets, index-aligned; those that the workspace does not have are created.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace.
        data_sets: the `name` of each, its `digest`, and what else is known of it (KEPT).
    """
    wanted = {_external_id(workspace, each): each for each in reversed(data_sets)}
    found = _known(session, types, workspace, list(wanted))
    missing = sorted(wanted.keys() - found.keys())
    # All transactions take the locks in one order, and all of them.
    held = [locks.take(session, lock) for lock in sorted({locks.of_identity(each) for each in missing})]
    if any(held):
        found.update(_known(session, types, workspace, missing))
        missing = [each for each in missing if each not in found]
    if missing:
        type_id = workspaces.type_id(session, types, ARTIFACT, TYPE, _TYPE_PROPERTIES)
        new = [_new(type_id, workspace, wanted[each], each) for each in missing]
        found.update(zip(missing, write_nodes(session, types, ARTIFACT, new), strict=True))
    return [found[_external_id(workspace, each)] for each in data_sets]


def by_name(session: Session, types: KnownTypes, workspace: str, name: str, digest: str) -> int | None:
    """Return the id of the artifact of a data set, if the workspace has it."""
    external_id = _external_id(workspace, {"name": name, "digest": digest})
    return _known(session, types, workspace, [external_id]).get(external_id)


def _external_id(workspace: str, data_set: Mapping[str, str]) -> str:
    identity = hashlib.sha256(json.dumps([data_set["name"], data_set["digest"]]).encode()).hexdigest()
    return f"mlflow:{workspace}{_DATA_SET_ID}{identity[:_DIGITS]}"


def _known(session: Session, types: KnownTypes, workspace: str, external_ids: Sequence[str]) -> dict[str, int]:
    nodes = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, external_ids))
    return {node.external_id: node.id for node in nodes if stored_form.is_own(node, TYPE, workspace)}


def _new(type_id: int, workspace: str, data_set: Mapping[str, str], external_id: str) -> pb.Artifact:
    artifact = pb.Artifact(type_id=type_id, external_id=external_id)
    if uri := uri_of(data_set.get("source", "")):
        artifact.uri = uri
    artifact.properties["name"].string_value = data_set["name"]
    artifact.properties["version"].string_value = data_set["digest"]
    artifact.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    for name, kept in KEPT.items():
        if name in data_set:
            artifact.custom_properties[kept].string_value = data_set[name]
    return artifact


def uri_of(source: str) -> str:
    """Return the URI in the source of a data set, which is a JSON object or a text of its own."""
    try:
        found = json_text.loads(source, escape=True)
    except ValueError:
        return source
    if not isinstance(found, dict):
        return source
    return next((found[name] for name in _PLACES if isinstance(found.get(name), str)), "")


def is_data_set(artifact: pb.Artifact) -> bool:
    """Say whether an artifact is a data set that an MLflow client logged."""
    return artifact.external_id.startswith(f"mlflow:{stored_form.workspace_of(artifact)}{_DATA_SET_ID}")


def input_fields(artifact: pb.Artifact, steps: Sequence[Step]) -> Fields:
    """Return a data set as an input of a run, with the tags in the path of its event, as MLflow's clients read it."""
    tags = _tags(steps)
    return {**({"tags": tags} if tags else {}), "dataset": _fields(artifact)}


def _tags(steps: Sequence[Step]) -> list[Fields]:
    """Return the tags in the path of an event: keys and values in turn."""
    texts = [key or "" for _, key in steps]
    return [{"key": key, "value": value} for key, value in zip(texts[::2], texts[1::2], strict=False)]


def _fields(node: pb.Artifact) -> Fields:
    own = {"name": node.properties["name"].string_value, "digest": node.properties["version"].string_value}
    kept = {
        name: node.custom_properties[each].string_value for name, each in KEPT.items() if each in node.custom_properties
    }
    return {**own, **kept}
