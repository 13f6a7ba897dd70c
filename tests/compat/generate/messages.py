"""Random types, nodes, events and values.

Left out, because an official store does not survive or does not keep them: custom properties without a value, `Any`
without type_url, strings with NUL, `mlmd-struct::` and `__MLMD_NULL__`, doubles that six decimals cannot hold, and a
property and a custom property of one name.
"""

from __future__ import annotations

from random import Random
from typing import Any

from google.protobuf import any_pb2, struct_pb2

from lineal.kinds import CONTEXT, EXECUTION, Kind
from lineal.wire import metadata_store as pb
from tests.compat.build import value
from tests.compat.canonical import TIME_BASE
from tests.compat.generate.world import (
    CUSTOM_NAMES,
    EXTERNAL_IDS,
    NAMES,
    PROPERTY_TYPES,
    TYPE_NAMES,
    UNKNOWN_IDS,
    URIS,
    VERSIONS,
    TypeInfo,
    World,
)

INTS = [0, 1, -1, 2, 7, 2**31, 2**63 - 1, -(2**63)]
STRINGS = ["", "a", "A", "alpha", "ünï 🙂", 'it\'s "quoted"', "back\\slash", "%_", "\n", "x" * 300]
STRUCTS: list[Any] = [{}, {"a": 1}, {"a": {"b": [1, None, "x"]}}, {"": True}]
STRUCT_TYPES = [
    pb.ArtifactStructType(),
    pb.ArtifactStructType(any=pb.AnyArtifactStructType()),
    pb.ArtifactStructType(simple=pb.ArtifactType(name="s", properties={"x": pb.INT})),
    pb.ArtifactStructType(dict=pb.DictArtifactStructType(properties={"k": pb.ArtifactStructType()})),
]


def chance(rng: Random, probability: float) -> bool:
    """Return true with a probability."""
    return rng.random() < probability


def random_value(rng: Random, kind: int) -> pb.Value:
    """Return a value of a property type."""
    if kind == pb.INT:
        return pb.Value(int_value=rng.choice(INTS))
    if kind == pb.DOUBLE:
        return pb.Value(double_value=rng.randint(-200, 200) / 64)
    if kind == pb.STRING:
        return pb.Value(string_value=rng.choice(STRINGS))
    if kind == pb.BOOLEAN:
        return pb.Value(bool_value=chance(rng, 0.5))
    if kind == pb.STRUCT:
        return value(rng.choice(STRUCTS))
    return pb.Value(proto_value=any_pb2.Any(type_url=rng.choice(["x/a", "y"]), value=rng.choice([b"", b"\x00\xff"])))


def any_value(rng: Random) -> pb.Value:
    """Return a value of any kind."""
    if chance(rng, 0.02):
        return pb.Value(struct_value=struct_pb2.Struct(fields={"no kind": struct_pb2.Value()}))
    return random_value(rng, rng.randint(pb.INT, pb.BOOLEAN))


def random_type(rng: Random, kind: Kind) -> Any:
    """Return a type, mostly one that can be put."""
    built = kind.node_type()
    if not chance(rng, 0.03):
        built.name = rng.choice([*TYPE_NAMES, *TYPE_NAMES, ""])
    version = rng.choice(VERSIONS)
    if version is not None:
        built.version = version
    for name, declared in PROPERTY_TYPES.items():
        if chance(rng, 0.4):
            built.properties[name] = rng.randint(0, 6) if chance(rng, 0.04) else declared
    _decorate_type(rng, kind, built)
    return built


def _decorate_type(rng: Random, kind: Kind, built: Any) -> None:
    if chance(rng, 0.1):
        built.description = rng.choice(STRINGS)
    if chance(rng, 0.15):
        built.external_id = rng.choice(EXTERNAL_IDS)
    if chance(rng, 0.1):
        built.id = rng.choice([1, 10, 99])
    if chance(rng, 0.12):
        built.base_type = rng.randint(0, 0 if kind is CONTEXT else 4)
    if kind is EXECUTION and chance(rng, 0.2):
        built.input_type.CopyFrom(rng.choice(STRUCT_TYPES))
        if chance(rng, 0.5):
            built.output_type.CopyFrom(rng.choice(STRUCT_TYPES))


def random_node(rng: Random, world: World, kind: Kind, *, update: float = 0.35) -> Any:
    """Return a node: new, an update of a known one, or one put back as it was read."""
    known = world.ids(kind)
    if known and chance(rng, update):
        return _update(rng, world, kind, rng.choice(known))
    node = kind.node()
    info = world.some_type(rng, kind)
    if info is None or chance(rng, 0.06):
        _odd_type(rng, world, node)
    else:
        node.type_id = info.id
    if chance(rng, 0.03):
        node.id = rng.choice(UNKNOWN_IDS)
    _fill(rng, kind, node, info)
    return node


