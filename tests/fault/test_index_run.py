"""Readers and writers at once on two servers: no read fails because of the search index, and it ends up exact.

`LINEAL_FAULT_SECONDS` says how long a run on one engine goes on (default: 8); 300 are worth it before a release.
Meanwhile the clock of a server is stepped by an hour, the server is killed again and again, a transaction takes
longer than the index looks back, a transaction marks nothing for the index, and the official library writes into the
same database. In the end the index holds exactly the nodes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from lineal.service.calls import CALLS
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.official import Answer, OfficialCore, OfficialStore, config_of, sqlite_file
from tests.crowd import Crowd
from tests.engines import MARIADB, MYSQL, POSTGRESQL, SQLITE, Engine, run_sql, server_folder
from tests.fault.faults import stepping_clock
from tests.fault.writing import SECONDS, until
from tests.ports import free_port
from tests.serving import Caller, ServerProcess, running_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(SECONDS * 2) + 480)]

ENGINES = [pytest.param(engine, id=engine.name) for engine in (SQLITE, MARIADB, MYSQL, POSTGRESQL)]
WRITERS = READERS = 8
LONG = min(30.0, max(12.0, SECONDS / 3))
HOUR = 3_600
EVERY_NODE = "SELECT id, last_update_time_since_epoch FROM {table} ORDER BY id"
EVERY_ENTRY = "SELECT node_id, updated FROM lineal_entry WHERE kind = {kind} ORDER BY node_id"
PATHS = ("/api/v1/artifacts?q=label.team=x", "/api/v1/totals", "/api/v1/artifacts/facets", "/api/v1/runs")


class Run:
    """What the crowd does to the servers, and what they answered."""

    def __init__(self, type_id: int) -> None:
        self.type_id = type_id
        self.servers: list[ServerProcess] = []
        self.answers: Counter[Any] = Counter()
        self.written = self.official = 0
        self.refused: Counter[str] = Counter()
        self.crowd = Crowd([])

    def write(self, number: int) -> None:
        """Create nodes and update them, on one of the servers."""
        while not self.crowd.is_over:
            with Caller(self.servers[number % 2].address) as caller, suppress(grpc.RpcError):
                while not self.crowd.is_over:
                    [first] = caller.call("PutArtifacts", put(artifact(self.type_id, "x"))).artifact_ids
                    caller.call("PutArtifacts", put(artifact(self.type_id, "y", first)))
                    self.written += 2
            time.sleep(0.1)

    def read(self, number: int) -> None:
        """Search by REST; a server that is killed is no answer."""
        while not self.crowd.is_over:
            for path in PATHS:
                with suppress(httpx.TransportError):
                    self.answers[httpx.get(self.servers[number % 2].http + path, timeout=60).status_code] += 1

    def write_officially(self, core: OfficialCore, url: str) -> None:
        """Create nodes and update them by the official library, which knows nothing of the index."""
        store = core.open(_official_config(url))
        while not self.crowd.is_over:
            created = ask(store, put(artifact(self.type_id, "official")))
            if created.response is None:
                self.refused[created.message[:80]] += 1
                time.sleep(0.05)
                continue
            [first] = created.response.artifact_ids  # type: ignore[attr-defined]
            self.official += 1 + (not ask(store, put(artifact(self.type_id, "again", first))).code)


def ask(store: OfficialStore, request: rpc.PutArtifactsRequest) -> Answer:
    store.start("PutArtifacts", request)
    return store.finish()


def _official_config(url: str) -> pb.ConnectionConfig:
    if url.startswith("sqlite"):
        return sqlite_file(Path(url.removeprefix("sqlite:///")))
    return config_of(url.replace("postgres@", "postgres:any@"))


def artifact(type_id: int, team: str, node_id: int | None = None) -> pb.Artifact:
    node = pb.Artifact(type_id=type_id, id=node_id)
    node.custom_properties["team"].string_value = team
    return node


def put(*nodes: pb.Artifact) -> rpc.PutArtifactsRequest:
    return rpc.PutArtifactsRequest(artifacts=nodes)


def write_long(url: str, type_id: int, *, is_foreign: bool) -> None:
    """Update a node in a transaction that takes longer than the index looks back; a foreign writer marks nothing."""
    with open_service(url) as service:
        [first] = service.call("PutArtifacts", put(artifact(type_id, "before"))).artifact_ids  # type: ignore[attr-defined]
        if is_foreign:
            service.database.around_write = None

        def work(session: Any, types: Any) -> None:
            CALLS["PutArtifacts"].handler(session, types, put(artifact(type_id, "late", first)))
            time.sleep(LONG if service.database.dialect.has_lock_table else 0.5)  # SQLite lets nobody write meanwhile

        service.write(work)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_index_is_exact_after_a_run(
    engine: Engine, servers: ExitStack, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, official_python: Path
) -> None:
    url, port = engine.fresh_url(servers, tmp_path), str(free_port())
    with open_service(url) as service:
        given = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="t"))
        run = Run(service.call("PutArtifactType", given).type_id)  # type: ignore[attr-defined]
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder(mode=0o755))
        run.servers.append(stack.enter_context(running_server(url)))
        with stepping_clock(folder, monkeypatch) as clock:
            run.servers.append(stack.enter_context(running_server(url, "--grpc-port", port)))
            works: list[Callable[[], None]] = [partial(run.write, number) for number in range(WRITERS)]
            works.append(partial(run.write_officially, stack.enter_context(official_core(official_python)), url))
            run.crowd = Crowd([*works, *[partial(run.read, number) for number in range(READERS)]])
            late = [partial(write_long, url, run.type_id, is_foreign=each) for each in (False, True)]
            with run.crowd, Crowd(late):
                _disturb(run, clock, stack, url, port)
        print(f"{engine.name}: {run.written} writes and {dict(run.answers)} answers in {SECONDS:g} s")
        print(f"the official library: {run.official} writes, refused: {dict(run.refused)}")
        assert set(run.answers) == {200}
        assert run.official > 10, run.refused
        until(lambda: _is_exact(url, engine), "the index is not exact")
        search = f"{run.servers[0].http}/api/v1/artifacts?q=label.team=late"
        until(lambda: httpx.get(search, timeout=60).json()["complete"], "the index is not known to be complete")
        assert len(httpx.get(search, timeout=60).json()["items"]) == 2


@contextmanager
def official_core(python: Path) -> Iterator[OfficialCore]:
    core = OfficialCore(python)
    try:
        yield core
    finally:
        core.close()


def _disturb(run: Run, clock: Any, stack: ExitStack, url: str, port: str) -> None:
    """Step the second server's clock by an hour and kill it, until the time is over."""
    end, hours = time.monotonic() + SECONDS, 1
    while time.monotonic() < end:
        time.sleep(min(5.0, SECONDS / 4))
        hours = -hours
        clock.step_to(hours * HOUR)
        time.sleep(min(5.0, SECONDS / 4))
        run.servers[1].stop(9)
        run.servers[1] = stack.enter_context(running_server(url, "--grpc-port", port))


def _is_exact(url: str, engine: Engine) -> bool:
    with open_service(url) as service:
        quote = service.database.engine_dialect.identifier_preparer.quote
        nodes = run_sql(url, EVERY_NODE.format(table=quote("Artifact")))
    assert nodes, engine.name
    return list(nodes) == list(run_sql(url, EVERY_ENTRY.format(kind=1)))
