"""When a workload started and ended, as its object tells: by fields, conditions and container states.

Only if the object tells no end, it is when the object was deleted, or when the watcher saw that it is over. That is a
guess, so the first one stays (`writing/recorder.py`). What stays out: the state (`states.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lineal.watch.kinds.conditions import find_condition
from lineal.watch.kinds.states import Status
from lineal.watch.kinds.workload import Workload
from lineal.watch.paths import first_text, texts, values

CREATED = "metadata.creationTimestamp"
DELETED = "metadata.deletionTimestamp"
CONDITION = "condition "
_AT_WORK = (
    "status.containerStatuses.*.state.running",
    "status.containerStatuses.*.state.waiting",
    "status.initContainerStatuses.*.state.running",
)
STATUS, DELETION, WATCHER = "status", "deletion", "watcher"
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Times:
    """When a workload started and ended (RFC 3339), each "" if it did not yet.

    Attributes:
        start: when it started.
        start_is_creation: whether that is only when the object was created.
        end: when it ended.
        end_from: what tells the end: the object's status, its deletion or the watcher's clock; "" without an end.

    """

    start: str = ""
    start_is_creation: bool = False
    end: str = ""
    end_from: str = ""


def times_of(obj: Any, workload: Workload, status: Status, *, now: str) -> Times:
    """Return when a workload started and ended.

    Args:
        obj: the object.
        workload: how to read it.
        status: its state.
        now: when the watcher sees it.

    """
    start = _told(obj, (place for place in workload.start if place != CREATED), min)
    created = ""
    if not start and CREATED in workload.start and (workload.serves or status.state != "NEW"):
        created = first_text(obj, [CREATED])
    end, end_from = _end(obj, workload, status, now) if status.final else ("", "")
    return Times(start or created, bool(created), end, end_from)


def _end(obj: Any, workload: Workload, status: Status, now: str) -> tuple[str, str]:
    """Return the end and what tells it. What is deleted while it works ends then, whatever happened to it before."""
    ends_now = status.by_deletion and (workload.serves or any(values(obj, path) for path in _AT_WORK))
    told = "" if ends_now else _told(obj, workload.end, max) or status.since
    if told:
        return told, STATUS
    deleted = first_text(obj, [DELETED])
    # Until a pod is gone, the time of its deletion is when its grace period will be over.
    return (min(deleted, now), DELETION) if deleted else (now, WATCHER)


def _told(obj: Any, places: Iterable[str], choose: Callable[[list[str]], str]) -> str:
    """Return the time at the first place that has one; of several at one place the one that is chosen.

    Times of one object are in UTC and in one form (RFC 3339), so they sort as texts.
    """
    for place in places:
        found = [text for text in _texts(obj, place) if _TIME.match(text)]
        if found:
            return choose(found)
    return ""


def _texts(obj: Any, place: str) -> Iterable[str]:
    if not place.startswith(CONDITION):
        return texts(obj, place)
    condition = find_condition(obj, place.removeprefix(CONDITION))
    return [condition.since] if condition else []
