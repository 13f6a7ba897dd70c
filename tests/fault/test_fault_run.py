"""A bounded run of faults on each engine: what was acknowledged is there, nothing is there by half, and nobody helps.

`LINEAL_FAULT_SECONDS` says how long each of the five faults goes on (default: 8); 120, which is ten minutes for each
engine, are worth it before a release. Writers write until the end, whatever happens to workers, server, database, disk
and clock. Writes that failed may be there or not; those that were acknowledged must be, and wholly.
"""

from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from lineal.catalogue import Catalogue
from lineal.upkeep.opening import open_service
from tests.engines import MARIADB, MYSQL, POSTGRESQL, SQLITE, Engine, run_sql, server_folder
from tests.fault.faults import Database, disk, durable, stepping_clock
from tests.fault.writing import SECONDS, check, inflict, served
from tests.ports import free_port
from tests.serving import running_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(SECONDS * 3) + 480)]

ENGINES = [pytest.param(engine, id=engine.name) for engine in (SQLITE, MARIADB, MYSQL, POSTGRESQL)]
SERVERS = ["mariadb", "mysql", "postgresql"]
COUNT = "SELECT COUNT(*) FROM Execution"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


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


@pytest.mark.parametrize("name", SERVERS)
def test_killed_databases_lose_nothing(name: str, stack: ExitStack) -> None:
    server = stack.enter_context(durable(name))
    database = Database(server, stack)
    url = f"{server.url}faults"
    with served(url) as (_, writers), writers:
        inflict(writers, database.kill_and_start, pause=2.0)
    check(url, writers)


@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_steps_of_the_clock_lose_nothing(name: str, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stack.enter_context(server_folder(mode=0o755))
    with stepping_clock(folder, monkeypatch) as clock:
        url = f"sqlite:///{folder}/store.db"
        if name != "sqlite":
            url = f"{stack.enter_context(durable(name)).url}faults"
        with served(url, "--workers", "2") as (_, writers), writers:
            inflict(writers, clock.step_somewhere, pause=1.0)
    check(url, writers)
    with open_service(url) as service:
        Catalogue(service).index.follow_all()
    check(url, writers)
    assert run_sql(url, "SELECT COUNT(*) FROM lineal_entry WHERE kind = 0") == run_sql(url, COUNT)
    assert run_sql(url, "SELECT COUNT(*) FROM lineal_index_mark") == [(0,)]
    ((first, last),) = run_sql(url, "SELECT MIN(create_time_since_epoch), MAX(create_time_since_epoch) FROM Execution")
    assert last - first > 3_600_000, "no process saw the clock step"


@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_a_full_disk_stops_writes_until_there_is_space(name: str, stack: ExitStack, tmp_path: Path) -> None:
    """The store lies on a file system of its own, all of whose free space is taken away."""
    space = stack.enter_context(disk(stack.enter_context(server_folder(mode=0o755))))
    url = f"sqlite:///{space.folder}/store.db"
    if name != "sqlite":
        server = stack.enter_context(durable(name, parent=space.folder))
        url = f"{server.url}faults"
        stack.enter_context(Database(server, stack).kept_up())

    with served(url) as (_, writers):

        def fill(_: random.Random) -> None:
            space.fill()
            writers.wait_until_stopped()
            space.empty()

        with writers:
            inflict(writers, fill, pause=1.0)
    assert writers.refused
    check(url, writers)


def test_reads_go_on_while_a_file_cannot_grow(tmp_path: Path) -> None:
    """The largest size of a file that the server may write stands for the size of the disk."""
    path = tmp_path / "store.db"
    url = f"sqlite:///{path}"
    with served(url) as (server, writers):

        def fill(chance: random.Random) -> None:
            largest = max(each.stat().st_size for each in tmp_path.iterdir())
            _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (largest // 2, hard))
            writers.wait_until_stopped()
            with open_service(f"{url}?mode=ro") as reading:
                assert reading.database.read(lambda session: session.script(COUNT))
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

        with writers:
            inflict(writers, fill, pause=0.5)
    assert writers.refused
    check(url, writers)
