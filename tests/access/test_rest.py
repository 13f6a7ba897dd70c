"""What a caller limited to a workspace reads over REST: every route answers as if the store held nothing else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from lineal.server import rest
from lineal.server.http_door import HttpDoor
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role
from lineal.service.catalogue import Catalogue
from tests.access.stores import Stores, caller

# What each parameter is asked with; None leaves it out.
_VALUES: dict[str, list[str | None]] = {
    "q": [None, "b", "workspace=b", "metric.size>0", "label.__kf_run__:run"],
    "filter_query": [None, "events_0.execution_id > 1 OR attributions_0.name = 'b'"],
    "context_id": [None, "1", "3", "5"],
    "order_by": [None, "-metric.size", "workspace", "name"],
    "limit": ["2"],
    "columns": [None, "metric.size,label.x"],
    "key": ["name", "workspace", "type", "run", ""],
    "name": ["team", "size", ""],
    "metric": ["size"],
    "ids": [",".join(str(node_id) for node_id in range(1, 15))],
    "node_id": [str(node_id) for node_id in range(1, 12)],
    "focus": [f"{letter}{node_id}" for letter in "ae" for node_id in range(1, 9)],
    "direction": ["up", "down", "input", "output"],
    "first": ["a1"],
    "second": ["a2", "a4", "e2", "e3"],
    "workspace": [None, "a", "b"],
    "text": ["b-model", "a-model", "5", "s3://b-data", "run of b-data", "b-data-id"],
    "exact": [None, "true"],
    "group_by": [None, "workspace"],
    "view_id": ["none"],
}
_ADMINS = {"/api/v1/audit"}  # routes that show the whole store or nothing
_IGNORED = {"cursor", "format", "label", "as_of", "since", "until", "internal", "inside", "up", "down"}
_IGNORED |= {"buckets", "spans", "kind"}
_DURATION = re.compile(r'"duration":[0-9]+')
_EVERYDAY = 5
_MANY = pytest.param(60, marks=pytest.mark.slow)


@contextmanager
def served(service: MetadataService, who: Caller = UNNAMED) -> Iterator[httpx.Client]:
    """Serve the REST interface as one caller sees it."""
    app = FastAPI(title="Lineal", version="0", openapi_url=None)
    rest.install(app, Catalogue(service, caller=lambda: who))
    door = HttpDoor(app, host="127.0.0.1", port=0)
    door.start()
    try:
        with httpx.Client(base_url=f"http://{door.address}", timeout=60) as client:
            yield client
    finally:
        door.stop()


def _routes() -> dict[str, list[str]]:
    app = FastAPI(title="Lineal", version="0", openapi_url=None)
    rest.install(app, Catalogue.__new__(Catalogue))
    paths: dict[str, Any] = app.openapi()["paths"]
    return {
        path: [each["name"] for each in found["get"].get("parameters", ())]
        for path, found in paths.items()
        if "get" in found
    }


ROUTES = _routes()


def _urls(path: str, most: int) -> Iterator[str]:
    """Return addresses of a route: combinations of the values of its parameters."""
    names = [name for name in ROUTES[path] if name not in _IGNORED]
    combined = itertools.product(*[_VALUES.get(name, [None]) for name in names])
    for chosen in itertools.islice(combined, 0, None, max(1, _combinations(names) // most)):
        given = dict(zip(names, chosen, strict=True))
        filled = path.format(**given)
        query = "&".join(f"{name}={value}" for name, value in given.items() if value and f"{{{name}}}" not in path)
        yield f"{filled}?{query}"


def _combinations(names: list[str]) -> int:
    count = 1
    for name in names:
        count *= len(_VALUES.get(name, [None]))
    return count


@pytest.fixture(scope="module")
def clients(stores: Stores) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of the store with one workspace, and of the shared one as a reader of that workspace."""
    with served(stores.alone) as alone, served(stores.shared, caller(Role.READER, "a")) as limited:
        yield alone, limited


def answer(client: httpx.Client, url: str) -> tuple[int, str]:
    """Return the status and the body, without how long something has been running at this moment."""
    response = client.get(url)
    return response.status_code, _DURATION.sub("", response.text)


@pytest.mark.parametrize("most", [_EVERYDAY, _MANY])
@pytest.mark.parametrize("path", sorted(set(ROUTES) - _ADMINS))
def test_a_route_answers_as_if_the_workspace_were_alone(
    clients: tuple[httpx.Client, httpx.Client], path: str, most: int
) -> None:
    for url in _urls(path, most):
        expected, found = [answer(client, url) for client in clients]
        assert found == expected, url


@pytest.mark.parametrize("path", sorted(_ADMINS))
def test_a_route_for_admins_is_closed_to_others(clients: tuple[httpx.Client, httpx.Client], path: str) -> None:
    assert answer(clients[1], path)[0] == 403


@pytest.mark.slow
def test_the_addresses_find_something_in_another_workspace(stores: Stores) -> None:
    """Without a scope the same addresses tell of `b`: the test above would notice."""
    with served(stores.alone) as alone, served(stores.shared) as unlimited:
        telling = [
            path for path in ROUTES if any(answer(alone, url) != answer(unlimited, url) for url in _urls(path, 60))
        ]
    silent = {*_ADMINS, "/api/v1/search/parse", "/api/v1/search/keys", "/api/v1/views/{view_id}"}
    assert set(ROUTES) - set(telling) <= silent
