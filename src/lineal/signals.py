"""An event that a signal handler may set, for a main thread that waits until it is asked to stop.

Python runs a handler in the main thread, between any two of its steps. Two things follow:

- `threading.Event` has a lock that its `wait` holds for a moment. A handler that calls `set` at that moment waits for
  its own thread for ever. The queue below is made for handlers
  (https://docs.python.org/3/library/queue.html#simplequeue-objects).
- A signal that comes just before the main thread begins to wait, or to another thread, does not end the wait. So the
  wait is cut into pieces, after each of which a handler can run.

What stays out: which signals a process takes, and what they mean.
"""

from __future__ import annotations

import contextlib
import math
import time
from queue import Empty, SimpleQueue

_PIECE_SECONDS = 0.25


class SignalEvent:
    """A flag that handlers set and threads wait for, as `threading.Event` is without handlers."""

    def __init__(self) -> None:
        self._is_set = False
        self._wakes: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Return whether it is set."""
        return self._is_set

    def set(self) -> None:
        """Set it and wake the threads that wait."""
        self._is_set = True
        self._wakes.put(None)

    def clear(self) -> None:
        """Take it back."""
        self._is_set = False
        with contextlib.suppress(Empty):
            while True:
                self._wakes.get_nowait()

    def wait(self, timeout: float | None = None) -> bool:
        """Return when it is set, or after `timeout` seconds; say whether it is set."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        while not self._is_set and (left := end - time.monotonic()) > 0:
            with contextlib.suppress(Empty):
                self._wakes.get(timeout=min(left, _PIECE_SECONDS))
                self._wakes.put(None)  # for the next thread that waits
        return self._is_set
