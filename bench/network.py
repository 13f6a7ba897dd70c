"""The workloads of the suite `network`: calls whose time is that of their round trips, and what they are asked about.

Each operation is one call. What stays out: the proxy (tests/relay.py), and the suite (suites.py).
"""

from __future__ import annotations

import itertools
from typing import Any

from bench.workloads import BATCH, Stock, Workload

ROUND_TRIP = 0.001
"""The seconds that a packet takes there and back."""
HOPS = 40
FAN = 10
CYCLE = 6
BULK = 100
_TIMES = 20


def stock_up(stock: Stock) -> None:
    """Put a context with a few artifacts, and lineages: a chain, a fan and a cycle."""
    pb, store = stock.pb, stock.store
    _put_lineage(stock, "hop", HOPS // 2 + 1)
    _put_lineage(stock, "ring", CYCLE, closes=True)
    first, *others = store.put_artifacts([_small(stock, f"fan-{number}") for number in range(FAN + 1)])
    [execution] = store.put_executions([pb.Execution(type_id=stock.types["Trainer"])])
    store.put_events(
        [_event(stock, first, execution, "INPUT"), *[_event(stock, i, execution, "OUTPUT") for i in others]]
    )
    [context] = store.put_contexts([pb.Context(type_id=stock.types["Run"], name="run")])
    ids = store.put_artifacts([_small(stock, f"member-{number}") for number in range(5)])
    store.put_attributions_and_associations([pb.Attribution(artifact_id=i, context_id=context) for i in ids], [])


def _put_lineage(stock: Stock, name: str, length: int, *, closes: bool = False) -> None:
    """Put artifact → execution → artifact ..., and back to the first if it closes."""
    ids = stock.store.put_artifacts([_small(stock, f"{name}-{number}") for number in range(length)])
    pairs = [*itertools.pairwise(ids), *([(ids[-1], ids[0])] if closes else [])]
    executions = stock.store.put_executions([stock.pb.Execution(type_id=stock.types["Trainer"]) for _ in pairs])
    events = []
    for (source, target), execution in zip(pairs, executions, strict=True):
        events += [_event(stock, source, execution, "INPUT"), _event(stock, target, execution, "OUTPUT")]
    stock.store.put_events(events)


def _small(stock: Stock, name: str) -> Any:
    return stock.pb.Artifact(type_id=stock.types["Rare"], name=name, external_id=f"external-{name}")


def _event(stock: Stock, artifact: int, execution: int, kind: str) -> Any:
    return stock.pb.Event(artifact_id=artifact, execution_id=execution, type=stock.pb.Event.Type.Value(kind))


def _get_by_id(stock: Stock) -> None:
    stock.store.get_artifacts_by_id([stock.ids[next(stock.counter) % BATCH]])


def _get_by_uri(stock: Stock) -> None:
    stock.store.get_artifacts_by_uri("s3://bucket/stock-7")


def _get_by_name(stock: Stock) -> None:
    stock.store.get_artifact_by_type_and_name("Model", "stock-7")


def _get_by_external_id(stock: Stock) -> None:
    stock.store.get_artifacts_by_external_ids(["external-member-1"])


def _get_events(stock: Stock) -> None:
    stock.store.get_events_by_artifact_ids([_id(stock, "hop-3")])


def _get_type(stock: Stock) -> None:
    stock.store.get_artifact_type("Model")


def _get_of_context(stock: Stock) -> None:
    if "run" not in stock.known:
        stock.known["run"] = stock.store.get_context_by_type_and_name("Run", "run").id
    stock.store.get_artifacts_by_context(stock.known["run"])


def _filter(stock: Stock) -> None:
    query = "custom_properties.score.double_value > 0.5 AND custom_properties.rank.int_value = 77"
    options = stock.list_options(limit=10, order_by=stock.order_by.ID, filter_query=query)
    stock.store.get_artifacts(list_options=options)


def _put_one(stock: Stock) -> None:
    stock.store.put_artifacts([stock.artifact(f"{stock.prefix}n-single-{next(stock.counter)}")])


def _update(stock: Stock) -> None:
    node = stock.artifact("stock-9")
    node.id = stock.ids[9]
    stock.store.put_artifacts([node])


def _put_many(stock: Stock) -> None:
    stock.store.put_artifacts([stock.artifact(f"{stock.prefix}n-bulk-{next(stock.counter)}") for _ in range(BULK)])


def _put_execution(stock: Stock) -> None:
    pb, name = stock.pb, f"{stock.prefix}n-{next(stock.counter)}"
    pairs = [(None, pb.Event(artifact_id=stock.ids[0], type=pb.Event.INPUT))]
    pairs.append((stock.artifact(name), pb.Event(type=pb.Event.OUTPUT)))
    execution = pb.Execution(type_id=stock.types["Trainer"], name=name)
    context = pb.Context(type_id=stock.types["Run"], name="run of the network")
    stock.store.put_execution(execution, pairs, [context], reuse_context_if_already_exist=True)


def _id(stock: Stock, name: str) -> int:
    """Return the id of an artifact of the lineages, which is asked for once."""
    if name not in stock.known:
        stock.known[name] = stock.store.get_artifact_by_type_and_name("Rare", name).id
    return stock.known[name]


def _walk(stock: Stock, start: str, hops: int, direction: str, *, end: str = "") -> None:
    options = stock.pb.LineageSubgraphQueryOptions(max_num_hops=hops)
    options.starting_artifacts.filter_query = f"name = '{start}'"
    options.direction = getattr(options, direction)
    if end:
        options.ending_artifacts.filter_query = f"name = '{end}'"
    stock.store.get_lineage_subgraph(options)


def _point(name: str, run: Any) -> Workload:
    return Workload(name, run, 1, target=3.0, times=_TIMES, round_trips=1)


def _lineage(name: str, *walk: Any, target: float = 2.0, **options: Any) -> Workload:
    return Workload(name, lambda stock: _walk(stock, *walk, **options), 1, target=target, times=3, round_trips=4)


NETWORK_WORKLOADS = (
    _point("read an artifact by id", _get_by_id),
    _point("read by uri", _get_by_uri),
    _point("read by type and name", _get_by_name),
    _point("read by external id", _get_by_external_id),
    _point("read the events of an artifact", _get_events),
    _point("read a type", _get_type),
    _point("read the artifacts of a context", _get_of_context),
    _point("read the first page of a filter", _filter),
    Workload("put one", _put_one, 1, target=2.0, times=_TIMES, round_trips=2),
    Workload("update one by id", _update, 1, target=2.0, times=_TIMES, round_trips=2),
    Workload(f"put {BULK} artifacts", _put_many, 1, target=20.0, round_trips=3),
    Workload("put_execution, 1 in, 1 out", _put_execution, 1, target=2.0, times=5, round_trips=4),
    _lineage(f"lineage of {HOPS} hops", "hop-0", HOPS, "DOWNSTREAM", target=5.0),
    _lineage(f"lineage of a fan of {FAN}", "fan-0", 2, "DOWNSTREAM"),
    _lineage("lineage of a cycle", "ring-0", 20, "DOWNSTREAM"),
    _lineage("lineage, both directions", "hop-10", HOPS, "BIDIRECTIONAL"),
    _lineage("lineage up to an ending filter", "hop-0", HOPS, "DOWNSTREAM", end="hop-8"),
    Workload("read 100 artifacts by id", lambda stock: stock.store.get_artifacts_by_id(stock.ids[:100]), 1, times=5),
    Workload("read 1000 artifacts by id", lambda stock: stock.store.get_artifacts_by_id(stock.ids[:BATCH]), 1, times=3),
)
