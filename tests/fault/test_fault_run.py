"""A bounded run of faults on each engine: what was acknowledged is there, nothing is there by half, and nobody helps.

`LINEAL_FAULT_SECONDS` says how long each fault goes on (default: 8); ten minutes for each engine are worth it before a
release. Writers write until the end, whatever happens to workers, server, database and disk. Writes that failed may be
there or not; those that were acknowledged must be, and wholly.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import grpc
import pytest

from lineal.config import DatabaseSettings
from lineal.service import doctor, open_service
from tests.engines import MARIADB, POSTGRESQL, SQLITE, Engine, Server, free_port, mariadb, postgresql, run_sql
from tests.fault.test_sigkill import TORN_EVENTS, TORN_NODES, Ledger, Types, put_types, write_request
from tests.serving import Caller, ServerProcess, running_server

SECONDS = float(os.environ.get("LINEAL_FAULT_SECONDS", "8"))
WRITERS = 4
PROPERTIES = 5
RECOVERY = 60
ALLOWED = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
Fault = Callable[[random.Random], None]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(SECONDS * 3) + 240)]


class Writers:
    """Threads that write until they are stopped, and note what was promised to them and what was not."""

    def __init__(self, address: str, types: Types) -> None:
        self.ledger = Ledger()
        self.refused: list[grpc.StatusCode] = []
        self._address, self._types = address, types
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        number = 0
        while not self._stop.is_set():
            with Caller(self._address) as caller, suppress(grpc.RpcError):
                while not self._stop.is_set():
                    number += 1
                    self._put(caller, f"{writer}.{number}")

    def _put(self, caller: Caller, name: str) -> None:
        try:
            caller.call("PutExecution", write_request(self._types, name), timeout=60)
        except grpc.RpcError as error:
            self.refused.append(error.code())
            time.sleep(0.05)
            raise
        self.ledger.acknowledge(name)

    def wait_for_progress(self) -> None:
        """Wait until something more is acknowledged."""
        before, end = len(self.ledger.names), time.monotonic() + RECOVERY
        while len(self.ledger.names) <= before + WRITERS:
            assert time.monotonic() < end, "nothing was acknowledged any more"
            time.sleep(0.05)


def inflict(writers: Writers, fault: Fault, *, pause: float) -> None:
    """Inflict a fault again and again for the time of the run; after each, the writers must get on."""
    chance = random.Random(7)
    writers.wait_for_progress()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        fault(chance)
        writers.wait_for_progress()
        time.sleep(chance.uniform(0, pause))


def check(url: str, writers: Writers) -> None:
    """Nothing acknowledged is lost, nothing is torn, and no error was of a kind that clients cannot understand."""
    stored = {row[0] for row in run_sql(url, "SELECT name FROM Execution")}
    assert set(writers.ledger.names) - stored == set()
    artifacts = TORN_NODES.format(node="Artifact", properties=PROPERTIES, events=1, relation="Attribution")
    executions = TORN_NODES.format(node="Execution", properties=PROPERTIES, events=2, relation="Association")
    assert [row for sql in (artifacts, executions, TORN_EVENTS) for row in run_sql(url, sql)] == []
    assert set(writers.refused) <= ALLOWED
    assert doctor.examine(DatabaseSettings(url)) == []


@contextmanager
def served(url: str, *flags: str) -> Iterator[tuple[ServerProcess, Writers]]:
    """Serve a database and let writers begin."""
    with running_server(url, *flags) as server:
        with Caller(server.address) as caller:
            types = put_types(caller)
        yield server, Writers(server.address, types)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


ENGINES = [pytest.param(engine, id=engine.name) for engine in (SQLITE, MARIADB, POSTGRESQL)]


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_workers_lose_nothing(engine: Engine, servers: ExitStack, tmp_path: Path) -> None:
    url = engine.fresh_url(servers, tmp_path)
    with served(url, "--workers", "2") as (server, writers):
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")

        def kill_one(chance: random.Random) -> None:
            with suppress(ProcessLookupError, IndexError):
                os.kill(int(chance.choice(children.read_text().split())), signal.SIGKILL)

        with writers:
            inflict(writers, kill_one, pause=1.0)
    check(url, writers)


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_servers_lose_nothing(engine: Engine, servers: ExitStack, stack: ExitStack, tmp_path: Path) -> None:
    url, port = engine.fresh_url(servers, tmp_path), str(free_port())
    lives = [stack.enter_context(served(url, "--grpc-port", port))]
    writers = lives[0][1]

    def kill(_: random.Random) -> None:
        lives[-1][0].stop(signal.SIGKILL)
        lives.append((stack.enter_context(running_server(url, "--grpc-port", port)), writers))

    with writers:
        inflict(writers, kill, pause=1.0)
    stack.close()
    check(url, writers)


class Database:
    """A database server that is killed and started again, on its files and its port."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.process = server.process

    def kill_and_start(self, _: random.Random) -> None:
        """Kill it at once, with all of its processes, and start it again."""
        pids = self._server.folder / "data" / "postmaster.pid"
        if pids.exists():  # of PostgreSQL; the process that we started only runs it as another user
            os.kill(int(pids.read_text().splitlines()[0]), signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        end = time.monotonic() + RECOVERY
        while time.monotonic() < end:
            self.process = subprocess.Popen(
                self._server.process.args, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
            )
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1.5)  # PostgreSQL refuses to start while processes of the last one are left
                continue
            return

    def stop(self) -> None:
        """Stop the last one that was started."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.process.kill()


DURABLE = {
    "mariadb": lambda: mariadb("--innodb-flush-log-at-trx-commit=1", "--innodb-doublewrite=1"),
    "postgresql": lambda: postgresql("fsync=on"),
}


@pytest.mark.parametrize("name", DURABLE)
def test_killed_databases_lose_nothing(name: str, stack: ExitStack) -> None:
    server = stack.enter_context(DURABLE[name]())
    database = Database(server)
    stack.callback(database.stop)
    url = f"{server.url}faults"
    with served(url) as (_, writers), writers:
        inflict(writers, database.kill_and_start, pause=2.0)
    check(url, writers)


def test_a_full_disk_stops_writes_and_nothing_else_until_there_is_space(tmp_path: Path) -> None:
    """The largest size of a file that the server may write stands for the size of the disk."""
    path = tmp_path / "store.db"
    url = f"sqlite:///{path}"
    with served(url) as (server, writers):

        def fill(chance: random.Random) -> None:
            largest = max(each.stat().st_size for each in tmp_path.iterdir())
            _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
            refused = len(writers.refused)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (largest // 2, hard))
            _until(lambda: len(writers.refused) > refused + WRITERS)
            with open_service(f"{url}?mode=ro") as reading:
                assert reading.database.read(lambda session: session.script("SELECT count(*) FROM Execution"))
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

        with writers:
            inflict(writers, fill, pause=0.5)
        assert writers.refused
    check(url, writers)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + RECOVERY
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
