"""Bad input at every address of MLflow's interface: an error in MLflow's form, never a fault, and nothing is stored.

Every call gets some hundred odd values for each of its fields (odd_calls.py): a sample of them every day, all of them
with the slow tests.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from lineal.mlflow import CALLS
from lineal.server.mlflow.calls import PREFIXES
from lineal.server.request_kinds import PREFIXES as FILE_PREFIXES
from lineal.store.engine.statement import Statement
from lineal.store.tables.mlmd_tables import EVENT, MEMBERSHIP, NODE, PARENT_CONTEXT, PROPERTY
from lineal.store.tables.own_tables import ALIAS, METRIC, METRIC_POINT
from tests.parameters import rare
from tests.server.mlflow.door import Door
from tests.server.mlflow.odd_calls import ADDRESSES, Sent, calls_of, good_call, world

pytestmark = pytest.mark.long

JSON = {"Content-Type": "application/json"}
SAMPLE = 8
ALL = 1_000_000
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
EVERY_DAY = ("runs/create", "registered-models/update", "model-versions/delete", "metrics/get-history")
Commits = Callable[[], Any]
COUNTS = [
    *[
        Statement(sa.select(sa.func.count(), sa.func.max(table.c.last_update_time_since_epoch)).select_from(table))
        for table in NODE.values()
    ],
    *[
        Statement(sa.select(sa.func.count()).select_from(table))
        for table in (*PROPERTY.values(), *MEMBERSHIP.values(), PARENT_CONTEXT, EVENT, ALIAS, METRIC, METRIC_POINT)
    ],
]


@pytest.fixture
def commits(door: Door) -> Iterator[Commits]:
    """A function whose result changes with each commit that changed something: on servers, rows of nodes and points."""
    database = door.service.database
    scheme, _, path = database.settings.url.partition(":///")
    if scheme != "sqlite":
        yield lambda: database.read(lambda session: [session.rows(each) for each in COUNTS])
        return
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])


def test_the_check_sees_what_is_stored(door: Door, commits: Commits) -> None:
    before = commits()
    door.experiment("a")
    assert commits() != before


@pytest.mark.parametrize("most", [SAMPLE, rare(ALL)])
@pytest.mark.parametrize("name", CALLS)
def test_an_odd_value_is_never_a_fault_and_a_refused_call_stores_nothing(
    door: Door, commits: Commits, name: str, most: int
) -> None:
    method = method_of(door, name)
    good = world(door)
    response = send(door, method, good_call(name, good))
    assert response.status_code == (404 if name == "experiments/restore" else 200)  # that one is not deleted
    good = world(door)
    odd = [*calls_of(name, good)]
    chance = random.Random(zlib.crc32(name.encode()))
    for call in chance.sample(odd, min(most, len(odd))):
        before = commits()
        response = send(door, method, call)
        check(response, call)
        assert response.status_code == 200 or commits() == before, f"stored, though it was refused: {call}"


def methods_of(door: Door, name: str) -> list[str]:
    """Return the methods of a call, as the server tells them."""
    if name in ADDRESSES:
        return [ADDRESSES[name][0]]
    allowed: str = door.client.put(f"/api/2.0/mlflow/{name}").headers["allow"]
    return allowed.split(", ")


def method_of(door: Door, name: str) -> str:
    """Return the method of a call, the last one if there are several."""
    return methods_of(door, name)[-1]


def send(door: Door, method: str, call: Sent) -> httpx.Response:
    """Send a call with its fields in the query, if it reads, or else in the body."""
    url = f"/api/2.0/mlflow/{call.address}"
    if method == "GET":
        return door.client.get(url, params=call.query)
    return door.client.request(method, url, content=call.body, headers=JSON)


def check(response: httpx.Response, sent: object) -> None:
    """Require an answer, or an error in MLflow's form with a message."""
    assert response.status_code < 500, f"{sent}: {response.text[:300]}"
    found = response.json()
    if response.status_code >= 400:
        assert set(found) == {"error_code", "message"}, f"{sent}: {response.text[:300]}"
        assert found["error_code"].isupper(), f"{sent}: {response.text[:300]}"
        assert len(found["message"]) > 10, f"{sent}: {response.text[:300]}"


