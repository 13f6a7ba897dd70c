"""Kinds that serve or are worked in until somebody stops them: KServe's services, and Kubeflow's Notebook.

Sources: serving.kserve.io/v1beta1 InferenceServiceStatus, v1alpha1 and v1alpha2 LLMInferenceServiceStatus, and
kubeflow.org/v1 NotebookStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.kinds.conditions import find_condition
from lineal.watch.kinds.core import STUCK
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import first_text, mapping, values

STOPPED_NOTEBOOK = "kubeflow-resource-stopped"
_MODEL = "status.modelStatus"


def _read_inference_service(obj: Any) -> Reading:
    """Say what a service is that is not ready: about to start, without a model, or degraded.

    If a new model cannot be loaded while the old one answers, the service is degraded and has not failed.
    """
    served = first_text(obj, [f"{_MODEL}.states.activeModelState"]) == "Loaded"
    change = first_text(obj, [f"{_MODEL}.transitionStatus"])
    failure = mapping(next(iter(values(obj, f"{_MODEL}.lastFailureInfo")), None))
    reason, message = str(failure.get("reason") or ""), str(failure.get("message") or "")
    code = failure.get("exitCode")
    exit_code = code if isinstance(code, int) and code else None
    if find_condition(obj, "Stopped") or find_condition(obj, "Ready=False Stopped"):
        return Reading()
    if change in ("BlockedByFailedLoad", "InvalidSpec"):
        ready = served or find_condition(obj, "Ready")
        return Reading("RUNNING degraded" if ready else "FAILED", reason or change, message, exit_code)
    if change == "InProgress" and not served and not find_condition(obj, "Ready"):
        return Reading("NEW starting", *_not_ready(obj))
    if find_condition(obj, "Ready=False"):
        return Reading("RUNNING degraded", *_not_ready(obj))
    return Reading()


def _not_ready(obj: Any) -> tuple[str, str]:
    """Return the reason and message of the condition that is not ready: of the whole, else of a part."""
    parts = ("Ready", "PredictorReady", "TransformerReady", "ExplainerReady", "IngressReady", "RoutesReady")
    told = [one for part in parts if (one := find_condition(obj, f"{part}=False")) and (one.reason or one.message)]
    return (told[0].reason, told[0].message) if told else ("", "")


def _read_notebook(obj: Any) -> Reading:
    """Say that a notebook was stopped, which an annotation tells, or that its container does not start."""
    annotations = mapping(next(iter(values(obj, "metadata.annotations")), None))
    if STOPPED_NOTEBOOK in annotations:
        return Reading("COMPLETE stopped" if not any(values(obj, "status.readyReplicas")) else "RUNNING stopping")
    waiting = mapping(next(iter(values(obj, "status.containerState.waiting")), None))
    if waiting.get("reason") in STUCK:
        return Reading("RUNNING degraded", waiting["reason"], str(waiting.get("message") or ""))
    return Reading("NEW starting" if waiting else "")


WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("serving.kserve.io", "InferenceService"): Workload(
        base_type="DEPLOY",
        conditions={
            "Stopped": "COMPLETE stopped",
            "Ready=False Stopped": "COMPLETE stopped",
            "Ready": "RUNNING",
            "Ready=Unknown": "NEW starting",
        },
        template=("spec.predictor",),
        start=("metadata.creationTimestamp",),
        end=("condition Stopped", "condition Ready=False Stopped", f"{_MODEL}.lastFailureInfo.time"),
        phase=f"{_MODEL}.transitionStatus",
        model_uri=("spec.predictor.model.storageUri", "spec.predictor.*.storageUri"),
        serves=True,
        properties={"url": "status.url", "model_state": f"{_MODEL}.states.activeModelState"},
        read=_read_inference_service,
    ),
    ("serving.kserve.io", "LLMInferenceService"): Workload(
        base_type="DEPLOY",
        conditions={
            "Ready=False Stopped": "COMPLETE stopped",
            "GroupDegraded": "RUNNING degraded",
            "Ready": "RUNNING",
            "Ready=False": "RUNNING degraded",
            "Ready=Unknown": "NEW starting",
        },
        template=("spec.template",),
        start=("metadata.creationTimestamp",),
        end=("condition Ready=False Stopped",),
        model_uri=("spec.model.uri",),
        serves=True,
        properties={"url": "status.url", "model_name": "spec.model.name"},
    ),
    ("kubeflow.org", "Notebook"): Workload(
        start=("status.containerState.running.startedAt", "metadata.creationTimestamp"),
        end=(f"metadata.annotations.{STOPPED_NOTEBOOK}", "status.containerState.terminated.finishedAt"),
        serves=True,
        read=_read_notebook,
    ),
}
