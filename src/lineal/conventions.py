"""Which contexts count as workspaces and as runs, and which properties say it; as data.

The SDK's workspaces are contexts and its runs are names in a custom property. Kubeflow Pipelines and TFX record
pipelines and runs as contexts. Names that begin with two underscores are those of the SDK's or Lineal's own properties.
"""

from __future__ import annotations

WORKSPACE_TYPE = "kubeflow.org/alpha/workspace"
WORKSPACE_TYPES = (WORKSPACE_TYPE, "system.Pipeline", "pipeline")
RUN_TYPES = ("kubeflow.org/alpha/run", "system.PipelineRun", "pipeline_run", "run", "KfpRun")
WORKSPACE_PROPERTY = "__kf_workspace__"
RUN_PROPERTY = "__kf_run__"
ALL_META = "__ALL_META__"
LABELS = "labels"
# When a record was archived, in milliseconds since the epoch, and the aliases of a version in alphabetical order, with
# commas between them. The aliases are a copy for readers; what counts is the table `lineal_alias`.
ARCHIVED = "__archived__"
ALIASES = "__aliases__"
INTERNAL_PREFIX = "__"
