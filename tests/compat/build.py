"""Short spellings of requests and messages, for the three kinds alike.

What stays out: sending them (pair.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import any_pb2, field_mask_pb2, struct_pb2
from google.protobuf.message import Message

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

Property = bool | int | float | str | Mapping[str, Any] | Message
SIX_KINDS: dict[str, Any] = {
    "i": 2**63 - 1,
    "d": 0.25,
    "s": "Grüße, 世界 🙂 'quoted' \\ %_",
    "b": True,
    "t": {"nested": {"list": [1, "two", None, True]}},
    "p": any_pb2.Any(type_url="type.example.com/thing", value=b"\x00\xff\x01"),
}
SIX_TYPES = {"i": pb.INT, "d": pb.DOUBLE, "s": pb.STRING, "b": pb.BOOLEAN, "t": pb.STRUCT, "p": pb.PROTO}


def value(given: Property) -> pb.Value:
    """Return the `Value` of a Python value; a mapping becomes a Struct, a message an Any or is taken as it is."""
    if isinstance(given, pb.Value):
        return given
    if isinstance(given, any_pb2.Any):
        return pb.Value(proto_value=given)
    if isinstance(given, struct_pb2.Struct):
        return pb.Value(struct_value=given)
    if isinstance(given, Mapping):
        struct = struct_pb2.Struct()
        struct.update(given)
        return pb.Value(struct_value=struct)
    field = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}[type(given)]
    return pb.Value(**{field: given})


def values(given: Mapping[str, Property] | None) -> dict[str, pb.Value]:
    """Return a map of properties."""
    return {name: value(one) for name, one in (given or {}).items()}


def node(kind: Kind, type_id: int | None = None, **fields: Any) -> Any:
    """Return a node; `properties` and `custom` take Python values, the other fields are the message's own."""
    custom = fields.pop("custom", None)
    properties = fields.pop("properties", None)
    if type_id is not None:
        fields["type_id"] = type_id
    return kind.node(properties=values(properties), custom_properties=values(custom), **fields)


def artifact(type_id: int | None = None, **fields: Any) -> Any:
    """Return an artifact."""
    return node(ARTIFACT, type_id, **fields)


def execution(type_id: int | None = None, **fields: Any) -> Any:
    """Return an execution."""
    return node(EXECUTION, type_id, **fields)


def context(type_id: int | None = None, **fields: Any) -> Any:
    """Return a context."""
    return node(CONTEXT, type_id, **fields)


def request(name: str, **fields: Any) -> Any:
    """Return a request by the name of its RPC."""
    return getattr(rpc, f"{name}Request")(**fields)


def put_type(kind: Kind, name: str | None = "t", **fields: Any) -> Any:
    """Return the request that puts a type; `can_...` and `all_fields_match` go to the request, the rest to the type."""
    flags = {flag: fields.pop(flag) for flag in list(fields) if flag.startswith(("can_", "all_"))}
    if name is not None:
        fields["name"] = name
    return request(f"Put{kind.table}Type", **{f"{kind.name}_type": kind.node_type(**fields)}, **flags)


def put(kind: Kind, *nodes: Any, mask: Iterable[str] | None = None, **fields: Any) -> Any:
    """Return the request that puts nodes of one kind, with an update mask if given."""
    if mask is not None:
        fields["update_mask"] = field_mask_pb2.FieldMask(paths=mask)
    return request(f"Put{kind.plural.capitalize()}", **{kind.plural: nodes}, **fields)


def by_id(kind: Kind, *ids: int, **fields: Any) -> Any:
    """Return the request that gets nodes by id."""
    return request(f"Get{kind.plural.capitalize()}ByID", **{f"{kind.name}_ids": ids}, **fields)


def options(
    size: int | None = None,
    *,
    order: str | None = None,
    ascending: bool | None = None,
    token: str | None = None,
    where: str | None = None,
) -> pb.ListOperationOptions:
    """Return list options; what is not given stays unset."""
    built = pb.ListOperationOptions(max_result_size=size, next_page_token=token, filter_query=where)
    if order is not None:
        built.order_by_field.field = pb.ListOperationOptions.OrderByField.Field.Value(order)
    if ascending is not None:
        built.order_by_field.is_asc = ascending
    return built


def listing(kind: Kind, size: int | None = None, **given: Any) -> Any:
    """Return the request that lists nodes of one kind with options."""
    return request(f"Get{kind.plural.capitalize()}", options=options(size, **given))


def everything(kind: Kind) -> Any:
    """Return the request that lists all nodes of a kind."""
    return request(f"Get{kind.plural.capitalize()}")


def event(artifact_id: int | None, execution_id: int | None, type: Any = pb.Event.INPUT, **fields: Any) -> pb.Event:  # noqa: A002
    """Return an event; `steps` is a list of ints and strings for its path."""
    steps = fields.pop("steps", None)
    built = pb.Event(artifact_id=artifact_id, execution_id=execution_id, type=type, **fields)
    for step in steps or ():
        built.path.steps.add(**({"index": step} if isinstance(step, int) else {"key": step}))
    return built


def put_events(*events: pb.Event) -> Any:
    """Return the request that puts events."""
    return rpc.PutEventsRequest(events=events)
