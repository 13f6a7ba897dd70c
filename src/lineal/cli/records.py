"""Nodes and types as plain records, for `--json` and for the texts.

What stays out: reading them (`ls.py`, `get.py`, `lineage.py`) and laying them out (`text.py`).
"""

from __future__ import annotations

import base64
from typing import Any

from google.protobuf.message import Message

from lineal import json_form
from lineal.kinds import Kind, Node, NodeType
from lineal.wire import metadata_store as pb

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


def shown_name(record: Record) -> str:
    """Return the name to show for a node; the Kubeflow SDK keeps it in a property."""
    return str(record.get("name") or record["properties"].get("name") or "")


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
