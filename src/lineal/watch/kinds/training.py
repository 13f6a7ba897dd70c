"""Kinds that train: TrainJob of Kubeflow Trainer, JobSet, and the kinds of the older training operator.

Sources: trainer.kubeflow.org/v1alpha1 TrainJobStatus, jobset.x-k8s.io/v1alpha2 JobSetStatus, and JobStatus of
kubeflow.org/v1 and v2beta1 (MPIJob).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.kinds.numbers import numbers
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import values

_KINDS = ("TFJob", "PyTorchJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob")
_SPECS = ("tfReplicaSpecs", "pytorchReplicaSpecs", "mpiReplicaSpecs", "xgbReplicaSpecs", "paddleReplicaSpecs",
          "jaxReplicaSpecs")  # fmt: skip
_REPLICAS = ("Master", "Chief", "Launcher", "Worker", "PS", "Evaluator")
# Their operators tell no start time: it is when they were resumed, else when they were created.
_RESUMED_OR_CREATED = ("condition Suspended=False", "metadata.creationTimestamp")


def _read_train_job(obj: Any) -> Reading:
    """Read the progress and the metrics that a running job reports (an alpha feature of Trainer)."""
    percent = values(obj, "status.trainerStatus.progressPercentage")
    progress = f"{percent[0]} %" if percent and isinstance(percent[0], int) else ""
    return Reading(
        properties={"progress": progress}, metrics=numbers(values(obj, "status.trainerStatus.metrics.*"), "value")
    )


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("trainer.kubeflow.org", "TrainJob"): Workload(
        base_type="TRAIN",
        conditions={"Complete": "COMPLETE", "Failed": "FAILED", "Suspended": "NEW suspended"},
        counts=tuple(f"status.jobsStatus.*.{name}" for name in ("active", "ready", "succeeded", "failed")),
        start=_RESUMED_OR_CREATED,
        end=("condition Complete", "condition Failed"),
        template=("spec.trainer",),
        properties={"runtime": "spec.runtimeRef.name", "jobs": "status.jobsStatus"},
        read=_read_train_job,
    ),
    ("jobset.x-k8s.io", "JobSet"): Workload(
        phase="status.terminalState",
        conditions={
            "Completed": "COMPLETE",
            "Failed": "FAILED",
            "Suspended": "NEW suspended",
            "RestartingJobSet": "RUNNING restarting",
            "StartupPolicyInProgress": "RUNNING starting",
        },
        counts=tuple(f"status.replicatedJobsStatus.*.{name}" for name in ("active", "ready", "succeeded", "failed")),
        start=_RESUMED_OR_CREATED,
        end=("condition Completed", "condition Failed"),
        template=("spec.replicatedJobs.*.template.spec.template.spec",),
        properties={"jobs": "status.replicatedJobsStatus", "restarts": "status.restarts"},
    ),
    **{
        ("kubeflow.org", kind): Workload(
            base_type="TRAIN",
            conditions={
                "Succeeded": "COMPLETE",
                "Failed": "FAILED",
                "Suspended": "NEW suspended",
                "Restarting": "RUNNING restarting",
                "Running": "RUNNING",
                "Created": "NEW",
            },
            end=("status.completionTime", "condition Succeeded", "condition Failed"),
            template=tuple(f"spec.{spec}.{replica}.template.spec" for spec in _SPECS for replica in _REPLICAS),
            properties={"replicas": "status.replicaStatuses"},
        )
        for kind in _KINDS
    },
}
