"""A server of one process over the store of `lineal tutorial`: its OpenAPI document, and what it answers the examples.

What stays out: how pages show both (operations.py).
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings, ServerSettings
from lineal.sdk import tutorial
from lineal.server.http_app import create_app
from lineal.server.readiness import Readiness
from lineal.server.rest.described import OPERATIONS
from lineal.upkeep.opening import open_service

_MOST_LINES = 30
_FIRST = ("log_metrics", "put_view")
_TIME = 1_772_355_600_000  # in place of the times of the run, so that a page is the same whenever it is made
_EARLIEST, _LATEST = 1_700_000_000_000, 4_000_000_000_000


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of a server."""
    with _application("sqlite://") as app:
        return app.openapi()


@cache
def answers() -> dict[str, str]:
    """Return the beginning of the answer to each example that answers with JSON, by the id of the operation."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"sqlite:///{Path(folder) / 'tutorial.db'}"
        tutorial.run(place, write=lambda line: None)
        with _application(place) as app:
            return dict(asyncio.run(_all(app)))


@contextmanager
def _application(place: str) -> Iterator[FastAPI]:
    settings = ServerSettings(DatabaseSettings(place))
    with open_service(settings.database) as service, Readiness(service) as readiness:
        yield create_app(readiness, service, Catalogue(service), settings)


async def _all(app: FastAPI) -> list[tuple[str, str]]:
    found = []
    for name, method, path in sorted(_named(), key=_turn):
        status, body = await _call(app, method, OPERATIONS[name].address(path), OPERATIONS[name].body)
        if status >= 300:
            raise ValueError(f"the example of {name} is answered with {status}: {body[:300]!r}")
        if body[:1] in (b"{", b"["):
            found.append((name, _shown(json.loads(body))))
    return found


def _named() -> list[tuple[str, str, str]]:
    """Return the id, the method and the path of each operation."""
    paths = document()["paths"].items()
    return [(each["operationId"], method, path) for path, methods in paths for method, each in methods.items()]


def _turn(operation: tuple[str, str, str]) -> int:
    """Return when an example is run: what others read first, what changes the records last."""
    name, method, _ = operation
    return 0 if name in _FIRST else 1 if method == "get" else 2


async def _call(app: FastAPI, method: str, address: str, body: Any) -> tuple[int, bytes]:
    """Send a request to an application; return the status and the body of the answer."""
    path, _, query = address.partition("?")
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("localhost", 8081),
    }
    sent = [{"type": "http.request", "body": b"" if body is None else json.dumps(body).encode(), "more_body": False}]
    got: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return sent.pop() if sent else await asyncio.Event().wait()  # type: ignore[func-returns-value]

    async def send(message: Any) -> None:
        got.append(message)

    await app(scope, receive, send)
    return got[0]["status"], b"".join(each.get("body", b"") for each in got[1:])


def _shown(answer: Any) -> str:
    """Return JSON as a page shows it: times and ids of the run settled, and its first lines."""
    text = json.dumps(_settled(answer), indent=2, ensure_ascii=False)
    lines = re.sub(r"\b[0-9a-f]{8}\b", "92f90bad", text).splitlines()
    return "\n".join([*lines[:_MOST_LINES], "..."] if len(lines) > _MOST_LINES + 1 else lines)


def _settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "..." if name == "meta" else _settled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_settled(each) for each in value]
    is_time = isinstance(value, int) and not isinstance(value, bool) and _EARLIEST < value < _LATEST
    return _TIME if is_time else value
