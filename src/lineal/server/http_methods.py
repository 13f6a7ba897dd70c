"""HEAD wherever GET is served, with the same headers and no body; and which methods an address takes.

What stays out: routes, and the answer that lists the methods (rest/problems.py).
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def add_head(app: FastAPI) -> None:
    """Answer HEAD as GET; to be added after all middleware that looks at the method or changes the body."""
    app.add_middleware(_Head)


def allowed(request: Request) -> str:
    """Return the methods of a request's address, as the header Allow has them."""
    found = {method for method in _METHODS for route in request.app.routes if _takes(route, method, request.scope)}
    return ", ".join(sorted(found | ({"HEAD", "OPTIONS"} if "GET" in found else {"OPTIONS"})))


def _takes(route: BaseRoute, method: str, scope: Scope) -> bool:
    if isinstance(route, Mount) and method != "GET":  # files, which say of every method that it is theirs
        return False
    return route.matches({**scope, "method": method})[0] is Match.FULL


class _WholeError(Exception):
    """The answer to HEAD is whole: the rest of the body is of no use."""


class _Head:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        scope["method"] = "GET"  # in place: the code before this reads the route from the same scope
        try:
            await self._app(scope, receive, answer.send)
        except Exception:
            if not answer.is_whole:  # afterwards it is the one that ended a long body, however it was wrapped
                raise
        finally:
            scope["method"] = "HEAD"


class _Answer:
    """An answer of which only the start is sent."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.is_whole = False

    async def send(self, message: Message) -> None:
        """Send the start; end at the first piece of the body.

        Raises:
            _WholeError: more of the body would follow.
        """
        if message["type"] == "http.response.start":
            self._scope["method"] = "HEAD"  # the server must not announce pieces that do not come
            await self._send(message)
        elif message["type"] == "http.response.body" and not self.is_whole:
            self.is_whole = True
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        if self.is_whole and message.get("more_body"):
            raise _WholeError
