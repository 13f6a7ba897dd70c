"""Which contexts count as workspaces and as runs, and which properties say it; as data.

The SDK's workspaces are contexts and its runs are names in a custom property. Kubeflow Pipelines and TFX record
pipelines and runs as contexts.
"""

from __future__ import annotations

WORKSPACE_TYPE = "kubeflow.org/alpha/workspace"
WORKSPACE_TYPES = (WORKSPACE_TYPE, "system.Pipeline", "pipeline")
RUN_TYPES = ("kubeflow.org/alpha/run", "system.PipelineRun", "pipeline_run", "run", "KfpRun")
WORKSPACE_PROPERTY = "__kf_workspace__"
RUN_PROPERTY = "__kf_run__"
ALL_META = "__ALL_META__"
LABELS = "labels"
INTERNAL_PREFIX = "__"
