"""The suites of the benchmark: where the stores are and how they are reached."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

from bench import network
from bench.limits import BARE, EMPTY
from bench.measure import Result, compare
from bench.sides import LIBRARIES, distant_worker, server, worker
from bench.workloads import BATCH, WORKLOADS, Workload
from lineal import urls
from lineal.config import ServerSettings
from tests.engines import MARIADB, Engine

CLIENTS = 8
NATIVE = "native"
PYMYSQL = "pymysql"
PYMYSQL_TARGET = 0.6
_PYMYSQL_SCHEME = "mysql+pymysql"
_POINT_READS = ("get an artifact by id", "get by type and name", "get by uri")
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
        engines = _grpc_engines()
        servers = {"official": server(stack, "official", f"sqlite:///{folder}/official.db")}
        servers |= {side: server(stack, "lineal", f"sqlite:///{folder}/{side}.db", *engines[side]) for side in engines}
        sides = {
            side: [
                worker(stack, side, asked, options.size if number == 0 else 0, client="lineal")
                for number in range(clients)
            ]
            for side, asked in servers.items()
        }
        empty = server(stack, EMPTY, "")
        sides[EMPTY] = [worker(stack, EMPTY, empty, 0) for _ in range(clients)]
        targets = {NATIVE: partial(_native_target, clients=clients)} if NATIVE in engines else {}
        return compare(f"gRPC, {clients} client(s), SQLite", sides, workloads, options.rounds, variants=targets)


def _grpc_engines() -> dict[str, tuple[str, ...]]:
    """Return the flags of Lineal's server, for each engine that can be used."""
    if find_spec("pygrpc_native") is None or not hasattr(ServerSettings, "grpc_engine"):
        return {"lineal": ()}
    return {"lineal": ("--grpc-engine", "grpcio"), NATIVE: ("--grpc-engine", "native")}


def _native_target(workload: Workload, *, clients: int) -> float:
    """Return what is promised of the native engine."""
    if workload.name not in _POINT_READS:
        return 1.0
    return 2.0 if clients > 1 else 1 / 0.6


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
    workloads = [
        workload._replace(target=_SERVER_TARGETS.get(workload.name, _least(engine))) for workload in options.chosen()
    ]
    with ExitStack() as stack:
        server_url = _without_driver(engine.server(stack).url)
        stores = {library: f"{server_url}{library}" for library in LIBRARIES}
        if has_both := engine is MARIADB and _has_compiled_driver():
            stores[PYMYSQL] = f"{server_url}{PYMYSQL}".replace("mysql", _PYMYSQL_SCHEME, 1)
        for side in stores:
            engine.create_database(f"{server_url}{side}")
        sides = {side: [worker(stack, _library(side), url, options.size)] for side, url in stores.items()}
        variants = {PYMYSQL: lambda workload: _SERVER_TARGETS.get(workload.name, PYMYSQL_TARGET)} if has_both else {}
        return compare(f"embedded, {engine.name}", sides, workloads, options.rounds, variants=variants)


def _library(side: str) -> str:
    return side if side in LIBRARIES else "lineal"


def _has_compiled_driver() -> bool:
    """Say whether Lineal can choose between two drivers for MySQL and MariaDB."""
    has_both = find_spec("MySQLdb") is not None and find_spec("pymysql") is not None
    return has_both and _PYMYSQL_SCHEME in getattr(urls, "DATABASE_SCHEMES", ())


def _least(engine: Engine) -> float:
    """Return the ratio that is promised of calls that a round trip does not help, on an engine with its driver."""
    return PYMYSQL_TARGET if engine is MARIADB and not _has_compiled_driver() else 1.0


def over_network(options: Options, *, engine: Engine) -> list[Result]:
    """Both libraries in the worker's process, a network's round trip away from databases of one server."""
    with ExitStack() as stack:
        server_url = _without_driver(engine.server(stack).url)
        for library in LIBRARIES:
            engine.create_database(f"{server_url}{library}")
        sides = {
            library: [
                distant_worker(stack, library, f"{server_url}{library}", options.size, round_trip=network.ROUND_TRIP)
            ]
            for library in LIBRARIES
        }
        workloads = options.chosen(network.NETWORK_WORKLOADS)
        promised = [each if each.round_trips else each._replace(target=_least(engine)) for each in workloads]
        return compare(
            f"a round trip of {network.ROUND_TRIP * 1e3:g} ms, {engine.name}", sides, promised, options.rounds
        )


def _without_driver(url: str) -> str:
    """Return a database's URL with the scheme for which Lineal chooses the driver."""
    return f"{urls.engine_of(url)}://{url.partition('://')[2]}"


def replaced(workload: Workload) -> Workload:
    """Return a workload with the promise that holds over gRPC: at least as fast."""
    return workload._replace(target=1.0)
