"""When a value of a metric was measured, which may be long before its record was written.

Logged points have times of their own, and records of the SDK say in `create_time` when they were made. Without either,
the time of the record counts. What stays out: reading the values (series.py, details.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal.catalogue.iso_times import read_time
from lineal.kinds import ARTIFACT
from lineal.store.engine.session import Session
from lineal.store.index import metrics as metric_rows
from lineal.store.index.metrics import Report
from lineal.store.rows import metrics as point_rows

CREATE_TIME = "create_time"
SKEW = 24 * 3600 * 1000
"""Milliseconds. Clocks differ; what claims to be measured later than this after it was recorded has a wrong time."""
_LONGEST = 40


def with_measured_times(session: Session, metric: str, reports: Sequence[Report]) -> list[Report]:
    """Return reports of a metric, index-aligned, with the times at which their values were measured."""
    ids = [report.reporter for report in reports]
    stated = metric_rows.texts(session, ids, CREATE_TIME)
    logged = point_rows.latest_times(session, ARTIFACT, ids, metric)
    return [
        Report(about, reporter, value, logged[reporter] if reporter in logged else measured_at(told, recorded=time))
        for about, reporter, value, time in reports
        for told in (stated.get(reporter),)
    ]


def measured_at(stated: str | None, *, recorded: int) -> int:
    """Return when a record says that it was made; the time at which it was written if it says nothing usable.

    Args:
        stated: ISO 8601; UTC if it names no zone.
        recorded: when it was written, milliseconds since the epoch.
    """
    if not stated or len(stated) > _LONGEST:
        return recorded
    found = read_time(stated)
    return found if found is not None and 0 < found <= recorded + SKEW else recorded
