"""Common parts of creating and updating nodes: the name of a node in messages, its state, its properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import Kind
from lineal.service.known_types import KnownType, KnownTypes
from lineal.service.writes import spelling
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.properties import PropertyConflict, properties_of
from lineal.store.tables.values import Encoded, encode
from lineal.store.workspaces.scoped_session import ScopedSession
from lineal.wire import metadata_store as pb

# Which PropertyType a value of each kind has.
_TYPE_OF_VALUE = {
    "int_value": pb.INT,
    "double_value": pb.DOUBLE,
    "string_value": pb.STRING,
    "struct_value": pb.STRUCT,
    "proto_value": pb.PROTO,
    "bool_value": pb.BOOLEAN,
}
Property = tuple[str, bool, Encoded]


def label(kind: Kind, node: Any) -> str:
    """Return how messages call a node."""
    if node.HasField("id"):
        return f"the {kind.name} with id {node.id}"
    return f"the {kind.name} {node.name!r}" if node.name else f"the {kind.name} without a name"


def given_state(kind: Kind, node: Any) -> int | None:
    """Return the number of a node's state, or None if it has none."""
    if kind.state_field is None or not node.HasField(kind.state_field):
        return None
    return int(getattr(node, kind.state_field))


def taken(session: Session, kind: Kind, nodes: Sequence[Any], conflict: Conflict) -> errors.AlreadyExistsError:
    """Return the error about a taken name or external id; within a scope, it does not say which node has it."""
    if isinstance(conflict, PropertyConflict):
        return _two_properties(session, kind, nodes)
    node = nodes[conflict.row or 0] if len(nodes) == 1 or conflict.row is not None else None
    if isinstance(session, ScopedSession):
        what = "external id" if "external_id" in conflict.columns else "name"
        given = getattr(node, what.replace(" ", "_"), None)
        which = f" {given!r}" if given else ""
        return errors.AlreadyExistsError(
            f"these credentials write to {session.scope.shown} alone, and the {what}{which} is taken in this store; "
            f"choose another for the {kind.name}, or use other credentials"
        )
    if "external_id" in conflict.columns:
        which = f" {node.external_id!r}" if node is not None else ""
        spelled = _spelled(session, kind, node, nodes, "external_id")
        return errors.AlreadyExistsError(
            f"the external id{which} belongs to another {kind.name}{spelled}; get it by external id, or choose another"
        )
    which = f" {node.name!r}" if node is not None else ""
    spelled = _spelled(session, kind, node, nodes, "name")
    return errors.AlreadyExistsError(
        f"the name{which} belongs to another {kind.name} of the same type{spelled}; "
        "get it by type and name, or choose another"
    )


def _spelled(session: Session, kind: Kind, node: Any, nodes: Sequence[Any], field: str) -> str:
    """Return the clause that says how a taken name or external id is spelled, if it is spelled otherwise."""
    given = getattr(node, field, "")
    if not given or not session.dialect.may_fold_names:
        return ""
    if field == "external_id":
        holder = node_rows.holder_of_external_id(session, kind, given)
    else:
        type_id = node.type_id or next((row.type_id for row in node_rows.nodes_by_ids(session, kind, [node.id])), 0)
        holder = node_rows.node_by_type_and_name(session, kind, type_id, given)
    if holder is not None:
        return spelling.stored_otherwise(given, getattr(holder, field), holder.id)
    return spelling.given_otherwise(given, [getattr(other, field) for other in nodes])


def _two_properties(session: Session, kind: Kind, nodes: Sequence[Any]) -> errors.AlreadyExistsError:
    """Return the error about a node with two properties whose names are equal for the database."""
    for node in nodes:
        rows = properties_of(session, kind, [node.id]) if node.HasField("id") else []
        for is_custom, given in ((False, node.properties), (True, node.custom_properties)):
            names = [*given, *(row[1] for row in rows if bool(row[2]) == is_custom)]
            if any(spelling.twin_of(name, names) for name in names):
                return spelling.same_properties(label(kind, node), names)
    return spelling.same_properties(f"one of the {kind.plural}", ())


def checked_properties(session: Session, types: KnownTypes, known: KnownType, kind: Kind, node: Any) -> list[Property]:
    """Return all properties of a node as (name, is_custom, columns).

    Raises:
        InvalidArgumentError: the type lacks a property or gives it another kind, or a value has no kind.
    """
    found = [
        declared_property(session, types, known, kind, node, name, value) for name, value in node.properties.items()
    ]
    for name, value in node.custom_properties.items():
        found.append(custom_property(kind, node, name, value))
    return found


def declared_property(
    session: Session, types: KnownTypes, known: KnownType, kind: Kind, node: Any, name: str, value: pb.Value
) -> Property:
    """Return one property that the type must know."""
    given = value.WhichOneof("value")
    if given is None or known.properties.get(name) != _TYPE_OF_VALUE[given]:
        _check_declared(session, types, known, name, given, label(kind, node))
    return name, False, _encoded(kind, node, name, value, given)


def _check_declared(
    session: Session, types: KnownTypes, known: KnownType, name: str, given: str | None, called: str
) -> None:
    """Look a property up that does not seem to fit: the type may have grown."""
    wanted = types.property_type(session, known, name)
    if wanted is None:
        raise errors.InvalidArgumentError(
            f"{called} has the property {name!r}, which its type {known.name!r} lacks; "
            "add it to the type, or make it a custom property"
        )
    if given is None or _TYPE_OF_VALUE[given] != wanted:
        raise errors.InvalidArgumentError(
            f"Found unmatched property type: {name}; {called} gives {given or 'no kind of value'}, and its type "
            f"{known.name!r} wants {pb.PropertyType.Name(wanted)}; set the fitting kind of value"
        )


def custom_property(kind: Kind, node: Any, name: str, value: pb.Value) -> Property:
    """Return one custom property, which may be of any kind."""
    return name, True, _encoded(kind, node, name, value, value.WhichOneof("value"))


def _encoded(kind: Kind, node: Any, name: str, value: pb.Value, given: str | None) -> Encoded:
    try:
        return encode(value, given)
    except errors.InvalidArgumentError as error:
        raise errors.InvalidArgumentError(f"property {name!r} of {label(kind, node)} {error.message}") from error
