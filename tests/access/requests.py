"""Requests for every RPC that reads, made from its descriptor: every id, name and filter that could find something."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from lineal.conventions import WORKSPACE_TYPE
from lineal.server.rpcs import SERVICES
from lineal.service.calls import METADATA_CALLS
from lineal.wire import metadata_store as pb
from lineal.wire import metrics, records
from lineal.wire import service as rpc
from tests.access.stores import ALIAS, LARGEST_ID

READS = sorted(name for name, call in METADATA_CALLS.items() if not call.writes)
WRITES = sorted(name for name, call in METADATA_CALLS.items() if call.writes)

_NOUNS = ("data", "model", "held", "train", "check", "use", "report", "experiment")
_NAMES = [*[f"{owner}-{noun}" for owner in "ab" for noun in _NOUNS], "a", "b", "nowhere"]
_TYPES = ["Model", "Trainer", WORKSPACE_TYPE, "Experiment"]
_FILTERS = {
    "Artifact": [
        "contexts_0.name = 'b' OR contexts_0.name LIKE '%'",
        "events_0.execution_id > 0",
        "custom_properties.__kf_workspace__.string_value != 'c'",
        "properties.size.int_value > 1",
    ],
    "Execution": [
        "contexts_0.name = 'b' OR contexts_0.name LIKE '%'",
        "events_0.artifact_id > 0",
        "custom_properties.__kf_workspace__.string_value != 'c'",
        "last_known_state = RUNNING",
    ],
    "Context": [
        "parent_contexts_0.name IN ('a', 'b')",
        "child_contexts_0.id > 1",
        "artifacts_0.name LIKE '%data'",
        "executions_0.id > 0",
        "custom_properties.team.string_value != 'c'",
    ],
}
_FILTERS_OF_ALL = ["", "name LIKE '%b%' OR id > 0", "type = 'Model' OR type != 'x'"]
_ALL_IDS = list(range(1, LARGEST_ID))
# What a field is asked with, by the end of its name.
_VALUES: dict[str, list[Any]] = {
    "external_ids": [[f"{name}-id" for name in (*_NAMES, *_TYPES)], ["b-data-id"], ["none"]],
    "type_ids": [_ALL_IDS],
    "_ids": [_ALL_IDS, _ALL_IDS[5:]],
    "_id": _ALL_IDS[:14],
    "uris": [[f"s3://{name}" for name in _NAMES], ["s3://b-data"]],
    "type_name": _TYPES,
    "_name": _NAMES,
    "populate_artifact_types": [False, True],
}
UNASKED = {"transaction_options", "type_version", "page_token"}
"""Fields without a value here: the server ignores the first, no type in the stores has a version, and pages follow."""


def empty_request(method: str) -> Message:
    """Return a request for an RPC with nothing in it."""
    return next(rpcs[method] for rpcs in SERVICES.values() if method in rpcs).request()


def read_requests(method: str) -> list[Message]:
    """Return requests for an RPC that reads."""
    if method in ("GetLineageSubgraph", "GetLineage"):
        return list(_subgraph_requests())
    if method == "GetLineageGraph":
        return list(_graph_requests())
    if method == "GetAliases":
        return list(_alias_requests())
    if method in ("GetMetrics", "GetMetricHistory"):
        return list(_metric_requests(method))
    request = getattr(rpc, f"{method}Request")
    names = [field.name for field in request.DESCRIPTOR.fields if field.name not in UNASKED]
    return [
        request(**dict(zip(names, chosen, strict=True)))
        for chosen in itertools.product(*[_candidates(name, kind_of(method)) for name in names])
    ]


def _alias_requests() -> Iterator[Message]:
    yield records.GetAliasesRequest(artifact_ids=_ALL_IDS)
    yield records.GetAliasesRequest(artifact_ids=_ALL_IDS, alias=ALIAS)
    for workspace, alias in itertools.product("ab", ("", ALIAS, "worst")):
        named = {"workspace": workspace, "type_name": "Model", "name": f"{workspace}-data"}
        yield records.GetAliasesRequest(**named, alias=alias)


def kind_of(method: str) -> str:
    """Return the kind of node that an RPC lists: the first that its name mentions."""
    found = re.match(r"Get(?:Children|Parent)?(Artifact|Execution|Context|Event)", method)
    return found[1] if found else ""


def _candidates(name: str, kind: str) -> list[Any]:
    if name == "options":
        return [None, *_list_options(kind)]
    return next(values for end, values in _VALUES.items() if name.endswith(end))


def _list_options(kind: str) -> Iterator[pb.ListOperationOptions]:
    order = pb.ListOperationOptions.OrderByField
    yield pb.ListOperationOptions(max_result_size=2, order_by_field=order(field=order.CREATE_TIME, is_asc=False))
    for text in (*_FILTERS_OF_ALL, *_FILTERS[kind]):
        yield pb.ListOperationOptions(max_result_size=3, filter_query=text)


def _subgraph_requests() -> Iterator[Message]:
    ends: list[dict[str, Any]] = [
        {},
        {"max_num_hops": 1},
        {"ending_artifacts": {"filter_query": "contexts_0.name = 'a'", "include_ending_nodes": True}},
        {"ending_executions": {"filter_query": "name = 'b-use' OR name = 'a-train'"}},
    ]
    masks: list[list[str]] = [[], ["artifacts", "events"], ["contexts", "associations", "artifact_types"], []]
    starts = ("starting_artifacts", "starting_executions")
    for text, direction in itertools.product(["id > 0", "name LIKE 'b%'", "name IN ('a-model', 'a-train')"], [1, 2, 3]):
        for starting, (end, mask) in itertools.product(starts, zip(ends, masks, strict=True)):
            options = pb.LineageSubgraphQueryOptions(direction=direction, **end)  # type: ignore[arg-type]
            getattr(options, starting).filter_query = text
            request = rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=options)
            request.read_mask.paths.extend(mask)
            yield request


def _graph_requests() -> Iterator[Message]:
    stops: list[dict[str, Any]] = [{}, {"max_num_hops": 1}, {"boundary_artifacts": "contexts_0.name = 'b'"}]
    stops.append({"boundary_executions": "name LIKE 'b%'"})
    for text, stop in itertools.product(("id > 0", "name LIKE 'b%'", "name = 'a-model'"), stops):
        listed = pb.ListOperationOptions(max_result_size=10, filter_query=text)
        for most in (1, 2, 100):
            options = pb.LineageGraphQueryOptions(artifacts_options=listed, max_node_size=most, stop_conditions=stop)
            yield rpc.GetLineageGraphRequest(options=options)


def _metric_requests(method: str) -> Iterator[Message]:
    names: list[dict[str, Any]] = [{}, {"names": ["loss"]}, {"latest_only": True, "page_size": 1}]
    if method == "GetMetricHistory":
        names = [{"name": "loss"}, {"name": "loss", "page_size": 1}, {"name": "loss", "first_step": 2, "last_step": 2}]
    for field, node_id, asked in itertools.product(("artifact_id", "execution_id", "context_id"), _ALL_IDS, names):
        yield getattr(metrics, f"{method}Request")(**{field: node_id}, **asked)
