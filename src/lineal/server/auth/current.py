"""The caller of the request that this thread or task works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lineal import errors
from lineal.service.access import Caller

_CALLER: ContextVar[Caller] = ContextVar("lineal_caller")


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """Let somebody be the caller inside a `with`."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)


def current_caller() -> Caller:
    """Return the caller.

    Raises:
        UnauthenticatedError: no guard has set a caller, so a server without a guard answers nothing.
    """
    try:
        return _CALLER.get()
    except LookupError:
        raise errors.UnauthenticatedError("this call has no caller; this is a fault of the server") from None
