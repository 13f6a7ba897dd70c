"""A store behind a proxy that counts round trips, and the calls whose round trips are counted.

All nodes belong to one workspace, so that a caller limited to it gets the same answers as others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from google.protobuf.message import Message

from lineal.catalogue import Catalogue
from lineal.conventions import WORKSPACE_PROPERTY, WORKSPACE_TYPE
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller
from lineal.wire import lineage, metrics
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.relay import Relay
from tests.service.requests import put_context_type, put_execution_type

ROUND_TRIP = 0.0005
WORKSPACE = "bakery"
HOPS = 40
FAN = 10
_ATTEMPTS = 8  # psycopg prepares a statement when it comes for the fifth time, in a turn of its own
_SHARED_REQUESTS = {"GetLineage": "GetLineageSubgraph"}
_Walk = pb.LineageSubgraphQueryOptions


@dataclass
class Contents:
    """What a store holds, and numbers for new names.

    Attributes:
        types: ids of types by their names.
        artifact_id: of an artifact with an event, in a context.
        execution_id, context_id: what made this artifact, and the context.
        numbers: numbers for new names and values.
    """

    types: dict[str, int]
    artifact_id: int = 0
    execution_id: int = 0
    context_id: int = 0
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def artifact(self, name: str) -> pb.Artifact:
        """Return an artifact with properties, that belongs to the workspace."""
        node = pb.Artifact(type_id=self.types["Model"], name=name, uri=f"s3://{name}", external_id=f"id of {name}")
        for index in range(5):
            node.properties[f"p{index}"].string_value = f"value {index} of {name}"
        node.custom_properties["rank"].int_value = len(name)
        marked(node)
        return node

    def new_artifact(self) -> pb.Artifact:
        """Return an artifact with a new name."""
        return self.artifact(f"new-{next(self.numbers)}")


@dataclass(frozen=True)
class Distant:
    """Open stores behind a proxy.

    Attributes:
        relay: the proxy.
        service: the store with the defaults.
        audited: the same store with the audit log.
        contents: what it holds.
    """

    relay: Relay
    service: MetadataService
    audited: MetadataService
    contents: Contents

    def trips(
        self,
        call: Call,
        *,
        allowed: int,
        caller: Caller = UNNAMED,
        audit: bool = False,
        before: Callable[[], None] = lambda: None,
    ) -> int:
        """Make a call to warm up, and again; return its round trips, or the least of some attempts above `allowed`."""
        service = self.audited if audit else self.service
        service.call(call.method, call.request(self.contents), caller=caller)
        counts: list[int] = []
        while len(counts) < _ATTEMPTS and min(counts, default=allowed + 1) > allowed:
            request = call.request(self.contents)
            before()
            already = self.relay.turns
            service.call(call.method, request, caller=caller)
            counts.append(self.relay.turns - already)
        return min(counts)


class Call(NamedTuple):
    """A call whose round trips are limited.

    Attributes:
        allowed: how many round trips it may take.
        method: the RPC.
        fields: returns the fields of its request; new nodes get new names.
    """

    allowed: int
    method: str
    fields: Callable[[Contents], dict[str, Any]]

    def request(self, store: Contents) -> Message:
        """Return the request."""
        name = _SHARED_REQUESTS.get(self.method, self.method)
        messages: Any = next(each for each in (metrics, lineage, rpc) if hasattr(each, f"{name}Request"))
        message: Message = getattr(messages, f"{name}Request")(**self.fields(store))
        return message


def marked(node: Any) -> Any:
    """Return a node that belongs to the workspace; let a node belong to the workspace."""
    node.custom_properties[WORKSPACE_PROPERTY].string_value = WORKSPACE
    return node


def fill(service: MetadataService) -> Contents:
    """Put a workspace, a context, and lineages: a chain, a fan and a cycle."""
    model = pb.ArtifactType(name="Model", properties={f"p{index}": pb.STRING for index in range(5)})
    types = {
        "Model": service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=model)).type_id,
        "Trainer": put_execution_type(service, "Trainer"),
        "Run": put_context_type(service, "Run"),
        WORKSPACE_TYPE: put_context_type(service, WORKSPACE_TYPE),
    }
    contents = Contents(types)
    workspace = pb.Context(type_id=types[WORKSPACE_TYPE], name=WORKSPACE)
    service.call("PutContexts", rpc.PutContextsRequest(contexts=[workspace]))
    chain = [f"hop-{number}" for number in range(HOPS // 2 + 1)]
    ring = [f"ring-{number}" for number in range(4)]
    _put_lineage(service, contents, itertools.pairwise(chain))
    _put_lineage(service, contents, zip(ring, [*ring[1:], ring[0]], strict=True))
    _put_fan(service, contents)
    service.call("LogMetrics", metrics.LogMetricsRequest(**_points(contents, count=20)))
    Catalogue(service).index.follow_all()  # as a server does; writers ask it now and then how far it is
    return contents


def _put_lineage(service: MetadataService, store: Contents, pairs: Any) -> None:
    """Put an execution for each pair of names, which reads the first artifact and makes the second."""
    request = rpc.PutLineageSubgraphRequest()
    numbers: dict[str, int] = {}
    for pair in pairs:
        request.executions.append(marked(pb.Execution(type_id=store.types["Trainer"])))
        for name, kind in zip(pair, (pb.Event.INPUT, pb.Event.OUTPUT), strict=True):
            if name not in numbers:
                numbers[name] = len(request.artifacts)
                request.artifacts.append(store.artifact(name))
            index = len(request.executions) - 1
            request.event_edges.add(execution_index=index, artifact_index=numbers[name], event=pb.Event(type=kind))
    service.call("PutLineageSubgraph", request)


def _put_fan(service: MetadataService, store: Contents) -> None:
    """Put an execution that makes many artifacts, all of them in one context."""
    request = rpc.PutExecutionRequest(execution=marked(pb.Execution(type_id=store.types["Trainer"], name="fan")))
    for number in range(FAN + 1):
        kind = pb.Event.OUTPUT if number else pb.Event.INPUT
        request.artifact_event_pairs.add(artifact=store.artifact(f"fan-{number}"), event=pb.Event(type=kind))
    request.contexts.append(marked(pb.Context(type_id=store.types["Run"], name="night")))
    put: Any = service.call("PutExecution", request)
    store.artifact_id, store.execution_id, store.context_id = put.artifact_ids[1], put.execution_id, put.context_ids[0]


def _execution(store: Contents) -> dict[str, Any]:
    """Return an execution that reads a stored artifact and makes a new one, in a context."""
    used = rpc.PutExecutionRequest.ArtifactAndEvent(event=pb.Event(artifact_id=store.artifact_id, type=pb.Event.INPUT))
    made = rpc.PutExecutionRequest.ArtifactAndEvent(artifact=store.new_artifact(), event=pb.Event(type=pb.Event.OUTPUT))
    return {
        "execution": marked(pb.Execution(type_id=store.types["Trainer"], name=f"e-{next(store.numbers)}")),
        "artifact_event_pairs": [used, made],
        "contexts": [marked(pb.Context(type_id=store.types["Run"], name="morning"))],
        "options": rpc.PutExecutionRequest.Options(reuse_context_if_already_exist=True),
    }


def _logged_execution(store: Contents) -> dict[str, Any]:
    """Return the same as `_execution` does, with a new artifact that is looked for by its identity."""
    used = lineage.LoggedArtifact(artifact_id=store.artifact_id, event=pb.Event(type=pb.Event.INPUT))
    made = lineage.LoggedArtifact(artifact=store.new_artifact(), event=pb.Event(type=pb.Event.OUTPUT))
    return {
        "execution": marked(pb.Execution(type_id=store.types["Trainer"], name=f"e-{next(store.numbers)}")),
        "artifacts": [used, made],
        "context": marked(pb.Context(type_id=store.types["Run"], name="morning")),
    }


def _update(store: Contents) -> dict[str, Any]:
    node = store.artifact("fan-1")
    node.id = store.artifact_id
    node.custom_properties["version"].int_value = next(store.numbers)
    node.properties["p0"].string_value = f"value {next(store.numbers)}"
    return {"artifacts": [node]}


def _points(store: Contents, *, count: int) -> dict[str, Any]:
    """Return points of two metrics at new steps."""
    steps = [next(store.numbers) for _ in range(count // 2)]
    series = [metrics.MetricSeries(name=name, steps=steps, times=steps, values=steps) for name in ("loss", "auc")]
    return {"artifact_id": store.artifact_id, "series": series}


def _page(filter_query: str) -> Call:
    options = pb.ListOperationOptions(max_result_size=10, filter_query=filter_query)
    return Call(1, "GetArtifacts", lambda _: {"options": options})


def _walk(start: str, direction: Any = _Walk.DOWNSTREAM, end: str = "") -> Call:
    options = _Walk(max_num_hops=HOPS, direction=direction)
    options.starting_artifacts.filter_query = f"name = '{start}'"
    if end:
        options.ending_artifacts.filter_query = f"name = '{end}'"
    return Call(4, "GetLineageSubgraph", lambda _: {"lineage_subgraph_query_options": options})


def _graph(_: Contents) -> dict[str, Any]:
    options = pb.LineageGraphQueryOptions(max_node_size=1000)
    options.artifacts_options.filter_query = "name = 'hop-0'"
    options.artifacts_options.max_result_size = 10
    return {"options": options}


_NAMED = {"type_name": "Model", "artifact_name": "fan-1"}
READS = {
    "an artifact by id": Call(1, "GetArtifactsByID", lambda at: {"artifact_ids": [at.artifact_id]}),
    "an artifact by uri": Call(1, "GetArtifactsByURI", lambda _: {"uris": ["s3://fan-1"]}),
    "an artifact by type and name": Call(1, "GetArtifactByTypeAndName", lambda _: _NAMED),
    "an artifact by external id": Call(1, "GetArtifactsByExternalIds", lambda _: {"external_ids": ["id of fan-1"]}),
    "events of an artifact": Call(1, "GetEventsByArtifactIDs", lambda at: {"artifact_ids": [at.artifact_id]}),
    "a type": Call(1, "GetArtifactType", lambda _: {"type_name": "Model"}),
    "artifacts of a context": Call(1, "GetArtifactsByContext", lambda at: {"context_id": at.context_id}),
    "a filtered first page": _page("custom_properties.rank.int_value = 5"),
    "lineage of 40 hops": _walk("hop-0"),
    "lineage of a fan": _walk("fan-0"),
    "lineage of a cycle": _walk("ring-0"),
    "lineage in both directions": _walk("hop-10", _Walk.BIDIRECTIONAL),
    "lineage up to an ending filter": _walk("hop-0", end="hop-8"),
}
SIMILAR_READS = {
    "the history of a metric": Call(3, "GetMetricHistory", lambda at: {"artifact_id": at.artifact_id, "name": "loss"}),
    "the metrics of an artifact": Call(3, "GetMetrics", lambda at: {"artifact_id": at.artifact_id}),
    "an execution by id": Call(1, "GetExecutionsByID", lambda at: {"execution_ids": [at.execution_id]}),
    "events of an execution": Call(1, "GetEventsByExecutionIDs", lambda at: {"execution_ids": [at.execution_id]}),
    "contexts of an artifact": Call(1, "GetContextsByArtifact", lambda at: {"artifact_id": at.artifact_id}),
    "a context by type and name": Call(
        1, "GetContextByTypeAndName", lambda _: {"type_name": "Run", "context_name": "night"}
    ),
    "a first page": _page(""),
    "a lineage of whole nodes": _walk("hop-0")._replace(method="GetLineage"),
    "a lineage of whole nodes up to an ending filter": _walk("hop-0", end="hop-8")._replace(method="GetLineage"),
    "a lineage graph": Call(4, "GetLineageGraph", _graph),
}
WRITES = {
    "a new artifact": Call(2, "PutArtifacts", lambda at: {"artifacts": [at.new_artifact()]}),
    "an update by id": Call(2, "PutArtifacts", _update),
    "100 new artifacts": Call(3, "PutArtifacts", lambda at: {"artifacts": [at.new_artifact() for _ in range(100)]}),
    "a point of each of two metrics": Call(2, "LogMetrics", lambda at: _points(at, count=2)),
    "1,000 points of two metrics": Call(3, "LogMetrics", lambda at: _points(at, count=1000)),
    "an execution with input, output and context": Call(4, "PutExecution", _execution),
    "a logged execution with input, output and context": Call(6, "LogExecution", _logged_execution),
}
