"""MLflow's client against Lineal and against MLflow's own server, on SQLite and on PostgreSQL.

The same client, in an environment of MLflow, does the same to both, in turns; and to a server that does nothing but
repeat answers, whose time is that of the client. The table shows medians, the ratio of the whole times, and the ratio
of the servers' times: the whole times less that of the client.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sides import HERE, Talker
from tests.engines import POSTGRESQL
from tests.services import require_mlflow_python

MLFLOW, LINEAL, NOTHING = "MLflow", "Lineal", "nothing"
_HOST = "http://127.0.0.1"
_START_TIMEOUT = 120


@dataclass(frozen=True)
class Workload:
    """Something that the client does.

    Attributes:
        name: the method of the client.
        shown: what the table calls it.
        whole, server: the promised ratios of the whole times and of the servers' times; 0 for none.
        times: how many times in a row a side does it in a turn: a machine wakes up slowly after each pause.
    """

    name: str
    shown: str
    whole: float
    server: float = 0
    times: int = 1


WORKLOADS = (
    Workload("run", "a run: 7 parameters, 2 metrics, 2 tags", 3, 5, times=10),
    Workload("batch", "log_batch of 1,000 points", 3, 5, times=3),
    Workload("search", "search of 10,000 runs, filter, order", 3),
    Workload("history", "history of 10,000 points", 2, times=2),
)


@dataclass(frozen=True)
class Measured:
    """The medians of a workload on a database, in seconds."""

    database: str
    workload: Workload
    mlflow: float
    lineal: float
    nothing: float

    @property
    def whole(self) -> float:
        """How many times as fast the client is with Lineal."""
        return self.mlflow / self.lineal

    @property
    def server(self) -> float:
        """How many times as fast Lineal's server is, without the time of the client; NaN if Lineal's time is noise."""
        own = self.lineal - self.nothing
        return (self.mlflow - self.nothing) / own if own > 0 else math.nan

    @property
    def is_kept(self) -> bool:
        """Whether both ratios are as promised; one that cannot be measured is not."""
        promised = self.workload.server
        return self.whole >= self.workload.whole and (not promised or self.server >= promised)

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        figures = {name: getattr(self, name) for name in ("mlflow", "lineal", "nothing", "whole")}
        server = None if math.isnan(self.server) else self.server
        return {"database": self.database, "name": self.workload.shown, **figures, "server": server}


def measure(rounds: int, only: str = "") -> list[Measured]:
    """Measure the workloads on both databases.

    Args:
        rounds: counted rounds of each workload.
        only: a text that the descriptions of the workloads contain.
    """
    chosen = [each for each in WORKLOADS if only in each.shown]
    found: list[Measured] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores = {"SQLite": {side: f"sqlite:///{folder}/{side}.db" for side in (MLFLOW, LINEAL)}}
        url = POSTGRESQL.server(stack).url
        stores["PostgreSQL"] = {side: f"{url}bench_{side.lower()}" for side in (MLFLOW, LINEAL)}
        POSTGRESQL.create_database(stores["PostgreSQL"][MLFLOW])
        for database, urls in stores.items():
            print(f"{database}: making runs and measuring", file=sys.stderr, flush=True)
            found += _on(database, urls, chosen, rounds)
    return found


def _on(database: str, urls: Mapping[str, str], workloads: Sequence[Workload], rounds: int) -> list[Measured]:
    names = {workload.name for workload in workloads}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {
            MLFLOW: stack.enter_context(_mlflow_server(urls[MLFLOW], folder)),
            LINEAL: stack.enter_context(lineal_server(urls[LINEAL], folder)),
        }
        clients = {side: _client(stack, url) for side, url in servers.items()}
        if "search" in names:
            for client in clients.values():
                _ask(client, "fill_runs")
        empty = Talker(sys.executable, str(HERE / "empty_http_server.py"), servers[LINEAL])
        stack.callback(empty.close)
        clients[NOTHING] = _client(stack, f"{_HOST}:{empty.first_line}")
        if "history" in names:
            for client in clients.values():
                _ask(client, "fill_history")
        return [_measured(database, workload, clients, rounds) for workload in workloads]


def _measured(database: str, workload: Workload, clients: Mapping[str, Talker], rounds: int) -> Measured:
    """Run a workload on all sides in turns; the first round warms up and is not counted."""
    times: dict[str, list[float]] = {side: [] for side in clients}
    for number in range(rounds + 1):
        sides = list(clients) if number % 2 else [*clients][::-1]
        answers = {side: [_ask(clients[side], workload.name) for _ in range(workload.times)] for side in sides}
        if answers[MLFLOW][-1]["found"] != answers[LINEAL][-1]["found"]:
            raise SystemExit(f"{workload.shown} on {database}: Lineal finds something else than MLflow")
        for side, found in answers.items():
            if number:
                times[side] += [answer["seconds"] for answer in found]
    medians = {side: statistics.median(each) for side, each in times.items()}
    return Measured(database, workload, medians[MLFLOW], medians[LINEAL], medians[NOTHING])


def _ask(client: Talker, workload: str) -> Any:
    client.write(workload)
    return json.loads(client.read())


def _client(stack: ExitStack, url: str) -> Talker:
    client = Talker(str(require_mlflow_python()), str(HERE / "tracking_client.py"), url)
    stack.callback(client.close)
    return client


@contextmanager
def _mlflow_server(store: str, folder: Path) -> Iterator[str]:
    """Run MLflow's server with one worker, as Lineal has one."""
    port = _free_port()
    scheme, separator, rest = store.partition("://")
    place = store if scheme == "sqlite" else f"postgresql+psycopg2{separator}{rest}"
    options = ["--backend-store-uri", place, "--artifacts-destination", str(folder / "files"), "--workers", "1"]
    command = [str(require_mlflow_python()), "-m", "mlflow", "server", *options, "--host", "127.0.0.1"]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with _process([*command, "--port", str(port)], folder / "mlflow.log", quiet) as process:
        yield _healthy(process, f"{_HOST}:{port}", folder / "mlflow.log")


