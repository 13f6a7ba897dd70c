"""Turns: reads of a database in this process, one after the other.

Python runs one thread at a time, and SQLite's driver lets go of the interpreter at every row. Threads that read at the
same time win nothing and fight for it at each row, which costs more than the row. So a read has the interpreter for
itself, as far as reads go; only who reads long is passed by. What stays out: writers, which SQLite keeps apart.
"""

from __future__ import annotations

import threading
import time

_LONG_SECONDS = 0.1


class ReadTurns:
    """One thread has its turn at a time, and others go past one that keeps it long."""

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
                self._lock = threading.Lock()  # who has the old one may keep it
