"""The login of the web UI: a form that takes a token and keeps it in a cookie that scripts cannot read.

What stays out: who the token's owner is (authenticator.py).
"""

from __future__ import annotations

from typing import Literal, TypedDict
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from lineal import errors, pages
from lineal.server.admission import Rates
from lineal.server.auth.authenticator import Authenticator
from lineal.server.auth.credentials import COOKIE, LONGEST, Credentials

PATH = "/login"
LOGOUT_PATH = "/logout"
_DAY = 86_400
_ATTEMPTS = 10
_SECONDS_FOR_ANOTHER = 6.0
_FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Lineal: log in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{icon}">
<style>body{{font:16px system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}}
label,input,button{{display:block;width:100%;box-sizing:border-box;font:inherit}}
input,button{{margin:.5rem 0;padding:.5rem}}
p[role=alert]{{color:#c0362c}}</style>
<main><h1>Lineal</h1>{problem}
<form method="post" action=""><label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button></form>
<p>A token is made with <code>lineal token create</code>
(<a href="{tokens}">more about tokens</a>).</p></main></html>"""
# Inside the page: files need a login, and a browser without an icon asks for /favicon.ico.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%230B57B5'/%3E"
    "%3Cpath d='M9 8v10a4 4 0 0 0 4 4h5M9 13h9' fill='none' stroke='%23fff' stroke-width='2.4'/%3E"
    "%3Cg fill='%23fff'%3E%3Ccircle cx='9' cy='8' r='3'/%3E%3Ccircle cx='21' cy='13' r='3'/%3E"
    "%3Ccircle cx='21' cy='22' r='3'/%3E%3C/g%3E%3C/svg%3E"
)
_TOKENS = pages.TOKENS.address().lstrip("/")
"""Relative to the address of the login, below any prefix."""
_TOO_MANY = f'<p role="alert">Too many attempts from this address. Try again in {_SECONDS_FOR_ANOTHER:g} seconds.</p>'
_PROBLEM = '<p role="alert">This token is not valid: unknown, expired or revoked.</p>'


class _Attributes(TypedDict):
    """The attributes of the cookie, alike when it is set and when it is deleted."""

    path: str
    httponly: bool
    samesite: Literal["strict"]
    secure: bool


def add(app: FastAPI, authenticator: Authenticator) -> None:
    """Add the routes of the login to an application."""
    attempts = Rates(1 / _SECONDS_FOR_ANOTHER, burst=_ATTEMPTS)

    @app.get(PATH, include_in_schema=False)
    def form() -> Response:
        return _form()

    @app.post(PATH, include_in_schema=False)
    async def log_in(request: Request) -> Response:
        address = request.client.host if request.client else ""
        if not attempts.has_room(address):
            refused = _form(_TOO_MANY, status=429)
            refused.headers["Retry-After"] = f"{_SECONDS_FOR_ANOTHER:g}"
            return refused
        token = await _token(request)
        try:
            await run_in_threadpool(authenticator.caller, Credentials(bearer=token, peer=address))
        except errors.StatusError:
            attempts.take(address)
            return _form(_PROBLEM, status=401)
        response = RedirectResponse(f"{_root(request)}/", status_code=303)
        response.set_cookie(COOKIE, token, max_age=_DAY, **_attributes(request))
        return response

    @app.post(LOGOUT_PATH, include_in_schema=False)
    def log_out(request: Request) -> Response:
        response = RedirectResponse(f"{_root(request)}{PATH}", status_code=303)
        response.delete_cookie(COOKIE, **_attributes(request))
        return response


def _form(problem: str = "", *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_FORM.format(icon=_ICON, problem=problem, tokens=_TOKENS), status_code=status)


def _attributes(request: Request) -> _Attributes:
    return {
        "path": f"{_root(request)}/",
        "httponly": True,
        "samesite": "strict",
        "secure": _is_encrypted(request),
    }


def _is_encrypted(request: Request) -> bool:
    """Return whether the browser's connection is encrypted, by this server or by a proxy in front of it.

    A proxy says so in X-Forwarded-Proto, whose first word is about the browser. Behind a proxy that says nothing, it is
    in Origin, where browsers put the scheme of the form's page. Anybody may claim it, from any address: it makes the
    cookie of the one who claims it stricter, and nothing else depends on it.
    """
    forwarded = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    origin = request.headers.get("origin", "").lower()
    return "https" in (request.url.scheme, forwarded) or origin.startswith("https://")


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


async def _token(request: Request) -> str:
    """Return the token of the form, or "" if the body is too long."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            return ""
    return parse_qs(body.decode("latin1")).get("token", [""])[0].strip()