@pytest.mark.parametrize("name", [name if name in EVERY_DAY else rare(name) for name in CALLS])
def test_a_body_that_is_no_json_object_is_refused(door: Door, commits: Commits, name: str) -> None:
    method = method_of(door, name)
    call = good_call(name, world(door))
    url, before = f"/api/2.0/mlflow/{call.address}", commits()
    odd = [b"[]", b'"a"', b"1", b"{", b"\xff\xfe", b"a=1&b=2", b"[" * 10_000, b'{"a":' * 10_000, call.body[:-1]]
    for body in [*odd, call.body[: len(call.body) // 2], call.body + b"}"]:
        response = door.client.request(method, url, content=body, headers=JSON)
        check(response, (name, body[:100]))
        assert response.status_code == 400, (name, body[:100])
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "\xe9", ""):
        response = door.client.request(method, url, content=call.body, headers={"Content-Type": media.encode("latin1")})
        if method == "POST":
            check(response, (name, media))
            assert response.status_code == 400, (name, media)
            assert commits() == before


def test_an_argument_that_comes_twice_counts_once_or_is_a_list(door: Door) -> None:
    good = world(door)
    for name in CALLS:
        if method_of(door, name) == "GET":
            twice = [pair for pair in good_call(name, good).query for _ in range(2)]
            call = good_call(name, good)
            response = door.client.get(f"/api/2.0/mlflow/{call.address}", params=twice)
            check(response, (name, twice))
            assert response.status_code == 200, (name, response.text)


@pytest.mark.parametrize("method", METHODS)
def test_another_method_is_refused_everywhere(door: Door, commits: Commits, method: str) -> None:
    allowed: dict[str, set[str]] = {}
    good = world(door)
    for name in CALLS:
        allowed.setdefault(good_call(name, good).address, set()).update(methods_of(door, name))
    before = commits()
    for address in [each for each, methods in allowed.items() if method not in methods]:
        response = door.client.request(method, f"/api/2.0/mlflow/{address}")
        if method not in ("HEAD", "OPTIONS"):
            check(response, (method, address))
            assert response.status_code == 405, address
            assert set(response.headers["allow"].split(", ")) == allowed[address]
    assert commits() == before


STRANGE = [
    "", "/", "//", "/..", "/../../api/v1/artifacts", "/runs", "/runs/", "/runs/get/", "/runs//get", "/runs/get/../get",
    "/runs%2Fget", "/%2e%2e/runs/get", "/logged-models/", "/logged-models//tags", "/logged-models/%00", "/artifacts",
    "/logged-models/a%2Fb", "/logged-models/..", "/logged-models/%2e%2e/tags/k", "/logged-models/" + "m" * 5000,
    "/logged-models/%F0%9F%98%80", "/logged-models/%ff%fe", "/logged-models/m-1/tags/", "/logged-models/m-1/tags/%0a",
    "/logged-models/m-1/tags/a/../b", "/logged-models/m-1/artifacts/directories", "/logged-models/m-1/nothing",
    "/logged-models/m-1/artifacts/directories?artifact_directory_path=../..", "/experiments/%ED%A0%80",
    "/artifacts/list", "/artifacts/list?run_id=a&path=%00", "/artifacts/list?run_id=%ED%A0%80", "/runs/get?run_id=%ff",
    "/runs/get?%00=a", "/runs/get?run_id", "/runs/get?&&&=", "/runs/get?run_id=" + "a" * 5000, "/get-artifact",
]  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_strange_address_is_refused(door: Door, commits: Commits, method: str) -> None:
    world(door)
    before = commits()
    for prefix, end in product(PREFIXES[:1] if method != "GET" else PREFIXES, STRANGE):
        status, body = raw(door, method, prefix + end)
        assert 400 <= status < 500 or method == "OPTIONS", (end, status)
        if method not in ("HEAD", "OPTIONS") and end:
            assert "error_code" in json.loads(body), (end, body)
    assert commits() == before


ODD_FILES = [
    "", "..", "../a", "a/../../b", "a//b", "a/./b", "/etc/passwd", "//etc/passwd", "%2e%2e/a", "a%2Fb", "..%2Fa",
    "a%5Cb", "%252e%252e%252fa", "%00", "a%0ab", "a%0db", "a\\b", "C:/a", "a" * 300, "a/" * 900 + "b", "%ff%fe",
    "%ED%A0%80", ".lineal-uploads/a", "a%7Fb", "~", "a?path=../b", "%", "%zz", ";", "a/", "nul", "%F0%9F%98%80",
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "HEAD", "PATCH"])
@pytest.mark.parametrize("kind", ["artifacts", "mpu/create", "mpu/complete", "mpu/abort", "presigned"])
def test_an_odd_path_of_a_file_is_no_fault(door: Door, method: str, kind: str) -> None:
    for prefix, path in product(FILE_PREFIXES[:1], ODD_FILES):
        status, body = raw(
            door, method, f"{prefix}/{kind}/{path}", b"x" if method in ("PUT", "POST", "PATCH") else None
        )
        assert status < 500 or (status == 501 and kind != "artifacts"), (path, status, body)
        if status >= 400 and method != "HEAD":
            assert "error_code" in json.loads(body), (path, status, body)


def raw(door: Door, method: str, target: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Send a request whose address goes as it is; return the status and the body of the answer."""
    address = urlsplit(str(door.client.base_url))
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection._validate_path = lambda _: None  # type: ignore[attr-defined]
    with contextlib.closing(connection):
        connection.request(method, target, body, {"X-MLFLOW-WORKSPACE": door.workspace})
        response = connection.getresponse()
        return response.status, response.read()


def test_a_body_that_ends_early_stores_nothing(door: Door) -> None:
    address, call = urlsplit(str(door.client.base_url)), good_call("experiments/create", world(door))
    head = {"Content-Type": "application/json", "Content-Length": str(len(call.body) + 10)}
    for body in (call.body, call.body[:10], b""):
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("POST", f"/api/2.0/mlflow/{call.address}", body, head)
    check(send(door, "POST", good_call("experiments/search", world(door))), "a good call after it")
    names = [each["name"] for each in door.post("experiments/search", max_results=1000)["experiments"]]
    assert json.loads(call.body)["name"] not in names
