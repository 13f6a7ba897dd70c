"""Turns: reads of a database in this process run one after the other.

Python runs one thread at a time, and SQLite's driver releases the interpreter at every row. Threads that read at the
same time gain nothing and compete for the interpreter at each row, which costs more than the row. So one read runs at a
time, and only a long read is overtaken. What stays out: writers, which SQLite separates.
"""

from __future__ import annotations

import threading

_LONG_SECONDS = 0.1


class ReadTurns:
    """One thread has its turn at a time, in the order in which they came; others overtake one that keeps it long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Held by the one that goes next: a request that has just read, and runs already, would otherwise begin its next
        # read before one that waits.
        self._next = threading.Lock()

    def take(self) -> threading.Lock:
        """Wait for the turn; return the lock to release at its end."""
        with self._next:
            if not self._lock.acquire(timeout=_LONG_SECONDS):
                self._lock = threading.Lock()  # the thread that has the old one may keep it
                self._lock.acquire()
            return self._lock
