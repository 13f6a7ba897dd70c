"""The one number that the supervisor of workers counts itself.

It has its own module, because the supervisor must not write the other numbers, which are about processes that serve.
"""

from __future__ import annotations

from prometheus_client import Counter

WORKER_RESTARTS = Counter(
    "lineal_worker_restarts_total", "Workers that were started because another one had ended.", registry=None
)
