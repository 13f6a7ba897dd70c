"""The outermost HTTP middleware, which gives each request an id and records how it ended, and the route to metrics."""

from __future__ import annotations

from time import perf_counter

from fastapi import FastAPI, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineal.server.observing import metrics, request_ids, tracing
from lineal.server.observing.calls import note_request

PATH = "/metrics"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def add_metrics(app: FastAPI) -> None:
    """Serve the numbers for Prometheus."""

    @app.get(PATH, include_in_schema=False)
    def numbers() -> Response:
        return Response(metrics.text(), media_type=metrics.MEDIA_TYPE)


def add_calls(app: FastAPI) -> None:
    """Record every request of an application; add it last, so that it runs before all other middleware."""
    app.add_middleware(_HttpCalls)


class _HttpCalls:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = request_ids.begin(headers.get(request_ids.HEADER))
        answered = _Answered(send)
        started = perf_counter()
        try:
            with tracing.request_span(f"{scope['method']} {scope['path'][:100]}", headers.items()):
                await self._app(scope, receive, answered.send)
        finally:
            _note(scope, answered, perf_counter() - started)
            request_ids.end(token)


class _Answered:
    """What was sent as the answer; on its way out it gets the request's id."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.size = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[request_ids.HEADER] = request_ids.current()
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def _note(scope: Scope, answered: _Answered, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "other")  # never the path itself, of which there are too many
    method = scope["method"] if scope["method"] in _METHODS else "other"
    metrics.HTTP_REQUESTS.labels(method, route, str(answered.status)).inc()
    metrics.HTTP_SECONDS.labels(route).observe(seconds)
    note_request(f"{method} {route}", str(answered.status), seconds, sent=answered.size)
