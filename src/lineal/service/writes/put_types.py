"""The rules of PutArtifactType, PutExecutionType, PutContextType and PutTypes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import response_to
from lineal.service.writes import spelling
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.rows import types as type_rows
from lineal.store.rows.types import TypeRow
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc


@dataclass(frozen=True)
class _Flags:
    """How much an existing type may differ from the given one."""

    can_add_fields: bool
    can_omit_fields: bool


def put_type(session: Session, _: KnownTypes, request: Any, kind: Kind) -> Any:
    """Create or extend one type; answer its id."""
    given = getattr(request, f"{kind.name}_type")
    return response_to(request, type_id=_put(session, kind, given, _flags(request)))


def put_types(session: Session, _: KnownTypes, request: rpc.PutTypesRequest) -> rpc.PutTypesResponse:
    """Create or extend artifact types, then execution types, then context types; ids are index-aligned."""
    flags = _flags(request)
    return rpc.PutTypesResponse(
        artifact_type_ids=[_put(session, ARTIFACT, given, flags) for given in request.artifact_types],
        execution_type_ids=[_put(session, EXECUTION, given, flags) for given in request.execution_types],
        context_type_ids=[_put(session, CONTEXT, given, flags) for given in request.context_types],
    )


def _flags(request: Any) -> _Flags:
    if not request.all_fields_match:
        raise errors.UnimplementedError(
            "all_fields_match = false is not served; leave it out and use can_add_fields and can_omit_fields"
        )
    return _Flags(request.can_add_fields, request.can_omit_fields)


def _put(session: Session, kind: Kind, given: Any, flags: _Flags) -> int:
    if not given.name:
        raise errors.InvalidArgumentError(f"the {kind.name} type has no name; give it one")
    stored = type_rows.find_type(session, kind, given.name, given.version)
    if stored is None:  # no index prevents duplicate types: look again when no other server can be creating it
        locks.take(session, locks.TYPES)
        stored = type_rows.find_type(session, kind, given.name, given.version)
    if stored is None:
        type_id = _create(session, kind, given)
    else:
        type_id = stored.id
        _extend(session, kind, given, stored, flags)
    _put_base_type(session, kind, given, type_id, is_new=stored is None)
    return type_id


def _label(kind: Kind, given: Any) -> str:
    version = f" version {given.version!r}" if given.version else ""
    return f"{kind.name} type {given.name!r}{version}"


def _create(session: Session, kind: Kind, given: Any) -> int:
    """Insert a type; an external id that is taken weighs more than a property of unknown type."""
    row = TypeRow(
        id=0,
        name=given.name,
        version=given.version or None,
        type_kind=kind.type_kind,
        description=given.description if given.HasField("description") else None,
        input_type=_struct_type(given, "input_type"),
        output_type=_struct_type(given, "output_type"),
        external_id=given.external_id if given.HasField("external_id") else None,
    )
    try:
        type_id = type_rows.insert_type(session, row, dict(given.properties))
    except Conflict as conflict:
        if "external_id" not in conflict.columns:
            raise spelling.same_properties(f"the {_label(kind, given)}", given.properties) from conflict
        raise _taken(session, kind, given) from conflict
    for name, data_type in given.properties.items():
        _check_known(kind, given, name, data_type)
    return type_id


def _taken(session: Session, kind: Kind, given: Any) -> errors.AlreadyExistsError:
    holder = (
        type_rows.holder_of_external_id(session, given.external_id)
        if session.dialect.may_fold_names and session.sees_all
        else None
    )
    spelled = spelling.stored_otherwise(given.external_id, holder.external_id, holder.id) if holder else ""
    return errors.AlreadyExistsError(
        f"the external id {given.external_id!r} of the {_label(kind, given)} belongs to another type{spelled}; choose "
        "another"
    )


def _struct_type(given: Any, field: str) -> str | None:
    """Return the JSON text of an execution type's input or output type."""
    if not isinstance(given, pb.ExecutionType) or not given.HasField(field):
        return None
    return json_format.MessageToJson(getattr(given, field), indent=None)


def _check_known(kind: Kind, given: Any, name: str, data_type: int) -> None:
    if data_type == pb.UNKNOWN:
        raise errors.InvalidArgumentError(
            f"property {name!r} of the {_label(kind, given)} has the type UNKNOWN; "
            "give it INT, DOUBLE, STRING, STRUCT, PROTO or BOOLEAN"
        )


def _extend(session: Session, kind: Kind, given: Any, stored: TypeRow, flags: _Flags) -> None:
    """Check a type against the stored one, and add what is new and allowed."""
    properties = type_rows.type_properties(session, [stored.id]).get(stored.id, {})
    added = _added_properties(kind, given, properties, flags)
    if added:  # look again when no other server can be adding the same
        locks.take(session, locks.TYPES)
        properties = type_rows.type_properties(session, [stored.id]).get(stored.id, {})
        added = _added_properties(kind, given, properties, flags)
    try:
        type_rows.add_type_properties(session, stored.id, added)
    except Conflict as conflict:
        raise spelling.same_properties(f"the {_label(kind, given)}", [*properties, *added]) from conflict
    if given.external_id and given.external_id != stored.external_id:
        try:
            type_rows.set_type_external_id(session, stored.id, given.external_id)
        except Conflict as conflict:
            raise _taken(session, kind, given) from conflict


def _added_properties(kind: Kind, given: Any, stored: dict[str, int], flags: _Flags) -> dict[str, int]:
    """Return the properties to add.

    Raises:
        AlreadyExistsError: a property has another type, is missing, or is new, and the flags do not allow it.
        InvalidArgumentError: a new property has the type UNKNOWN.
    """
    label = _label(kind, given)
    for name, data_type in stored.items():
        if name in given.properties and given.properties[name] != data_type:
            raise errors.AlreadyExistsError(
                f"property {name!r} of the {label} is {pb.PropertyType.Name(data_type)}, "
                f"not {pb.PropertyType.Name(given.properties[name])}; a property's type never changes"
            )
    missing = sorted(stored.keys() - given.properties.keys())
    if missing and not flags.can_omit_fields:
        raise errors.AlreadyExistsError(
            f"the {label} exists with the property {missing[0]!r}, which is not given; give it or set can_omit_fields"
        )
    added = {name: data_type for name, data_type in given.properties.items() if name not in stored}
    if added and not flags.can_add_fields:
        raise errors.AlreadyExistsError(
            f"the {label} exists without the property {min(added)!r}; set can_add_fields to add it"
        )
    for name, data_type in added.items():
        _check_known(kind, given, name, data_type)
    return added


def _put_base_type(session: Session, kind: Kind, given: Any, type_id: int, *, is_new: bool) -> None:
    """Store the base type if there is none yet.

    Raises:
        UnimplementedError: UNSET is given, or another base type than the stored one.
        InvalidArgumentError: a system type would be based on itself.
    """
    if not given.HasField("base_type"):
        return
    if given.base_type == 0:
        raise errors.UnimplementedError(
            f"the base type of the {_label(kind, given)} cannot be removed; leave base_type out"
        )
    wanted = kind.system_types[given.base_type - 1]
    stored = None if is_new else type_rows.base_type_names(session, [type_id]).get(type_id)
    if stored == wanted:
        return
    if stored is not None:
        raise errors.UnimplementedError(f"the {_label(kind, given)} is based on {stored}; a base type never changes")
    base = type_rows.find_type(session, kind, wanted, "")
    if base is None or base.id == type_id:
        raise errors.InvalidArgumentError(f"the {_label(kind, given)} cannot be based on {wanted}, which is itself")
    type_rows.insert_base_type(session, type_id, base.id)
