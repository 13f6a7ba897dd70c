"""Calls that are sent again, as Kubeflow's clients do: after lost answers, with dying servers, while a store is busy.

What was sent again must leave what the official core has, which saw each call once, or twice where the answer was lost.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from google.protobuf.message import Message

from lineal import errors
from tests.access.serving import serving
from tests.compat.official import OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.engines import MARIADB, POSTGRESQL, Engine
from tests.kfp.asking import Asking
from tests.kfp.doors import Door, GrpcDoor, Patient
from tests.kfp.player import play_all
from tests.kfp.readers import Browser
from tests.kfp.runs import CACHED, FAILED, IMPORTED_AGAIN, LOOPS, NESTED, RETRIED, SIMPLE, Run
from tests.ports import free_port
from tests.serving import ServerProcess, running_server

pytestmark = pytest.mark.slow


def replay(core: OfficialCore, door: Door, *runs: Run, loses_answers: bool = False) -> None:
    """Play runs on both sides, and compare all that they left."""
    with closing(Pair(core.open(), LinealSide(door))) as pair:
        asking = Asking(pair, loses_answers=loses_answers)
        play_all(asking, runs)
        browser = Browser(asking)
        for artifact_id in browser.artifact_list():
            browser.lineage(artifact_id)
        for execution_id in browser.execution_list():
            browser.execution_details(execution_id)


def test_writes_whose_answers_are_lost_leave_the_same(core: OfficialCore) -> None:
    runs = (SIMPLE, NESTED, IMPORTED_AGAIN)
    with serving() as served:
        replay(core, GrpcDoor(served.grpc), *runs, loses_answers=True)


class Restarted:
    """A server that is killed before every so many calls, and comes back at the same port after a while."""

    def __init__(self, url: str, stack: ExitStack, every: int) -> None:
        self._url, self._stack, self._every = url, stack, every
        self._port = str(free_port())
        self._calls = 0
        self._server = self._start()
        self._door = GrpcDoor(f"127.0.0.1:{self._port}")

    def _start(self) -> ServerProcess:
        return self._stack.enter_context(running_server(self._url, "--grpc-port", self._port))

    def call(self, method: str, request: Message) -> Message:
        """Call; this one meets no server from time to time."""
        self._calls += 1
        if self._calls % self._every == 0:
            self._server.process.kill()
            self._server.process.wait()
            starting = threading.Thread(target=self._start_again)
            starting.start()
            self._stack.callback(starting.join)
        return self._door.call(method, request)

    def _start_again(self) -> None:
        self._server = self._start()

    def close(self) -> None:
        """Close the connection."""
        self._door.close()


def test_a_server_that_is_killed_and_comes_back_has_lost_and_doubled_nothing(
    core: OfficialCore, tmp_path: Path
) -> None:
    with ExitStack() as stack, Patient(Restarted(f"sqlite:///{tmp_path}/store.db", stack, every=60)) as door:
        replay(core, door, SIMPLE)
        assert errors.UNAVAILABLE in door.again


class Busy:
    """A door whose store another process reads before every so many writes, so that none can be committed."""

    def __init__(self, door: Door, path: Path, every: int) -> None:
        self._door, self._path, self._every = door, path, every
        self._writes = 0

    def call(self, method: str, request: Message) -> Message:
        """Call; some writes meet a reader that holds them up."""
        self._writes += method.startswith("Put")
        if method.startswith("Put") and self._writes % self._every == 0:
            with _reader(self._path):
                return self._door.call(method, request)
        return self._door.call(method, request)

    def close(self) -> None:
        """Close the door."""
        self._door.close()


@contextmanager
def _reader(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM Type").fetchall()
        yield
        reader.execute("COMMIT")


def test_writes_that_are_aborted_are_sent_again_and_stored_once(core: OfficialCore, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    url = f"sqlite:///{path}?journal_mode=delete&busy_timeout=0.1"
    with serving(url) as served, Patient(Busy(GrpcDoor(served.grpc), path, every=7), pause=0.01) as door:
        replay(core, door, SIMPLE, NESTED)
        assert set(door.again) == {errors.ABORTED}


@pytest.mark.parametrize("server_engine", [MARIADB, POSTGRESQL], ids=lambda engine: engine.name)
def test_runs_on_a_database_server_are_answered_alike(
    core: OfficialCore, server_engine: Engine, servers: ExitStack, tmp_path: Path
) -> None:
    with server_engine.empty_url(servers, tmp_path) as url, serving(url) as served:
        # The official core in memory uses up no id for what it refuses, and a server must not either to be compared.
        door = Rewinding(GrpcDoor(served.grpc), lambda: server_engine.rewind_ids(served.service.database))
        replay(core, door, SIMPLE, CACHED, FAILED, RETRIED, LOOPS, NESTED)


class Rewinding:
    """A door after whose refusals something is done."""

    def __init__(self, door: Door, rewind: object) -> None:
        assert callable(rewind)
        self._door, self._rewind = door, rewind
        rewind()

    def call(self, method: str, request: Message) -> Message:
        """Call, and rewind the ids of what was undone."""
        try:
            return self._door.call(method, request)
        except errors.StatusError:
            self._rewind()
            raise

    def close(self) -> None:
        """Close the door."""
        self._door.close()
