"""One builder for each RPC that writes.

Left out, because an official store does not survive them: events to missing nodes where only the event names the node,
and pairs with neither artifact nor event beside contexts. One type twice in PutTypes is left out as well,
if it is a system type or has an external id.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.wire import service as rpc
from tests.compat.build import request
from tests.compat.generate.messages import chance, mask_paths, random_event, random_node, random_type
from tests.compat.generate.world import World

Builder = Callable[[Random, World], Any]


def _flags(rng: Random, built: Any) -> None:
    for flag, probability in (("can_add_fields", 0.6), ("can_omit_fields", 0.6), ("can_delete_fields", 0.05)):
        if chance(rng, probability):
            setattr(built, flag, chance(rng, 0.8))
    if chance(rng, 0.04):
        built.all_fields_match = chance(rng, 0.5)


def _put_type(kind: Kind) -> Builder:
    def build(rng: Random, world: World) -> Any:
        built = request(f"Put{kind.table}Type")
        if not chance(rng, 0.01):
            getattr(built, f"{kind.name}_type").CopyFrom(random_type(rng, kind))
        _flags(rng, built)
        return built

    return build


def _put_types(rng: Random, world: World) -> Any:
    built = rpc.PutTypesRequest()
    for kind in KINDS:
        for _ in range(rng.choice([0, 1, 1, 2])):
            _add_type(rng, kind, getattr(built, f"{kind.name}_types"))
    _flags(rng, built)
    return built


def _add_type(rng: Random, kind: Kind, types: Any) -> None:
    """Add a type, but no system type and none with an external id a second time, which the official core confuses."""
    made = random_type(rng, kind)
    twins = [one for one in types if one.name == made.name]
    if not twins or not (made.name.startswith("mlmd.") or any(one.external_id for one in (*twins, made))):
        types.append(made)


def _put_nodes(kind: Kind) -> Builder:
    def build(rng: Random, world: World) -> Any:
        nodes = [random_node(rng, world, kind) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        built = request(f"Put{kind.plural.capitalize()}", **{kind.plural: nodes})
        if chance(rng, 0.35):
            built.update_mask.CopyFrom(FieldMask(paths=mask_paths(rng)))
        if kind is ARTIFACT and chance(rng, 0.15):
            built.options.abort_if_latest_updated_time_changed = chance(rng, 0.9)
        if chance(rng, 0.05):
            built.transaction_options.tag = "tag"
        return built

    return build


def _put_events(rng: Random, world: World) -> Any:
    built = rpc.PutEventsRequest()
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        event = random_event(rng)
        if not chance(rng, 0.01):
            event.artifact_id = world.some_id(rng, ARTIFACT, unknown=0.03)
        if not chance(rng, 0.01):
            event.execution_id = world.some_id(rng, EXECUTION, unknown=0.03)
        built.events.append(event)
    return built


def _options(rng: Random, built: Any, names: dict[str, float]) -> None:
    for name, probability in names.items():
        if chance(rng, probability):
            setattr(built.options, name, chance(rng, 0.9))


def _put_execution(rng: Random, world: World) -> Any:
    built = rpc.PutExecutionRequest()
    if not chance(rng, 0.02):
        built.execution.CopyFrom(random_node(rng, world, EXECUTION))
    built.contexts.extend(random_node(rng, world, CONTEXT) for _ in range(rng.choice([0, 0, 1, 2])))
    for _ in range(rng.choice([0, 1, 2, 3])):
        _add_pair(rng, world, built)
    _options(
        rng,
        built,
        {
            "reuse_context_if_already_exist": 0.4,
            "reuse_artifact_if_already_exist_by_external_id": 0.4,
            "force_update_time": 0.2,
            "force_reuse_context": 0.1,
        },
    )
    return built


def _add_pair(rng: Random, world: World, built: Any) -> None:
    pair = built.artifact_event_pairs.add()
    known = world.ids(ARTIFACT)
    if known and chance(rng, 0.3):
        pair.event.CopyFrom(random_event(rng))
        pair.event.artifact_id = rng.choice(known)
    elif built.contexts or not chance(rng, 0.05):
        pair.artifact.CopyFrom(random_node(rng, world, ARTIFACT))
        if chance(rng, 0.8):
            pair.event.CopyFrom(random_event(rng))
            if chance(rng, 0.15):
                pair.event.artifact_id = world.some_id(rng, ARTIFACT)
            if chance(rng, 0.1):
                pair.event.execution_id = world.some_id(rng, EXECUTION)


def _put_lineage(rng: Random, world: World) -> Any:
    built = rpc.PutLineageSubgraphRequest()
    for kind in KINDS:
        for _ in range(rng.choice([0, 1, 2])):
            node = random_node(rng, world, kind)
            if not node.HasField("type_id") and node.id in world.type_of[kind.name] and chance(rng, 0.9):
                node.type_id = world.type_of[kind.name][node.id]
            getattr(built, kind.plural).append(node)
    if (built.artifacts and built.executions) or chance(rng, 0.1):
        for _ in range(rng.choice([0, 1, 2, 4])):
            _add_edge(rng, world, built)
    _options(rng, built, {"reuse_context_if_already_exist": 0.4, "reuse_artifact_if_already_exist_by_external_id": 0.4})
    return built


def _add_edge(rng: Random, world: World, built: Any) -> None:
    edge = built.event_edges.add()
    if chance(rng, 0.98):
        edge.event.CopyFrom(random_event(rng))
    for kind in (EXECUTION, ARTIFACT):
        nodes, known = getattr(built, kind.plural), world.ids(kind)
        by_id = known and edge.HasField("event") and chance(rng, 0.25)
        if by_id:
            setattr(edge.event, kind.id_column, rng.choice(known))
        if not by_id or chance(rng, 0.1):
            last = len(nodes) - (0 if chance(rng, 0.03) else 1)
            setattr(edge, f"{kind.name}_index", rng.randint(0, max(last, 0)) if chance(rng, 0.99) else -1)


def _put_relations(rng: Random, world: World) -> Any:
    built = rpc.PutAttributionsAndAssociationsRequest()
    for rows, kind in ((built.attributions, ARTIFACT), (built.associations, EXECUTION)):
        for _ in range(rng.choice([0, 1, 2, 3])):
            row = rows.add()
            if not chance(rng, 0.01):
                row.context_id = world.some_id(rng, CONTEXT, unknown=0.03)
            if not chance(rng, 0.01):
                setattr(row, kind.id_column, world.some_id(rng, kind, unknown=0.03))
    return built


def _put_parents(rng: Random, world: World) -> Any:
    built = rpc.PutParentContextsRequest()
    for _ in range(rng.choice([0, 1, 1, 2])):
        row = built.parent_contexts.add()
        for field in ("parent_id", "child_id"):
            if not chance(rng, 0.02):
                setattr(row, field, world.some_id(rng, CONTEXT, unknown=0.03))
    return built


WRITES: dict[str, Builder] = {
    **{f"Put{kind.table}Type": _put_type(kind) for kind in KINDS},
    **{f"Put{kind.plural.capitalize()}": _put_nodes(kind) for kind in KINDS},
    "PutTypes": _put_types,
    "PutEvents": _put_events,
    "PutExecution": _put_execution,
    "PutLineageSubgraph": _put_lineage,
    "PutAttributionsAndAssociations": _put_relations,
    "PutParentContexts": _put_parents,
}
