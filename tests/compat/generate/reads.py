"""One builder for each RPC that reads.

Left out: pages by last update time, which never end on an official store when times are equal.
"""

from __future__ import annotations

from random import Random
from typing import Any

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import request
from tests.compat.generate.filters import random_filter
from tests.compat.generate.messages import chance
from tests.compat.generate.world import EXTERNAL_IDS, NAMES, TYPE_NAMES, URIS, VERSIONS, World
from tests.compat.generate.writes import Builder

SIZES = [None, 1, 2, 2, 3, 3, 5, 20, 100, 100]
ODD_SIZES = [0, -1, 150]
GRAPH_FIELDS = [field.name for field in pb.LineageGraph.DESCRIPTOR.fields]


def _strings(rng: Random, pool: list[str], *, empty: float = 0.03) -> list[str]:
    return ["" if chance(rng, empty) else rng.choice(pool) for _ in range(rng.choice([0, 1, 1, 2, 4]))]


def random_options(rng: Random, world: World, kind: Kind) -> pb.ListOperationOptions:
    """Return list options without a token."""
    built = pb.ListOperationOptions()
    size = rng.choice(ODD_SIZES) if chance(rng, 0.03) else rng.choice(SIZES)
    if size is not None:
        built.max_result_size = size
    if chance(rng, 0.4):
        if chance(rng, 0.9):
            built.order_by_field.field = rng.choice([1, 1, 2, 3, 3, 0] if chance(rng, 0.1) else [1, 2, 3])
        if chance(rng, 0.7):
            built.order_by_field.is_asc = chance(rng, 0.5)
    if chance(rng, 0.5):
        built.filter_query = random_filter(rng, world, kind)
    if built.order_by_field.field == built.order_by_field.LAST_UPDATE_TIME:
        built.max_result_size = 100
    if chance(rng, 0.02):
        built.next_page_token = rng.choice(["", "garbage", "AAAA"])
    return built


def _list(rpc_name: str, kind: Kind, fields: Any) -> Builder:
    def build(rng: Random, world: World) -> Any:
        pages = [page for page in world.pages if type(page).__name__ == f"{rpc_name}Request"]
        if pages and chance(rng, 0.7):
            return _next_page(rng, world, kind, rng.choice(pages))
        built = request(rpc_name, **fields(rng, world))
        if chance(rng, 0.85):
            built.options.CopyFrom(random_options(rng, world, kind))
        return built

    return build


def _next_page(rng: Random, world: World, kind: Kind, page: Any) -> Any:
    """Ask for the next page, now and then with other options, with which it fits or does not."""
    built = type(page)()
    built.CopyFrom(page)
    size = rng.choice(SIZES)
    if size is not None and chance(rng, 0.3):
        built.options.max_result_size = size
    if chance(rng, 0.05):
        built.options.filter_query = random_filter(rng, world, kind)
    if chance(rng, 0.05):
        built.options.order_by_field.field = rng.choice([1, 3])
    return built


def _by_type(rng: Random, world: World) -> dict[str, Any]:
    fields: dict[str, Any] = {"type_name": rng.choice(TYPE_NAMES)}
    version = rng.choice(VERSIONS)
    return fields if version is None else fields | {"type_version": version}


def _by_context(rng: Random, world: World) -> dict[str, Any]:
    return {} if chance(rng, 0.01) else {"context_id": world.some_id(rng, CONTEXT)}


def _type(kind: Kind) -> Builder:
    return lambda rng, world: request(f"Get{kind.table}Type", **({} if chance(rng, 0.02) else _by_type(rng, world)))


def _types_by_id(kind: Kind) -> Builder:
    def build(rng: Random, world: World) -> Any:
        known = [1, 5, 999, *(type_id for types in world.types.values() for type_id in types)]
        return request(f"Get{kind.table}TypesByID", type_ids=[rng.choice(known) for _ in range(rng.randint(0, 5))])

    return build


def _by_external_ids(rpc_name: str) -> Builder:
    return lambda rng, world: request(rpc_name, external_ids=_strings(rng, EXTERNAL_IDS))


def _nodes_by_id(kind: Kind) -> Builder:
    def build(rng: Random, world: World) -> Any:
        ids = world.some_ids(rng, kind)
        built = request(f"Get{kind.plural.capitalize()}ByID", **{f"{kind.name}_ids": ids})
        if kind is ARTIFACT and chance(rng, 0.4):
            built.populate_artifact_types = chance(rng, 0.9)
        return built

    return build


def _by_type_and_name(kind: Kind) -> Builder:
    def build(rng: Random, world: World) -> Any:
        fields = _by_type(rng, world)
        info = world.some_type(rng, kind)
        if info is not None and chance(rng, 0.7):
            fields = {"type_name": info.name, "type_version": info.version}
        if chance(rng, 0.95):
            fields[f"{kind.name}_name"] = rng.choice(NAMES)
        return request(f"Get{kind.table}ByTypeAndName", **fields)

    return build


