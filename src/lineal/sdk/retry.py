"""Repeat a call after an error that can go away: the server was away (UNAVAILABLE).

The caller gets every other error at once, also ABORTED, because the client has already repeated the call. If the answer
to a write was lost, its record is looked for before the write is sent again. What stays out: what is called.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from lineal import errors

PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds to wait after each failure; after the last one the error is the caller's."""

_T = TypeVar("_T")


def retrying(call: Callable[[], _T], *, written: Callable[[], _T | None] | None = None) -> _T:
    """Return what `call` returns, repeating it while the server is unavailable.

    Args:
        call: the call; safe to repeat, unless `written` is given.
        written: for a write that must not happen twice, returns what a failed `call` may have left in the store, or
            None when it left nothing.

    Raises:
        StatusError: the call failed for a reason that repeating does not cure, or the server stayed away.

    """
    for pause in PAUSES:
        try:
            return call()
        except errors.UnavailableError:
            time.sleep(pause)
        left_behind = retrying(written) if written else None
        if left_behind is not None:
            return left_behind
    return call()
