"""Headers of every HTTP answer: security headers, CORS, compression, and the path prefix of a proxy.

What stays out: routes.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineal.config import ServerSettings
from lineal.server.request_kinds import is_transfer
from lineal.server.rest import problems

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+){1,16}")
# Below a packet's size compression gains nothing; above level 5 a second of work saves few bytes.
_WORTH_COMPRESSING = 1400
_LEVEL = 5
_EXPOSED = ("grpc-status", "grpc-message", "grpc-status-details-bin", "content-disposition", "link", "etag")


def add_headers(app: FastAPI, settings: ServerSettings) -> None:
    """Wrap an application in what its settings say about headers."""
    app.add_middleware(_Compressed)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=list(_EXPOSED),
            max_age=600,
        )
    app.add_middleware(_Headers, headers=security_headers(settings), prefix=settings.path_prefix)


def security_headers(settings: ServerSettings) -> dict[str, str]:
    """Return the headers that keep a browser from running or showing what it should not."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        # Component libraries set widths and positions as styles of elements; those cannot run anything.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": " ".join(["'self' data: blob:", *settings.image_origins]),
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": settings.frame_ancestors,
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    known = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
    if settings.frame_ancestors in known:
        headers["X-Frame-Options"] = known[settings.frame_ancestors]
    return headers


class _Compressed:
    """The ASGI middleware that compresses what is read with GET; gRPC-Web, which posts, has compression of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressing = GZipMiddleware(app, minimum_size=_WORTH_COMPRESSING, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Files go as they are: most are compressed already, and a client sees how far a download is.
        is_read = scope["type"] == "http" and scope["method"] == "GET" and not is_transfer(scope)
        await (self._compressing if is_read else self._app)(scope, receive, send)


class _Headers:
    """The ASGI middleware that sets headers on the way out and the prefix on the way in."""

    def __init__(self, app: ASGIApp, *, headers: dict[str, str], prefix: str) -> None:
        self._app = app
        given = {**headers, "Cache-Control": "no-store"}
        self._headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set(message)
            await send(message)

        prefixed = self._prefixed(scope)
        problems.PREFIX.set(prefixed.get("root_path", ""))
        await self._app(prefixed, receive, send_with_headers)

    def _set(self, message: MutableMapping[str, Any]) -> None:
        """Add the headers that an answer does not have yet."""
        own = message.get("headers", ())
        present = {name for name, _ in own}
        message["headers"] = [*own, *(pair for pair in self._headers if pair[0] not in present)]

    def _prefixed(self, scope: Scope) -> Scope:
        """Return the scope with the prefix as its root path; a proxy may have cut it from the path or left it."""
        prefix = Headers(scope=scope).get("x-forwarded-prefix", "").rstrip("/") or self._prefix
        if not _PREFIX.fullmatch(prefix) or ".." in prefix:
            return scope
        path = scope["path"]
        inside = path == prefix or path.startswith(f"{prefix}/")
        return {**scope, "root_path": prefix, "path": path if inside else prefix + path}
