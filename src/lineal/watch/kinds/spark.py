"""Kinds of the Spark operator: SparkApplication and ScheduledSparkApplication.

Source: sparkoperator.k8s.io/v1beta2 SparkApplicationStatus and ScheduledSparkApplicationStatus.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lineal import json_form
from lineal.watch.kinds.schedules import read_schedule
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import first_text, mapping, texts, values

# How the operator writes why the driver's container failed: "... ExitCode: 137, Reason: OOMKilled".
_REASON = re.compile(r"\bReason: (\w+)")


def _read_application(obj: Any) -> Reading:
    """Read why an application failed, what it ran, and the states of its executors."""
    message = first_text(obj, ["status.applicationState.errorMessage"])
    reason = _REASON.search(message)
    executors = Counter(map(str, mapping(next(iter(values(obj, "status.executorState")), None)).values()))
    words = [*texts(obj, "spec.mainApplicationFile"), *texts(obj, "spec.arguments.*")]
    return Reading(
        reason=reason[1] if reason else "",
        message=message,
        properties={
            "executors": json_form.text(dict(sorted(executors.items()))) if executors else "",
            "command": shlex.join(words),
        },
    )


def _read_scheduled(obj: Any) -> Reading:
    if first_text(obj, ["status.scheduleState"]) == "FailedValidation":
        return Reading("FAILED", "FailedValidation", first_text(obj, ["status.reason"]))
    return read_schedule(obj)


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("sparkoperator.k8s.io", "SparkApplication"): Workload(
        base_type="TRANSFORM",
        phase="status.applicationState.state",
        phases={
            "SUBMITTED": "NEW submitted",
            "RUNNING": "RUNNING",
            "SUCCEEDING": "RUNNING succeeding",
            "COMPLETED": "COMPLETE",
            "FAILING": "RUNNING failing",
            "FAILED": "FAILED",
            "SUBMISSION_FAILED": "NEW submission failed",
            "PENDING_RERUN": "NEW waiting to run again",
            "INVALIDATING": "RUNNING restarting",
            "SUSPENDING": "RUNNING suspending",
            "SUSPENDED": "NEW suspended",
            "RESUMING": "NEW resuming",
            "UNKNOWN": "UNKNOWN",
        },
        start=("status.lastSubmissionAttemptTime",),
        end=("status.terminationTime",),
        template=("spec.driver", "spec", "spec.executor"),
        properties={
            "attempts": "status.executionAttempts",
            "submission_attempts": "status.submissionAttempts",
            "spark_application_id": "status.sparkApplicationId",
            "main_class": "spec.mainClass",
        },
        read=_read_application,
    ),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): Workload(
        base_type="TRANSFORM",
        phase="status.scheduleState",
        start=("metadata.creationTimestamp",),
        template=("spec.template.driver", "spec.template"),
        serves=True,
        properties={
            "schedule": "spec.schedule",
            "last_scheduled": "status.lastRun",
            "last_run": "status.lastRunName",
        },
        read=_read_scheduled,
    ),
}
