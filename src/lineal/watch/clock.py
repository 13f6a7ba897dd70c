"""Times as Kubernetes writes them, and pauses that grow. What stays out: waiting."""

from __future__ import annotations

import random
from datetime import datetime, timezone


def now() -> str:
    """Return the time in UTC, RFC 3339 with microseconds."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Backoff:
    """Pauses that double from `first` to `longest` seconds, shortened at random, until all is well again."""

    def __init__(self, *, first: float = 0.1, longest: float = 10.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """Return the seconds to wait before the next attempt."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause * random.uniform(0.5, 1)  # noqa: S311 -- spreads attempts, guards nothing

    def reset(self) -> None:
        """Start with the first pause again."""
        self._next = self._first
