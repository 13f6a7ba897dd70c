"""The threads of the gRPC server: a fixed number work, and a thread that waits for a client's message is replaced.

What stays out: which calls wait for their messages and for how long (receiving.py).
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any

from lineal import errors

_REFUSING_THREADS = 2
_TAKEN: Future[Any] = Future()
_TAKEN.set_result(None)
_SAY_SECONDS = 10.0
_log = logging.getLogger(__name__)
_said_at = -math.inf


class _Here(threading.local):
    """What a thread is for."""

    is_refusing = False


_here = _Here()


class CallThreads(ThreadPoolExecutor):
    """Threads that take calls from a bounded queue. If the queue is full, other threads refuse new calls.

    gRPC needs a ThreadPoolExecutor. This one has its own threads: those of the standard library cannot be replaced
    while they wait, or reduced afterwards, and they create a future for each call that nobody uses.

    Attributes:
        working: a thread holds it while it works, because replaced threads may all continue at once.
    """

    def __init__(self, threads: int, most: int) -> None:
        """Begin without threads.

        Args:
            threads: how many calls are worked on at the same time.
            most: how many calls may run or wait, in all.
        """
        super().__init__(1)
        self._size = threads
        self._most_waiting = max(0, most - threads)
        self._stalled = 0
        self._waiting: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self.working = threading.Semaphore(threads)
        self._alive: set[threading.Thread] = set()
        self._elsewhere: Callable[[], int] = int
        self._refusing = ThreadPoolExecutor(
            _REFUSING_THREADS, thread_name_prefix="lineal-full", initializer=_be_refusing
        )

    def share_end(self, elsewhere: Callable[[], int]) -> None:
        """Count calls that wait elsewhere as if they waited here."""
        self._elsewhere = elsewhere

    @property
    def is_full(self) -> bool:
        """Whether the maximum number of calls wait."""
        return self._waiting.qsize() + self._elsewhere() > self._most_waiting

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do the work, or refuse it; the future says nothing of it."""
        return self.refuse(work, *args, **options) if self.is_full else self.take(work, *args, **options)

    def take(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do work that was let in already."""
        self._waiting.put(partial(work, *args, **options))
        if not self._idle.acquire(blocking=False):
            self._grow()
        return _TAKEN

    def refuse(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do the work that does nothing but refuse."""
        return self._refusing.submit(work, *args, **options)

    def replace_stalled(self, stalled: int) -> None:
        """Add as many threads as wait for their client's message."""
        self._stalled = stalled
        for _ in range(min(stalled, self._waiting.qsize())):
            self._grow()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads after the waiting calls are done."""
        self._waiting.put(None)
        super().shutdown(wait, cancel_futures=cancel_futures)
        for thread in list(self._alive) if wait else ():
            thread.join()
        self._refusing.shutdown(wait, cancel_futures=cancel_futures)

    def _grow(self) -> None:
        with self._lock:
            if len(self._alive) < self._size + self._stalled:
                thread = threading.Thread(target=self._work, name="lineal-rpc", daemon=True)
                self._alive.add(thread)
                if not started(thread):
                    self._alive.discard(thread)

    def _work(self) -> None:
        """Run waiting calls until the threads must end or there are more than needed."""
        while not self._is_needless():
            if self._waiting.empty():
                self._idle.release()
            work = self._waiting.get()
            if work is None:
                self._waiting.put(None)  # for the next thread
                break
            run(work)
        self._alive.discard(threading.current_thread())

    def _is_needless(self) -> bool:
        """Leave if there are too many threads; one at a time finds that out."""
        with self._lock:
            if len(self._alive) <= self._size + self._stalled:
                return False
            self._alive.discard(threading.current_thread())
            return True


def started(thread: threading.Thread) -> bool:
    """Start a thread, and return whether that worked; if not, the existing threads do the work."""
    try:
        thread.start()
    except RuntimeError:
        _say_starved()
        return False
    return True


def _say_starved() -> None:
    """Log that there are no more threads, now and then."""
    global _said_at
    if time.monotonic() - _said_at > _SAY_SECONDS:
        _said_at = time.monotonic()
        _log.warning("the system has no more threads; calls wait for the existing ones")


def run(work: Callable[[], Any]) -> None:
    """Run work, and log errors that nobody else would see."""
    try:
        work()
    except Exception:
        _log.exception("a call ended its thread's work")


def _be_refusing() -> None:
    _here.is_refusing = True


def require_room() -> None:
    """Refuse the work of this thread if it came when the queue was full.

    Raises:
        ResourceExhaustedError: it did.
    """
    if _here.is_refusing:
        raise too_many()


def too_many() -> errors.ResourceExhaustedError:
    """Return the error of a request that came while the maximum number was in progress."""
    return errors.ResourceExhaustedError(
        "the server has reached its limit of requests; send it again later, or start the server with a larger "
        "--max-concurrent",
        errors.Details(limit="--max-concurrent"),
    )
