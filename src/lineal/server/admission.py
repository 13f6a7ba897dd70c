"""Which requests are let in: how many at a time, and how many a second from one client.

What stays out: what a request may ask for (service/, store/), and how the doors say no.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from lineal import errors
from lineal.security import LimitSettings

_MOST_CLIENTS = 10_000
_BURST_SECONDS = 2.0
_REFUSING_THREADS = 2


class _Here(threading.local):
    """What a thread is for."""

    is_refusing = False


_here = _Here()


class Rates:
    """How fast each client sends: a bucket for each, which fills at the rate and holds two seconds of it."""

    def __init__(self, limits: LimitSettings) -> None:
        self._rate = limits.max_rate
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def count(self, client: str) -> None:
        """Count a request of a client.

        Raises:
            ResourceExhaustedError: it sends too fast.
        """
        if not self._rate:
            return
        full = max(1.0, self._rate * _BURST_SECONDS)
        with self._lock:
            now = time.monotonic()
            left, at = self._buckets.get(client, (full, now))
            left = min(full, left + (now - at) * self._rate)
            if left >= 1:
                self._keep(client, left - 1, now)
                return
        raise errors.ResourceExhaustedError(
            f"more than {self._rate:g} requests a second came from one client; send fewer, or start the server with a "
            "larger --max-rate"
        )

    def _keep(self, client: str, left: float, now: float) -> None:
        if len(self._buckets) >= _MOST_CLIENTS:
            self._buckets.clear()
        self._buckets[client] = (left, now)


class BoundedThreads(ThreadPoolExecutor):
    """Threads whose queue has an end: what comes when it is full is refused at once, by other threads."""

    def __init__(self, threads: int, most: int) -> None:
        super().__init__(threads, thread_name_prefix="lineal-rpc")
        self._most_waiting = max(0, most - threads)
        self._elsewhere: Callable[[], int] = int
        self._refusing = ThreadPoolExecutor(
            _REFUSING_THREADS, thread_name_prefix="lineal-full", initializer=_be_refusing
        )

    def share_end(self, elsewhere: Callable[[], int]) -> None:
        """Count what waits elsewhere as if it waited here."""
        self._elsewhere = elsewhere

    @property
    def is_full(self) -> bool:
        """Whether as much waits as may."""
        return self._work_queue.qsize() + self._elsewhere() > self._most_waiting

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do the work, or refuse it."""
        return self.refuse(work, *args, **options) if self.is_full else self.take(work, *args, **options)

    def take(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do work that was let in already."""
        return super().submit(work, *args, **options)

    def refuse(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Let a thread do the work that does nothing but refuse."""
        return self._refusing.submit(work, *args, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._refusing.shutdown(wait, cancel_futures=cancel_futures)


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
    """Return the error of a request that came when as many as may were in progress."""
    return errors.ResourceExhaustedError(
        "the server works on as many requests as it may; send it again later, or start the server with a larger "
        "--max-concurrent"
    )
