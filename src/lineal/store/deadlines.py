"""How long a call may take, kept down to the statement that runs in the database.

A door says it with `calling_until`; the database then stops the statement that runs when the time is over, or when the
caller gives up. One thread for each database looks at the calls in progress, and sleeps while there are none. What
stays out: how an engine stops a statement (dialects).
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lineal import errors

FLAG = "--max-call-seconds"
_LOOK_SECONDS = 0.05
_AGAIN_SECONDS = 1.0
_log = logging.getLogger(__name__)


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
            "the call was stopped in the database, because its time was over; ask for less at a time, or give it more "
            f"(the client's timeout, and {FLAG} of the server)"
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


class Watch:
    """Stops the statements of calls whose time is over."""

    def __init__(self, interrupt: Callable[[Any], None]) -> None:
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._running: dict[int, tuple[Deadline, Any]] = {}
        self._stopped: set[int] = set()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, deadline: Deadline, connection: Any) -> None:
        """Watch the statements of a connection from now on."""
        self._running[id(connection)] = (deadline, connection)
        if not self._some.is_set():
            self._start()

    def end(self, connection: Any) -> bool:
        """Leave a connection alone, and say whether one of its statements was told to stop.

        A server may hear of that late, so such a connection should not be used again.
        """
        with self._lock:
            del self._running[id(connection)]
            if not self._stopped:
                return False
            was_stopped = id(connection) in self._stopped
            self._stopped.discard(id(connection))
            return was_stopped

    def _start(self) -> None:
        with self._lock:
            self._some.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=_look_on, args=(weakref.ref(self),), name="lineal-deadlines", daemon=True
                )
                self._thread.start()

    def look(self) -> None:
        """Stop what takes too long."""
        now = time.monotonic()
        for key, (deadline, _) in list(self._running.items()):
            if deadline.at <= now:
                self._stop(key)

    def _stop(self, key: int) -> None:
        with self._lock:
            found = self._running.get(key)
            if found is None:
                return
            self._stopped.add(key)
            try:
                self._interrupt(found[1])
            except Exception:
                _log.warning("a statement that took too long could not be stopped", exc_info=True)

    def is_idle(self) -> bool:
        """Note that there is nothing to look at; say whether that is so."""
        with self._lock:
            if not self._running:
                self._some.clear()
                self._thread = None
            return not self._running


def _look_on(watch: weakref.ref[Watch]) -> None:
    """Look at a watch until it has nothing to do for a second, or is gone."""
    idle_since = time.monotonic()
    while True:
        time.sleep(_LOOK_SECONDS)
        found = watch()
        if found is None:
            return
        found.look()
        if found._running:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > _AGAIN_SECONDS and found.is_idle():
            return
        del found
