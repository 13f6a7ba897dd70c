"""The id of the request that this thread or task works on: the caller's, or a new one."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar, Token

HEADER = "x-request-id"
_GIVEN = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_ID: ContextVar[str] = ContextVar("lineal_request_id", default="")


def begin(given: str | None) -> Token[str]:
    """Let a request begin; use the caller's id if a log can hold it."""
    taken = given if given and _GIVEN.fullmatch(given) else secrets.token_hex(8)
    return _ID.set(taken)


def end(token: Token[str]) -> None:
    """Let the request end."""
    _ID.reset(token)


def current() -> str:
    """Return the id, or "" outside of any request."""
    return _ID.get()
