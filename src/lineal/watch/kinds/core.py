"""Kubernetes' own kinds: Pod, Job and CronJob.

Sources: the API reference of Kubernetes, core/v1 PodStatus and batch/v1 JobStatus and CronJobStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.kinds.conditions import find_condition
from lineal.watch.kinds.schedules import read_schedule
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import first_text, mapping, values

# Reasons for which a container waits that do not pass by themselves.
STUCK = ("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError",
         "CreateContainerError", "RunContainerError")  # fmt: skip
CACHED_LABEL = "pipelines.kubeflow.org/reused_from_cache"
_CONTAINERS = ("status.initContainerStatuses.*", "status.containerStatuses.*")


def _read_pod(obj: Any) -> Reading:
    """Say that a pod is suspended by its scheduling gates, or degraded because a container of it does not start.

    Kubeflow Pipelines labels the pod of a step whose outputs it took from an earlier run.
    """
    phase = first_text(obj, ["status.phase"])
    if phase in ("Succeeded", "Failed"):
        labels = mapping(next(iter(values(obj, "metadata.labels")), None))
        cached = phase == "Succeeded" and labels.get(CACHED_LABEL) == "true"
        return Reading("CACHED" if cached else "", properties=_restarts(obj))
    gated = find_condition(obj, "PodScheduled=False SchedulingGated")
    if gated:
        return Reading("NEW suspended", gated.reason, gated.message, properties=_restarts(obj))
    for waiting in (mapping(one) for path in _CONTAINERS for one in values(obj, f"{path}.state.waiting")):
        if waiting.get("reason") in STUCK:
            state = "RUNNING degraded" if phase == "Running" else "NEW degraded"
            return Reading(state, waiting["reason"], str(waiting.get("message") or ""), properties=_restarts(obj))
    return Reading(properties=_restarts(obj))


def _restarts(obj: Any) -> dict[str, str]:
    counts = [count for count in values(obj, "status.containerStatuses.*.restartCount") if isinstance(count, int)]
    return {"restarts": str(sum(counts) or "")}


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("", "Pod"): Workload(
        start=("status.startTime", "status.containerStatuses.*.state.*.startedAt"),
        end=(
            "status.containerStatuses.*.state.terminated.finishedAt",
            "status.initContainerStatuses.*.state.terminated.finishedAt",
            "condition DisruptionTarget",
            "condition Ready=False PodFailed",
            "condition Ready=False PodCompleted",
        ),
        counts=(),
        properties={"node": "spec.nodeName"},
        read=_read_pod,
    ),
    ("batch", "Job"): Workload(
        conditions={
            "Complete": "COMPLETE",
            "Failed": "FAILED",
            "FailureTarget": "RUNNING failing",
            "SuccessCriteriaMet": "RUNNING completing",
            "Suspended": "NEW suspended",
        },
        end=("status.completionTime", "condition Complete", "condition Failed"),
        properties={"failed_indexes": "status.failedIndexes", "completed_indexes": "status.completedIndexes"},
    ),
    ("batch", "CronJob"): Workload(
        start=("metadata.creationTimestamp",),
        template=("spec.jobTemplate.spec.template.spec",),
        serves=True,
        properties={
            "schedule": "spec.schedule",
            "last_scheduled": "status.lastScheduleTime",
            "last_succeeded": "status.lastSuccessfulTime",
        },
        read=read_schedule,
    ),
}
