"""What the requests of a sequence have made so far, as far as the next requests want to know it.

What stays out: any rule of the service. An entry that is wrong costs nothing but an uninteresting request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from google.protobuf.message import Message

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.wire import metadata_store as pb

NAMES = ["n0", "n1", "n2", "n3", "n4", "n5", "N0", "ünï 🙂", "it's", "100%_", "with space", ""]
EXTERNAL_IDS = [f"e{number}" for number in range(8)]
URIS = ["s3://b/0", "s3://b/1", "S3://B/1", "/tmp/x_y", "ü", ""]
TYPE_NAMES = ["t0", "t1", "t2", "T0", "mlmd.Dataset", "mlmd.Train", "päth/x"]
VERSIONS = [None, None, None, "", "1", "v2"]
PROPERTY_TYPES = {
    "p_int": pb.INT,
    "p_double": pb.DOUBLE,
    "p_string": pb.STRING,
    "p_bool": pb.BOOLEAN,
    "p_struct": pb.STRUCT,
    "p_proto": pb.PROTO,
    "dotted.name": pb.INT,
    "ünï x": pb.STRING,
}
CUSTOM_NAMES = ["c_one", "c_two", "c_three", "c.dotted", "ç"]
UNKNOWN_IDS = [0, -1, 999, 2**40]


@dataclass
class TypeInfo:
    """A type that a put returned the id of."""

    id: int
    name: str
    version: str
    properties: dict[str, int]


@dataclass
class World:
    """The memory of a sequence."""

    types: dict[str, dict[int, TypeInfo]] = field(default_factory=lambda: {kind.name: {} for kind in KINDS})
    type_of: dict[str, dict[int, int]] = field(default_factory=lambda: {kind.name: {} for kind in KINDS})
    seen: dict[str, dict[int, Any]] = field(default_factory=lambda: {kind.name: {} for kind in KINDS})
    pages: list[Any] = field(default_factory=list)
    calls: int = 0

    def ids(self, kind: Kind) -> list[int]:
        """Return the ids of the nodes of a kind."""
        return list(self.type_of[kind.name])

    def some_id(self, rng: Random, kind: Kind, *, unknown: float = 0.05) -> int:
        """Draw the id of a node, or now and then one that no node has."""
        known = self.ids(kind)
        return rng.choice(known) if known and rng.random() >= unknown else rng.choice(UNKNOWN_IDS)

    def some_ids(self, rng: Random, kind: Kind, most: int = 5) -> list[int]:
        """Draw a few ids, with repetition."""
        return [self.some_id(rng, kind, unknown=0.1) for _ in range(rng.randint(0, most))]

    def some_type(self, rng: Random, kind: Kind) -> TypeInfo | None:
        """Draw a type of a kind."""
        known = list(self.types[kind.name].values())
        return rng.choice(known) if known else None

    def learn(self, request: Any, response: Message | None) -> None:
        """Take in what a request did; `response` is None if it failed."""
        self.calls += 1
        if response is None:
            return
        method = type(request).__name__.removesuffix("Request")
        if method in _LEARN:
            _LEARN[method](self, request, response)
        else:
            self._learn_reads(request, response)

    def _learn_reads(self, request: Any, response: Any) -> None:
        for kind in KINDS:
            for node in getattr(response, kind.plural, ()):
                if isinstance(node, kind.node) and node.HasField("create_time_since_epoch"):
                    self.seen[kind.name][node.id] = node
        if getattr(response, "next_page_token", ""):
            page = type(request)()
            page.CopyFrom(request)
            page.options.next_page_token = response.next_page_token
            self.pages = [*self.pages[-5:], page]

    def learn_type(self, kind: Kind, given: Any, type_id: int) -> None:
        """Remember a type, with all properties ever put."""
        info = self.types[kind.name].setdefault(type_id, TypeInfo(type_id, given.name, given.version, {}))
        info.properties = dict(sorted({**given.properties, **info.properties}.items()))

    def learn_nodes(self, kind: Kind, nodes: Any, ids: Any) -> None:
        """Remember nodes by the ids that a response gave them."""
        for node, node_id in zip(nodes, ids, strict=True):
            self.type_of[kind.name].setdefault(node_id, node.type_id)


def _learn_put_type(kind: Kind) -> Any:
    return lambda world, request, response: world.learn_type(
        kind, getattr(request, f"{kind.name}_type"), response.type_id
    )


def _learn_put_types(world: World, request: Any, response: Any) -> None:
    for kind in KINDS:
        given, ids = getattr(request, f"{kind.name}_types"), getattr(response, f"{kind.name}_type_ids")
        for one, type_id in zip(given, ids, strict=True):
            world.learn_type(kind, one, type_id)


def _learn_put_nodes(kind: Kind) -> Any:
    return lambda world, request, response: world.learn_nodes(
        kind, getattr(request, kind.plural), getattr(response, f"{kind.name}_ids")
    )


def _learn_put_execution(world: World, request: Any, response: Any) -> None:
    world.learn_nodes(EXECUTION, [request.execution], [response.execution_id])
    world.learn_nodes(CONTEXT, request.contexts, response.context_ids)
    for pair, artifact_id in zip(request.artifact_event_pairs, response.artifact_ids, strict=True):
        if pair.HasField("artifact"):
            world.learn_nodes(ARTIFACT, [pair.artifact], [artifact_id])


def _learn_put_lineage(world: World, request: Any, response: Any) -> None:
    for kind in KINDS:
        world.learn_nodes(kind, getattr(request, kind.plural), getattr(response, f"{kind.name}_ids"))


_LEARN = {
    **{f"Put{kind.table}Type": _learn_put_type(kind) for kind in KINDS},
    **{f"Put{kind.plural.capitalize()}": _learn_put_nodes(kind) for kind in KINDS},
    "PutTypes": _learn_put_types,
    "PutExecution": _learn_put_execution,
    "PutLineageSubgraph": _learn_put_lineage,
}
