"""The routes for events: one, and a batch of them; and the schemas of our own facets.

What stays out: what an event means (lineal/openlineage), and who may send it (server/auth).
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from lineal import deadlines, errors
from lineal.openlineage import Receiver, own_facets
from lineal.openlineage.parsing import parsed, parsed_batch
from lineal.openlineage.pointers import EventError
from lineal.openlineage.schemas import SCHEMAS
from lineal.server.openlineage import answers, described
from lineal.server.openlineage.bodies import Bodies
from lineal.server.request_kinds import EVENTS, ONE_EVENT

CALL_SECONDS = 4.0
"""How long the work on a request may take: most clients give up after five seconds."""
AT_ONCE = 40
"""How many requests with events are worked on at the same time."""


class _EventRoute(APIRoute):
    """A route that the OpenAPI document describes, and whose endpoint reads the request itself.

    FastAPI's own way through its dependencies would take as long as everything else before the store.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["method"] != "POST":
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(Request(scope, receive))
        await response(scope, receive, send)


def add(app: FastAPI, receiver: Receiver, bodies: Bodies) -> None:
    """Add the routes to an application."""
    routes = _Routes(receiver, bodies)
    for path, endpoint, description in (
        (ONE_EVENT, routes.one, described.ONE),
        (EVENTS, routes.batch, described.BATCH),
    ):
        app.router.routes.append(
            _EventRoute(path, answers.answered(endpoint), methods=["POST"], response_model=None, **description)
        )


def add_schemas(app: FastAPI) -> None:
    """Add the JSON schemas of Lineal's own facets, at the path that the facets' `_schemaURL` has."""

    @app.get(f"{urlsplit(own_facets.ADDRESS).path}/{{name}}.json", include_in_schema=False)
    def schema(name: str) -> JSONResponse:
        found = SCHEMAS.get(name)
        if found is None:
            raise errors.NotFoundError(f"no facet of Lineal's own is called {name[:100]!r}")
        return JSONResponse(found, media_type="application/schema+json")


class _Routes:
    """The endpoints."""

    def __init__(self, receiver: Receiver, bodies: Bodies) -> None:
        self._receiver = receiver
        self._bodies = bodies
        # Starlette's own way to a thread gives the loop two more rounds, which wait for the threads that work.
        self._threads = ThreadPoolExecutor(AT_ONCE, "lineal-events")

    async def one(self, request: Request) -> Response:
        """Take one event."""
        return await self._worked_on(request, self._one)

    async def batch(self, request: Request) -> Response:
        """Take several events."""
        return await self._worked_on(request, self._batch)

    async def _worked_on(self, request: Request, work: Callable[[bytes], Response]) -> Response:
        refused = _refused_media(request)
        if refused is not None:
            return refused
        async with self._bodies.of(request) as body:
            _hurry()
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, contextvars.copy_context().run, work, body)

    def _one(self, body: bytes) -> Response:
        deadlines.check()
        receipt = self._receiver.receive(parsed(body))
        content = {"status": "stored" if receipt.is_stored else "ignored", "left_out": receipt.left_out}
        return _json(content, 201 if receipt.is_stored else 200)

    def _batch(self, body: bytes) -> Response:
        self._receiver.require_writer()
        events = parsed_batch(body)
        failed = [failure for place, event in enumerate(events) if (failure := self._failure(place, event))]
        retriable = sum(failure["retriable"] for failure in failed)
        summary = {
            "received": len(events),
            "successful": len(events) - len(failed),
            "failed": len(failed),
            "retriable": retriable,
            "non_retriable": len(failed) - retriable,
        }
        status = "partial_success" if failed else "success"
        return _json({"status": status, "summary": summary, "failed_events": failed}, 200)

    def _failure(self, place: int, event: Any) -> dict[str, Any] | None:
        """Take an event of a batch; return why it was not taken, if it was not."""
        try:
            if isinstance(event, EventError):
                raise event
            deadlines.check()
            self._receiver.receive(event)
        except errors.StatusError as error:
            status = answers.status_of(error)
            reason = answers.reason_of_fault(error) if status == 500 else error.message
        except Exception as error:
            status, reason = 500, answers.reason_of_fault(error)
        else:
            return None
        return {"index": place, "reason": reason, "retriable": answers.may_pass(status)}


def _hurry() -> None:
    """Let the call end before its client gives up."""
    deadline = deadlines.CURRENT.get()
    if deadline is not None:
        deadline.at = min(deadline.at, time.monotonic() + CALL_SECONDS)


def _refused_media(request: Request) -> Response | None:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in ("", "application/json") or (media.startswith("application/") and media.endswith("+json")):
        return None
    return answers.refused(415, f"the body must be JSON, and its Content-Type is {media[:60]!r}; send application/json")


def _json(content: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(content).encode(), status_code=status, media_type="application/json")
