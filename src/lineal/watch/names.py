"""The names under which records are stored: types, properties, annotations.

The types and properties of the Kubeflow SDK have the names that `lineal.sdk.stored_form` gives them (a test holds both
together), so that its users find what a watcher recorded.
"""

from __future__ import annotations

from lineal import conventions

WORKSPACE_TYPE = "kubeflow.org/alpha/workspace"
DATA_SET_TYPE = "kubeflow.org/alpha/data_set"
MODEL_TYPE = "kubeflow.org/alpha/model"
METRICS_TYPE = "kubeflow.org/alpha/metrics"
SDK_TYPES = (DATA_SET_TYPE, MODEL_TYPE, METRICS_TYPE)
WORKSPACE_PROPERTY = "__kf_workspace__"
ALL_META_PROPERTY = "__ALL_META__"
FAILURE_TYPE_PROPERTY = "failure_type"
FAILURE_MESSAGE_PROPERTY = "failure_message"
EXIT_CODE_PROPERTY = "exit_code"
STATUS_DETAIL_PROPERTY = "status_detail"
STATUS_REASON_PROPERTY = "status_reason"
STATUS_MESSAGE_PROPERTY = "status_message"

# The step of a Workflow that a pod is, by which the Workflow finds its execution.
STEP_PROPERTY = "__argo_step__"

ORIGINAL_WORKSPACE = "resource_watcher"
OWNER_TYPE = conventions.OWNER_TYPE
PROGRESS_TYPE = "lineal.dev/watch_progress"
INPUTS_ANNOTATION = "lineal.dev/inputs"
OUTPUTS_ANNOTATION = "lineal.dev/outputs"


def external_id(cluster: str, uid: str) -> str:
    """Return the external id of what is recorded for an object: unique over clusters."""
    return f"{cluster}/{uid}"