def _one(rpc_name: str, field: str, kind: Kind) -> Builder:
    return lambda rng, world: request(
        rpc_name, **({} if chance(rng, 0.02) else {field: world.some_id(rng, kind, unknown=0.1)})
    )


def _many(rpc_name: str, field: str, kind: Kind) -> Builder:
    return lambda rng, world: request(rpc_name, **{field: world.some_ids(rng, kind)})


def _subgraph(rng: Random, world: World) -> Any:
    built = rpc.GetLineageSubgraphRequest()
    query = built.lineage_subgraph_query_options
    if chance(rng, 0.98):
        kind = rng.choice([ARTIFACT, EXECUTION])
        start = getattr(query, f"starting_{kind.plural}")
        start.filter_query = rng.choice(["id > 0", f"id = {world.some_id(rng, kind)}", random_filter(rng, world, kind)])
    for kind in (ARTIFACT, EXECUTION):
        if chance(rng, 0.25):
            ending = getattr(query, f"ending_{kind.plural}")
            ending.filter_query = rng.choice(["", "id > 3", f"id = {world.some_id(rng, kind)}"])
            if chance(rng, 0.2):
                ending.filter_query = random_filter(rng, world, kind)
            if chance(rng, 0.5):
                ending.include_ending_nodes = chance(rng, 0.8)
    if chance(rng, 0.7):
        query.max_num_hops = rng.choice([0, 1, 1, 2, 3, 5, 100, 200, -1])
    if chance(rng, 0.7):
        query.direction = rng.randint(0, 3)
    if chance(rng, 0.3):
        built.read_mask.paths.extend(rng.choice([*GRAPH_FIELDS, "nope", ""]) for _ in range(rng.randint(0, 4)))
    return built


def _graph(rng: Random, world: World) -> Any:
    options = pb.LineageGraphQueryOptions(artifacts_options=random_options(rng, world, ARTIFACT))
    if chance(rng, 0.5):
        options.stop_conditions.max_num_hops = rng.randint(0, 4)
    return rpc.GetLineageGraphRequest(options=options)


def _for_each_kind() -> dict[str, Builder]:
    reads: dict[str, Builder] = {}
    for kind in KINDS:
        plural = kind.plural.capitalize()
        reads |= {
            f"Get{kind.table}Type": _type(kind),
            f"Get{kind.table}Types": lambda rng, world, name=f"Get{kind.table}Types": request(name),  # type: ignore[misc]
            f"Get{kind.table}TypesByID": _types_by_id(kind),
            f"Get{kind.table}TypesByExternalIds": _by_external_ids(f"Get{kind.table}TypesByExternalIds"),
            f"Get{plural}": _list(f"Get{plural}", kind, lambda rng, world: {}),
            f"Get{plural}ByType": _list(f"Get{plural}ByType", kind, _by_type),
            f"Get{plural}ByID": _nodes_by_id(kind),
            f"Get{plural}ByExternalIds": _by_external_ids(f"Get{plural}ByExternalIds"),
            f"Get{kind.table}ByTypeAndName": _by_type_and_name(kind),
        }
    return reads


READS: dict[str, Builder] = {
    **_for_each_kind(),
    "GetArtifactsByContext": _list("GetArtifactsByContext", ARTIFACT, _by_context),
    "GetExecutionsByContext": _list("GetExecutionsByContext", EXECUTION, _by_context),
    "GetArtifactsByURI": lambda rng, world: rpc.GetArtifactsByURIRequest(uris=_strings(rng, URIS)),
    "GetContextsByArtifact": _one("GetContextsByArtifact", "artifact_id", ARTIFACT),
    "GetContextsByExecution": _one("GetContextsByExecution", "execution_id", EXECUTION),
    "GetParentContextsByContext": _one("GetParentContextsByContext", "context_id", CONTEXT),
    "GetChildrenContextsByContext": _one("GetChildrenContextsByContext", "context_id", CONTEXT),
    "GetParentContextsByContexts": _many("GetParentContextsByContexts", "context_ids", CONTEXT),
    "GetChildrenContextsByContexts": _many("GetChildrenContextsByContexts", "context_ids", CONTEXT),
    "GetEventsByArtifactIDs": _many("GetEventsByArtifactIDs", "artifact_ids", ARTIFACT),
    "GetEventsByExecutionIDs": _many("GetEventsByExecutionIDs", "execution_ids", EXECUTION),
    "GetLineageSubgraph": _subgraph,
    "GetLineageGraph": _graph,
}
