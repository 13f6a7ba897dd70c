"""Nodes, types and runs as plain records, for programs and for the texts; docs/reference/cli.md has their shapes.

What stays out: reading them (`ls.py`, `get.py`, `lineage.py`) and laying them out (`text.py`).
"""

from __future__ import annotations

import base64
from typing import Any

from google.protobuf.message import Message

from lineal import json_form
from lineal.cli.things import Things
from lineal.client import MetadataStore
from lineal.kinds import ARTIFACT, EXECUTION, Kind, Node, NodeType
from lineal.type_names import of_kind
from lineal.wire import metadata_store as pb
from lineal.wire import search

Record = dict[str, Any]

_NODE_FIELDS = ("id", "type", "type_id", "name", "external_id", "uri")
_TYPE_FIELDS = ("id", "name", "version", "description", "external_id")
_TIMES = ("create_time_since_epoch", "last_update_time_since_epoch")


def node_record(kind: Kind, node: Node) -> Record:
    """Return a node as a record; times are milliseconds since the epoch."""
    record = {"kind": kind.name, **_set_fields(node, _NODE_FIELDS)}
    record |= _state(kind, node)
    record["properties"] = {name: _value(value) for name, value in sorted(node.properties.items())}
    record["custom_properties"] = {name: _value(value) for name, value in sorted(node.custom_properties.items())}
    return record | _set_fields(node, _TIMES)


def whole_record(kind: Kind, node: Node, found: search.FoundNode | None = None) -> Record:
    """Return a node as a record with its version, workspace, run, labels and metrics.

    Args:
        kind: the kind of the node.
        node: the node.
        found: what a search knows of it, which includes contexts and evaluations; None reads the node alone.
    """
    from lineal.catalogue.endings import times_of
    from lineal.catalogue.reading import Record as Reading

    reading = Reading(node)
    known: Any = found or reading
    texts = {name: getattr(known, name) for name in ("version", "workspace", "run") if getattr(known, name)}
    record = node_record(kind, node)
    properties = {name: record.pop(name) for name in ("properties", "custom_properties")}
    times = {name: record.pop(name) for name in _TIMES if name in record}
    labels, metrics = dict(sorted(known.labels.items())), dict(sorted(known.metrics.items()))
    if known.name:
        record.setdefault("name", known.name)
    if kind is EXECUTION and (duration := times_of(node).duration) is not None:
        record["duration"] = duration
    if kind is ARTIFACT and reading.aliases:
        record["aliases"] = list(reading.aliases)
    return {**record, **texts, "labels": labels, "metrics": json_form.plain(metrics), **properties, **times}


def run_record(run: search.FoundRun) -> Record:
    """Return a run as a record; times are milliseconds since the epoch."""
    texts = {name: getattr(run, name) for name in ("workspace", "context_id") if getattr(run, name)}
    counts = {"artifacts": run.artifacts, "executions": run.executions, "states": dict(sorted(run.states.items()))}
    times = {"create_time_since_epoch": run.created, "last_update_time_since_epoch": run.updated}
    return {"kind": "run", "id": run.id, "name": run.name, **texts, **counts, **times}


def shown_name(record: Record) -> str:
    """Return the name to show for a node; the Kubeflow SDK and Kubeflow Pipelines keep it in a property."""
    held = {**record["custom_properties"], **record["properties"]}
    return str(record.get("name") or record["properties"].get("name") or held.get("display_name") or "")


def type_record(kind: Kind, node_type: NodeType) -> Record:
    """Return a type as a record; its properties are names and the names of their value types."""
    properties = {name: pb.PropertyType.Name(value) for name, value in sorted(node_type.properties.items())}
    return {"kind": f"{kind.name} type", **_set_fields(node_type, _TYPE_FIELDS), "properties": properties}


def _set_fields(message: Message, names: tuple[str, ...]) -> Record:
    known = message.DESCRIPTOR.fields_by_name
    return {name: getattr(message, name) for name in names if name in known and message.HasField(name)}


def _state(kind: Kind, node: Message) -> Record:
    if kind.state_field is None or not node.HasField(kind.state_field):
        return {}
    node_class: Any = kind.node
    return {"state": node_class.State.Name(getattr(node, kind.state_field))}


def _value(value: pb.Value) -> Any:
    """Return a property's value as JSON can hold it; an `Any` becomes its type and its bytes in base64."""
    field = value.WhichOneof("value")
    if field is None:
        return None
    if field == "struct_value":
        return json_form.plain(json_form.struct(value.struct_value))
    if field == "proto_value":
        content = base64.b64encode(value.proto_value.value).decode()
        return {"type_url": value.proto_value.type_url, "value": content}
    return json_form.plain(getattr(value, field))


def type_names(store: MetadataStore, wanted: Things, name: str | None) -> list[str] | None:
    """Return the names of the types that nodes of some things may have, or only this one; None for every type.

    A kind of Kubernetes (Pod, Job.batch) stands for the types of the objects that a watcher recorded.
    """
    if wanted.is_whole_kind and (name is None or not name[:1].isupper()):  # kinds begin with a capital letter
        return None if name is None else [name]
    read: Any = getattr(store, f"get_{wanted.kind}_types")
    if wanted.is_whole_kind and name is not None:
        known = [str(found.name) for found in read()]
        return [name] if name in known else of_kind(name, known) or [name]
    names = dict.fromkeys(str(found.name) for found in read() if wanted.have_type(found.name))
    return [each for each in names if name in (None, each)]
