"""The state of a workload, read from its status: by its kind, then phases, conditions and counts; and why it failed.

The words that no kind declares are those of Kubernetes, Kubeflow and Argo. What stays out: times (`times.py`), and what
is known of kinds (`kinds/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lineal.watch.kinds.conditions import Condition, find_condition
from lineal.watch.kinds.workload import FINAL, Reading, Workload
from lineal.watch.paths import first_text, mapping, values

PHASES = {
    "Pending": "NEW",
    "Running": "RUNNING",
    "Succeeded": "COMPLETE",
    "Failed": "FAILED",
    "Error": "FAILED",
    "Unknown": "UNKNOWN",
    "Completed": "COMPLETE",
    "Complete": "COMPLETE",
    "Skipped": "CANCELED",
    "Omitted": "CANCELED",
    "Terminated": "CANCELED",
}
CONDITIONS = {
    "Failed": "FAILED",
    "Complete": "COMPLETE",
    "Succeeded": "COMPLETE",
    "Suspended": "NEW suspended",
    "Running": "RUNNING",
    "Ready": "RUNNING",
    "Restarting": "RUNNING restarting",
}
"""States for conditions that are true; the first in this order decides."""

_TERMINATED = ("status.containerStatuses.*", "status.initContainerStatuses.*", "status.containerState")
_EXIT_CODE = re.compile(r"\bexit(?:ed)?(?: with)?(?: the)? ?code:? *(\d{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Status:
    """The state of a workload.

    Attributes:
        state: the name of an execution's state.
        detail: a finer word for it, such as "degraded"; "" for none.
        reason: a word for why it is in this state, "" for none.
        message: the same in a sentence, "" for none.
        exit_code: with which code the process that failed ended, None if nothing tells or nothing failed.
        since: since when it is in this state, "" if no condition tells.
        by_deletion: whether it ended because the object was deleted.

    """

    state: str
    detail: str = ""
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    since: str = ""
    by_deletion: bool = False

    @property
    def final(self) -> bool:
        """Whether it is over."""
        return self.state in FINAL


@dataclass(frozen=True)
class Failure:
    """Why a workload failed; each "" or None if its status does not tell."""

    reason: str = ""
    message: str = ""
    exit_code: int | None = None


def status_of(obj: Any, workload: Workload, reading: Reading, *, deleted: bool) -> Status:
    """Return the state of a workload; one that was not over when it was deleted was cancelled, or served to the end."""
    word, condition = _stated(obj, workload, reading)
    state, _, detail = (word or _counted(obj, workload)).partition(" ")
    since = condition.since if condition else ""
    if deleted and state not in FINAL:
        return Status("COMPLETE" if workload.serves else "CANCELED", by_deletion=True)
    if state == "FAILED":
        failure = failure_of(obj, workload, reading)
        return Status(state, detail, failure.reason, failure.message, failure.exit_code, since)
    told = Status(state, detail, reading.reason, reading.message, since=since)
    if condition and not (told.reason or told.message):
        return replace(told, reason=condition.reason, message=condition.message)
    return told


def failure_of(obj: Any, workload: Workload | None = None, reading: Reading | None = None) -> Failure:
    """Return why a workload failed.

    Reason and message are those that its kind reads, else those of the whole object, of the condition that says that it
    failed, and of the container that failed first. The exit code is that of the container, or the one in the message.
    """
    reading = reading or Reading()
    containers = failed_containers(obj)
    told = [
        {"reason": reading.reason, "message": reading.message},
        mapping(mapping(obj).get("status")),
        *({"reason": one.reason, "message": one.message} for one in _failed_conditions(obj, workload or Workload())),
        *containers,
    ]
    codes = [reading.exit_code, *(each.get("exitCode") for each in containers)]
    code = next((each for each in codes if isinstance(each, int)), None)
    message = first_text(told, ["*.message"])
    if code is None and (written := _EXIT_CODE.search(message)):
        code = int(written[1])
    return Failure(first_text(told, ["*.reason"]), message or ("" if code is None else f"exit code {code}"), code)


def failed_containers(obj: Any) -> list[dict[str, Any]]:
    """Return how the containers that failed ended, the first to fail first, and sidecars last.

    A sidecar is an init container that is always restarted: it ends when the others have ended.
    """
    sidecars = [
        one.get("name")
        for one in map(mapping, values(obj, "spec.initContainers.*"))
        if one.get("restartPolicy") == "Always"
    ]
    ended = [
        (one.get("name") in sidecars, str(terminated.get("finishedAt") or "~"), {"name": one.get("name"), **terminated})
        for path in _TERMINATED
        for one in map(mapping, values(obj, path))
        if (terminated := _terminated(one)) and terminated.get("exitCode") not in (0, None)
    ]
    return [terminated for _, _, terminated in sorted(ended, key=lambda each: each[:2])]


def _terminated(container: dict[str, Any]) -> dict[str, Any]:
    return mapping(mapping(container.get("state")).get("terminated")) or mapping(container.get("terminated"))


def _failed_conditions(obj: Any, workload: Workload) -> list[Condition]:
    names = [name for name, state in {**workload.conditions, **CONDITIONS}.items() if state.startswith("FAILED")]
    return [met for name in names if (met := find_condition(obj, name))]


def _stated(obj: Any, workload: Workload, reading: Reading) -> tuple[str, Condition | None]:
    """Return the state that the kind, a phase or a condition tells, or "", and the condition that tells it."""
    phase = first_text(obj, [workload.phase])
    if reading.state or phase in workload.phases:
        word = reading.state or workload.phases[phase]
        return word, _telling(obj, workload, word)
    word, condition = _of_conditions(obj, workload.conditions)
    if not word and phase in PHASES:
        return PHASES[phase], _telling(obj, workload, PHASES[phase])
    return (word, condition) if word else _of_conditions(obj, CONDITIONS)


def _of_conditions(obj: Any, states: Mapping[str, str]) -> tuple[str, Condition | None]:
    met = ((state, find_condition(obj, name)) for name, state in states.items())
    return next(((state, condition) for state, condition in met if condition), ("", None))


def _telling(obj: Any, workload: Workload, word: str) -> Condition | None:
    """Return the condition that says the same as a phase, None if there is none."""
    names = [name for name, state in {**workload.conditions, **CONDITIONS}.items() if state == word]
    return next((met for name in names if (met := find_condition(obj, name))), None)


def _counted(obj: Any, workload: Workload) -> str:
    """Return the state by counts, by the state of a container or by a start time."""
    codes = values(obj, "status.containerState.terminated.exitCode")
    if codes:
        return "COMPLETE" if codes[0] == 0 else "FAILED"
    counts = [count for path in workload.counts for count in values(obj, path)]
    if any(isinstance(count, int) and count > 0 for count in counts) or values(obj, "status.containerState.running"):
        return "RUNNING"
    return "RUNNING" if first_text(obj, ("status.startTime", "status.startedAt")) else "NEW"
