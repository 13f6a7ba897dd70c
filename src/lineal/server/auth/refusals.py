"""Credentials that were refused: counted in the metrics, and told in the log, so that guessing is noticed.

What stays out: limiting how often an address can try (login.py, http_limits.py).
"""

from __future__ import annotations

import logging
import threading
import time

from lineal.server.observing import metrics

_SECONDS_OF_SILENCE = 60.0
_MOST_ADDRESSES = 1_000
_log = logging.getLogger(__name__)


class Refusals:
    """Tells refused credentials: one line for each address and minute, so that nobody can fill the log."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, tuple[float, int]] = {}

    def note(self, address: str, reason: str) -> None:
        """Count credentials that were refused, and log the address unless that was done within a minute."""
        metrics.REFUSED_CREDENTIALS.inc()
        now = time.monotonic()
        with self._lock:
            at, unsaid = self._told.get(address, (float("-inf"), 0))
            if at + _SECONDS_OF_SILENCE > now:
                self._told[address] = (at, unsaid + 1)
                return
            if len(self._told) >= _MOST_ADDRESSES:
                self._told.clear()
            self._told[address] = (now, 0)
        more = f" ({unsaid} more since the last such line)" if unsaid else ""
        _log.warning("refused a caller at %s: %s%s", address or "an unknown address", reason, more)