def _odd_type(rng: Random, world: World, node: Any) -> None:
    others = [type_id for types in world.types.values() for type_id in types]
    if not chance(rng, 0.3):
        node.type_id = rng.choice([1, 5, *others, *UNKNOWN_IDS])


def _update(rng: Random, world: World, kind: Kind, node_id: int) -> Any:
    node = kind.node()
    as_read = world.seen[kind.name].get(node_id)
    if as_read is not None and chance(rng, 0.5):
        node.CopyFrom(as_read)
        if chance(rng, 0.6):
            _change_one_thing(rng, kind, node, world.types[kind.name].get(node.type_id))
        return node
    node.id = node_id
    type_id = world.type_of[kind.name][node_id]
    if chance(rng, 0.6):
        node.type_id = type_id
    elif chance(rng, 0.1):
        _odd_type(rng, world, node)
    _fill(rng, kind, node, world.types[kind.name].get(type_id))
    return node


def _change_one_thing(rng: Random, kind: Kind, node: Any, info: TypeInfo | None) -> None:
    present = [field.name for field, _ in node.ListFields() if field.name != "id"]
    if chance(rng, 0.4):
        node.ClearField(rng.choice(present))
    else:
        part = kind.node()
        _fill(rng, kind, part, info)
        for field, _ in part.ListFields():
            if chance(rng, 0.4) and field.message_type is None:
                setattr(node, field.name, getattr(part, field.name))
        for name in sorted(part.custom_properties):
            node.custom_properties[name].CopyFrom(part.custom_properties[name])


def _fill(rng: Random, kind: Kind, node: Any, info: TypeInfo | None) -> None:
    if chance(rng, 0.95 if kind.name_required else 0.5):
        node.name = rng.choice(NAMES) if chance(rng, 0.7) else f"free {rng.randint(0, 10**6)}"
    if chance(rng, 0.25):
        node.external_id = rng.choice(EXTERNAL_IDS) if chance(rng, 0.97) else ""
    if kind.has_uri and chance(rng, 0.5):
        node.uri = rng.choice(URIS)
    if kind.state_field and chance(rng, 0.5):
        setattr(node, kind.state_field, rng.randint(0, 6))
    if chance(rng, 0.05):
        node.type = rng.choice(TYPE_NAMES)
    if chance(rng, 0.03):
        node.system_metadata.type_url = "x"
    _fill_times(rng, node)
    _fill_properties(rng, node, info)


def _fill_times(rng: Random, node: Any) -> None:
    if chance(rng, 0.04):
        node.last_update_time_since_epoch = rng.choice([0, 5, 2**50])
        assert node.last_update_time_since_epoch != TIME_BASE
    if chance(rng, 0.04):
        node.create_time_since_epoch = 7


def _fill_properties(rng: Random, node: Any, info: TypeInfo | None) -> None:
    declared = dict(info.properties) if info is not None else {}
    for name, property_type in declared.items():
        if chance(rng, 0.4):
            wrong = chance(rng, 0.03)
            node.properties[name].CopyFrom(any_value(rng) if wrong else random_value(rng, property_type))
    if chance(rng, 0.03):
        node.properties[rng.choice(list(PROPERTY_TYPES))].CopyFrom(any_value(rng))
    if chance(rng, 0.01):
        node.properties["p_int"].SetInParent()
    for name in CUSTOM_NAMES:
        if chance(rng, 0.2):
            node.custom_properties[name].CopyFrom(any_value(rng))


def random_event(rng: Random) -> pb.Event:
    """Return an event without ids."""
    built = pb.Event()
    if not chance(rng, 0.02):
        built.type = rng.choice([3, 4, 3, 4, *range(8)])
    if chance(rng, 0.25):
        built.milliseconds_since_epoch = rng.choice([0, -1, 5, 10**6])
    for _ in range(rng.choice([0, 0, 0, 1, 2, 4])):
        step = built.path.steps.add()
        if chance(rng, 0.5):
            step.index = rng.choice(INTS)
        elif chance(rng, 0.9):
            step.key = rng.choice(STRINGS)
    if chance(rng, 0.02):
        built.path.SetInParent()
    return built


def mask_paths(rng: Random) -> list[str]:
    """Return paths of an update mask, known and unknown."""
    names = [f"properties.{name}" for name in PROPERTY_TYPES]
    names += [f"custom_properties.{name}" for name in CUSTOM_NAMES]
    fields = ["uri", "state", "last_known_state", "external_id", "name", "properties", "custom_properties"]
    odd = ["", "id", "type", "type_id", "nope", "create_time_since_epoch", "properties.nope"]
    return [rng.choice([*names, *fields, *fields, *odd]) for _ in range(rng.randint(0, 4))]
