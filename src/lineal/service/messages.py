"""Turn stored rows into protobuf messages. No rules: the call decides what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, cast

from google.protobuf import json_format

from lineal import deadlines, errors
from lineal.kinds import ARTIFACT, EXECUTION, Kind, NodeType
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Row, Session
from lineal.store.rows.events import Step
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.properties import values_of
from lineal.store.rows.types import TypeRow, WholeTypes
from lineal.store.rows.whole_nodes import WholeNodes
from lineal.store.tables.values import CUSTOM, DOUBLE, INTEGER, STRUCT_PREFIX, TEXT, decode_one
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc


def response_to(request: Any, **fields: Any) -> Any:
    """Return the response message of the call that a request belongs to."""
    return _response_class(type(request).__name__)(**fields)


@cache
def _response_class(request: str) -> Any:
    """Return the class beside a request's: PutTypesResponse for PutTypesRequest."""
    return getattr(rpc, request.removesuffix("Request") + "Response")


_STATES = {ARTIFACT: frozenset(pb.Artifact.State.values()), EXECUTION: frozenset(pb.Execution.State.values())}


def node_messages(
    session: Session, types: KnownTypes, kind: Kind, rows: Sequence[NodeRow], *, add: Callable[..., Any] | None = None
) -> list[Any]:
    """Return whole nodes, in the order of the rows, with properties and the name of their type.

    Takes one statement for all properties, and two more when a type is met for the first time. `add` creates the
    messages in their place, such as the `add` of a response's list; without it they are separate messages.
    """
    if not rows:
        return []
    types.load(session, {row.type_id for row in rows})
    properties = values_of(session, kind, [row.id for row in rows])
    return whole_messages(session, types, kind, WholeNodes(list(rows), properties), add=add)


def whole_messages(
    session: Session, types: KnownTypes, kind: Kind, found: WholeNodes, *, add: Callable[..., Any] | None = None
) -> list[Any]:
    """Return nodes that were read with their properties; takes two statements when a type is met for the first time."""
    types.load(session, {row.type_id for row in found.rows})
    make = add or kind.node
    nodes = {row.id: make() for row in found.rows}
    for row in found.rows:
        deadlines.check()
        _fill(kind, nodes[row.id], row, types.name(session, row.type_id))
    fill_properties(nodes, found.properties)
    return list(nodes.values())


def readable_messages(session: Session, types: KnownTypes, kind: Kind, rows: Sequence[NodeRow]) -> list[Any]:
    """Return whole nodes as `node_messages` does, without those values that are stored in no form that can be read."""
    try:
        return node_messages(session, types, kind, rows)
    except (errors.DataLossError, ValueError):
        nodes = {row.id: node_message(kind, row, types.name(session, row.type_id)) for row in rows}
    for row in values_of(session, kind, list(nodes)):
        with suppress(errors.DataLossError, ValueError):
            fill_properties(nodes, [row])
    return list(nodes.values())


def node_message(kind: Kind, row: NodeRow, type_name: str) -> Any:
    """Return a node without its properties."""
    node = kind.node()
    _fill(kind, node, row, type_name)
    return node


def _fill(kind: Kind, node: Any, row: NodeRow, type_name: str) -> None:
    """Set the fields of a node one by one, which takes half the time of passing them all to its class."""
    node.id, node.type_id, uri, state, name, external_id, created, updated = row
    node.type = type_name
    node.create_time_since_epoch, node.last_update_time_since_epoch = created, updated
    if name is not None:
        node.name = name
    if external_id is not None:
        node.external_id = external_id
    if uri is not None:
        node.uri = uri
    if state is not None and state in _STATES[kind]:
        setattr(node, kind.state_field or "", state)


def fill_properties(nodes: dict[int, Any], rows: Sequence[Row]) -> None:
    """Put stored property rows into the nodes that they belong to; quickest if a node's rows are neighbours."""
    last = None
    for node_id, name, form, stored in rows:
        if node_id != last:
            deadlines.check()
            node, last = nodes[node_id], node_id
            declared, custom = node.properties, node.custom_properties
        if form >= CUSTOM:
            form -= CUSTOM
            value = custom[name]
        else:
            value = declared[name]
        if form == TEXT and not stored.startswith(STRUCT_PREFIX):  # the usual forms, without another call
            value.string_value = stored
        elif form == INTEGER:
            value.int_value = int(stored)
        elif form == DOUBLE:
            value.double_value = float(stored)
        else:
            decode_one(form, stored, value)


def type_message(
    kind: Kind, row: TypeRow, properties: dict[str, int], *, struct_types: bool = True, external_id: bool = True
) -> NodeType:
    """Return a type without its base type."""
    message = kind.node_type(id=row.id, name=row.name, version=row.version, description=row.description)
    if external_id and row.external_id is not None:
        message.external_id = row.external_id
    for name, number in properties.items():
        message.properties[name] = cast("Any", number)
    if struct_types and isinstance(message, pb.ExecutionType):
        _fill_struct_types(message, row)
    return message


def _fill_struct_types(message: pb.ExecutionType, row: TypeRow) -> None:
    for text, field in ((row.input_type, message.input_type), (row.output_type, message.output_type)):
        if text:
            json_format.Parse(text, field)
            field.SetInParent()  # "{}" means an empty struct type


def type_messages(
    kind: Kind,
    found: WholeTypes,
    *,
    base_type: bool = True,
    struct_types: bool = True,
    external_id: bool = True,
) -> list[NodeType]:
    """Return types, in the order of the rows, with their properties and as much else as the call answers."""
    messages = [
        type_message(kind, row, found.properties.get(row.id, {}), struct_types=struct_types, external_id=external_id)
        for row in found.rows
    ]
    if base_type:
        fill_base_types(kind, messages, found.bases)
    return messages


def fill_base_types(kind: Kind, messages: Sequence[Any], names: dict[int, str]) -> None:
    """Set the base types of types, given the names of those that are based on one."""
    for message in messages:
        name = names.get(message.id)
        if name in kind.system_types:
            message.base_type = kind.system_types.index(name) + 1


def fill_events(rows: Iterable[Row], steps: Mapping[int, Sequence[Step]], *, to: Any) -> None:
    """Add events to a field of a message, in the order of the rows, with the steps of their paths by the event's id."""
    for event_id, artifact_id, execution_id, type_, time in rows:
        event = to.add()
        event.artifact_id, event.execution_id, event.type = artifact_id, execution_id, type_
        if time is not None:
            event.milliseconds_since_epoch = time
        for index, key in steps.get(event_id, ()):
            if index is not None:
                event.path.steps.add(index=index)
            else:
                event.path.steps.add(key=key)
