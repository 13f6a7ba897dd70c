"""The rules of undoing a change of a node: the audit log has the values before it, and they are put back.

Only what still has the values of the change is put back; otherwise a later change would be lost. What stays out: what
the audit log holds (store/upkeep/changes.py). Deleted nodes and created ones are not undone.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format

from lineal import conventions, errors, json_form, json_text
from lineal.kinds import KINDS, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.writes.change_nodes import answered
from lineal.service.writes.put_aliases import DEMOTED, LOST, PROMOTED, delete_alias, locked, put_alias
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.audit import AuditRow
from lineal.store.upkeep.changes import TIME_OF_UPDATE, Values, is_same, snapshots
from lineal.wire import metadata_store as pb
from lineal.wire import records

_UPDATED = "update"
_DELETIONS = frozenset({"delete", "tombstone"})
_NOT_UNDONE = (TIME_OF_UPDATE, f"custom_properties.{conventions.ALIASES}")
"""What no update puts back: aliases have entries of their own."""
UNDONE = frozenset({_UPDATED, PROMOTED, LOST, DEMOTED})
"""The actions of the audit log that can be undone."""


def undo_change(session: Session, types: KnownTypes, request: records.UndoChangeRequest) -> records.ChangeNodesResponse:
    """Put the values back that a node had before a change; answer the node as it is now.

    Raises:
        NotFoundError: the log has no such entry, or the node does not exist.
        FailedPreconditionError: the entry is none that can be undone, or the node has changed again since.
        PermissionDeniedError: the caller is limited to workspaces.
    """
    if not session.sees_all:
        raise errors.PermissionDeniedError(
            "the audit log holds values of the whole store, so these credentials, limited to workspaces, cannot "
            "undo its entries; change the record back, or use other credentials"
        )
    entry = audit_rows.by_id(session, request.audit_id)
    kind = next((kind for kind in KINDS if entry is not None and kind.name == entry.subject), None)
    if entry is not None and entry.action in _DELETIONS and kind is not None:
        raise errors.FailedPreconditionError(
            f"the entry {entry.id} is a deletion, which cannot be undone; restore a backup into another store, and "
            "take the record from there"
        )
    if entry is None:
        raise errors.NotFoundError(f"the audit log has no entry {request.audit_id}; `lineal audit` lists the entries")
    if kind is None or not node_rows.existing_ids(session, kind, [entry.node_id]):
        raise errors.NotFoundError(
            f"the entry {entry.id} is of {_called(entry)}, which cannot be changed back; updates and moved aliases of "
            "artifacts, executions and contexts that exist can"
        )
    if entry.action in (PROMOTED, LOST, DEMOTED):
        _undo_alias(session, types, entry)
    elif entry.action == _UPDATED:
        _undo_update(session, types, kind, entry)
    else:
        raise errors.FailedPreconditionError(
            f"the entry {entry.id} is a {entry.action}, which cannot be undone; updates and moved aliases can"
        )
    rows = node_rows.nodes_by_ids(session, kind, [entry.node_id])
    return answered(kind, node_messages(session, types, kind, rows), changed=1)


def _called(entry: AuditRow) -> str:
    """Return what an entry is of, such as a token, or a node that is gone."""
    is_node = any(kind.name == entry.subject for kind in KINDS)
    return f"{entry.subject} {entry.node_id}, which is gone" if is_node else f"a {entry.subject}"


def _undo_alias(session: Session, types: KnownTypes, entry: AuditRow) -> None:
    """Give an alias back to the version that had it."""
    old, new = _values(entry.old_values), _values(entry.new_values)
    alias = (old or new)["alias"]
    _, row = locked(session, types, entry.node_id, alias)
    present = alias_rows.holder(session, row.identity, alias)
    holder = present.artifact_id if present is not None else None
    if holder != new.get("artifact_id"):
        has = f"artifact {holder} has it now" if holder else "no version has it now"
        raise _changed_again(entry, f"the alias {alias!r}: {has}")
    if old:
        put_alias(session, types, records.PutAliasRequest(artifact_id=old["artifact_id"], alias=alias))
    else:
        delete_alias(session, types, records.DeleteAliasRequest(artifact_id=new["artifact_id"], alias=alias))


def _undo_update(session: Session, types: KnownTypes, kind: Kind, entry: AuditRow) -> None:
    old, new = _values(entry.old_values), _values(entry.new_values)
    [row] = node_rows.ask_to_update(session, kind, [entry.node_id])()
    now_there = snapshots(session, kind, [entry.node_id])[entry.node_id].values
    moved = [name for name in {**old, **new} if not is_same(now_there.get(name), new.get(name))]
    if moved:
        raise _changed_again(entry, ", ".join(sorted(moved)))
    [node] = node_messages(session, types, kind, [row])
    declared = types.get(session, kind, row.type_id).properties
    mask = [_put_back(kind, node, declared, name, old.get(name)) for name in {**old, **new} if name not in _NOT_UNDONE]
    if not mask:
        raise errors.FailedPreconditionError(f"the entry {entry.id} changed no value, so there is nothing to undo")
    write_nodes(session, types, kind, [node], UpdateOptions(mask=tuple(mask)))


def _put_back(kind: Kind, node: Any, declared: Mapping[str, int], name: str, value: Any) -> str:
    """Set a field of a node to what the log says that it was, None for nothing; return its path in the update mask."""
    prefix, _, inner = name.partition(".")
    if prefix in ("properties", "custom_properties") and inner:
        properties = getattr(node, prefix)
        properties.pop(inner, None)
        if value is not None:
            wanted = _FIELD_OF_TYPE.get(declared.get(inner, 0)) if prefix == "properties" else None
            _fill(properties[inner], wanted or _field_of(value), value)
        return name
    field = (kind.state_field or name) if name == "state" else name
    node.ClearField(field)
    if value is not None:
        states: Any = kind.node.DESCRIPTOR.enum_types_by_name.get("State")
        setattr(
            node, field, states.values_by_name[value].number if name == "state" and isinstance(value, str) else value
        )
    return field


_FIELD_OF_TYPE: Mapping[int, str] = {
    pb.INT: "int_value",
    pb.DOUBLE: "double_value",
    pb.STRING: "string_value",
    pb.BOOLEAN: "bool_value",
    pb.STRUCT: "struct_value",
    pb.PROTO: "proto_value",
}


def _field_of(value: Any) -> str:
    """Return the field for a value of a custom property, of which the log tells no type."""
    if isinstance(value, bool):
        return "bool_value"
    if isinstance(value, (int, float)):
        return "int_value" if isinstance(value, int) else "double_value"
    if isinstance(value, dict):
        return "proto_value" if _is_packed(value) else "struct_value"
    return "string_value"


def _is_packed(value: Mapping[str, Any]) -> bool:
    """Say whether an object is a packed message in the form of the log."""
    if value.keys() != {"type_url", "value"} or not all(isinstance(each, str) for each in value.values()):
        return False
    try:
        return bool(base64.b64encode(base64.b64decode(value["value"], validate=True)).decode() == value["value"])
    except ValueError:
        return False


def _fill(message: pb.Value, field: str, value: Any) -> None:
    if field == "struct_value":
        json_format.ParseDict(value, message.struct_value)
        message.struct_value.SetInParent()
    elif field == "proto_value":
        message.proto_value.type_url = value["type_url"]
        message.proto_value.value = base64.b64decode(value["value"])
    else:
        setattr(message, field, float(value) if field == "double_value" else value)


def _values(text: str | None) -> Values:
    return {} if text is None else json_form.record(json_text.loads(text))


def _changed_again(entry: AuditRow, what: str) -> errors.FailedPreconditionError:
    return errors.FailedPreconditionError(
        f"{entry.subject} {entry.node_id} has changed again since the entry {entry.id} ({what}); undo the later "
        "changes first, or change it to what you want"
    )
