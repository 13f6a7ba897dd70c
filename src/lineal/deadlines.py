"""How long a call may take: the deadline of the current call, and checks of it during a computation.

The servers set it with `calling_until`. What stays out: stopping statements that run in a database
(store/engine/statement_deadlines.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lineal import errors

FLAG = "--max-call-seconds"


class Deadline:
    """The end of a call.

    Attributes:
        at: when it must be over, on the monotonic clock.
        is_cancelled: whether the caller gave up.
    """

    __slots__ = ("at", "is_cancelled")

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds
        self.is_cancelled = False

    def cancel(self) -> None:
        """End the call now: its caller gave up."""
        self.is_cancelled = True
        self.at = 0.0

    @property
    def remaining(self) -> float:
        """How many seconds are left; none or fewer if the call is over."""
        return self.at - time.monotonic()

    def error(self) -> errors.StatusError:
        """Return the error of a call that took too long or was given up."""
        if self.is_cancelled:
            return errors.CancelledError("the caller gave up, and the call was stopped; nothing of it was stored")
        return errors.DeadlineExceededError(
            "the call was stopped, because its time was over; ask for less at a time, or give it more "
            f"(the client's timeout, and {FLAG} of the server)",
            errors.Details(limit=FLAG),
        )


CURRENT: ContextVar[Deadline | None] = ContextVar("lineal_deadline", default=None)


@contextmanager
def calling_until(deadline: Deadline) -> Iterator[None]:
    """Let the calls of this thread or task be over at a deadline."""
    token = CURRENT.set(deadline)
    try:
        yield
    finally:
        CURRENT.reset(token)


class Held:
    """A lock that is waited for no longer than the call may take.

    Raises, on entering:
        DeadlineExceededError, CancelledError: others held it until the time of the call was over.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        deadline = CURRENT.get()
        if deadline is None:
            self._lock.acquire()
        elif not self._lock.acquire(timeout=max(0.0, deadline.remaining)):
            raise deadline.error()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def check() -> None:
    """Stop a computation if the time of its call is over.

    Raises:
        DeadlineExceededError, CancelledError: it is.
    """
    deadline = CURRENT.get()
    if deadline is not None and deadline.remaining <= 0:
        raise deadline.error()
