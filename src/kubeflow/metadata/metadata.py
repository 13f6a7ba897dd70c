"""The public names of the Kubeflow Metadata SDK 0.3.1, and those that Lineal adds, in small letters."""

from lineal.sdk import Artifact, DataSet, Execution, Metrics, Model, Run, Store, Workspace, current, in_step, init, step
from lineal.sdk.stored_form import ALL_META_PROPERTY_NAME as _ALL_META_PROPERTY_NAME
from lineal.sdk.stored_form import RUN_PROPERTY_NAME as _RUN_PROPERTY_NAME
from lineal.sdk.stored_form import WORKSPACE_PROPERTY_NAME as _WORKSPACE_PROPERTY_NAME
from lineal.wire import metadata_store as mlpb

__all__ = [
    "_ALL_META_PROPERTY_NAME",
    "_RUN_PROPERTY_NAME",
    "_WORKSPACE_PROPERTY_NAME",
    "Artifact",
    "DataSet",
    "Execution",
    "Metrics",
    "Model",
    "Run",
    "Store",
    "Workspace",
    "current",
    "in_step",
    "init",
    "mlpb",
    "step",
]
