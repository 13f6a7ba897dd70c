"""Argo's kinds: Workflow and CronWorkflow.

Source: argoproj.io/v1alpha1 WorkflowStatus, NodeStatus and CronWorkflowStatus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lineal import json_form
from lineal.watch.kinds.conditions import find_condition
from lineal.watch.kinds.schedules import read_schedule
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import first_text, mapping, texts, values

_FAILED = ("Failed", "Error")


def _read_workflow(obj: Any) -> Reading:
    """Say more than the phase: that a workflow was stopped, is suspended, or went on past steps that failed."""
    nodes = {str(key): mapping(node) for key, node in mapping(next(iter(values(obj, "status.nodes")), None)).items()}
    phase, message = first_text(obj, ["status.phase"]), first_text(obj, ["status.message"])
    counts = Counter(str(node.get("phase")) for node in nodes.values() if node.get("type") == "Pod")
    properties = {"nodes": json_form.text(dict(sorted(counts.items()))) if counts else "", "failed_node": ""}
    shutdown = first_text(obj, ["spec.shutdown"])
    if phase == "Failed" and shutdown:
        return Reading("CANCELED terminated" if shutdown == "Terminate" else "CANCELED stopped", shutdown, message,
                       properties=properties)  # fmt: skip
    if phase == "Running" and (values(obj, "spec.suspend") == [True] or _waits(nodes)):
        return Reading("RUNNING suspended", properties=properties)
    if phase in _FAILED:
        return _failure(message, nodes, properties)
    passed = phase == "Succeeded" and _failed_for_good(nodes)
    return Reading("COMPLETE partially succeeded" if passed else "", properties=properties)


def _waits(nodes: Mapping[str, dict[str, Any]]) -> bool:
    return any(node.get("type") == "Suspend" and node.get("phase") == "Running" for node in nodes.values())


def _failure(message: str, nodes: Mapping[str, dict[str, Any]], properties: dict[str, str]) -> Reading:
    """Return why a workflow failed: by the step that failed first."""
    failed = [node for node in nodes.values() if node.get("phase") in _FAILED and node.get("type") == "Pod"]
    if not failed:
        return Reading(message=message, properties=properties)
    first = min(failed, key=lambda node: str(node.get("finishedAt") or "~"))
    code = str(mapping(first.get("outputs")).get("exitCode"))
    told = str(first.get("message") or "")
    name = str(first.get("displayName") or first.get("name") or "")
    return Reading(
        reason=told.partition(" (")[0] if "(exit code" in told else "",
        message=": ".join(text for text in (message, told) if text),
        exit_code=int(code) if code.isdecimal() else None,
        properties={**properties, "failed_node": name},
    )


def _failed_for_good(nodes: Mapping[str, dict[str, Any]]) -> bool:
    """Say whether a step failed for good: a failed attempt below a step that succeeded in the end does not count."""
    retried = [node for node in nodes.values() if node.get("type") == "Retry" and node.get("phase") == "Succeeded"]
    attempts = {key for node in retried for key in texts(node, "children.*")}
    return any(node.get("phase") in _FAILED and key not in attempts for key, node in nodes.items())


def _read_cron_workflow(obj: Any) -> Reading:
    """Say that a schedule ended by its own rule, or cannot start workflows."""
    if first_text(obj, ["status.phase"]) == "Stopped":
        return Reading("COMPLETE stopped")
    wrong = find_condition(obj, "SubmissionError") or find_condition(obj, "SpecError")
    if wrong:
        return Reading("RUNNING degraded", wrong.type, wrong.message)
    return read_schedule(obj)


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("argoproj.io", "Workflow"): Workload(
        start=("status.startedAt",),
        end=("status.finishedAt",),
        template=("spec.templates.*", "status.storedWorkflowTemplateSpec.templates.*"),
        properties={
            "entrypoint": "spec.entrypoint",
            "workflow_template": "spec.workflowTemplateRef.name",
            "progress": "status.progress",
        },
        read=_read_workflow,
    ),
    ("argoproj.io", "CronWorkflow"): Workload(
        start=("metadata.creationTimestamp",),
        template=("spec.workflowSpec.templates.*",),
        serves=True,
        properties={
            "schedule": "spec.schedule",
            "schedules": "spec.schedules",
            "last_scheduled": "status.lastScheduledTime",
        },
        read=_read_cron_workflow,
    ),
}
