"""Each RPC and each route of REST answers or fails soon after the time of a call is over, whatever it is asked for.

Both lists are read from the code, so that a new RPC or route is asked too.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.message import Message

from lineal.deadlines import Deadline
from lineal.security import LimitSettings
from lineal.server.http_door import HttpDoor
from lineal.server.rest import exports
from lineal.server.rpcs import SERVICES
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import Served, asking, serving
from tests.service.large_store import artifact, execution, fill

_PATTERNS = " OR ".join(f"name LIKE '%x{number}%'" for number in range(1500))
# What a route is asked with, by the name of the parameter; the rest is left out.
_PARAMETERS = {
    "q": ["model", "metric.accuracy>1"],
    "filter_query": [_PATTERNS[: _PATTERNS.index(" OR", 3000)]],
    "order_by": ["-metric.accuracy", "name"],
    "limit": ["500"],
    "columns": ["metric.accuracy,label.owner"],
    "key": ["metric.accuracy", "label.owner"],
    "name": ["accuracy"],
    "metric": ["accuracy"],
    "ids": [",".join(map(str, range(1, 30)))],
    "focus": ["a1"],
    "direction": ["down"],
    "first": ["a1"],
    "second": ["a100"],
    "text": ["model"],
    "exact": ["true"],
    "format": ["csv"],
    "kind": ["artifacts"],
}


def rest_requests(served: Served, of_each: int) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (method, path, parameters), so many of each route at most."""
    for path, methods in served.app.openapi()["paths"].items():
        for method, described in methods.items():
            names = [each["name"] for each in described.get("parameters", ()) if each["name"] in _PARAMETERS]
            for chosen in itertools.islice(itertools.product(*[_PARAMETERS[name] for name in names]), of_each):
                given = dict(zip(names, chosen, strict=True))
                filled = path.format_map(_Ones(given))
                yield method, filled, {name: value for name, value in given.items() if f"{{{name}}}" not in path}


class _Ones(dict[str, str]):
    """The values of a path; one that is not given is 1."""

    def __missing__(self, name: str) -> str:
        return "1"


def rpc_requests(name: str, type_ids: dict[str, int], count: int) -> Iterator[Message]:
    """Yield requests for an RPC that ask for much, made from its descriptor."""
    request_class: Any = next(rpcs[name] for rpcs in SERVICES.values() if name in rpcs).request
    request = request_class()
    for field in request.DESCRIPTOR.fields:
        _fill(request, field, type_ids, count)
    yield request
    if name.startswith("GetLineage"):
        yield from _lineage_requests(request_class)
    elif hasattr(request, "options") and hasattr(request.options, "filter_query"):
        for options in ({"max_result_size": 10_000}, {"filter_query": _PATTERNS}):
            asked = request_class()
            asked.CopyFrom(request)
            asked.options.MergeFrom(type(request.options)(**options))
            yield asked


def _lineage_requests(request_class: Any) -> Iterator[Message]:
    for direction in (1, 2, 3):
        request = request_class()
        if hasattr(request, "lineage_subgraph_query_options"):
            options = request.lineage_subgraph_query_options
            options.starting_artifacts.filter_query = "id > 0"
            options.direction, options.max_num_hops = direction, 100
        else:
            request.options.artifacts_options.filter_query = "id > 0"
            request.options.max_node_size = 100_000
        yield request


def _fill(request: Any, field: Any, type_ids: dict[str, int], count: int) -> None:
    value = getattr(request, field.name)
    made = _made(field, type_ids, count)
    if hasattr(value, "extend"):
        value.extend(made)
    elif field.name.endswith("_id"):
        setattr(request, field.name, 1)
    elif field.name == "type_name":
        request.type_name = "Model"
    elif made and field.message_type:
        value.CopyFrom(made[0])


def _made(field: Any, type_ids: dict[str, int], count: int) -> list[Any]:
    """Return values for a field that may hold many."""
    numbers = range(1, count + 1)
    if field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_INT32):
        return list(numbers)
    if field.cpp_type == field.CPPTYPE_STRING:
        return [f"name-{number}" for number in numbers]
    make = _MAKERS.get(field.message_type.name if field.message_type else "")
    return [make(type_ids, number) for number in numbers] if make else []


