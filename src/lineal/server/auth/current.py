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
        UnauthenticatedError: nobody was asked, so that a door without a guard stays shut.
    """
    try:
        return _CALLER.get()
    except LookupError:
        raise errors.UnauthenticatedError("nobody knows who makes this call; this is a fault of the server") from None
