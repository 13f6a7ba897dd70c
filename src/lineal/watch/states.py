"""The state of a workload, read from its status: phases, then conditions, then counts; and why it failed.

The words are those of Kubernetes, Kubeflow, KServe and Argo. What stays out: all other fields of a workload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.objects import true_or_false
from lineal.watch.paths import first_text, mapping, values
from lineal.watch.resources import Workload

FINAL = ("COMPLETE", "FAILED", "CANCELED", "CACHED")

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
    "BlockedByFailedLoad": "FAILED",
    "InvalidSpec": "FAILED",
}
CONDITIONS = {
    "Failed": "FAILED",
    "Complete": "COMPLETE",
    "Succeeded": "COMPLETE",
    "Suspended": "NEW",
    "Running": "RUNNING",
    "Ready": "RUNNING",
    "Restarting": "RUNNING",
}
"""States for conditions that are true; the first in this order decides."""

_TERMINATED = (
    "status.containerStatuses.*.state.terminated",
    "status.initContainerStatuses.*.state.terminated",
    "status.containerState.terminated",
)
_BUSY = ("status.active", "status.ready", "status.readyReplicas")
_STARTED = ("status.startTime", "status.startedAt")


def state_of(obj: Any, workload: Workload, *, deleted: bool) -> str:
    """Return the name of an execution's state."""
    state = _stated(obj, workload) or _counted(obj)
    if deleted and state not in FINAL:
        return "COMPLETE" if workload.serves else "CANCELED"
    return state


def failure_of(obj: Any) -> tuple[str, str]:
    """Return the reason and the message of a failure, each "" if the status has none.

    They are those of the whole object, else of its condition `Failed`, else of the first container that failed.
    """
    told = [mapping(mapping(obj).get("status")), *_failed_conditions(obj), *_failed_containers(obj)]
    codes = [f"exit code {each['exitCode']}" for each in told if isinstance(each.get("exitCode"), int)]
    return first_text(told, ["*.reason"]), first_text(told, ["*.message"]) or next(iter(codes), "")


def _failed_conditions(obj: Any) -> list[dict[str, Any]]:
    conditions = [mapping(condition) for condition in values(obj, "status.conditions.*")]
    failed = [each for each in conditions if CONDITIONS.get(str(each.get("type"))) == "FAILED"]
    return [each for each in failed if each.get("status") == "True"]


def _failed_containers(obj: Any) -> list[dict[str, Any]]:
    ended = [mapping(container) for path in _TERMINATED for container in values(obj, path)]
    return [each for each in ended if each.get("exitCode") not in (0, None)]


def _stated(obj: Any, workload: Workload) -> str:
    """Return the state that a phase or a condition tells, or ""."""
    phase = first_text(obj, [workload.phase])
    told = workload.phases.get(phase) or PHASES.get(phase)
    return told or _of_conditions(obj, workload.conditions) or _of_conditions(obj, CONDITIONS)


def _of_conditions(obj: Any, states: Mapping[str, str]) -> str:
    conditions = true_or_false(obj)
    return next((state for name, state in states.items() if conditions.get(name) == "True"), "")


def _counted(obj: Any) -> str:
    """Return the state by counts, by the state of a container or by a start time."""
    codes = values(obj, "status.containerState.terminated.exitCode")
    if codes:
        return "COMPLETE" if codes[0] == 0 else "FAILED"
    counts = [count for path in _BUSY for count in values(obj, path)]
    if any(isinstance(count, int) and count > 0 for count in counts) or values(obj, "status.containerState.running"):
        return "RUNNING"
    return "RUNNING" if first_text(obj, _STARTED) else "NEW"
