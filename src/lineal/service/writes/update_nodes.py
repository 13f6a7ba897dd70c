"""The rules of updating stored nodes: whole or by a mask, and when the time of the last update moves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal import deadlines, errors
from lineal.kinds import Kind
from lineal.service.clock import now
from lineal.service.known_types import KnownType, KnownTypes
from lineal.service.messages import node_message
from lineal.service.writes.node_fields import (
    Property,
    checked_properties,
    custom_property,
    declared_property,
    given_state,
    label,
    taken,
)
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Row, Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.properties import PropertyChanges, ask_for_properties, change_properties
from lineal.store.tables.values import STRUCT_PREFIX, Encoded, decode
from lineal.wire import metadata_store as pb

_NOT_COMPARED = (
    "type_id",
    "create_time_since_epoch",
    "last_update_time_since_epoch",
    "properties",
    "custom_properties",
)
StoredProperties = dict[tuple[str, bool], Encoded]


@dataclass(frozen=True)
class UpdateOptions:
    """How stored nodes are updated.

    Attributes:
        mask: the paths of the update mask; none means that the whole node is replaced.
        abort_if_changed: refuse a node whose stored time of last update is not the given one.
        force_time: move the time of last update even if nothing changed.
    """

    mask: tuple[str, ...] = ()
    abort_if_changed: bool = False
    force_time: bool = False


@dataclass
class _Changes:
    """What a run of updates writes."""

    rows: list[NodeRow] = field(default_factory=list)
    properties: PropertyChanges = field(default_factory=lambda: PropertyChanges([], [], []))
    nodes: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class _Stored:
    """The stored state of the nodes of a run."""

    rows: dict[int, NodeRow]
    properties: dict[int, StoredProperties]


def start_update(
    session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any], options: UpdateOptions
) -> Callable[[], list[int]]:
    """Begin to update nodes that all have different ids; return what ends it and returns the ids.

    Nodes before a faulty one are written first.
    """
    ids = [node.id for node in nodes]
    rows = node_rows.ask_to_update(session, kind, ids)
    properties = ask_for_properties(session, kind, ids)

    def finish() -> list[int]:
        update_stored(session, types, kind, nodes, options, rows(), properties())
        return ids

    return finish


def update_stored(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    nodes: Sequence[Any],
    options: UpdateOptions,
    rows: Sequence[NodeRow],
    properties: Sequence[Row],
) -> None:
    """Update nodes whose rows, and the rows of whose properties, the transaction has locked and read already."""
    _update(session, types, kind, nodes, options, _stored(session, types, rows, properties))


def _stored(session: Session, types: KnownTypes, rows: Sequence[NodeRow], properties: Sequence[Row]) -> _Stored:
    by_id = {row.id: row for row in rows}
    found: dict[int, StoredProperties] = {node_id: {} for node_id in by_id}
    for node_id, name, is_custom, *columns in properties:
        if node_id in found:
            found[node_id][name, bool(is_custom)] = tuple(columns)
    types.load(session, {row.type_id for row in rows})
    return _Stored(by_id, found)


def _update(
    session: Session, types: KnownTypes, kind: Kind, nodes: Sequence[Any], options: UpdateOptions, stored: _Stored
) -> None:
    changes = _Changes()
    fault: errors.StatusError | None = None
    for node in nodes:
        deadlines.check()
        try:
            _collect(session, types, kind, node, stored, options, changes)
        except errors.StatusError as error:
            fault = error
            break
    _write(session, kind, changes)
    if fault:
        raise fault


def _write(session: Session, kind: Kind, changes: _Changes) -> None:
    try:
        node_rows.update_nodes(session, kind, changes.rows)
        change_properties(session, kind, changes.properties)
    except Conflict as conflict:
        raise taken(session, kind, changes.nodes, conflict) from conflict


def _collect(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    node: Any,
    stored: _Stored,
    options: UpdateOptions,
    changes: _Changes,
) -> None:
    """Check one update and record what it changes."""
    row = stored.rows.get(node.id)
    if row is None:
        raise errors.InvalidArgumentError(
            f"{label(kind, node)} does not exist; leave the id out to create the {kind.name}"
        )
    if options.abort_if_changed and node.last_update_time_since_epoch != row.updated:
        raise errors.FailedPreconditionError(
            f"{label(kind, node)} was updated at {row.updated}, and {node.last_update_time_since_epoch} was expected; "
            "read it again and repeat the change"
        )
    known = types.get(session, kind, row.type_id)
    if node.HasField("type_id") and node.type_id != row.type_id:
        raise errors.InvalidArgumentError(
            f"{label(kind, node)} has the type_id {row.type_id}, not {node.type_id}; a node's type never changes"
        )
    properties = stored.properties[row.id]
    wanted = _wanted_properties(session, types, known, kind, node, properties, options.mask)
    changed = _note_properties(row.id, properties, wanted, changes.properties)
    target = _target(kind, node, row, options.mask)
    if changed or options.force_time or _differs(kind, node, row, known.name):
        time = _time_after(row, grows=options.abort_if_changed)
        changes.rows.append(target._replace(updated=time))
        changes.nodes.append(node)


def _time_after(row: NodeRow, *, grows: bool) -> int:
    """Return the time of an update, which must differ from that of the one before it."""
    time = now()
    return max(time, row.updated + 1) if grows or time == row.updated else time


def _target(kind: Kind, node: Any, row: NodeRow, mask: Collection[str]) -> NodeRow:
    """Return the row as it should become: fields of the mask (all, if there is none) are replaced or cleared."""
    changed: dict[str, Any] = {}
    if not mask or "external_id" in mask:
        changed["external_id"] = node.external_id if node.HasField("external_id") else None
    if kind.has_uri and (not mask or "uri" in mask):
        changed["uri"] = node.uri
    if kind.state_field and (not mask or kind.state_field in mask):
        changed["state"] = given_state(kind, node)
    if kind.name_required and (not mask or "name" in mask):
        if not node.name:
            raise errors.InvalidArgumentError(f"{label(kind, node)} would lose its name; give the name")
        changed["name"] = node.name
    return row._replace(**changed)


def _differs(kind: Kind, node: Any, row: NodeRow, type_name: str) -> bool:
    """Say whether the given node differs from the stored one, even if the stored form would not change."""
    given = kind.node()
    given.CopyFrom(node)
    stored = node_message(kind, row, type_name)
    for name in _NOT_COMPARED:
        given.ClearField(name)
        stored.ClearField(name)
    return bool(given != stored)


def _wanted_properties(
    session: Session,
    types: KnownTypes,
    known: KnownType,
    kind: Kind,
    node: Any,
    stored: StoredProperties,
    mask: Sequence[str],
) -> StoredProperties:
    """Return the properties as they should become, checked."""
    if not mask:
        return _keyed(checked_properties(session, types, known, kind, node))
    wanted = dict(stored)
    for is_custom, prefix in ((False, "properties"), (True, "custom_properties")):
        given = node.custom_properties if is_custom else node.properties
        if prefix in mask:
            names: Iterable[str] = {*given, *(name for name, custom in stored if custom == is_custom)}
        else:
            names = [path[len(prefix) + 1 :] for path in mask if path.startswith(f"{prefix}.")]
        for name in names:
            wanted.pop((name, is_custom), None)
            if name in given and is_custom:
                wanted.update(_keyed([custom_property(kind, node, name, given[name])]))
            elif name in given:
                wanted.update(_keyed([declared_property(session, types, known, kind, node, name, given[name])]))
    return wanted


def _keyed(properties: Iterable[Property]) -> StoredProperties:
    return {(name, is_custom): columns for name, is_custom, columns in properties}


def _note_properties(
    node_id: int, stored: StoredProperties, wanted: StoredProperties, changes: PropertyChanges
) -> bool:
    """Record the difference between stored and wanted properties; return whether there is one."""
    deleted = [(node_id, *key) for key in stored if key not in wanted]
    inserted = [(node_id, *key, columns) for key, columns in wanted.items() if key not in stored]
    updated = [
        (node_id, *key, columns) for key, columns in wanted.items() if key in stored and not _same(stored[key], columns)
    ]
    changes.deleted.extend(deleted)
    changes.inserted.extend(inserted)
    changes.updated.extend(updated)
    return bool(deleted or inserted or updated)


def _same(stored: Encoded, wanted: Encoded) -> bool:
    """Compare two stored forms; Structs by content, since their bytes depend on the writer."""
    if stored == wanted:
        return True
    if not all(str(columns[2]).startswith(STRUCT_PREFIX) for columns in (stored, wanted)):
        return False
    values = pb.Value(), pb.Value()
    decode(stored, values[0])
    decode(wanted, values[1])
    return bool(values[0] == values[1])