@contextmanager
def lineal_server(store: str, folder: Path) -> Iterator[str]:
    """Run Lineal's server on a store, with its log in a folder; yield its address."""
    port = _free_port()
    command = [sys.executable, "-m", "lineal", "serve", "--db", store, "--artifacts-root", str(folder / "lineal")]
    with _process([*command, "--grpc-port", "0", "--http-port", str(port)], folder / "lineal.log", {}) as process:
        yield _healthy(process, f"{_HOST}:{port}", folder / "lineal.log")


@contextmanager
def _process(command: Sequence[str], log: Path, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command, and end it with the processes that it has started."""
    with (
        log.open("w") as output,
        subprocess.Popen(  # noqa: S603 a server that this file names
            command,
            cwd=log.parent,
            env=os.environ | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def _healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> str:
    """Return the address of a server when it answers."""
    end = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310 of this machine
            return url
        time.sleep(0.2)
    raise SystemExit(f"a server does not answer: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def print_table(found: Sequence[Measured]) -> None:
    """Print the medians in milliseconds, the ratios, and the promised ones."""
    print(
        "| MLflow's client | database | MLflow ms | Lineal ms | client alone ms | ratio | of the servers | promised |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for each in found:
        times = " | ".join(f"{1000 * seconds:,.1f}" for seconds in (each.mlflow, each.lineal, each.nothing))
        promised = " and ".join(f"{ratio:g}" for ratio in (each.workload.whole, each.workload.server) if ratio)
        verdict = "" if each.is_kept else " **missed**"
        of_servers = "noise" if math.isnan(each.server) else f"{each.server:.1f}"
        print(
            f"| {each.workload.shown} | {each.database} | {times} | {each.whole:.1f} | {of_servers} "
            f"| {promised}{verdict} |"
        )
