"""Requests for every RPC that reads, made from its descriptor: every id, name and filter that could find something."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from lineal.server.rpcs import SERVICES
from lineal.service import CALLS
from lineal.service.calls import LINEAGE_CALLS
from lineal.store.scope import WORKSPACE_TYPE
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.stores import LARGEST_ID

READS = sorted(name for name, call in {**CALLS, **LINEAGE_CALLS}.items() if not call.writes)
WRITES = sorted(name for name, call in {**CALLS, **LINEAGE_CALLS}.items() if call.writes)

_NOUNS = ("data", "model", "held", "train", "use", "report", "experiment")
_NAMES = [*[f"{owner}-{noun}" for owner in "ab" for noun in _NOUNS], "a", "b", "nowhere"]
_FILTERS = [
    "",
    "name LIKE '%b%' OR id > 2",
    "attributions_0.name = 'b'",
    "contexts_0.name LIKE '%' ",
    "events_0.execution_id > 1",
    "events_0.artifact_id > 0",
    "custom_properties.__kf_workspace__.string_value != 'a'",
    "parent_contexts_0.name = 'b' OR child_contexts_0.id > 1",
]
_ALL_IDS = list(range(1, LARGEST_ID))
# What a field is asked with, by the end of its name.
_VALUES: dict[str, list[Any]] = {
    "external_ids": [[f"{name}-id" for name in _NAMES], ["b-data-id"], ["none"]],
    "_ids": [_ALL_IDS, _ALL_IDS[5:]],
    "_id": _ALL_IDS[:14],
    "uris": [[f"s3://{name}" for name in _NAMES], ["s3://b-data"]],
    "type_name": ["Model", "Trainer", WORKSPACE_TYPE, "Experiment"],
    "_name": _NAMES,
}


def empty_request(method: str) -> Message:
    """Return a request for an RPC with nothing in it."""
    return next(rpcs[method] for rpcs in SERVICES.values() if method in rpcs).request()


def read_requests(method: str) -> list[Message]:
    """Return requests for an RPC that reads."""
    if method in ("GetLineageSubgraph", "GetLineage"):
        return list(_subgraph_requests())
    if method == "GetLineageGraph":
        return list(_graph_requests())
    request = getattr(rpc, f"{method}Request")
    fields = [field for field in request.DESCRIPTOR.fields if _candidates(field)]
    made = [
        request(**dict(zip([field.name for field in fields], chosen, strict=True)))
        for chosen in itertools.product(*[_candidates(field) for field in fields])
    ]
    return made or [request()]


def _candidates(field: Any) -> list[Any]:
    if field.name == "options":
        return [None, *_list_options()]
    matching = [values for end, values in _VALUES.items() if field.name.endswith(end)]
    return matching[0] if matching else []


def _list_options() -> Iterator[pb.ListOperationOptions]:
    order = pb.ListOperationOptions.OrderByField
    yield pb.ListOperationOptions(max_result_size=2, order_by_field=order(field=order.CREATE_TIME, is_asc=False))
    for text in _FILTERS:
        yield pb.ListOperationOptions(max_result_size=3, filter_query=text)


def _subgraph_requests() -> Iterator[Message]:
    for text, direction in itertools.product(["id > 0", "name LIKE 'b%'", "name = 'a-model'"], [1, 2, 3]):
        for starting in ("starting_artifacts", "starting_executions"):
            options = pb.LineageSubgraphQueryOptions(direction=direction)  # type: ignore[arg-type]
            getattr(options, starting).filter_query = text
            yield rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=options)


def _graph_requests() -> Iterator[Message]:
    for text in ("id > 0", "name LIKE 'b%'", "name = 'a-model'"):
        listed = pb.ListOperationOptions(max_result_size=10, filter_query=text)
        for most in (1, 2, 100):
            options = pb.LineageGraphQueryOptions(artifacts_options=listed, max_node_size=most)
            yield rpc.GetLineageGraphRequest(options=options)
