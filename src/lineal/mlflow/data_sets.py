"""Data sets of runs as they are stored: artifacts of the SDK's type, and INPUT events.

A data set is one artifact of its workspace, whichever experiments use it: its name and its digest say which. How a run
used it, such as `mlflow.data.context` = `training`, is the path of the event. If the artifact is another program's, the
path also says the name and the digest, and a facet of the event says the rest. What stays out: requests (inputs.py),
and which artifact a data set is (data_set_uses.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lineal import conventions, json_text
from lineal.kinds import ARTIFACT
from lineal.mlflow import stored_form, workspaces
from lineal.service import located
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, locations
from lineal.store.rows import whole_nodes
from lineal.store.rows.events import Step
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
TYPE = conventions.DATA_SET_TYPE
_TYPE_PROPERTIES = dict.fromkeys(
    ("name", "create_time", "description", "owner", conventions.ALL_META, "version", "query"), pb.STRING
)
_DATA_SET_ID = ":dataset:"
_DIGITS = 32
"""How much of a SHA-256 is in an external id, which has room for 255 characters with the name of a workspace."""
KEPT = {name: f"__mlflow_{name}__" for name in ("source_type", "source", "schema", "profile")}
"""The custom properties of what MLflow's clients say of a data set."""
_PLACES = ("uri", "url", "path")
_SAID = conventions.MLFLOW_DATA_SET_STEPS
FACET = "mlflow_dataset"
_OF_FACETS = {
    "_producer": "https://mlflow.org",
    "_schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/InputDatasetFacet",
}


def external_id(workspace: str, data_set: Mapping[str, str]) -> str:
    """Return the external id of a data set's own artifact, made from its name and its digest."""
    identity = hashlib.sha256(json.dumps([data_set["name"], data_set["digest"]]).encode()).hexdigest()
    return f"mlflow:{workspace}{_DATA_SET_ID}{identity[:_DIGITS]}"


def own(session: Session, types: KnownTypes, workspace: str, external_ids: Sequence[str]) -> dict[str, int]:
    """Return the ids of the artifacts that data sets have of their own, by external id."""
    nodes = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, external_ids))
    return {node.external_id: node.id for node in nodes if stored_form.is_own(node, TYPE, workspace)}


def create(
    session: Session, types: KnownTypes, workspace: str, wanted: Mapping[str, Mapping[str, str]]
) -> dict[str, int]:
    """Store artifacts for data sets, which are given by external id; return their ids by the same."""
    if not wanted:
        return {}
    type_id = workspaces.type_id(session, types, ARTIFACT, TYPE, _TYPE_PROPERTIES)
    new = [_new(type_id, workspace, wanted[each], each) for each in sorted(wanted)]
    return dict(zip(sorted(wanted), write_nodes(session, types, ARTIFACT, new), strict=True))


def by_name(session: Session, types: KnownTypes, workspace: str, name: str, digest: str) -> int | None:
    """Return the id of the artifact of a data set, if the workspace has it, also one of another program."""
    wanted = external_id(workspace, {"name": name, "digest": digest})
    found = own(session, types, workspace, [wanted]).get(wanted)
    if found is not None:
        return found
    rows = locations.artifacts_at(session, [wanted])[wanted]
    return next(iter(located.of_workspace(session, types, workspace, rows)), None) if rows else None


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


def said_by(steps: Sequence[Step]) -> Fields | None:
    """Return the name and the digest that the path of an event says, None if the artifact is MLflow's own."""
    texts = [key or "" for _, key in steps[-len(_SAID) :]]
    if len(texts) < len(_SAID) or not all(map(str.startswith, texts, _SAID.values())):
        return None
    return {name: text.removeprefix(start) for text, (name, start) in zip(texts, _SAID.items(), strict=True)}


def steps_saying(data_set: Mapping[str, str]) -> list[str]:
    """Return the last steps of the path of an event that says which data set a run read."""
    return [f"{start}{data_set[name]}" for name, start in _SAID.items()]


def kept_of(session: Session, event_ids: Sequence[int]) -> dict[int, Fields]:
    """Return what else events say of data sets, by the id of the event."""
    found = facets.of_events(session, event_ids, FACET) if event_ids else []
    told = {each.owner_id: json.loads(each.content) for each in found if each.content is not None}
    return {event_id: {name: said[name] for name in KEPT if name in said} for event_id, said in told.items()}


def facet(event_id: int, data_set: Mapping[str, str], time: int) -> facets.Facet:
    """Return the facet that keeps what an event says of a data set; the time is in microseconds since the epoch."""
    content = {**_OF_FACETS, **{name: data_set[name] for name in KEPT if name in data_set}}
    return facets.Facet(event_id, FACET, time, json.dumps(content, ensure_ascii=False))


def input_fields(
    artifact: pb.Artifact, steps: Sequence[Step], kept: Mapping[str, str] = MappingProxyType({})
) -> Fields:
    """Return a data set as an input of a run, with the tags in the path of its event, as MLflow's clients read it.

    `kept` is what the event says of it, if the artifact is not MLflow's own.
    """
    said = said_by(steps)
    tags = _tags(steps if said is None else steps[: -len(_SAID)])
    data_set = _fields(artifact) if said is None else {**said, **kept}
    return {**({"tags": tags} if tags else {}), "dataset": data_set}


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
