"""The numbers of a database: statements, transactions, transactions that ran again, connections."""

from __future__ import annotations

from functools import partial

from lineal.server.observing import metrics
from lineal.server.observing.deferred import add, later
from lineal.store.engine.database import Database


def observe(database: Database) -> None:
    """Count what a database does from now on."""
    kinds = {write: metrics.TRANSACTIONS.labels("write" if write else "read") for write in (False, True)}
    for reason in ("race", "conflict", "lost"):  # a rate of what has not happened yet is 0, not unknown
        metrics.RETRIES.labels(reason)
    database.observe = lambda sql: add(metrics.STATEMENTS)
    database.on_retry = lambda reason: metrics.RETRIES.labels(reason).inc()
    database.on_end = lambda write, seconds: later(partial(kinds[write].observe, seconds))


def note_state(database: Database, *, ready: bool) -> None:
    """Record the numbers that need a check: whether the database answers, and its connections."""
    used, idle = database.connections()
    metrics.CONNECTIONS.labels("used").set(used)
    metrics.CONNECTIONS.labels("idle").set(idle)
    metrics.READY.set(ready)
