"""Checks of the host name and the origin of an HTTP request.

A page of another site can make a browser send requests to this server: under the site's own name, if its owner points
the name here (DNS rebinding), or across sites. A server without a login would do what such a page wants. So it answers
only to its own names. What stays out: cookies (auth/credentials.py), CORS (http_headers.py).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from lineal.config import ServerSettings
from lineal.security import is_loopback
from lineal.server.auth.login import LOGOUT_PATH, PATH
from lineal.server.rest import problems
from lineal.server.route_paths import route_path

_OPEN = frozenset({"/healthz", "/readyz"})
"""What probes ask by the address of a container."""
_FLAG = "--allowed-hosts"
_FORMS = ("", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded")
"""The media types of bodies that a browser posts to any site without asking it first."""


def add_origins(app: FastAPI, settings: ServerSettings) -> None:
    """Let an application answer only to its own names, and to its own pages where that matters."""
    app.add_middleware(_Origins, settings=settings)


def is_from_another_site(headers: Headers) -> bool:
    """Return whether, according to the browser, a page of another site sends this request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


class _Origins:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, settings: ServerSettings) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in settings.allowed_hosts)
        self._is_loopback_alone = not settings.access.auth and is_loopback(settings.host)
        self._origins = frozenset(settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if "content-length" in headers and "transfer-encoding" in headers:
            refused = problems.problem(400, "the request has both Content-Length and Transfer-Encoding; send one")
            refused.headers["connection"] = "close"
            return refused
        if route_path(scope) in (PATH, LOGOUT_PATH) and scope["method"] == "POST" and is_from_another_site(headers):
            return problems.problem(403, "this form was sent by a page of another site; open the web UI itself")
        if scope["method"] == "POST" and self._is_foreign_form(headers):
            return problems.problem(403, "a page of another site sent this; add it to --cors-origins if it should")
        if route_path(scope) in _OPEN or not (self._hosts or self._is_loopback_alone):
            return None
        return self._unknown_host(headers) or self._unknown_origin(headers)

    def _is_foreign_form(self, headers: Headers) -> bool:
        """Say whether a page of another site posts what a browser sends without asking; a login may go with it."""
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        origin = headers.get("origin")
        is_welcome = origin in self._origins or "*" in self._origins
        return media in _FORMS and is_from_another_site(headers) and not is_welcome

    def _unknown_host(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._is_known(host):
            return None
        return problems.problem(
            421, f"this server does not answer to the name {host[:100]!r}; add it to {_FLAG} if it is one of its names"
        )

    def _unknown_origin(self, headers: Headers) -> Response | None:
        origin = headers.get("origin")
        if origin is None or origin in self._origins or "*" in self._origins or self._is_known(urlsplit(origin).netloc):
            return None
        return problems.problem(
            403, f"pages of {origin[:100]!r} may not call this server; add it to --cors-origins if they should"
        )

    def _is_known(self, place: str) -> bool:
        """Say whether a host, with or without a port, is one of the server's names."""
        host = place.lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] if ":" in host else host
        if name in self._hosts or host in self._hosts or "*" in self._hosts:
            return True
        return self._is_loopback_alone and (is_loopback(name) or name.endswith(".localhost"))
