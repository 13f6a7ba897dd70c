"""The workloads: what is measured, written once against the client's surface that both libraries share.

A workload gets a `Stock` (an open store with known contents) and does a number of operations; its time is divided by
that number. What stays out: opening stores, timing and comparing (worker.py, __main__.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

DECLARED = 7
CUSTOM = 2
BATCH = 1000
CHAIN_HOPS = 100
WIDE_NODES = 1000


@dataclass
class Stock:
    """An open store, the message module that fits it, and what was put into it.

    Attributes:
        size: how many models to put; 0 means that another worker has put them.
        prefix: begins the names of what this worker writes, so that workers on one store do not meet.
        known: ids that were looked up, by the node's name.
    """

    store: Any
    pb: Any
    list_options: Any
    order_by: Any
    size: int
    prefix: str = ""
    ids: list[int] = field(default_factory=list)
    types: dict[str, int] = field(default_factory=dict)
    counter: Any = field(default_factory=itertools.count)
    workspace: Any = None
    known: dict[str, int] = field(default_factory=dict)

    def artifact(self, name: str) -> Any:
        """Return a model with seven declared and two custom properties."""
        number = next(self.counter)
        node = self.pb.Artifact(type_id=self.types["Model"], name=name, uri=f"s3://bucket/{name}")
        for index in range(DECLARED):
            node.properties[f"p{index}"].string_value = f"value {index} of {name}"
        node.custom_properties["score"].double_value = number % 1000 / 1000
        node.custom_properties["rank"].int_value = number % 100
        return node


def learn(stock: Stock) -> None:
    """Take over the types and ids of a store that another worker has filled."""
    _put_types(stock)
    for number in range(BATCH):
        found = stock.store.get_artifact_by_type_and_name("Model", f"stock-{number}")
        stock.ids.append(found.id)


def _put_types(stock: Stock) -> None:
    pb, store = stock.pb, stock.store
    properties = {f"p{index}": pb.STRING for index in range(DECLARED)}
    for name in ("Model", "Rare"):
        stock.types[name] = store.put_artifact_type(pb.ArtifactType(name=name, properties=properties))
    stock.types["Trainer"] = store.put_execution_type(pb.ExecutionType(name="Trainer"))
    stock.types["Run"] = store.put_context_type(pb.ContextType(name="Run"))


def stock_up(stock: Stock) -> None:
    """Fill a fresh store: `size` models, a chain of executions, a wide graph, one context."""
    pb, store = stock.pb, stock.store
    _put_types(stock)
    for start in range(0, stock.size, BATCH):
        names = [f"stock-{number}" for number in range(start, min(start + BATCH, stock.size))]
        stock.ids += store.put_artifacts([stock.artifact(name) for name in names])
    rare = [pb.Artifact(type_id=stock.types["Rare"], name=f"rare-{number}") for number in range(BATCH)]
    store.put_artifacts(rare)
    _put_chain(stock)
    _put_wide(stock)


def _put_chain(stock: Stock) -> None:
    """Put artifact → execution → artifact ..., CHAIN_HOPS events long."""
    pb, store = stock.pb, stock.store
    length = CHAIN_HOPS // 2
    ids = store.put_artifacts([stock.artifact(f"chain-{number}") for number in range(length + 1)])
    executions = store.put_executions([pb.Execution(type_id=stock.types["Trainer"]) for _ in range(length)])
    store.put_events(
        [pb.Event(artifact_id=a, execution_id=e, type=pb.Event.INPUT) for a, e in zip(ids, executions, strict=False)]
        + [
            pb.Event(artifact_id=a, execution_id=e, type=pb.Event.OUTPUT)
            for a, e in zip(ids[1:], executions, strict=True)
        ]
    )


def _put_wide(stock: Stock) -> None:
    """Put WIDE_NODES artifacts and executions that five hops from the first artifact reach."""
    pb, store = stock.pb, stock.store
    fan = WIDE_NODES // 4
    first, *middle = store.put_artifacts([stock.artifact(f"wide-{number}") for number in range(fan + 1)])
    executions = store.put_executions([pb.Execution(type_id=stock.types["Trainer"]) for _ in range(2 * fan)])
    last = store.put_artifacts([stock.artifact(f"wide-end-{number}") for number in range(fan)])
    events = []
    for number in range(fan):
        makes, uses = executions[number], executions[fan + number]
        for execution_id, source, target in ((makes, first, middle[number]), (uses, middle[number], last[number])):
            events.append(pb.Event(artifact_id=source, execution_id=execution_id, type=pb.Event.INPUT))
            events.append(pb.Event(artifact_id=target, execution_id=execution_id, type=pb.Event.OUTPUT))
    store.put_events(events)


class Workload(NamedTuple):
    """What is measured.

    Attributes:
        name: as it stands in the table.
        run: does the operations on a stock.
        operations: by how many the time of one run is divided.
        target: the ratio, official time / Lineal's time, that is promised.
        limits: which of bench/limits.py can do it: "bare" rows, "empty" RPCs.
        times: how often a run does it, so that waking up is a small part of what is timed.
        round_trips: how many an operation may take, where they are counted.
    """

    name: str
    run: Callable[[Stock], object]
    operations: int
    target: float = 1.2
    limits: tuple[str, ...] = ()
    times: int = 1
    round_trips: int | None = None

    def do(self, stock: Stock) -> None:
        """Do one run."""
        for _ in range(self.times):
            self.run(stock)

    @property
    def all_operations(self) -> int:
        """By how many the time of a run is divided."""
        return self.operations * self.times


def _put_singles(stock: Stock) -> None:
    for _ in range(20):
        stock.store.put_artifacts([stock.artifact(f"{stock.prefix}single-{next(stock.counter)}")])


def _put_batch(stock: Stock) -> None:
    stock.store.put_artifacts([stock.artifact(f"{stock.prefix}batch-{next(stock.counter)}") for _ in range(BATCH)])


def _put_executions(stock: Stock) -> None:
    pb = stock.pb
    source = stock.ids[0]
    for _ in range(20):
        number = next(stock.counter)
        context = pb.Context(type_id=stock.types["Run"], name="run of the chain")
        made = (stock.artifact(f"{stock.prefix}made-{number}"), pb.Event(type=pb.Event.OUTPUT))
        used = (None, pb.Event(artifact_id=source, type=pb.Event.INPUT))
        execution = pb.Execution(type_id=stock.types["Trainer"], name=f"{stock.prefix}execution-{number}")
        _, ids, _ = stock.store.put_execution(execution, [used, made], [context], reuse_context_if_already_exist=True)
        source = ids[1]


def _get_one(stock: Stock) -> None:
    for node_id in stock.ids[:100]:
        stock.store.get_artifacts_by_id([node_id])


def _get_hundred(stock: Stock) -> None:
    stock.store.get_artifacts_by_id(stock.ids[:100])


def _get_by_name(stock: Stock) -> None:
    for number in range(50):
        stock.store.get_artifact_by_type_and_name("Model", f"stock-{number}")


def _get_by_uri(stock: Stock) -> None:
    for number in range(50):
        stock.store.get_artifacts_by_uri(f"s3://bucket/stock-{number}")


def _get_type(stock: Stock) -> None:
    stock.store.get_artifacts_by_type("Rare")


def _get_all(stock: Stock) -> None:
    stock.store.get_artifacts_by_id(stock.ids[:BATCH])


def _filter(stock: Stock) -> None:
    query = "custom_properties.score.double_value > 0.5 AND custom_properties.rank.int_value = 7"
    options = stock.list_options(limit=20, order_by=stock.order_by.CREATE_TIME, is_asc=False, filter_query=query)
    for _ in range(5):
        stock.store.get_artifacts(list_options=options)


def _get_events(stock: Stock) -> None:
    for start in range(0, 100, 10):
        stock.store.get_events_by_artifact_ids(stock.ids[start : start + 10])


def _walk(stock: Stock, start: str, hops: int) -> None:
    options = stock.pb.LineageSubgraphQueryOptions(max_num_hops=hops)
    options.starting_artifacts.filter_query = f"name = '{start}'"
    options.direction = options.DOWNSTREAM
    stock.store.get_lineage_subgraph(options)


def _workspace(stock: Stock) -> Any:
    """Return the SDK's workspace on this store, registered once."""
    if stock.workspace is None:
        from kubeflow.metadata import metadata

        stock.workspace = metadata.Workspace(metadata.Store.from_client(stock.store), name="bench")
    return stock.workspace


