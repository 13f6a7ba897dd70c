"""How many requests a second one client may send.

What stays out: how many are worked on at a time (call_threads.py), what a request may ask for (service/, store/), and
how the doors say no.
"""

from __future__ import annotations

import threading
import time

from lineal import errors
from lineal.security import LimitSettings

_MOST_CLIENTS = 10_000
_BURST_SECONDS = 2.0


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
