"""What each door answers while the disk of the database is full, and that all is well once there is room.

The tables lie on a small file system of their own; logs of the database server do not. Where a server cannot write its
log it ends itself, and callers learn that it cannot be reached (test_fault_run.py).
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import grpc
import httpx
import pytest

import lineal
from lineal import errors
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import BY_NAME, server_folder
from tests.fault.faults import Disk, disk, durable
from tests.fault.writing import until
from tests.serving import Caller, running_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FITS_A_PAGE = 6_000  # MariaDB ends itself when a longer text finds no space


@dataclass(frozen=True)
class Doors:
    """A server over a database on a small disk, and how to write through each of its doors."""

    space: Disk
    caller: Caller
    address: str
    http: str
    type_id: int

    def artifact(self) -> pb.Artifact:
        """Return an artifact that no engine makes smaller."""
        made = pb.Artifact(type_id=self.type_id)
        made.custom_properties["text"].string_value = random.randbytes(FITS_A_PAGE // 2).hex()
        return made

    def put(self) -> tuple[grpc.StatusCode, str]:
        """Write over gRPC; return the status and what it says."""
        try:
            self.caller.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[self.artifact()]), timeout=90)
        except grpc.RpcError as error:
            return error.code(), error.details() or ""
        return grpc.StatusCode.OK, ""

    def post(self) -> httpx.Response:
        """Write over REST."""
        content = random.randbytes(FITS_A_PAGE // 2).hex()
        return httpx.post(f"{self.http}/api/v1/views", json={"content": content}, timeout=90)

    def fill(self) -> None:
        """Take all space away, also what is left inside of the tables' files."""
        self.space.fill()
        until(lambda: self.put()[0] is not grpc.StatusCode.OK, "writes went on")
        until(lambda: self.post().status_code != 201, "writes of views went on")

    def readiness(self) -> tuple[int, str]:
        found = httpx.get(f"{self.http}/readyz", timeout=60)
        return found.status_code, found.json().get("reason", "")


@contextmanager
def small_database(name: str, stack: ExitStack) -> Iterator[tuple[str, Disk]]:
    """Make a database whose tables lie on a small disk."""
    folder = stack.enter_context(server_folder(mode=0o755))
    if name == "sqlite":
        yield f"sqlite:///{folder}/store.db", stack.enter_context(disk(folder))
        return
    server = stack.enter_context(durable(name))
    url = f"{server.url}faults"
    if name == "postgresql":
        space = stack.enter_context(disk(folder))
        (folder / "space").mkdir()
        shutil.chown(folder / "space", "postgres")
        run_in_autocommit(f"{server.url}postgres", f"CREATE TABLESPACE small LOCATION '{folder}/space'")
        run_in_autocommit(f"{server.url}postgres", "CREATE DATABASE faults TABLESPACE small TEMPLATE template0")
    else:
        BY_NAME[name].create_database(url)
        options = {path.name: path.read_bytes() for path in (server.folder / "data" / "faults").iterdir()}
        space = stack.enter_context(disk(server.folder / "data" / "faults"))
        for file, content in options.items():
            (space.folder / file).write_bytes(content)
    yield url, space


def run_in_autocommit(url: str, sql: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", "mariadb", "mysql", "postgresql"])
def doors(request: pytest.FixtureRequest) -> Iterator[Doors]:
    with ExitStack() as stack:
        url, space = stack.enter_context(small_database(request.param, stack))
        server = stack.enter_context(running_server(url))
        caller = stack.enter_context(Caller(server.address))
        given = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="T"))
        type_id = caller.call("PutArtifactType", given).type_id
        yield Doors(space, caller, server.address, server.http, type_id)
        space.empty()


def test_a_full_disk_is_told_at_every_door_until_there_is_room(doors: Doors) -> None:
    doors.put()
    doors.fill()
    code, details = doors.put()
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "make room on its disk" in details
    answer = doors.post()
    assert (answer.status_code, "make room on its disk" in answer.json()["detail"]) == (507, True)
    with lineal.connect(f"grpc://{doors.address}") as store, pytest.raises(errors.ResourceExhaustedError, match="room"):
        store.put_artifacts([doors.artifact()])
    until(lambda: doors.readiness()[0] == 503, "the server stayed ready")
    assert "no space left" in doors.readiness()[1]
    assert doors.caller.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts
    assert httpx.get(f"{doors.http}/api/v1/artifacts", timeout=60).status_code == 200
    doors.space.empty()
    until(lambda: doors.put()[0] is grpc.StatusCode.OK, "writes did not go on")
    until(lambda: doors.readiness()[0] == 200, "the server did not become ready")
    assert doors.post().status_code == 201


def test_a_disk_that_is_full_again_is_told_again(doors: Doors) -> None:
    for _ in range(2):
        doors.fill()
        until(lambda: doors.readiness()[0] == 503, "the server stayed ready")
        states = {(doors.put()[0], doors.readiness()[0]) for _ in range(20)}
        assert states == {(grpc.StatusCode.RESOURCE_EXHAUSTED, 503)}
        doors.space.empty()
        until(lambda: doors.readiness()[0] == 200, "the server did not become ready")
