"""Turns: reads of a database in this process run one after the other.

Python runs one thread at a time, and SQLite's driver releases the interpreter at every row. Threads that read at the
same time gain nothing and compete for the interpreter at each row, which costs more than the row. So one read runs at a
time, and only a long read is overtaken. What stays out: writers, which SQLite separates.
"""

from __future__ import annotations

import threading

_LONG_SECONDS = 0.1


class ReadTurns:
    """One thread has its turn at a time. A thread that has just read goes behind one that waits.

    Threads that wait overtake a long read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Held by the thread that goes next. Without it, a request that has just read would begin its next read before
        # one that waits, because it is already running. A signal handler may read while its thread waits here.
        self._next = threading.RLock()

    def take(self) -> threading.Lock:
        """Wait for the turn; return the lock to release at its end."""
        with self._next:
            lock = self._lock
            if not lock.acquire(timeout=_LONG_SECONDS):
                lock = threading.Lock()  # the thread that has the old one may keep it
                lock.acquire()
                self._lock = lock
            return lock
