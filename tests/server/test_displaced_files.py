"""A SQLite file that is removed or replaced under a running server: every worker refuses, and says what to do."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import grpc
import httpx
import pytest

from lineal.server.readiness import INTERVAL
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_artifacts
from tests.serving import Caller, ServerProcess, running_server

WORKERS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store to serve, and one that is put in its place."""
    made = tmp_path_factory.mktemp("displaced")
    for name in ("store.db", "restored.db"):
        with open_service(f"sqlite:///{made / name}") as service:
            put_artifacts(service, artifact(put_artifact_type(service), name=name))
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ServerProcess]:
    with running_server(f"sqlite:///{folder / 'store.db'}", "--workers", str(WORKERS)) as running:
        _everybody_writes(running)
        (folder / "store.db").rename(folder / "away.db")
        shutil.copy(folder / "restored.db", folder / "store.db")
        yield running


def _everybody_writes(server: ServerProcess) -> None:
    for number in range(8 * WORKERS):
        _write(server, f"before {number}")


def _write(server: ServerProcess, name: str) -> grpc.StatusCode:
    """Write over a connection of its own, which any worker may get."""
    request = rpc.PutContextTypeRequest()
    request.context_type.name = name
    with Caller(server.address) as caller:
        try:
            caller.call("PutContextType", request)
        except grpc.RpcError as error:
            return error.code()
    return grpc.StatusCode.OK


def test_every_worker_refuses_writes_from_then_on(server: ServerProcess) -> None:
    assert {_write(server, f"after {number}") for number in range(8 * WORKERS)} == {grpc.StatusCode.UNAVAILABLE}


def test_readiness_says_why_within_seconds(server: ServerProcess) -> None:
    end = time.monotonic() + 10 * INTERVAL
    while (answer := httpx.get(f"{server.http}/readyz")).status_code == 200 and time.monotonic() < end:
        time.sleep(INTERVAL / 10)
    assert answer.status_code == 503
    assert "removed or replaced" in answer.json()["reason"]


def test_rest_answers_503_with_what_to_do(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.http}/api/v1/totals")
    assert answer.status_code == 503
    assert "start it again" in answer.json()["detail"]


def test_the_file_in_its_place_is_whole_after_the_server(server: ServerProcess, folder: Path) -> None:
    server.stop()
    for name, found in (("store.db", "restored.db"), ("away.db", "store.db")):
        with closing(sqlite3.connect(folder / name)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT name FROM Artifact").fetchall() == [(found,)]
    assert _types(folder / "away.db") == 8 * WORKERS


def _types(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM Type WHERE name LIKE 'before %'").fetchone()
    return int(count)
