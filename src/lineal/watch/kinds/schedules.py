"""Kinds that start others by a schedule: what CronJob, CronWorkflow and ScheduledSparkApplication have in common.

What stays out: the kinds (`core.py`, `argo.py`, `spark.py`).
"""

from __future__ import annotations

from typing import Any

from lineal.watch.kinds.workload import Reading
from lineal.watch.paths import first_text, values

_LAST = ("status.lastScheduleTime", "status.lastScheduledTime", "status.lastRun")


def read_schedule(obj: Any) -> Reading:
    """Say whether a schedule is suspended, has started something, or waits for its first time."""
    if values(obj, "spec.suspend") == [True]:
        return Reading("NEW suspended")
    if values(obj, "status.active.*"):
        return Reading("RUNNING")
    return Reading("RUNNING scheduled" if first_text(obj, _LAST) else "NEW scheduled")
