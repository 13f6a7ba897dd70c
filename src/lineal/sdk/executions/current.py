"""Which execution runs now, in this thread or task, and which other process started this one.

An asyncio task has the execution of the one that made it. A thread begins with none, and a process with that of
LINEAL_PARENT_EXECUTION, or of the fork. What stays out: executions themselves (execution.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lineal.config import PARENT_EXECUTION_VARIABLE
from lineal.sdk.pictures import web_ui
from lineal.urls import is_in_memory

_current: ContextVar[Any] = ContextVar("lineal_execution", default=None)


def get() -> Any:
    """Return the execution that runs now, None for none."""
    return _current.get()


def put(execution: Any) -> None:
    """Let an execution, or None, be the one that runs now."""
    _current.set(execution)


@contextmanager
def within(execution: Any) -> Iterator[None]:
    """Let an execution be the one that runs now for a `with` block, and then the one before."""
    before = _current.get()
    _current.set(execution)
    try:
        yield
    finally:
        _current.set(before)


def parent_id(client: Any) -> int | None:
    """Return the id of the execution that one which begins now in a store is a part of.

    Args:
        client: the client of the store; an execution of another store is no parent.

    """
    running = _current.get()
    if running is not None:
        return int(running.id) if _is_same_store(running.workspace.store, client) else None
    told = os.environ.get(PARENT_EXECUTION_VARIABLE, "").strip()
    return int(told) if told.isascii() and told.isdigit() and 0 < len(told) < 19 else None


def _is_same_store(one: Any, other: Any) -> bool:
    """Tell whether two clients are of one store; a pickled execution brings a client of its own."""
    place = web_ui.place_of(one)
    return one is other or (place == web_ui.place_of(other) and "://" in place and not is_in_memory(place))
