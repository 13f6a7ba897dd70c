"""The limit of REST bodies: no more of a body is read than any of the routes can use."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineal.server.request_kinds import is_event
from lineal.server.route_paths import route_path

LONGEST_BODY = 1 << 20


class BodyLimit:
    """The ASGI middleware that refuses longer bodies while they arrive; other paths have limits of their own."""

    def __init__(self, app: ASGIApp, *, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count its body."""
        is_limited = scope["type"] == "http" and route_path(scope).startswith(self._path) and not is_event(scope)
        if not is_limited:
            await self._app(scope, receive, send)
            return
        size = 0

        async def receive_some() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LONGEST_BODY:
                raise HTTPException(413, f"the body is longer than {LONGEST_BODY} bytes; send less")
            return message

        await self._app(scope, receive_some, send)
