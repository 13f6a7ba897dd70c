"""How many requests a second one client may send.

What stays out: how many run at a time (call_threads.py), what a request may ask for (service/, store/), and how the
servers refuse.
"""

from __future__ import annotations

import ipaddress
import threading
import time

from lineal import errors

_MOST_CLIENTS = 10_000
_BURST_SECONDS = 2.0


class Rates:
    """How fast each client sends: a bucket for each, which fills at the rate and holds two seconds of it."""

    def __init__(self, rate: float, *, burst: float | None = None) -> None:
        """Begin with nobody counted.

        Args:
            rate: how many requests a second; 0 for no limit.
            burst: how many at once; by default as many as in two seconds.
        """
        self._rate = rate
        self._full = max(1.0, rate * _BURST_SECONDS if burst is None else burst)
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def count(self, client: str) -> None:
        """Count a request of a client.

        Raises:
            ResourceExhaustedError: it sends too fast.
        """
        if self.take(client):
            return
        raise errors.ResourceExhaustedError(
            f"more than {self._rate:g} requests a second came from one client; send fewer, or start the server with a "
            "larger --max-rate",
            errors.Details(limit="--max-rate"),
        )

    def take(self, client: str) -> bool:
        """Count a request of a client, and say whether it may be answered."""
        if not self._rate:
            return True
        client = network_of(client)
        with self._lock:
            left, now = self._left(client)
            if left >= 1:
                self._keep(client, left - 1, now)
            return left >= 1

    def has_room(self, client: str) -> bool:
        """Say whether a request of a client may be answered, without counting it."""
        return not self._rate or self._left(network_of(client))[0] >= 1

    def _left(self, client: str) -> tuple[float, float]:
        """Return how much of a client's bucket is left, and the time now."""
        now = time.monotonic()
        left, at = self._buckets.get(client, (self._full, now))
        return min(self._full, left + (now - at) * self._rate), now

    def _keep(self, client: str, left: float, now: float) -> None:
        if len(self._buckets) >= _MOST_CLIENTS and client not in self._buckets:
            self._forget_half()
        self._buckets[client] = (left, now)

    def _forget_half(self) -> None:
        """Forget the clients with the most left; a client that has nothing left must stay counted."""
        fullest_last = sorted(self._buckets, key=lambda client: self._left(client)[0])
        self._buckets = {client: self._buckets[client] for client in fullest_last[: _MOST_CLIENTS // 2]}


def network_of(client: str) -> str:
    """Return the name to count a client by: for IPv6 its 64-bit network, all of which one machine may own."""
    try:
        address = ipaddress.ip_address(client.removeprefix("ipv6:").strip("[]").partition("%")[0])
    except ValueError:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else client
