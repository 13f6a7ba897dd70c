"""The time that the service writes."""

from __future__ import annotations

import time


def now() -> int:
    """Return the server's time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
