"""The limits of the HTTP server: requests at a time, requests a second, time for a call and for its body.

A call is also over if its connection ends. What stays out: connections (http_connections.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator

from fastapi import FastAPI, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineal import errors
from lineal.config import MAX_METADATA_BYTES
from lineal.deadlines import Deadline, calling_until
from lineal.security import LimitSettings
from lineal.server.admission import Rates
from lineal.server.auth.guard import Guard
from lineal.server.call_threads import too_many
from lineal.server.http_connections import AT_END, LONG_HEADERS, MAX_TARGET_BYTES
from lineal.server.request_kinds import RETRY_AFTER, is_event, is_transfer
from lineal.server.rest import problems
from lineal.server.route_paths import route_path

BODY_SECONDS = 30.0
SLOWEST_FILE_BYTES = 64 << 10
"""What an uploaded file must bring in each second beyond the time of a body: its size says nothing of its client."""
_OPEN = frozenset({"/healthz", "/readyz"})


def add_head_limits(app: FastAPI) -> None:
    """Let an application refuse requests with long headers or a long target, however many pieces they came in."""
    app.add_middleware(_HeadLimits)


def add_limits(app: FastAPI, limits: LimitSettings, guard: Guard) -> None:
    """Put an application behind its limits; to be added before the guard, so that the caller is known."""
    app.add_middleware(_Limits, limits=limits, guard=guard)


class _HeadLimits:
    """The middleware for heads that uvicorn let through, because they came in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_METADATA_BYTES:
            return problems.problem(431, LONG_HEADERS)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET_BYTES:
            return problems.problem(414, f"the URL has more than {MAX_TARGET_BYTES >> 10} KiB; ask for less at a time")
        return None


class SlowBodyError(problems.DetailedHttpError, ClientDisconnect):
    """A body that does not come."""

    def __init__(self, seconds: float, *, is_file: bool = False) -> None:
        pace = f" and what {SLOWEST_FILE_BYTES >> 10} KiB a second take" if is_file else ""
        super().__init__(
            408,
            f"the body paused for {BODY_SECONDS:g} s, or was not complete within {seconds:g} s{pace}; send it again, "
            "or start the server with a larger --max-receive-seconds",
            errors.Details(limit="--max-receive-seconds"),
        )


class _Limits:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, limits: LimitSettings, guard: Guard) -> None:
        self._app = app
        self._limits = limits
        self._guard = guard
        self._rates = Rates(limits.max_rate)
        self._in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or route_path(scope) in _OPEN:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._in_progress += 1
        deadline = Deadline(self._limits.max_call_seconds)
        try:
            with calling_until(deadline), _while_connected(scope, deadline):
                in_time = _in_time(receive, self._limits.max_receive_seconds, is_file=is_transfer(scope))
                await self._app(scope, in_time, send)
        finally:
            self._in_progress -= 1

    def _refusal(self, scope: Scope) -> Response | None:
        try:
            if self._in_progress >= self._limits.max_concurrent:
                raise too_many()
            self._rates.count(self._client(scope))
        except errors.StatusError as error:
            return _refused_event(error) if is_event(scope) else problems.of_status_error(error, status=429)
        return None

    def _client(self, scope: Scope) -> str:
        """Return the caller of a request, or the client's address if the caller is not known (yet)."""
        if self._guard.authenticator:
            with contextlib.suppress(errors.UnauthenticatedError):
                return self._guard.caller().name
        return str((scope.get("client") or ("",))[0])


def _refused_event(error: errors.StatusError) -> Response:
    """Return the refusal of an event: its client would give up at 429, and repeats it after this."""
    found = problems.of_status_error(error, status=503)
    found.headers.update(RETRY_AFTER)
    return found


@contextlib.contextmanager
def _while_connected(scope: Scope, deadline: Deadline) -> Iterator[None]:
    """End a call when its connection ends: a closed page must not keep the database busy."""
    at_end: set[Callable[[], None]] = scope.get("state", {}).get(AT_END, set())
    at_end.add(deadline.cancel)
    try:
        yield
    finally:
        at_end.discard(deadline.cancel)


def _in_time(receive: Receive, seconds: float, *, is_file: bool) -> Receive:
    """Return what receives the pieces of a body, and waits neither for one nor for all of them for ever.

    Each piece of a file gives the rest of it more time.
    """
    is_whole = False
    end = time.monotonic() + seconds

    async def receive_in_time() -> Message:
        nonlocal is_whole, end
        if is_whole:
            return await receive()  # for the end of the connection, as long as the answer takes
        try:
            message = await asyncio.wait_for(receive(), max(0.0, min(BODY_SECONDS, end - time.monotonic())))
        except asyncio.TimeoutError:
            raise SlowBodyError(seconds, is_file=is_file) from None
        if is_file:
            end += len(message.get("body", b"")) / SLOWEST_FILE_BYTES
        is_whole = not message.get("more_body", False)
        return message

    return receive_in_time
