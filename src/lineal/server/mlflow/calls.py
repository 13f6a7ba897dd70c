"""The routes of the calls: one for all, which finds the call by the end of its address.

A call is read from the body (POST) or the query (GET), as MLflow's clients send them. What stays out: what the calls
mean (lineal/mlflow).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from lineal import errors
from lineal.mlflow import CALLS, Tracking
from lineal.mlflow.requests import as_list, as_texts
from lineal.server.mlflow import answers
from lineal.server.mlflow.named_routes import METHODS, CallRoute, NamedRoute
from lineal.server.request_kinds import ROOTS

PREFIXES = ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/3.0/mlflow")
WORKSPACE_HEADER = "x-mlflow-workspace"
_METHODS_OF = {
    "experiments/get": ("GET",),
    "experiments/get-by-name": ("GET",),
    "experiments/search": ("POST", "GET"),
    "runs/get": ("GET",),
    "metrics/get-history": ("GET",),
    "metrics/get-history-bulk": ("GET",),
    "metrics/get-history-bulk-interval": ("GET",),
    "registered-models/get": ("GET",),
    "registered-models/update": ("PATCH",),
    "registered-models/delete": ("DELETE",),
    "registered-models/search": ("GET",),
    "registered-models/get-latest-versions": ("GET", "POST"),
    "registered-models/delete-tag": ("DELETE",),
    "model-versions/get": ("GET",),
    "model-versions/update": ("PATCH",),
    "model-versions/delete": ("DELETE",),
    "model-versions/search": ("GET",),
    "model-versions/get-download-uri": ("GET",),
    "model-versions/delete-tag": ("DELETE",),
}
"""The methods of the calls that are not sent by POST alone."""


def add(app: FastAPI, tracking: Tracking, *, max_bytes: int) -> None:
    """Add the routes to an application."""
    endpoint = answers.answered(_Calls(tracking, max_bytes).answer)
    for root in ROOTS:
        for prefix in PREFIXES:
            app.router.routes.append(NamedRoute(f"{root}{prefix}/{{call:path}}", endpoint, methods=METHODS))


_MODEL = "logged-models/(?P<model_id>[^/]+)"
_ADDRESSES = [
    (re.compile(pattern), methods)
    for pattern, methods in {
        "registered-models/alias": {
            "POST": "registered-models/set-alias",
            "GET": "registered-models/get-by-alias",
            "DELETE": "registered-models/delete-alias",
        },
        "logged-models": {"POST": "logged-models/create"},
        "logged-models/search": {"POST": "logged-models/search"},
        _MODEL: {
            "GET": "logged-models/get",
            "PATCH": "logged-models/finalize",
            "DELETE": "logged-models/delete",
        },
        f"{_MODEL}/params": {"POST": "logged-models/log-params"},
        f"{_MODEL}/tags": {"PATCH": "logged-models/set-tags"},
        f"{_MODEL}/tags/(?P<tag_key>(?s:.+))": {"DELETE": "logged-models/delete-tag"},
    }.items()
]
"""Addresses that hold ids, or are those of several calls: the first that fits counts, and the call is by the method."""
_PLAIN = CALLS.keys() - {name for _, methods in _ADDRESSES for name in methods.values()}
"""The calls whose names are their addresses."""


def _found(path: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the calls at the end of an address by their methods, each with the ids in the address."""
    for pattern, methods in _ADDRESSES:
        match = pattern.fullmatch(path)
        if match is not None:
            return {method: (name, match.groupdict()) for method, name in methods.items()}
    return {method: (path, {}) for method in _METHODS_OF.get(path, ("POST",))} if path in _PLAIN else {}


def is_call(path: str) -> bool:
    """Say whether a path, without the prefix of a proxy, is one of MLflow's interface."""
    return path.removeprefix("/mlflow").startswith(PREFIXES)


_LISTS = {
    name: frozenset(field.name for field in served.fields if field.read in (as_texts, as_list))
    for name, served in CALLS.items()
}
"""The arguments of queries that may be lists, by the call; of another one that comes twice, the first counts."""


def require_storable(value: Any) -> None:
    """Refuse texts that not every database holds.

    Raises:
        InvalidArgumentError: one has NUL or half of a surrogate pair.
    """
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= each < "\ue000" for each in value):
            raise errors.InvalidArgumentError(
                f"the text {value[:60]!r} has the character NUL or half of a surrogate pair; leave it out"
            )
    elif isinstance(value, dict):
        for name, each in value.items():
            require_storable(name)
            require_storable(each)
    elif isinstance(value, list):
        for each in value:
            require_storable(each)


class _Calls:
    """Answers calls."""

    def __init__(self, tracking: Tracking, max_bytes: int) -> None:
        self._tracking = tracking
        self._max_bytes = max_bytes

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        found = _found(request.path_params["call"])
        if not found:
            return answers.no_endpoint(f"{request.method} {request.url.path[:200]}")
        if request.method not in found:
            return answers.wrong_method(request.method, ", ".join(found))
        name, in_path = found[request.method]
        request.scope["route"] = CallRoute(request.scope["route"].path.partition("{")[0] + name)
        given = {**await self._given(request, _LISTS[name]), **in_path}
        require_storable(in_path)
        workspace = request.headers.get(WORKSPACE_HEADER, "")
        return answers.answer(await run_in_threadpool(self._tracking.call, name, given, workspace=workspace))

    async def _given(self, request: Request, lists: frozenset[str]) -> Mapping[str, Any]:
        """Return the fields that a request has, some of which can be lists.

        Raises:
            InvalidArgumentError: its body is not a JSON object in UTF-8, or of another media type.
            ResourceExhaustedError: its body is too long.
        """
        query = request.query_params
        if request.method == "GET" and query:
            asked = {name: query.getlist(name) for name in query}
            require_storable(asked)
            return {name: values if len(values) > 1 and name in lists else values[0] for name, values in asked.items()}
        body = await self._body(request)
        if not body.strip():
            return {}
        if request.method == "POST":
            _require_json(request)
        try:
            # json.loads(bytes) reads UTF-16, too, and lets halves of surrogate pairs in
            text = body.decode("utf-8-sig")
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise errors.InvalidArgumentError(f"the body is not JSON in UTF-8: {error}") from None
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise errors.InvalidArgumentError("the body must be a JSON object with the fields of the call")
        if "\\u" in text:
            require_storable(found)
        return found

    async def _body(self, request: Request) -> bytes:
        pieces, size = [], 0
        async for piece in request.stream():
            size += len(piece)
            if size > self._max_bytes:
                raise errors.ResourceExhaustedError(
                    f"the body is longer than {self._max_bytes} bytes; send less at a time, or start the server with a "
                    "larger --max-message-bytes"
                )
            pieces.append(piece)
        return b"".join(pieces)


def _require_json(request: Request) -> None:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise errors.InvalidArgumentError(
            f"the body must be JSON, and its Content-Type is {media[:60]!r}; send application/json"
        )
