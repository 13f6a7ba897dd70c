"""The suites of the benchmark: where the stores are and how they are reached."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from bench import network
from bench.limits import BARE, EMPTY
from bench.measure import Result, compare
from bench.sides import LIBRARIES, distant_worker, server, worker
from bench.workloads import BATCH, WORKLOADS, Workload
from tests.engines import Engine

CLIENTS = 8
WORKERS_TARGET = 1.6
# What is promised on database servers, where the official library sends a statement for each row and each hop.
_SERVER_TARGETS = {f"put {BATCH} artifacts, each": 10.0, "put_execution in a chain": 2.0, "lineage of 100 hops": 5.0}


@dataclass(frozen=True)
class Options:
    """What to measure.

    Attributes:
        only: a text that the names of the workloads contain.
        rounds: counted rounds of each.
        size: artifacts in each store.
    """

    only: str
    rounds: int
    size: int

    def chosen(self, workloads: Sequence[Workload] = WORKLOADS) -> list[Workload]:
        """Return the workloads whose names contain the text."""
        return [workload for workload in workloads if self.only in workload.name]


def embedded(options: Options) -> list[Result]:
    """Both libraries in the worker's process, on SQLite files."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sides = {
            library: [worker(stack, library, f"sqlite:///{folder}/{library}.db", options.size)]
            for library in (*LIBRARIES, BARE)
        }
        return compare("embedded, SQLite", sides, options.chosen(), options.rounds)


def over_grpc(options: Options, *, clients: int) -> list[Result]:
    """Both behind grpcio servers on SQLite files, asked by Lineal's client; clients and server share the cores."""
    workloads = [replaced(workload) for workload in options.chosen()]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        servers = {library: server(stack, library, f"sqlite:///{folder}/{library}.db") for library in LIBRARIES}
        sides = {
            library: [
                worker(stack, library, asked, options.size if number == 0 else 0, client="lineal")
                for number in range(clients)
            ]
            for library, asked in servers.items()
        }
        empty = server(stack, EMPTY, "")
        sides[EMPTY] = [worker(stack, EMPTY, empty, 0) for _ in range(clients)]
        return compare(f"gRPC, {clients} client(s), SQLite", sides, workloads, options.rounds)


def workers(options: Options) -> list[Result]:
    """Lineal's server with two worker processes against one, asked by eight clients, on SQLite files."""
    workloads = [workload._replace(target=WORKERS_TARGET) for workload in options.chosen()]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sides = {}
        for library, number in zip(LIBRARIES, ("1", "2"), strict=True):
            asked = server(stack, "lineal", f"sqlite:///{folder}/{number}.db", "--workers", number)
            sides[library] = [
                worker(stack, "lineal", asked, options.size if client == 0 else 0) for client in range(CLIENTS)
            ]
        found = compare(f"gRPC, {CLIENTS} clients, two workers", sides, workloads, options.rounds)
        return [replace(result, base="one worker") for result in found]


def on_server(options: Options, *, engine: Engine) -> list[Result]:
    """Both libraries in the worker's process, on databases of one server."""
    workloads = [workload._replace(target=_SERVER_TARGETS.get(workload.name, 1.0)) for workload in options.chosen()]
    with ExitStack() as stack:
        server_url = engine.server(stack).url
        for library in LIBRARIES:
            engine.create_database(f"{server_url}{library}")
        sides = {library: [worker(stack, library, f"{server_url}{library}", options.size)] for library in LIBRARIES}
        return compare(f"embedded, {engine.name}", sides, workloads, options.rounds)


def over_network(options: Options, *, engine: Engine) -> list[Result]:
    """Both libraries in the worker's process, a network's round trip away from databases of one server."""
    with ExitStack() as stack:
        server_url = engine.server(stack).url
        for library in LIBRARIES:
            engine.create_database(f"{server_url}{library}")
        sides = {
            library: [
                distant_worker(stack, library, f"{server_url}{library}", options.size, round_trip=network.ROUND_TRIP)
            ]
            for library in LIBRARIES
        }
        name = f"a round trip of {network.ROUND_TRIP * 1e3:g} ms, {engine.name}"
        return compare(name, sides, options.chosen(network.NETWORK_WORKLOADS), options.rounds)


def replaced(workload: Workload) -> Workload:
    """Return a workload with the promise that holds over gRPC: at least as fast."""
    return workload._replace(target=1.0)
