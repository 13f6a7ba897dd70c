"""Turns: reads of a database in this process run one after the other.

Python runs one thread at a time, and SQLite's driver releases the interpreter at every row. Threads that read at the
same time gain nothing and compete for the interpreter at each row, which costs more than the row. So one read runs at a
time, and only a long read is overtaken. What stays out: writers, which SQLite separates.
"""

from __future__ import annotations

import threading
import time

_LONG_SECONDS = 0.1


class ReadTurns:
    """One thread has its turn at a time, and others overtake one that keeps it long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = 0.0

    def take(self) -> threading.Lock:
        """Wait for the turn; return the lock to release at its end."""
        while True:
            lock = self._lock
            if lock.acquire(blocking=False) or lock.acquire(timeout=_LONG_SECONDS):
                self._begun = time.monotonic()
                return lock
            if lock is self._lock and time.monotonic() - self._begun >= _LONG_SECONDS:
                self._lock = threading.Lock()  # the thread that has the old one may keep it
