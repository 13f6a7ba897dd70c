"""Statements that are stopped when the time of their call is over, or when the caller gives up.

One thread for each database checks the calls in progress, and sleeps while there are none. What stays out: the time
of a call (lineal/deadlines.py), and how an engine stops a statement (dialects).
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from lineal.deadlines import Deadline

_LOOK_SECONDS = 0.05
_IDLE_SECONDS = 1.0
_log = logging.getLogger(__name__)


class DeadlineWatch:
    """Stops the statements of calls whose time is over.

    A call removes its entry from `_running` without a lock, which costs almost nothing. The stopper moves the entry and
    stops the statement under the lock. So a call that does not find its entry can wait until the stop is over.
    """

    def __init__(self, interrupt: Callable[[Any], None]) -> None:
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._running: dict[int, tuple[Deadline, Any]] = {}
        self._stopping: dict[int, Any] = {}
        self._is_looking = False

    def begin(self, deadline: Deadline, connection: Any) -> None:
        """Watch the statements of a connection from now on."""
        self._running[id(connection)] = (deadline, connection)
        if not self._is_looking:
            self._start()

    def end(self, connection: Any) -> bool:
        """Stop watching a connection, and return whether one of its statements was stopped.

        A server may receive the stop late, so such a connection should not be used again.
        """
        if self._running.pop(id(connection), None) is not None:
            return False
        with self._lock:
            self._stopping.pop(id(connection), None)
            return True

    def look(self) -> bool:
        """Stop statements that take too long; return whether there is anything to watch."""
        now = time.monotonic()
        late = [key for key, (deadline, _) in list(self._running.items()) if deadline.at <= now]
        with self._lock:
            for key in late:
                found = self._running.pop(key, None)
                if found is not None:
                    self._stopping[key] = found[1]
            for connection in self._stopping.values():
                self._stop(connection)
        return bool(self._running or self._stopping)

    def _stop(self, connection: Any) -> None:
        try:
            self._interrupt(connection)
        except Exception:
            _log.warning("a statement that took too long could not be stopped", exc_info=True)

    def rest(self) -> bool:
        """Stop the thread, unless a call began meanwhile; return whether it stops."""
        self._is_looking = False
        if self._running or self._stopping:
            self._is_looking = True
        return not self._is_looking

    def _start(self) -> None:
        with self._lock:
            if not self._is_looking:
                self._is_looking = True
                look_on = threading.Thread(target=_look_on, args=(weakref.ref(self),), name="lineal-deadlines")
                look_on.daemon = True
                try:
                    look_on.start()
                except RuntimeError:
                    self._is_looking = False  # the next call tries again
                    _log.warning("the system gives no more threads; calls may take longer than they may")


def _look_on(watch: weakref.ref[DeadlineWatch]) -> None:
    """Look at a watch until it has had nothing to do for a second, or is gone."""
    busy_at = time.monotonic()
    while True:
        time.sleep(_LOOK_SECONDS)
        found = watch()
        if found is None:
            return
        if found.look():
            busy_at = time.monotonic()
        elif time.monotonic() - busy_at > _IDLE_SECONDS and found.rest():
            return
        del found