def _sdk_log(stock: Stock) -> None:
    from kubeflow.metadata import metadata

    workspace = _workspace(stock)
    for _ in range(5):
        number = next(stock.counter)
        execution = metadata.Execution(name=f"{stock.prefix}e{number}", workspace=workspace)
        execution.log_input(metadata.DataSet(name=f"{stock.prefix}d{number}", uri=f"s3://d/{number}"))
        execution.log_output(metadata.Model(name=f"{stock.prefix}m{number}", uri=f"s3://m/{number}"))


def _sdk_list(stock: Stock) -> None:
    from kubeflow.metadata import metadata

    _workspace(stock).list(metadata.Model.ARTIFACT_TYPE_NAME)


WORKLOADS = (
    Workload("put an artifact", _put_singles, 20, 1.2, ("bare",)),
    Workload(f"put {BATCH} artifacts, each", _put_batch, BATCH, 2.0, ("bare",)),
    Workload("put_execution in a chain", _put_executions, 20, 1.5),
    Workload("get an artifact by id", _get_one, 100, 1.2, ("bare", "empty")),
    Workload("get 100 artifacts by id, each", _get_hundred, 100, 2.0, ("bare",), times=10),
    Workload("get 1000 artifacts by id, each", _get_all, BATCH, 2.0, ("bare",), times=2),
    Workload("get by type and name", _get_by_name, 50, 1.2, ("empty",), times=2),
    Workload("get by uri", _get_by_uri, 50, 1.2, ("empty",), times=2),
    Workload("get all of a type, each", _get_type, BATCH, 1.2, ("bare",), times=5),
    Workload("filter on two properties", _filter, 5, 2.0),
    Workload("get events of 10 artifacts", _get_events, 10, 1.2, ("empty",), times=10),
    Workload("lineage of 100 hops", lambda stock: _walk(stock, "chain-0", CHAIN_HOPS), 1, 3.0, times=5),
    Workload("lineage of 1000 nodes, 5 hops", lambda stock: _walk(stock, "wide-0", 5), 1, times=2),
    Workload("SDK: log an input and an output", _sdk_log, 5),
    Workload("SDK: list a workspace", _sdk_list, 1, times=5),
)
