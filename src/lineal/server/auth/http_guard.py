"""The guard of the HTTP server: everything except health, login and the documentation needs a caller.

It is an ASGI middleware around all routes, so it also guards a new route. A browser that asks for a page is redirected
to the login. What stays out: the form of the login (login.py).
"""

from __future__ import annotations

from collections.abc import Callable

import anyio
from fastapi import FastAPI, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lineal import errors
from lineal.server.auth import credentials, login
from lineal.server.auth.authenticator import Authenticator
from lineal.server.auth.current import calling
from lineal.server.mlflow import answers as mlflow_answers
from lineal.server.mlflow import server_routes as mlflow_routes
from lineal.server.mlflow.calls import is_call
from lineal.server.observing import http_calls
from lineal.server.openlineage import answers as event_answers
from lineal.server.request_kinds import is_event
from lineal.server.rest import problems
from lineal.server.route_paths import route_path
from lineal.server.site import is_public
from lineal.service.access import Caller

_PATIENCE_SECONDS = 2.0
"""How long the route of metrics waits for the database to check a token."""
_OPEN = frozenset({"/healthz", "/readyz", login.PATH, login.LOGOUT_PATH, *mlflow_routes.OPEN})


def add_guard(app: FastAPI, authenticator: Authenticator) -> None:
    """Put an application behind the guard."""
    login.add(app, authenticator)
    app.add_middleware(_Guard, authenticator=authenticator)


class _Guard:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_open(route_path(scope)):
            await self._app(scope, receive, send)
            return
        given = credentials.of_http(scope, self._authenticator.settings.user_header)
        try:
            caller = self._authenticator.remembered(given)
            if caller is None:
                caller = await self._asked(route_path(scope), given)
        except errors.StatusError as error:
            await _refusal(scope, error)(scope, receive, send)
            return
        with calling(caller):
            await self._app(scope, receive, send)

    async def _asked(self, path: str, given: credentials.Credentials) -> Caller:
        """Return the caller; of metrics also one who was known before, while the database does not answer.

        An alert needs the numbers most at that time, and the database holds the tokens.
        """
        known = self._authenticator.last_known(given) if path == http_calls.PATH else None
        if known is None:
            return await run_in_threadpool(self._authenticator.caller, given)
        try:
            with anyio.fail_after(_PATIENCE_SECONDS):
                return await anyio.to_thread.run_sync(self._authenticator.caller, given, abandon_on_cancel=True)
        except (TimeoutError, errors.UnavailableError):
            return known


def _is_open(path: str) -> bool:
    return path in _OPEN or is_public(path)


def _refusal(scope: Scope, error: errors.StatusError) -> Response:
    headers = Headers(scope=scope)
    wants_page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    if error.error_code == errors.UNAUTHENTICATED and wants_page:
        return RedirectResponse(f"{scope.get('root_path', '')}{login.PATH}", status_code=303)
    response = _answer_to(scope)(error)
    if error.error_code == errors.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="lineal"'
    return response


def _answer_to(scope: Scope) -> Callable[[errors.StatusError], Response]:
    """Return what makes the answer with an error that the clients of an address understand."""
    if is_event(scope):
        return event_answers.refusal
    return mlflow_answers.refusal if is_call(route_path(scope)) else problems.of_status_error
