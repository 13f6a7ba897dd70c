"""Tekton's kinds: PipelineRun and TaskRun, whose condition Succeeded tells all by its status and reason.

Source: tekton.dev/v1 PipelineRunStatus and TaskRunStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import mapping, values

_UNKNOWN = "Succeeded=Unknown"


def _read_run(obj: Any) -> Reading:
    """Read which tasks were skipped, and with which code the first failed step ended."""
    skipped = [str(mapping(one).get("name")) for one in values(obj, "status.skippedTasks.*")]
    codes = [code for code in values(obj, "status.steps.*.terminated.exitCode") if isinstance(code, int) and code]
    return Reading(
        exit_code=codes[0] if codes else None,
        properties={"skipped_tasks": ", ".join(skipped)},
    )


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("tekton.dev", "PipelineRun"): Workload(
        conditions={
            "Succeeded Completed": "COMPLETE partially succeeded",
            "Succeeded": "COMPLETE",
            "Succeeded=False Cancelled": "CANCELED",
            "Succeeded=False PipelineRunTimeout": "FAILED timed out",
            "Succeeded=False": "FAILED",
            f"{_UNKNOWN} PipelineRunPending": "NEW suspended",
            f"{_UNKNOWN} PipelineRunStopping": "RUNNING stopping",
            f"{_UNKNOWN} CancelledRunningFinally": "RUNNING stopping",
            f"{_UNKNOWN} StoppedRunningFinally": "RUNNING stopping",
            f"{_UNKNOWN} PipelineRunTimeoutRunningFinally": "RUNNING stopping",
            f"{_UNKNOWN} Started": "NEW started",
            f"{_UNKNOWN} ResolvingPipelineRef": "NEW started",
            _UNKNOWN: "RUNNING",
        },
        end=("status.completionTime", "condition Succeeded", "condition Succeeded=False"),
        template=("spec.pipelineSpec.tasks.*.taskSpec.steps.*",),
        properties={"pipeline": "spec.pipelineRef.name"},
        read=_read_run,
    ),
    ("tekton.dev", "TaskRun"): Workload(
        conditions={
            "Succeeded": "COMPLETE",
            "Succeeded=False TaskRunCancelled": "CANCELED",
            "Succeeded=False TaskRunTimeout": "FAILED timed out",
            "Succeeded=False FailureIgnored": "FAILED failure ignored",
            "Succeeded=False": "FAILED",
            f"{_UNKNOWN} ToBeRetried": "RUNNING retrying",
            f"{_UNKNOWN} TaskRunPending": "NEW suspended",
            f"{_UNKNOWN} Pending": "NEW pending",
            f"{_UNKNOWN} Started": "NEW started",
            f"{_UNKNOWN} ResolvingTaskRef": "NEW started",
            f"{_UNKNOWN} ResolvingStepActionRef": "NEW started",
            _UNKNOWN: "RUNNING",
        },
        end=("status.completionTime", "condition Succeeded", "condition Succeeded=False"),
        template=("status.taskSpec.steps.*", "spec.taskSpec.steps.*"),
        properties={"task": "spec.taskRef.name", "pod": "status.podName"},
        read=_read_run,
    ),
}
