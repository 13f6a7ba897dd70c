"""The Kubeflow Metadata SDK: Store, Workspace, Run, Execution, artifacts and their lineage.

Programs written for the original SDK import the same names from `kubeflow.metadata.metadata`. What stays out: the calls
of the service themselves (`lineal.client`).
"""

from typing import TYPE_CHECKING, Any

from lineal.sdk.artifact_lineage import Lineage, Relatives
from lineal.sdk.artifacts import Artifact, DataSet, Metrics, Model
from lineal.sdk.comparing import compare
from lineal.sdk.executions import Execution, Run
from lineal.sdk.executions import get_current as current
from lineal.sdk.late_names import find as _find
from lineal.sdk.steps import in_step, init, step
from lineal.sdk.store import Store
from lineal.sdk.workspace import Workspace

__all__ = [
    "Artifact",
    "DataSet",
    "Execution",
    "Lineage",
    "Metrics",
    "Model",
    "Relatives",
    "Run",
    "Store",
    "Workspace",
    "compare",
    "current",
    "in_step",
    "init",
    "step",
]

if not TYPE_CHECKING:  # for a checker, every misspelt name would be an object

    def __getattr__(name: str) -> Any:
        """Return what belongs to frameworks, which is imported when it is first used."""
        return _find(__name__, name)