_EVENT = pb.Event(type=pb.Event.OUTPUT)
_MAKERS: dict[str, Any] = {
    "Artifact": lambda types, number: artifact(types["Model"], 10**6 + number),
    "Execution": lambda types, number: execution(types["Trainer"], 10**6 + number),
    "Context": lambda types, number: pb.Context(type_id=types["Run"], name=f"new-{number}"),
    "Event": lambda _, number: pb.Event(artifact_id=number, execution_id=1, type=pb.Event.INPUT),
    "Attribution": lambda _, number: pb.Attribution(artifact_id=number, context_id=1),
    "Association": lambda _, number: pb.Association(execution_id=number, context_id=1),
    "ArtifactType": lambda _, number: pb.ArtifactType(name=f"new-{number}", properties={"a": pb.INT}),
    "ExecutionType": lambda _, number: pb.ExecutionType(name=f"new-{number}", properties={"a": pb.INT}),
    "ContextType": lambda _, number: pb.ContextType(name=f"new-{number}", properties={"a": pb.INT}),
    "ArtifactAndEvent": lambda types, number: rpc.PutExecutionRequest.ArtifactAndEvent(
        artifact=artifact(types["Model"], 2 * 10**6 + number), event=_EVENT
    ),
    "EventEdge": lambda _, number: rpc.PutLineageSubgraphRequest.EventEdge(
        artifact_index=number - 1, execution_index=number - 1, event=_EVENT
    ),
}


def late_rpcs(served: Served, count: int, most: float) -> list[tuple[str, float]]:
    """Ask each RPC; return those that took longer than allowed."""
    late: list[tuple[str, float]] = []
    type_ids = _type_ids(served)
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(served.grpc, options=options) as channel:
        for service, rpcs in SERVICES.items():
            for name, request in _requests(rpcs, type_ids, count):
                started = time.monotonic()
                try:
                    channel.unary_unary(f"/{service}/{name}")(request.SerializeToString(), timeout=60)
                except grpc.RpcError as error:
                    assert error.code() not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), name  # noqa: PT017
                if (seconds := time.monotonic() - started) > most:
                    late.append((name, seconds))
    return late


def _requests(names: Iterable[str], type_ids: dict[str, int], count: int) -> Iterator[tuple[str, Message]]:
    for name in names:
        for request in rpc_requests(name, type_ids, count):
            yield name, request


def _type_ids(served: Served) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in ("Artifact", "Execution", "Context"):
        request = getattr(rpc, f"Get{kind}TypesRequest")()
        response = served.service.call(f"Get{kind}Types", request)
        found |= {each.name: each.id for each in getattr(response, f"{kind.lower()}_types")}
    return found


def late_routes(served: Served, most: float, *, of_each: int = 2) -> list[tuple[str, str, float]]:
    """Ask each route of REST; return those that took longer than allowed."""
    late: list[tuple[str, str, float]] = []
    with asking(served) as client:
        for method, path, parameters in rest_requests(served, of_each):
            started = time.monotonic()
            try:
                assert client.request(method, path, params=parameters).status_code != 500, path
            except httpx.RemoteProtocolError:
                assert path.endswith("/export"), path
            if (seconds := time.monotonic() - started) > most:
                late.append((method, path, seconds))
    return late


def late_twice(ask: Callable[[], list[Any]]) -> list[Any]:
    """Ask everything, and again where something was late: what a busy machine delays is another thing each time."""
    first = ask()
    again = {late[:-1] for late in ask()} if first else set()
    return [late for late in first if late[:-1] in again]


@pytest.mark.parametrize("door", ["rpc", "rest"])
def test_everything_answers_soon_after_a_short_time(door: str) -> None:
    with serving(limits=LimitSettings(max_call_seconds=0.1)) as served:
        fill(served.service, 100)
        asking_everything = {
            "rpc": lambda: late_rpcs(served, 100, most=1.1),
            "rest": lambda: late_routes(served, most=1.1, of_each=1),
        }
        late = late_twice(asking_everything[door])
    assert not late


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("door", ["rpc", "rest"])
def test_everything_answers_within_two_seconds_of_a_limit_of_one(database_url: str, door: str) -> None:
    with serving(database_url, limits=LimitSettings(max_call_seconds=1)) as served:
        fill(served.service, 6000)
        late = late_rpcs(served, 1500, most=2) if door == "rpc" else late_routes(served, most=2)
    assert not late


def _pieces() -> Iterator[bytes]:
    yield b"id,name\n"
    raise Deadline(0).error()


def test_an_export_whose_time_is_over_says_so_and_is_not_whole() -> None:
    door = HttpDoor(exports.Export(_pieces(), media_type="text/csv"), host="127.0.0.1", port=0)
    door.start()
    try:
        with httpx.stream("GET", f"http://{door.address}/") as answer:
            pieces = answer.iter_raw()
            read = next(pieces) + next(pieces)
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
                next(pieces)
    finally:
        door.stop()
    assert read.startswith(b"id,name\n\nINCOMPLETE: the call was stopped, because its time was over")
