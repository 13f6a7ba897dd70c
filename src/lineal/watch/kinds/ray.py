"""KubeRay's kinds: RayJob, RayService and RayCluster.

Source: ray.io/v1 RayJobStatus, RayServiceStatuses and RayClusterStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.kinds.conditions import find_condition
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import first_text, mapping, values

_DEPLOYMENT = {
    "Initializing": "NEW initializing",
    "Waiting": "NEW waiting",
    "Running": "RUNNING",
    "Suspending": "RUNNING suspending",
    "Suspended": "NEW suspended",
    "Retrying": "RUNNING retrying",
    "Failed": "FAILED",
    "ValidationFailed": "FAILED",
}
_ENDED = {"SUCCEEDED": "COMPLETE", "STOPPED": "CANCELED stopped", "FAILED": "FAILED"}
_GROUPS = ("headGroupSpec", "workerGroupSpecs.*")


def _read_job(obj: Any) -> Reading:
    """Read the state of a job: of its deployment, and where that is over, of the job itself."""
    deployment = first_text(obj, ["status.jobDeploymentStatus"])
    job = first_text(obj, ["status.jobStatus"])
    state = _ENDED.get(job, "COMPLETE") if deployment == "Complete" else _DEPLOYMENT.get(deployment, "")
    if state == "FAILED" and job == "STOPPED":
        state = "CANCELED stopped"
    if state == "RUNNING" and job == "PENDING":
        state = "NEW pending"
    return Reading(
        state,
        first_text(obj, ["status.reason"]) or (deployment if deployment == "ValidationFailed" else ""),
        first_text(obj, ["status.message"]),
        properties={"command": first_text(obj, ["spec.entrypoint"])},
    )


def _read_service(obj: Any) -> Reading:
    """Say that a service that answers is degraded, because an application on it is not well."""
    for path in ("status.activeServiceStatus", "status.pendingServiceStatus"):
        for name, told in mapping(next(iter(values(obj, f"{path}.applicationStatuses")), None)).items():
            status = str(mapping(told).get("status"))
            if status in ("UNHEALTHY", "DEPLOY_FAILED") and find_condition(obj, "Ready"):
                return Reading("RUNNING degraded", status, f"{name}: {mapping(told).get('message') or ''}".rstrip(": "))
    return Reading()


def _read_cluster(obj: Any) -> Reading:
    """Say that a cluster that was complete once lacks a pod now."""
    lost = find_condition(obj, "RayClusterProvisioned") and find_condition(obj, "HeadPodReady=False")
    wrong = find_condition(obj, "ReplicaFailure") or lost
    if wrong and not find_condition(obj, "RayClusterSuspended"):
        return Reading("RUNNING degraded", wrong.reason, wrong.message)
    return Reading(reason=first_text(obj, ["status.reason"]))


def _templates(*paths: str) -> tuple[str, ...]:
    return tuple(f"{path}.{group}.template.spec" for path in paths for group in _GROUPS)


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("ray.io", "RayJob"): Workload(
        phase="status.jobDeploymentStatus",
        start=("status.startTime", "status.rayJobInfo.startTime"),
        # The operator moves endTime when the cluster of an ended job changes; the first one that was recorded stays.
        end=("status.endTime", "status.rayJobInfo.endTime"),
        template=_templates("spec.rayClusterSpec"),
        properties={
            "job_status": "status.jobStatus",
            "ray_job_id": "status.jobId",
            "ray_cluster": "status.rayClusterName",
        },
        read=_read_job,
    ),
    ("ray.io", "RayService"): Workload(
        base_type="DEPLOY",
        phase="status.serviceStatus",
        conditions={
            "Suspended": "NEW suspended",
            "Suspending": "RUNNING suspending",
            "Ready=False ValidationFailed": "FAILED",
            "Ready=False InitializingTimeout": "FAILED timed out",
            "RollbackInProgress": "RUNNING rolling back",
            "UpgradeInProgress": "RUNNING upgrading",
            "Ready": "RUNNING",
            "Ready=False Initializing": "NEW initializing",
            "Ready=False": "RUNNING degraded",
        },
        start=("metadata.creationTimestamp",),
        end=("condition Ready=False ValidationFailed", "condition Ready=False InitializingTimeout"),
        template=_templates("spec.rayClusterConfig"),
        serves=True,
        properties={"ray_cluster": "status.activeServiceStatus.rayClusterName"},
        read=_read_service,
    ),
    ("ray.io", "RayCluster"): Workload(
        phase="status.state",
        phases={"ready": "RUNNING", "failed": "FAILED", "suspended": "NEW suspended"},
        conditions={
            "RayClusterSuspended": "NEW suspended",
            "RayClusterSuspending": "RUNNING suspending",
            "HeadPodReady": "RUNNING",
        },
        start=("metadata.creationTimestamp",),
        end=("status.stateTransitionTimes.failed",),
        template=_templates("spec"),
        serves=True,
        properties={"workers": "status.availableWorkerReplicas"},
        read=_read_cluster,
    ),
}
